"""A patrol log taken: what is stored of it, and what is held back."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.transforms.patrols.made_programme import (
    CENTRES,
    FORCE,
    MAPPING,
    NOW,
    OFFICER,
    Row,
    log,
    made_programme,
    put,
)
from tests.transforms.records.made_homes import seen
from transforms.errors import FileRejectedError, UsageError
from transforms.homes.home import Home
from transforms.lake.crash_points import listen
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.take import Taken, take_visits


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return made_programme(tmp_path / "home")[0]


def taken(
    home: Home, *rows: Row, mapping: str = MAPPING, name: str = "log.csv"
) -> Taken:
    path = put(home.root.parent, log(*rows), name)
    return take_visits(home, path, read_visit_mapping(mapping, "patrols.toml"), NOW)


def stored(home: Home) -> list[dict[str, object]]:
    return home.lake.read("visits", FORCE).to_pylist()


def contents(home: Home) -> dict[str, str]:
    """The hash of each live data file, without the partition's chance names."""
    return {
        f"{name}/{file.partition}": file.sha256
        for name in ("visits", "visits_quarantine")
        for file in home.lake.files(name)
    }


def test_a_visit_is_stored_in_the_words_of_hexbeat(home: Home) -> None:
    row = Row(role="PS", mode="van", reason="call", arrests="1", talks="12")
    done = taken(home, row)
    assert (done.rows_in, done.accepted, done.held_back) == (1, 1, 0)
    [visit] = stored(home)
    assert visit["starts"] == datetime(2026, 10, 5, 17, tzinfo=UTC)  # summer time
    assert visit["ends"] == datetime(2026, 10, 5, 17, 15, tzinfo=UTC)
    told = {name: visit[name] for name in (
        "place_id", "day", "month", "minutes", "officers", "role", "mode",
        "background", "arrests", "searches", "engagements", "source", "raw_line",
    )}  # fmt: skip
    assert told == {
        "place_id": "p01", "day": date(2026, 10, 5), "month": "2026-10",
        "minutes": 15.0, "officers": 2, "role": "police", "mode": "vehicle",
        "background": True, "arrests": 1, "searches": None, "engagements": 12,
        "source": "log", "raw_line": 2,
    }  # fmt: skip


BROKEN = {
    "times": [
        Row(end="05/10/2026 18:00"),
        Row(end="05/10/2026 17:59"),
        Row(end="05/10/2026 22:01"),
        Row(start="5 October"),
        Row(end=""),
        Row(start="05/10/2026 25:00"),
    ],
    "place": [Row(place="p05"), Row(place=""), Row(place="Town Hall")],
    "officers": [Row(officers=text) for text in ("0", "21", "", "-1", "two", "1.5")],
    "role": [Row(role=""), Row(role="pc"), Row(role="DC")],
    "mode": [Row(mode="horse")],
    "background": [Row(reason="")],
    "negative": [Row(arrests="-1"), Row(searches="1.5"), Row(asb="few")],
    "future": [Row(start="10/11/2026 08:50", end="10/11/2026 09:01")],
    "before-start": [Row(start="30/09/2026 23:50", end="01/10/2026 00:10")],
    "duplicate": [Row(end="05/10/2026 18:30", officers="1")],
}


@pytest.mark.parametrize(
    ("rule", "row"), [(rule, row) for rule, rows in BROKEN.items() for row in rows]
)
def test_a_row_that_breaks_a_rule_is_held_back(home: Home, rule: str, row: Row) -> None:
    good = [Row(), Row(place="p02")]
    done = taken(home, *good, row)
    assert done.quarantined == Counter({rule: 1})
    assert [visit["raw_line"] for visit in stored(home)] == [2, 3]
    [held] = home.lake.read("visits_quarantine", FORCE).to_pylist()
    assert (held["rule"], held["raw_line"]) == (rule, 4)


def test_four_hours_and_twenty_officers_are_not_too_many(home: Home) -> None:
    row = Row(end="05/10/2026 22:00", officers="20", mode="", arrests="0")
    assert not taken(home, row).held_back
    assert stored(home)[0]["mode"] is None


