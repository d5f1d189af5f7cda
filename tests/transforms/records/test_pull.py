"""Drops of a force come into its lake: each row accounted for, once, and for good."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    HANDS,
    as_csv,
    csv_row,
    example,
    in_hand,
    one,
    truths,
)
from tests.transforms.records.made_homes import (
    NOW,
    UPDATED_MAPPING,
    commits,
    csv,
    made_home,
    pulled,
    state,
    truth,
)
from transforms.feeds.force.sources.folder import DropFolder
from transforms.records import landing, ledger, vacuum
from transforms.records import pull as pulling
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.status import status
from transforms.records.tables import quarantined_rows


@pytest.fixture
def home(tmp_path: Path) -> ForceHome:
    return made_home(tmp_path)


def test_a_drop_is_told_in_full(home: ForceHome) -> None:
    done = pulled(home, {"a.csv": example()})
    assert done.counts["rows_in"] == 200
    assert done.counts["accepted"] + done.counts["quarantined"] == 200
    [entry] = ledger.drops(home.lake, "kent")
    assert (entry.rows_in, entry.accepted, entry.quarantined) == (200, 195, 5)
    assert (entry.deleted, entry.located, entry.erased) == (11, 162, 0)
    assert str(entry.first_day) == "2025-11-26"
    assert sum(done.broken.values()) == len(quarantined_rows(home.lake, "kent")) == 5
    assert {row["raw_sha256"] for row in state(home).values()} == {entry.raw_sha256}


def test_a_drop_with_a_line_break_in_its_name_is_refused_alone(
    home: ForceHome, tmp_path: Path
) -> None:
    (tmp_path / "drops").mkdir()
    for name, row in (("a.csv", truth("a")), ("b\n.csv", truth("b"))):
        (tmp_path / "drops" / name).write_bytes(csv(row))
    source = DropFolder(tmp_path / "drops", lambda _: None)
    done = pulling.pull(home, source, "me", NOW)
    assert (done.drops, list(state(home))) == (1, ["a"])
    [(name, why)] = done.rejected.items()
    assert name == r"'b\n.csv'"
    assert why.endswith(
        r"drops, 'b\n.csv': its name holds a line break, a slash or another character"
        " that does not show; rename it"
    )


def test_open_ends_and_drops_with_no_place_in_the_area_are_counted(
    home: ForceHome,
) -> None:
    edinburgh = {"E": "325000", "N": "673000"}
    rows = [csv_row(truth("a"), **edinburgh), csv_row(truth("b"), **edinburgh)]
    still_open = one(Date_to="31/12/9999", Time_to="23:59")
    done = pulled(home, {"a.csv": as_csv(rows), "b.csv": as_csv([still_open])})
    assert (done.drops, done.nowhere, done.open_ends) == (2, ["a.csv"], 1)


def test_a_refused_drop_comes_once_the_mapping_is_mended(tmp_path: Path) -> None:
    drop = as_csv([csv_row(truth(str(n)), HO_code="77Z") for n in range(20)])
    home = made_home(tmp_path)
    assert "unmapped: 20 of 20 rows" in pulled(home, {"a.csv": drop}).rejected["a.csv"]
    mapping = home.home.root / "mapping.toml"
    text = mapping.read_text().replace('"105A" =', '"77Z" = "robbery"\n"105A" =', 1)
    mapping.write_text(text)
    mended = open_force_home(home.home.root)
    assert pulled(mended, {"a.csv": drop}, days_later=1).counts["accepted"] == 20


def _six_percent(form: str, **fault: object) -> tuple[bytes, str]:
    """A drop of 100 rows, six of them with a fault."""
    made = [replace(t, deleted=False) for t in truths(100)]
    made[:6] = [replace(t, **fault) for t in made[:6]]  # type: ignore[arg-type]
    return in_hand(form, made)


@pytest.mark.parametrize("form", HANDS)
def test_a_drop_with_many_quarantined_rows_is_in_doubt(
    form: str, tmp_path: Path
) -> None:
    data, text = _six_percent(form, offence="77Z")
    home = made_home(tmp_path, text)
    before, after = (
        in_hand(form, [replace(t, reference=f"{k}{t.reference}") for t in truths(9)])[0]
        for k in "ba"
    )
    done = pulled(home, {"1": before, "2": data, "3": after})
    words = "2: 6 of 100 rows quarantined (6.0%), 6 by rule offence"
    assert [doubt.in_words for doubt in done.doubts] == [words]
    found = status(home, NOW, 7)
    assert (found.doubts, found.needs_attention) == ([words], True)


def test_a_column_that_is_empty_throughout_is_a_doubt(home: ForceHome) -> None:
    """Empty times are not of another format, so the drop as such is not refused."""
    rows = [csv_row(truth(str(n)), Date_from="", Time_from="") for n in range(40)]
    [doubt] = pulled(home, {"1.csv": as_csv(rows)}).doubts
    assert doubt.rows == 40
    assert doubt.in_words.endswith(", 40 by rule occurred-from")


MIXED = CSV_MAPPING + '[calls.codes]\n"C*" = "noise"\n'


@pytest.mark.parametrize(
    ("broken", "fine", "kind"),
    [("30A", "C1", "crimes"), ("C1", "30A", "calls for service")],
)
def test_many_rows_of_one_kind_hide_no_broken_ones_of_the_other(
    broken: str, fine: str, kind: str, tmp_path: Path
) -> None:
    """Four of 20 rows of a kind that is a fiftieth of the drop, and under 0.5 %."""
    home = made_home(tmp_path, MIXED)
    rows = [csv_row(truth(f"f{n}", offence=fine)) for n in range(1000)]
    rows += [csv_row(truth(f"b{n}", offence=broken)) for n in range(16)]
    rows += [csv_row(truth(f"x{n}", offence=broken), E="530000,5") for n in range(4)]
    [doubt] = pulled(home, {"1.csv": as_csv(rows)}).doubts
    words = f"1.csv: 4 of 20 rows of {kind} quarantined (20.0%), 4 by rule coordinates"
    assert doubt.in_words == words
    [entry] = ledger.drops(home.lake, "kent")
    assert entry.calls == (1000 if broken == "30A" else 20)


def test_a_code_that_nobody_lists_counts_as_a_crime_until_it_is_listed(
    tmp_path: Path,
) -> None:
    home = made_home(tmp_path, MIXED)
    rows = [csv_row(truth(f"c{n}", offence="C1")) for n in range(1000)]
    rows += [csv_row(truth(f"a{n}")) for n in range(16)]
    rows += [csv_row(truth(f"x{n}", offence="77Z")) for n in range(4)]
    [doubt] = pulled(home, {"1.csv": as_csv(rows)}).doubts
    assert "4 of 20 rows of crimes quarantined" in doubt.in_words
    mended = MIXED.replace('"C*" = "noise"', '"C*" = "noise"\n"77Z" = "noise"')
    home.feed.mapping.write_text(mended)
    home = open_force_home(home.home.root)
    assert pulled(home, {}, days_later=1).doubts == status(home, NOW, 7).doubts == []
    [entry] = ledger.drops(home.lake, "kent")
    assert entry.calls == 1004


def test_the_same_bytes_again_make_no_commit(home: ForceHome) -> None:
    pulled(home, {"a.csv": example(), "b.csv": b"x;y\n1;2\n"})
    before = commits(home)
    done = pulled(home, {"a.csv": example(), "b.csv": b"x;y\n1;2\n"}, days_later=1)
    assert (done.unchanged, done.drops, done.still_refused) == (1, 0, 1)
    assert commits(home) == before


def test_a_record_moves_between_months_in_one_commit(home: ForceHome) -> None:
    pulled(home, {"1.csv": csv(truth("a"), truth("b", 2))})
    before = commits(home)["records"]
    moved = csv_row(truth("a"), Date_from="30/09/2026")
    pulled(home, {"2.csv": as_csv([moved])})
    assert commits(home)["records"] == before + 1
    months = {ref: row["month"] for ref, row in state(home).items()}
    assert months == {"a": "2026-09", "b": "2026-10"}
    pulled(home, {"3.csv": csv(truth("b", deleted=True))})
    assert state(home)["b"]["month"] == "deleted"
    assert state(home)["b"]["category"] is None
    files = home.lake.files("records")
    assert sorted(f.partition["month"] for f in files) == ["2026-09", "deleted"]


def test_only_the_months_that_changed_are_written(home: ForceHome) -> None:
    september = csv_row(truth("a"), Date_from="30/09/2026")
    pulled(home, {"1.csv": as_csv([september, csv_row(truth("b"))])})
    before = {f.partition["month"]: f.path for f in home.lake.files("records")}
    pulled(home, {"2.csv": csv(truth("c", 3))})
    after = {f.partition["month"]: f.path for f in home.lake.files("records")}
    assert after["2026-09"] == before["2026-09"]
    assert after["2026-10"] != before["2026-10"]


def test_months_are_those_of_the_clock_in_great_britain(home: ForceHome) -> None:
    row = csv_row(truth("a"), Date_from="01/08/2026", Time_from="00:30")
    pulled(home, {"1.csv": as_csv([row])})
    assert state(home)["a"]["month"] == "2026-08"  # 23:30 UTC on 31 July


def test_a_name_once_taken_is_not_taken_by_other_bytes(home: ForceHome) -> None:
    pulled(home, {"a.csv": csv(truth("a"))})
    done = pulled(home, {"a.csv": csv(truth("b"))})
    assert "send it by a name that sorts after" in done.rejected["a.csv"]
    assert state(home).keys() == {"a"}


def test_a_rejected_drop_leaves_nothing_but_a_note(home: ForceHome) -> None:
    done = pulled(home, {"a.csv": b"x;y\n1;2\n", "b.csv": csv(truth("b"))})
    assert list(done.rejected) == ["a.csv"]
    entries = {e.name: e for e in ledger.drops(home.lake, "kent")}
    assert entries["a.csv"].observed == "rejected"
    assert entries["a.csv"].raw_sha256 is None
    assert len([p for p in home.raw.root.rglob("*") if p.is_file()]) == 1
    pulled(home, {"a.csv": csv(truth("a"))})
    assert {e.observed for e in ledger.drops(home.lake, "kent")} == {"supplied"}


def test_raw_bytes_are_kept_for_their_owner_alone(home: ForceHome) -> None:
    data = csv(truth("a"))
    pulled(home, {"a.csv": data})
    [entry] = ledger.drops(home.lake, "kent")
    digest = str(entry.raw_sha256)
    assert home.raw.read(digest, "a.csv") == data
    path = home.raw.root / digest[:2] / digest
    modes = [p.stat().st_mode & 0o777 for p in (path, path.parent, home.raw.root)]
    assert modes == [0o400, 0o700, 0o700]


@pytest.mark.parametrize("form", HANDS)
def test_every_format_comes_in(form: str, tmp_path: Path) -> None:
    made = truths(40)
    data, text = in_hand(form, made)
    home = made_home(tmp_path, text)
    assert pulled(home, {"a": data}).counts["accepted"] == 40
    assert state(home).keys() == {each.reference for each in made}


@pytest.mark.parametrize(
    "point", ["replace_months", "replace_quarantine", "ledger", "after"]
)
def test_a_pull_cut_off_anywhere_comes_to_the_same(
    point: str, home: ForceHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = as_csv([csv_row(truth("a")), csv_row(truth("b"), E="")])
    second = as_csv([csv_row(truth("a", 5)), csv_row(truth("c"), HO_code="9")])
    pulled(home, {"1.csv": first})

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if point == "ledger":
            patched.setattr(landing.ledger, "commit", killed)
        elif point == "after":
            patched.setattr(pulling, "vacuum", killed)
        else:
            patched.setattr(landing, point, killed)
        with pytest.raises(KeyboardInterrupt):
            pulled(home, {"1.csv": first, "2.csv": second})
    pulled(home, {"1.csv": first, "2.csv": second})
    (tmp_path / "whole").mkdir()
    whole = made_home(tmp_path / "whole")
    pulled(whole, {"1.csv": first, "2.csv": second})
    assert state(home) == state(whole)
    assert (
        quarantined_rows(home.lake, "kent").to_pylist()
        == quarantined_rows(whole.lake, "kent").to_pylist()
    )
    counts = [
        [
            (e.name, e.raw_sha256, e.rows_in, e.accepted)
            for e in ledger.drops(h.lake, "kent")
        ]
        for h in (home, whole)
    ]
    assert counts[0] == counts[1]


def test_a_mapping_that_changed_is_told(home: ForceHome, tmp_path: Path) -> None:
    pulled(home, {"1.csv": csv(truth("a"))})
    assert not pulled(home, {}).mapping_changed
    home.feed.mapping.write_text(home.feed.mapping.read_text() + "# changed\n")
    assert pulled(open_force_home(home.home.root), {}).mapping_changed


def test_no_row_is_in_the_audit_log(home: ForceHome) -> None:
    pulled(home, {"canary.csv": as_csv([one(Crime_ref="canary")])})
    assert b"canary" not in (home.home.root / "audit.jsonl").read_bytes()


def test_the_time_of_the_last_change_goes_before_names(tmp_path: Path) -> None:
    home = made_home(tmp_path, UPDATED_MAPPING)
    late = csv_row(truth("a", 2)) | {"Updated": "05/10/2026 10:00"}
    early = csv_row(truth("a", 3)) | {"Updated": "04/10/2026 23:59"}
    never = csv_row(truth("a", 4)) | {"Updated": ""}
    for name, row in (("1.csv", late), ("2.csv", early), ("3.csv", never)):
        pulled(home, {name: as_csv([row])})
    assert state(home)["a"]["drop"] == "1.csv"
    gone = csv_row(truth("a", deleted=True)) | {"Updated": "06/10/2026 00:00"}
    done = pulled(home, {"1.csv": as_csv([gone])})  # one name may come again
    assert (done.counts["deleted"], done.rejected) == (1, {})
    assert state(home)["a"]["deleted"] is True


def test_what_a_killed_pull_left_is_removed(home: ForceHome) -> None:
    home.raw.keep(csv(truth("stray")))
    pulled(home, {"1.csv": csv(truth("a"))})
    assert len([p for p in home.raw.root.rglob("*") if p.is_file()]) == 1


def test_a_long_log_is_summed_up(
    home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vacuum, "LOG_ENTRIES", 3)
    for number in range(4):
        pulled(home, {f"{number}.csv": csv(truth(str(number)))})
        assert home.lake.log_entries("records") < 3
    assert len(state(home)) == 4


def test_drops_in_any_order_come_to_the_same(tmp_path: Path) -> None:
    drops = {
        "1.csv": csv(truth("a"), truth("b", 2), truth("c", 3)),
        "2.csv": csv(truth("a", 9), truth("b", deleted=True)),
        "3.csv": csv(truth("b", 12), truth("c", deleted=True), truth("c", 4)),
    }
    found = []
    for order in (("1.csv", "2.csv", "3.csv"), ("3.csv", "1.csv", "2.csv")):
        folder = tmp_path / order[0]
        folder.mkdir()
        home = made_home(folder)
        for name in order:
            pulled(home, {name: drops[name]})
        found.append(state(home))
    folder = tmp_path / "together"
    folder.mkdir()
    home = made_home(folder)
    pulled(home, drops)
    assert found[0] == found[1] == state(home)
    assert {ref: row["drop"] for ref, row in found[0].items()} == {
        "a": "2.csv",
        "b": "3.csv",
        "c": "3.csv",
    }


def test_a_drop_without_a_row_is_stored_as_one_with_nothing_new(tmp_path: Path) -> None:
    home = made_home(tmp_path, f'empty = "nothing-new"\n{CSV_MAPPING}')
    drops = {"1.csv": csv(truth("a"), truth("b", 2)), "2.csv": csv()}
    done = pulled(home, drops)
    assert (done.drops, done.nothing_new, done.rejected) == (2, 1, {})
    assert sorted(state(home)) == ["a", "b"]
    again = pulled(home, drops, 1)
    assert (again.drops, again.nothing_new, again.unchanged) == (0, 0, 2)
    assert status(home, NOW, 7).refused == {}


def test_a_refused_drop_is_named_with_its_reason_until_it_is_gone_or_mended(
    home: ForceHome,
) -> None:
    good = {"1.csv": csv(truth("a"))}
    pulled(home, good | {"2.csv": csv(), "3.csv": b"x"})
    seen = status(home, NOW, 7)
    assert list(seen.refused) == ["2.csv", "3.csv"]
    assert "a header and no rows" in seen.refused["2.csv"]
    assert seen.needs_attention

    pulled(home, good | {"3.csv": csv(truth("b"))})  # one is gone, the other mended
    assert status(home, NOW, 7).refused == {}
    assert sorted(state(home)) == ["a", "b"]
