"""What is past its retention goes; a slip that would remove years is withheld."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import CSV_MAPPING, as_csv, csv_row
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
from transforms.records import ledger, removal
from transforms.records.erasure import erase_days, erase_reference
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.removal import Removed
from transforms.records.retention import confirm_due, due
from transforms.records.status import status
from transforms.records.tables import quarantined_rows


def kept_for(home: ForceHome, days: int) -> ForceHome:
    """The home, its mapping edited to keep records for so many days."""
    text = home.feed.mapping.read_text()
    [line] = [each for each in text.splitlines() if each.startswith("retention_days")]
    home.feed.mapping.write_text(text.replace(line, f"retention_days = {days}"))
    return open_force_home(home.home.root)


def many(days: range = range(1, 31), each: int = 4) -> dict[str, bytes]:
    """A drop a day of October 2026, each with so many records of that day."""
    return {
        f"{day:02}.csv": csv(*(truth(f"{day}/{n}", day) for n in range(each)))
        for day in days
        if day < 31
    }


def test_what_is_past_its_retention_goes_on_the_next_pull(tmp_path: Path) -> None:
    home = made_home(tmp_path, CSV_MAPPING.replace("2557", "60"))
    data = csv(canary(1), *(truth(f"b{n}", 2 + n % 20) for n in range(40)))
    done = pulled(home, {"1.csv": data})  # 20 November less 60 days: all stay
    assert (done.counts["accepted"], done.removed.records) == (41, 0)
    done = pulled(home, {"1.csv": data}, days_later=11)
    assert (done.removed, done.withheld) == (Removed(1, 1, 1), None)
    assert seen(home.home.root, GONE) == []
    assert len(state(home)) == 40
    before = commits(home)
    assert pulled(home, {"1.csv": data}, days_later=11).removed == Removed()
    assert commits(home) == before


def test_a_drop_of_so_long_ago_is_removed_whole(tmp_path: Path) -> None:
    home = made_home(tmp_path, CSV_MAPPING.replace("2557", "60"))
    held, cut = csv_row(canary(4), HO_code="none"), csv_row(canary(), Date_from="?")
    rows = [csv_row(truth("x", deleted=True)), held, cut, csv_row(truth("a"))]
    pulled(home, {"1.csv": as_csv(rows)})
    pulled(home, {"2.csv": csv(truth("b", 30))}, days_later=1)
    late = NOW + timedelta(days=61)
    told = pulled(home, {}, days_later=61).withheld
    assert "3 of 3 records" in str(told)
    assert "1 of 2 raw drops" in str(told)
    assert len(state(home)) == 3
    assert confirm_due(home, "me", late).records == 3
    assert state(home) == {}
    entries = {e.name: e for e in ledger.drops(home.lake, "kent")}
    assert entries["1.csv"].raw_sha256 is None
    assert quarantined_rows(home.lake, "kent").num_rows == 0
    assert seen(home.home.root, GONE) == seen(home.home.root, STREET) == []
    assert entries["1.csv"].rows_in == 4


@pytest.mark.parametrize("slip", ["mapping", "clock"])
def test_a_slip_removes_nothing_until_it_is_confirmed(
    slip: str, tmp_path: Path
) -> None:
    home, drops = made_home(tmp_path), many()
    pulled(home, drops)
    before = commits(home)
    years = 0 if slip == "mapping" else 8 * 365
    if slip == "mapping":
        home = kept_for(home, 25)
    for again in range(3):  # what a withheld run writes must not open the way
        done = pulled(home, drops, days_later=years + again)
        assert (done.removed, commits(home)) == (Removed(), before)
        assert "retention is withheld" in str(done.withheld)
        assert "hexbeat feed retain --confirm" in str(done.withheld)
        assert "\n" not in str(done.withheld)
        assert ("clock is" in str(done.withheld)) == (slip == "clock")
    told = status(home, NOW + timedelta(days=years), 7)
    assert (told.needs_attention, told.withheld) == (
        True,
        pulled(home, drops, years).withheld,
    )
    if slip == "mapping":
        home = kept_for(home, 2557)
    assert pulled(home, drops, days_later=1).withheld is None
    assert len(state(home)) == 120


def test_a_clock_that_is_ahead_by_a_little_removes_nothing_unasked(
    tmp_path: Path,
) -> None:
    """A share that would pass does not, where the time is not to be believed."""
    home = kept_for(made_home(tmp_path), 100)
    drops = many(each=8)
    pulled(home, drops)
    late = NOW + timedelta(days=51)  # of the 240 records those of one day are past
    found = due(home, late)
    assert found is not None
    assert (found.records, found.drops) == (8, 0)
    assert found.records <= 0.05 * found.of_records
    assert "clock" in str(pulled(home, drops, days_later=51).withheld)
    # a feed that goes on, or pulls that do, say that the clock is right
    for day in (0, 20, 40, 51):
        done = pulled(home, drops, days_later=day)
    assert (done.withheld, done.removed.records) == (None, 8)


@pytest.mark.parametrize(("few", "many_of"), [("30A", "C1"), ("C1", "30A")])
def test_many_records_of_one_kind_hide_none_of_the_other_that_would_go(
    few: str, many_of: str, tmp_path: Path
) -> None:
    """Ten of 20 are under 5 % of 300 records."""
    mapping = CSV_MAPPING.replace("2557", "60") + '[calls.codes]\n"C*" = "noise"\n'
    home = made_home(tmp_path, mapping)
    made = [truth(f"m{n}", 25, offence=many_of) for n in range(280)]
    made += [truth(f"f{n}", 1 + 24 * (n % 2), offence=few) for n in range(20)]
    pulled(home, {"1.csv": csv(*made)})
    said = str(pulled(home, {}, days_later=11).withheld)
    words = {"30A": "10 of 20 crimes and 0 of 280 calls for service began"}
    words["C1"] = "0 of 280 crimes and 10 of 20 calls for service began"
    assert words[few] in said
    assert len(state(home)) == 300


@pytest.mark.parametrize("slip", ["mapping", "clock"])
def test_what_is_still_offered_comes_back_once_it_is_put_right(
    slip: str, tmp_path: Path
) -> None:
    home, drops = made_home(tmp_path), many()
    held = csv_row(truth("held", 3), HO_code="none")
    drops["31.csv"] = as_csv([csv_row(truth("1/0", 30)), csv_row(canary(29)), held])
    pulled(home, drops)
    erase_reference(home, GONE, "asked for", "me", NOW)
    whole, quarantine = state(home), quarantined_rows(home.lake, "kent").to_pylist()
    digests = {e.name: e.raw_sha256 for e in ledger.drops(home.lake, "kent")}
    later = NOW
    if slip == "mapping":
        home = kept_for(home, 25)
    else:
        later += timedelta(days=8 * 365)
    assert confirm_due(home, "me", later).records > 90
    assert len(state(home)) < 30
    if slip == "mapping":
        home = kept_for(home, 2557)
    done = pulled(home, drops, days_later=1)
    assert (done.rejected, done.withheld) == ({}, None)
    assert state(home) == whole
    assert quarantined_rows(home.lake, "kent").to_pylist() == quarantine
    assert {e.name: e.raw_sha256 for e in ledger.drops(home.lake, "kent")} == digests
    assert seen(home.home.root, GONE) == seen(home.home.root, STREET) == []
    before = commits(home)
    again = pulled(home, drops, days_later=1)
    assert (again.unchanged, again.drops) == (31, 0)
    assert commits(home) == before


def test_erased_days_do_not_come_back_with_what_is_taken_again(tmp_path: Path) -> None:
    home, drops = made_home(tmp_path), many()
    drops["02.csv"] = as_csv([csv_row(canary(2), HO_code="none")])
    pulled(home, drops)
    erase_days(home, date(2026, 10, 2), date(2026, 10, 3), "order", "me", NOW, True)
    whole = state(home)
    home = kept_for(home, 5)
    confirm_due(home, "me", NOW)
    assert state(home) == {}
    home = kept_for(home, 2557)
    pulled(home, drops, days_later=1)
    assert state(home) == whole
    assert seen(home.home.root, GONE) == seen(home.home.root, STREET) == []


@pytest.mark.parametrize("point", ["_remove_records", "replace_quarantine", "forget"])
def test_a_confirmed_removal_that_is_cut_off_is_finished(
    point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, drops = made_home(tmp_path), many()
    pulled(home, drops)
    home = kept_for(home, 25)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(removal, point, killed)
        with pytest.raises(KeyboardInterrupt):
            confirm_due(home, "me", NOW)
    pulled(home, drops)  # asks for nothing again: it was confirmed
    assert home.tombstones.begun() is None
    assert {int(reference.split("/")[0]) for reference in state(home)} == {
        26,
        27,
        28,
        29,
        30,
    }
    assert seen(home.home.root, "1/0;") == []
