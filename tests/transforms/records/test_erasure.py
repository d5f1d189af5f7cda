"""What is erased is nowhere: no table, version or raw byte has it, no later drop."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    HANDS,
    as_csv,
    csv_row,
    in_hand,
)
from tests.transforms.records.made_homes import (
    GONE,
    NOW,
    STREET,
    canary,
    commits,
    csv,
    made_home,
    pulled,
    seen,
    state,
    truth,
)
from transforms.errors import LakeError, UsageError, WithheldError
from transforms.records import ledger, removal
from transforms.records.erasure import erase_days, erase_reference
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.removal import Removed
from transforms.records.status import status
from transforms.records.tables import quarantined_rows


def erased(home: ForceHome, reference: str = GONE, days_later: int = 0) -> Removed:
    when = NOW + timedelta(days=days_later)
    return erase_reference(home, reference, "asked for", "tester", when)


@pytest.fixture
def home(tmp_path: Path) -> ForceHome:
    """Two versions of a record, a third that is held back, and others beside."""
    home = made_home(tmp_path)
    held = csv_row(canary(4), HO_code="none")
    told = csv_row(truth("c", 3), Notes=f"see {GONE}, the same night")
    pulled(home, {"1.csv": csv(truth("a"), canary(), truth("b", 2))})
    pulled(home, {"2.csv": as_csv([csv_row(canary(3)), told])})
    pulled(home, {"3.csv": as_csv([held, csv_row(truth("d", 5))])})
    assert seen(home.home.root, GONE)
    assert seen(home.home.root, STREET)
    return home


def test_no_byte_of_it_stays(home: ForceHome) -> None:
    raw_before = {e.name: e.raw_sha256 for e in ledger.drops(home.lake, "kent")}
    sizes = {n: len(home.raw.read(str(d), n)) for n, d in raw_before.items()}
    assert erased(home) == Removed(records=1, raw_rows=3, raw_drops=3)
    assert seen(home.home.root, GONE) == seen(home.home.root, STREET) == []
    assert state(home).keys() == {"a", "b", "c", "d"}
    entries = {e.name: e for e in ledger.drops(home.lake, "kent")}
    for name, entry in entries.items():
        assert entry.raw_sha256 != raw_before[name]
        assert len(home.raw.read(str(entry.raw_sha256), name)) == sizes[name]
    assert state(home)["b"]["raw_sha256"] == entries["1.csv"].raw_sha256
    assert state(home)["b"]["raw_line"] == 4
    lines = home.raw.read(str(entries["1.csv"].raw_sha256), "1.csv").split(b"\n")
    assert lines[2].strip() == b""
    assert b"b;30A" in lines[3]
    held = quarantined_rows(home.lake, "kent")["raw_sha256"].to_pylist()
    assert held == [entries["3.csv"].raw_sha256]
    assert len([p for p in home.raw.root.rglob("*") if p.is_file()]) == 3
    assert all(any(folder.iterdir()) for folder in home.raw.root.iterdir())
    on_disk = sorted((home.lake.root / "records").glob("force=*/**/*.parquet"))
    assert len(on_disk) == len(home.lake.files("records"))


def test_it_is_refused_from_then_on_and_counted(home: ForceHome) -> None:
    erased(home)
    held = csv_row(canary(9), HO_code="none")
    cut = dict(list(csv_row(canary(9)).items())[:5])
    data = as_csv([csv_row(canary(8)), csv_row(truth("e")), held])
    data += ";".join(cut.values()).encode() + b"\n" + csv(truth("f")).split(b"\n", 1)[1]
    done = pulled(home, {"9.csv": data})
    assert (done.counts["rows_in"], done.counts["erased"]) == (5, 3)
    assert (done.counts["accepted"], done.counts["quarantined"]) == (2, 0)
    assert seen(home.home.root, GONE) == seen(home.home.root, STREET) == []
    before = commits(home)
    assert pulled(home, {"9.csv": data}).unchanged == 1
    assert commits(home) == before


def test_the_drops_of_before_offered_again_change_nothing(home: ForceHome) -> None:
    erased(home)
    before = commits(home)
    done = pulled(home, {"1.csv": csv(truth("a"), canary(), truth("b", 2))})
    assert (done.unchanged, done.rejected) == (1, {})
    assert commits(home) == before


def test_done_again_it_does_nothing(home: ForceHome) -> None:
    erased(home)
    before = commits(home)
    assert erased(home) == Removed()
    assert commits(home) == before


@pytest.mark.parametrize(
    ("point", "mend"),
    [
        ("_reblanked", "a pull"),
        ("_remove_records", "the same again"),
        ("replace_quarantine", "a pull"),
        ("ledger", "the same again"),
        ("ledger", "a pull"),
        ("raw", "a pull"),
        ("forget", "the same again"),
        ("forget", "a pull"),
        ("_remove_resting", "a pull"),
    ],
)
def test_cut_off_anywhere_the_next_command_finishes_it(
    point: str, mend: str, home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if point == "ledger":
            patched.setattr(removal.ledger, "commit", killed)
        elif point == "raw":
            patched.setattr(type(home.raw), "remove_but", killed)
        else:
            patched.setattr(removal, point, killed)
        with pytest.raises(KeyboardInterrupt):
            erased(home)
    assert home.tombstones.begun() is not None
    if mend == "a pull":
        # all but the mention in another's note, which only the reference itself finds
        pulled(home, {})
        assert seen(home.home.root, STREET) == []
        assert home.tombstones.begun() is None
    erased(home)
    assert seen(home.home.root, GONE) == seen(home.home.root, STREET) == []
    assert state(home).keys() == {"a", "b", "c", "d"}
    digests = {row["raw_sha256"] for row in state(home).values()}
    assert digests <= {e.raw_sha256 for e in ledger.drops(home.lake, "kent")}
    assert home.audit.verify().fault is None


@pytest.mark.parametrize("what", ["a reference", "days", "both, the second since"])
def test_an_older_list_of_what_is_refused_is_missed(what: str, home: ForceHome) -> None:
    path, days = home.home.root / "erasure" / "refused.json", date(2026, 10, 1)
    if what.startswith("both"):
        erased(home, "b")
    older = path.read_bytes()
    if what == "days":  # on which nothing is left: a span and no reference
        erase_days(home, days.replace(day=30), days.replace(day=31), "x", "me", NOW)
    else:
        erased(home)
    newest = path.read_bytes()
    path.write_bytes(older)
    again = {"4.csv": csv(canary(9))}
    for command in (
        lambda: pulled(home, again),
        lambda: erased(home, "d"),
        lambda: status(home, NOW, 7),
    ):
        with pytest.raises(LakeError, match=r"is an older copy .* what was erased"):
            command()
    path.write_bytes(newest)
    done = pulled(home, again)
    assert done.counts["erased"] == (0 if what == "days" else 1)


def test_a_list_put_back_after_a_cut_is_missed_as_well(
    home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home.home.root / "erasure" / "refused.json"
    older = path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(removal, "_remove_records", _killed)
        with pytest.raises(KeyboardInterrupt):
            erased(home)
    pulled(home, {})  # which finishes it
    path.write_bytes(older)
    with pytest.raises(LakeError, match="is an older copy"):
        pulled(home, {})


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_nothing_is_done_that_no_audit_log_could_tell(home: ForceHome) -> None:
    for name in ("audit.jsonl", "audit.head.json"):
        (home.home.root / name).unlink()
    before = commits(home)
    for command in (
        lambda: erased(home),
        lambda: pulled(home, {"4.csv": csv(truth("e"))}),
    ):
        with pytest.raises(
            LakeError, match=r"audit\.jsonl: gone: .*; nothing was done"
        ):
            command()
    assert commits(home) == before
    assert not (home.home.root / "audit.jsonl").exists()
    assert home.tombstones.all() == frozenset()
    assert "gone" in str(status(home, NOW, 7).audit_fault)


def test_much_of_all_is_erased_by_days_only_once_confirmed(home: ForceHome) -> None:
    before, lines = commits(home), home.audit.verify().lines
    with pytest.raises(
        WithheldError, match="5 of 5 records began from 2016-10-03"
    ) as told:
        erase_days(home, date(2016, 10, 3), date(2026, 11, 4), "wrong", "me", NOW)
    assert (told.value.exit_code, "--confirm" in str(told.value)) == (3, True)
    assert (commits(home), home.audit.verify().lines) == (before, lines)
    assert home.tombstones.begun() is None
    assert home.tombstones.all() == frozenset()


def test_days_are_erased_with_what_was_held_back_of_them(home: ForceHome) -> None:
    done = erase_days(
        home, date(2026, 10, 3), date(2026, 10, 4), "wrong", "me", NOW, True
    )
    assert done.records == 2  # the canary's newest, and c
    assert state(home).keys() == {"a", "b", "d"}
    assert seen(home.home.root, GONE) == []
    assert pulled(home, {"4.csv": csv(truth("c", 20))}).counts["erased"] == 1
    with pytest.raises(UsageError, match="is before"):
        erase_days(home, date(2026, 10, 3), date(2026, 10, 2), "x", "me", NOW)


@pytest.mark.parametrize("point", ["_add_tombstones", "_removed", "_remove_records"])
def test_days_cut_off_are_finished_with_their_tombstones(
    point: str, home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(removal, point, killed)
        with pytest.raises(KeyboardInterrupt):
            erase_days(
                home, date(2026, 10, 3), date(2026, 10, 4), "wrong", "me", NOW, True
            )
    pulled(home, {})
    assert state(home).keys() == {"a", "b", "d"}
    assert seen(home.home.root, STREET) == []
    assert pulled(home, {"4.csv": csv(truth("c", 20))}).counts["erased"] == 1


@pytest.mark.parametrize("form", [*HANDS, "utf-16"])
def test_it_is_gone_from_every_format(form: str, tmp_path: Path) -> None:
    made = [truth("a"), canary(), truth("b", 2)]
    if form == "utf-16":
        data = csv(*made).decode("cp1252").encode("utf-16")
        text = CSV_MAPPING.replace('encoding = "cp1252"\n', "")
    else:
        data, text = in_hand(form, made)
    home = made_home(tmp_path, text)
    assert pulled(home, {"1": data}).counts["accepted"] == 3
    assert erased(home) == Removed(1, 1, 1)
    root = home.home.root
    assert seen(root, GONE) == seen(root, STREET) == []
    assert not any(GONE.encode("utf-16-le") in p.read_bytes() for p in files(root))
    assert erased(home, "a").records == 1
    assert state(home).keys() == {"b"}


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_short_reference_takes_no_other_with_it(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    pulled(home, {"1.csv": csv(truth("1"), truth("11"), truth("2"))})
    assert erased(home, "1") == Removed(1, 1, 1)
    assert state(home).keys() == {"11", "2"}
    [entry] = ledger.drops(home.lake, "kent")
    assert b"11;30A" in home.raw.read(str(entry.raw_sha256), "1.csv")


def test_a_row_whose_reference_was_broken_is_found_by_its_day(tmp_path: Path) -> None:
    """An older hexbeat cut a shorter reference out of the longer ones around it."""
    home = made_home(tmp_path)
    broken = csv_row(truth("    -A", 3, street=STREET))
    pulled(home, {"1.csv": as_csv([csv_row(truth("b")), broken])})
    assert erased(home, "K100-A") == Removed()
    day = date(2026, 10, 3)
    assert erase_days(home, day, day, "x", "me", NOW, True) == Removed(1, 1, 1)
    assert seen(home.home.root, STREET) == []
    assert state(home).keys() == {"b"}


def test_a_slip_is_told_and_erases_nothing(home: ForceHome) -> None:
    with pytest.raises(UsageError, match="the reason names the reference"):
        erase_reference(home, GONE, f"{GONE} asked", "me", NOW)
    with pytest.raises(UsageError, match="is empty"):
        erase_reference(home, " ", "why", "me", NOW)
    assert GONE in state(home)


def test_without_its_key_nothing_is_done(home: ForceHome) -> None:
    (home.home.root / "erasure" / "key").unlink()
    with pytest.raises(LakeError, match="is gone or damaged"):
        pulled(open_force_home(home.home.root), {"4.csv": csv(truth("z"))})


def test_a_raw_drop_that_is_gone_is_told(home: ForceHome) -> None:
    [entry, *_] = ledger.drops(home.lake, "kent")
    digest = str(entry.raw_sha256)
    (home.raw.root / digest[:2] / digest).unlink()
    with pytest.raises(LakeError, match=r"raw bytes of 1.csv are gone; bring"):
        erased(home)