def test_a_column_of_names_is_dropped_and_said(home: Home) -> None:
    done = taken(home, Row(), Row(place="p09"))
    assert done.left_out == ["Officer name"]
    assert not seen(home.root, OFFICER) and not seen(home.root, "Dorothea")


def test_taken_again_it_changes_nothing(home: Home) -> None:
    assert taken(home, Row(), Row(officers="0")).changed
    before = home.lake.versions()
    again = taken(home, Row(), Row(officers="0"), name="copy.csv")
    assert not again.changed and again.accepted == 1 and again.held_back == 1
    assert home.lake.versions() == before


def test_another_mapping_replaces_what_a_log_said(home: Home) -> None:
    taken(home, Row(role="DC"), Row(place="p02"))
    assert len(stored(home)) == 1
    done = taken(
        home,
        Row(role="DC"),
        Row(place="p02"),
        mapping=MAPPING.replace('["PC", "PS"]', '["PC", "PS", "DC"]'),
    )
    assert done.changed and not done.held_back
    assert len(stored(home)) == 2
    assert not len(home.lake.read("visits_quarantine", FORCE))


def test_a_visit_that_an_overlapping_log_has_counts_once(home: Home) -> None:
    taken(home, Row(), Row(place="p02"))
    later = Row(place="p03"), Row(place="p02"), Row(place="p02", role="PCSO")
    done = taken(home, *later, name="next.csv")
    assert done.quarantined == Counter({"duplicate": 1})
    assert len(stored(home)) == 4
    before = contents(home)
    taken(home, Row(), Row(place="p02"))
    assert contents(home) == before


def test_a_log_without_times_has_days_and_minutes(home: Home) -> None:
    mapping = MAPPING.replace('start = "Arrived"', 'date = "Arrived"').replace(
        'end = "Left"', 'minutes = "Left"'
    )
    mapping = mapping.replace('"%d/%m/%Y %H:%M"', '"%d/%m/%Y"')
    rows = [Row(start="05/10/2026", end=text) for text in ("15", "15", "240", "0", "x")]
    done = taken(home, *rows, mapping=mapping)
    assert done.quarantined == Counter({"times": 2})  # two alike may be two visits
    assert {v["starts"] for v in stored(home)} == {None}
    assert [v["day"] for v in stored(home)] == [date(2026, 10, 5)] * 3
    done = taken(
        home, rows[0], Row(start="06/10/2026", end="15"), mapping=mapping, name="b"
    )
    assert done.quarantined == Counter({"duplicate": 1})


@pytest.mark.parametrize("grid", [False, True])
def test_coordinates_are_looked_up(home: Home, grid: bool) -> None:
    (lat, lon), _, (low, left), _ = CENTRES
    columns = 'longitude = "Officers"'
    mapping = MAPPING.replace('format = "csv"', 'format = "csv"\ncrs = "EPSG:4326"')
    mapping = mapping.replace('place_id = "Location"', 'point = "Location"')
    if grid:
        mapping = mapping.replace("EPSG:4326", "EPSG:27700")
    texts = ("615000 157500", "1 1") if grid else (f"{lon} {lat}", f"{left} {low + 1}")
    rows = [Row(place=f"POINT ({text})") for text in texts]
    done = taken(home, *rows, mapping=mapping)
    if grid:
        assert done.quarantined == Counter({"place": 2})  # near Canterbury, in no place
    else:
        assert done.quarantined == Counter({"place": 1})
        assert stored(home)[0]["place_id"] == "p01"
    assert columns


def test_own_words_for_places(home: Home) -> None:
    mapping = MAPPING + '\n[places]\n"Top of town" = "p03"\n'
    assert not taken(home, Row(place="Top of town "), mapping=mapping).held_back
    assert stored(home)[0]["place_id"] == "p03"
    with pytest.raises(UsageError, match=r"'p30' is no place of autumn-.* p01 to p04"):
        taken(home, Row(), mapping=mapping.replace('"p03"', '"p30"'))


def test_parquet_is_read_as_csv_is(home: Home) -> None:
    row = Row()
    names = log(row).decode().splitlines()[0].split(",")
    values = row.text().split(",")
    table = pa.table({n: [v] for n, v in zip(names, values, strict=True)})
    path = home.root.parent / "log.parquet"
    pq.write_table(table, path)
    mapping = read_visit_mapping(MAPPING.replace('"csv"', '"parquet"'), "m")
    done = take_visits(home, path, mapping, NOW)
    assert done.accepted == 1 and done.left_out == ["Officer name"]


