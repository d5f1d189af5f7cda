"""Drops of a force come into its lake: each row accounted for, once, and for good."""

from pathlib import Path

import pytest

from tests.transforms.feeds.force.made import (
    JSON_MAPPING,
    PARQUET_MAPPING,
    as_csv,
    as_json_lines,
    as_parquet,
    csv_row,
    example,
    json_row,
    one,
    truths,
)
from tests.transforms.records.made import (
    UPDATED_MAPPING,
    commits,
    made_home,
    pulled,
    state,
    truth,
)
from transforms.records import landing, ledger, vacuum
from transforms.records import pull as pulling
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.tables import held_back


@pytest.fixture
def home(tmp_path: Path) -> ForceHome:
    return made_home(tmp_path)


def csv(*made: object) -> bytes:
    return as_csv([csv_row(each) for each in made])  # type: ignore[arg-type]


def test_a_drop_is_told_in_full(home: ForceHome) -> None:
    done = pulled(home, {"a.csv": example()})
    assert done.counts["rows_in"] == 200
    assert done.counts["accepted"] + done.counts["quarantined"] == 200
    [entry] = ledger.drops(home.lake, "kent")
    assert (entry.rows_in, entry.accepted, entry.quarantined) == (200, 195, 5)
    assert (entry.deleted, entry.located, entry.erased) == (11, 162, 0)
    assert str(entry.first_day) == "2025-11-26"
    assert sum(done.broken.values()) == len(held_back(home.lake, "kent")) == 5
    assert {row["raw_sha256"] for row in state(home).values()} == {entry.raw_sha256}


def test_the_same_bytes_again_make_no_commit(home: ForceHome) -> None:
    pulled(home, {"a.csv": example(), "b.csv": b"x;y\n1;2\n"})
    before = commits(home)
    done = pulled(home, {"a.csv": example(), "b.csv": b"x;y\n1;2\n"}, days_later=1)
    assert (done.unchanged, done.drops, list(done.rejected)) == (1, 0, ["b.csv"])
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
    assert home.raw.read(digest) == data
    path = home.raw.root / digest[:2] / digest
    modes = [p.stat().st_mode & 0o777 for p in (path, path.parent, home.raw.root)]
    assert modes == [0o400, 0o700, 0o700]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_every_format_comes_in(form: str, tmp_path: Path) -> None:
    made = truths(40)
    data = as_parquet(made) if form == "parquet" else as_json_lines(map(json_row, made))
    home = made_home(tmp_path, PARQUET_MAPPING if form == "parquet" else JSON_MAPPING)
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
        held_back(home.lake, "kent").to_pylist()
        == held_back(whole.lake, "kent").to_pylist()
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
