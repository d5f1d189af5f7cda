"""What was quarantined comes back with a mended mapping, and nothing else changes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    HANDS,
    Truth,
    as_csv,
    csv_row,
    in_hand,
    truths,
)
from tests.transforms.records.made_homes import (
    GONE,
    NOW,
    UPDATED_MAPPING,
    canary,
    commits,
    csv,
    made_home,
    pulled,
    seen,
    state,
    truth,
)
from transforms.errors import UsageError
from transforms.records import ledger
from transforms.records import reread as rereading
from transforms.records.erasure import erase_days, erase_reference
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.reread import Reread, reread
from transforms.records.status import status
from transforms.records.tables import quarantined_rows


NEW = "77Z"  # an offence code that nobody has mapped yet


def mended(
    home: ForceHome, old: str = '"105A" = "violence', new: str | None = None
) -> ForceHome:
    """The home with a mapping that reads the new code, or says something else."""
    text = home.feed.mapping.read_text()
    assert old in text
    changed = text.replace(old, new or f'"{NEW}" = "robbery"\n{old}', 1)
    home.feed.mapping.write_text(changed)
    return open_force_home(home.home.root)


def again(home: ForceHome, drop: str | None = None) -> Reread:
    return reread(home, "me", NOW, drop)


def tables(home: ForceHome) -> tuple[object, ...]:
    """All that a home has of its feed, but for when it was noted."""
    entries = [
        replace(e, offered_hmac="", received_at=NOW, mapping_sha256="")
        for e in ledger.drops(home.lake, home.force)
    ]
    return state(home), quarantined_rows(home.lake, home.force).to_pylist(), entries


def whole(folder: Path, text: str, drops: Mapping[str, bytes]) -> ForceHome:
    """A home into which the same drops came with the mended mapping at once."""
    folder.mkdir()
    home = mended(made_home(folder, text))
    pulled(home, drops)
    return home


@cache
def with_new_code() -> list[Truth]:
    """Forty records, four of them of the new code."""
    at_home = Truth("").place
    made = [replace(t, deleted=False, place=t.place and at_home) for t in truths(40)]
    return [replace(t, offence=NEW) if n < 4 else t for n, t in enumerate(made)]


@pytest.mark.parametrize("form", HANDS)
def test_rows_come_back_as_if_the_mapping_had_always_been_so(
    form: str, tmp_path: Path
) -> None:
    made = with_new_code()
    # one of the quarantined has a later version, which was accepted
    later = [replace(made[0], offence="30A"), replace(made[9], reference="n")]
    data, text = in_hand(form, made)
    drops = {"1": data, "2": in_hand(form, later)[0]}
    home = made_home(tmp_path, text)
    assert [doubt.drop for doubt in pulled(home, drops).doubts] == ["1"]
    home = mended(home)
    done = pulled(home, drops).reread
    assert (done.names, done.records, done.quarantined) == ({"1"}, 4, 0)
    assert (done.kept, done.doubts) == ({}, [])
    assert state(home)[made[0].reference]["drop"] == "2"
    assert state(home)[made[1].reference]["category"] == "robbery"
    assert tables(home) == tables(whole(tmp_path / "whole", text, drops))
    assert status(home, NOW, 7).doubts == []
    assert home.audit.verify().fault is None


def test_read_twice_it_is_the_same(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    drops = {"1.csv": in_hand("csv", with_new_code())[0]}
    pulled(home, drops)
    home = mended(home)
    assert pulled(home, drops).reread.records == 4
    before = (tables(home), commits(home))
    assert pulled(home, drops).reread == Reread()
    assert again(home).records == 0
    assert again(home, "1.csv").records == 0
    assert (tables(home), commits(home)) == before


def test_a_mapping_that_mends_nothing_is_tried_once(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    drops = {"1.csv": in_hand("csv", with_new_code())[0]}
    pulled(home, drops)
    home = mended(home, "force =", "# another\nforce =")
    first = pulled(home, drops)
    assert (first.reread.records, first.reread.quarantined) == (0, 4)
    assert [doubt.drop for doubt in first.doubts] == ["1.csv"]
    assert pulled(home, drops).reread.names == set()
    assert not rereading.is_due(home)


def test_what_was_accepted_stays_as_it_was_read(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    rows = [csv_row(truth("a")), csv_row(truth("b"), HO_code=NEW)]
    pulled(home, {"1.csv": as_csv(rows)})
    new = f'"30*" = "drugs"\n"{NEW}" = "robbery"'
    home = mended(home, '"30*" = "burglary"', new)
    assert again(home).records == 1
    found = {name: row["category"] for name, row in state(home).items()}
    assert found == {"a": "burglary", "b": "robbery"}


def test_a_mapping_for_another_export_leaves_the_drop_as_it_was(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    pulled(home, {"1.csv": in_hand("csv", with_new_code())[0]})
    before = tables(home)
    home = mended(home, 'easting = "E"', 'easting = "X"')
    done = pulled(home, {})
    assert done.reread.names == set()
    [why] = done.reread.kept.values()
    assert "no column 'X'" in why
    assert why.endswith("; it stays as it was read")
    assert tables(home) == before


def test_lost_raw_bytes_are_reported_and_the_others_come_back(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    made = with_new_code()
    others = [replace(t, reference=f"o{t.reference}") for t in made]
    pulled(home, {"1": in_hand("csv", made)[0], "2": in_hand("csv", others)[0]})
    first, _ = (str(e.raw_sha256) for e in ledger.drops(home.lake, "kent"))
    (home.raw.root / first[:2] / first).unlink()
    done = again(mended(home))
    assert (done.names, done.records) == ({"2"}, 4)
    assert "the raw bytes of 1 are gone" in done.kept["1"]


def test_two_drops_of_the_same_bytes_come_back_alike(tmp_path: Path) -> None:
    data = in_hand("csv", with_new_code())[0]
    home = made_home(tmp_path)
    pulled(home, {"1": data, "2": data})
    home = mended(home)
    again(home, "1")
    both = whole(tmp_path / "w", CSV_MAPPING, {"1": data, "2": data})
    assert tables(home) == tables(both)
    assert state(home)[with_new_code()[1].reference]["drop"] == "2"


def test_the_time_of_the_last_change_still_decides(tmp_path: Path) -> None:
    home = made_home(tmp_path, UPDATED_MAPPING)
    late = csv_row(truth("a", 2), HO_code=NEW) | {"Updated": "05/10/2026 10:00"}
    early = csv_row(truth("a", 3)) | {"Updated": "04/10/2026 23:59"}
    gone = csv_row(truth("b", deleted=True)) | {"Updated": "06/10/2026 00:00"}
    older = csv_row(truth("b"), HO_code=NEW) | {"Updated": "05/10/2026 00:00"}
    pulled(home, {"1.csv": as_csv([late, older]), "2.csv": as_csv([early, gone])})
    again(mended(home))
    assert state(home)["a"]["drop"] == "1.csv"
    assert state(home)["b"]["deleted"] is True


@pytest.mark.parametrize("form", HANDS)
def test_what_was_erased_does_not_come_back(form: str, tmp_path: Path) -> None:
    """Blank rows, of which there are many, neither count nor move the others."""
    unknown = replace(with_new_code()[9], offence="88X", reference="unknown")
    erased = [canary(3 + n, offence="30A" if n else NEW) for n in range(4)]
    others = [*with_new_code()[1:], unknown]
    data, text = in_hand(form, [*erased[:3], *others, erased[3]])
    home = made_home(tmp_path, text)
    assert pulled(home, {"1": data}).rejected == {}
    erase_reference(home, GONE, "asked for", "me", NOW)
    home = mended(home)
    done = again(home)
    assert (done.records, done.quarantined, done.kept) == (3, 1, {})
    assert GONE not in state(home)
    assert seen(home.home.root, GONE) == []
    [entry] = ledger.drops(home.lake, "kent")
    assert (entry.rows_in, entry.accepted, entry.erased) == (44, 39, 4)
    both = whole(tmp_path / "whole", text, {"1": data})
    erase_reference(both, GONE, "asked for", "me", NOW)
    assert tables(home)[:2] == tables(both)[:2]


def test_a_day_erased_before_it_could_be_read_stays_out(tmp_path: Path) -> None:
    rows = [csv_row(truth(f"x{n}", 9)) for n in range(10)]
    other = [csv_row(truth("b"), Date_from="2026-10-03")]
    other += [csv_row(truth(f"c{n}"), Date_from="2026-10-04") for n in range(9)]
    home = made_home(tmp_path)
    pulled(home, {"1": as_csv([*rows, *other])})
    erase_days(home, date(2026, 10, 3), date(2026, 10, 3), "order", "me", NOW)
    done = again(mended(home, '"%d/%m/%Y"', '"iso"'))
    assert (done.records, done.quarantined, done.kept) == (9, 1, {})
    assert "b" not in state(home)


DUE = {"old": 1, "new": 19}


def test_retention_takes_what_comes_back_too_late(tmp_path: Path) -> None:
    text = CSV_MAPPING.replace("retention_days = 2557", "retention_days = 60")
    rows = [csv_row(truth(str(n), 20)) for n in range(60)]
    old = [csv_row(truth(name, day), HO_code=NEW) for name, day in DUE.items()]
    home = made_home(tmp_path, text)
    pulled(home, {"1.csv": as_csv([*rows, *old])})
    done = reread(mended(home), "me", NOW + timedelta(days=12))
    assert (done.records, done.withheld) == (2, None)
    assert "old" not in state(home)
    assert "new" in state(home)


@pytest.mark.parametrize(
    ("point", "mend"),
    [
        ("replace_months", "pull"),
        ("replace_quarantine", "pull"),
        ("ledger", "pull"),
        ("ledger", "the same again"),
        ("latest", "the same again"),
    ],
)
def test_cut_off_anywhere_the_next_command_finishes_it(
    point: str, mend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    drops = {"1.csv": in_hand("csv", with_new_code())[0]}
    home = made_home(tmp_path)
    pulled(home, drops)
    home = mended(home)
    # by an older hexbeat in vain: only the note of it knows what was begun
    rereading._write(home, rereading._State(home.mapping_sha256))
    assert not rereading.is_due(home)
    with monkeypatch.context() as patched:
        if point == "ledger":
            patched.setattr(rereading.ledger, "commit", killed)
        else:
            patched.setattr(rereading, point, killed)
        with pytest.raises(KeyboardInterrupt):
            again(home)
    assert rereading.is_due(home)
    if mend == "pull":
        pulled(home, drops)
    else:
        again(home)
    assert not rereading.is_due(home)
    assert tables(home) == tables(whole(tmp_path / "whole", CSV_MAPPING, drops))


def test_a_name_that_is_not_stored_is_a_mistake(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    pulled(home, {"1.csv": csv(truth("a")), "2.csv": b"x;y\n1;2\n"})
    with pytest.raises(UsageError, match=r"no stored drop is named '3.csv'"):
        again(home, "3.csv")
    with pytest.raises(UsageError, match=r"2.csv was refused, so nothing of it"):
        again(home, "2.csv")


def test_no_row_is_in_the_audit_log(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    pulled(home, {"canary.csv": as_csv([csv_row(canary(2, offence=NEW))])})
    again(mended(home))
    assert b"canary" not in (home.home.root / "audit.jsonl").read_bytes()