REFUSED = [
    (b"", "the file is empty"),
    (log(), "a header and no rows; that is no sign that nobody patrolled: ask for"),
    (log(Row()).replace(b"Location", b"Where"), "no column 'Location'"),
    (log(*[Row(start="x")] * 12), "not of the mapping's format"),
    (log(*[Row(role="x")] * 12), "the words for roles are not in the mapping"),
    (b"PK\x03\x04 and more", "a zip archive"),
]


@pytest.mark.parametrize(("data", "words"), REFUSED)
def test_what_is_no_such_log_is_refused_whole(
    home: Home, data: bytes, words: str
) -> None:
    path = put(home.root.parent, data)
    with pytest.raises(FileRejectedError, match=words) as caught:
        take_visits(home, path, read_visit_mapping(MAPPING, "m"), NOW)
    assert "\n" not in str(caught.value) and OFFICER not in str(caught.value)
    assert not home.lake.versions()


SLIPS: list[tuple[str, str, str]] = [
    ('officers = "Officers"\n', "", "officers is missing"),
    ('mode = "How"\n', "", r"\[modes\] goes with"),
    ('place_id = "Location"\n', "", "a place is place_id"),
    ('place_id = "Location"', 'point = "Location"', "crs: write"),
    ('end = "Left"\n', "", "name start and end, or date and minutes"),
    (
        'start = "Arrived"',
        'start = "Arrived"\nname = "Officer name"',
        "name is unknown",
    ),
    ('start = "Arrived"', 'start = "Arrived"\ncollar_number = "C"', "is unknown"),
    ('start = "Arrived"', 'start = "Arrived"\ncall_sign = "C"', "is unknown"),
    ('format = "csv"', 'format = "xlsx"', "format must be"),
    ('format = "csv"', 'format = "parquet"\nencoding = "utf-8"', "does not take it"),
    ('format = "csv"', 'format = "csv"\ncrs = "EPSG:4326"', "goes with coordinates"),
    ('["PC", "PS"]', '["PC", "PCSO"]', "a word stands for two"),
    ('warden = ["Warden"]', 'dog = ["Dog"]', "roles"),
    ('yes = ["call"]', 'yes = ["hot spot"]', r"\[background\]"),
    ("%d/%m/%Y %H:%M", "%d/%m/%y", "date_format"),
    ('start = "Arrived"', 'start = "Arrived"\nstart_time = "T"', "both, beside"),
]


@pytest.mark.parametrize(("old", "new", "words"), SLIPS)
def test_a_slip_in_a_mapping_is_one_line(old: str, new: str, words: str) -> None:
    assert old in MAPPING
    with pytest.raises(UsageError, match=words) as caught:
        read_visit_mapping(MAPPING.replace(old, new), "patrols.toml")
    assert str(caught.value).startswith("patrols.toml: ")
    assert "\n" not in str(caught.value)


def test_a_programme_that_has_not_started_has_no_patrols(tmp_path: Path) -> None:
    home, _ = made_programme(tmp_path / "home", starts=None)
    with pytest.raises(UsageError, match="has not started"):
        taken(home, Row())
    assert not home.lake.versions()


class _CutError(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("nth", range(12))
def test_cut_off_anywhere_the_same_command_ends_the_same(
    tmp_path: Path, nth: int
) -> None:
    """Each step that lasts, in turn: what is stored afterwards has the same hash."""
    rows = (
        Row(),
        Row(officers="0"),
        Row(start="02/11/2026 10:00", end="02/11/2026 10:20"),
    )
    whole, _ = made_programme(tmp_path / "whole")
    taken(whole, *rows)
    home, _ = made_programme(tmp_path / "cut")
    left = nth

    def cut(_: str) -> None:
        nonlocal left
        if left == 0:
            raise _CutError
        left -= 1

    listen(cut)
    try:
        taken(home, *rows)
    except _CutError:
        pass
    finally:
        listen(None)
    taken(home, *rows)
    assert contents(home) == contents(whole)
