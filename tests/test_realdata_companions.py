"""The real outcomes and stop-and-search files, and what they say of crimes."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import sql
from transforms.feeds import COMPANIONS
from transforms.incidents.coverage import entries
from transforms.incidents.ingest import ingest_force
from transforms.incidents.request import resolve
from transforms.lake.lake import Lake
from transforms.reference.forces import FORCES


DATA = Path(__file__).parents[2] / "shared/data/police_uk"
RECEIVED_AT = datetime(2026, 1, 2, tzinfo=UTC)

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="the real archive is not beside the checkout"
    ),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Bedfordshire and City of London, every kind of file, to October 2023."""
    made = Lake(tmp_path_factory.mktemp("real") / "lake")
    asked = ["bedfordshire", "city-of-london"]
    request = resolve(DATA / "archive", FORCES, asked, start="2018-01", end="2023-10")
    for force in request.forces:
        for feed in request.feeds:
            ingest_force(
                made, feed, force, request.members, request.months, RECEIVED_AT
            )
    return made


def test_every_file_has_the_rows_and_bytes_another_reader_counted(lake: Lake) -> None:
    kinds = {feed.NAME: feed.KIND for feed in COMPANIONS.values()}
    with (DATA / "expected_counts.csv").open(newline="") as lines:
        expected = {
            (line["release"], line["force"], line["month"], line["kind"]): (
                int(line["rows"]),
                int(line["rows"]),
                int(line["rows"]) - int(line["rows_without_coordinates"]),
                line["sha256"],
            )
            for line in csv.DictReader(lines)
            if line["kind"] in kinds.values()
        }
    ledger = [e for e in entries(lake.read("coverage")) if e.feed in kinds]
    assert len(expected) == 92
    assert {
        (e.release, e.force, e.month, kinds[e.feed]): (
            e.rows_in,
            e.rows_accepted,
            e.rows_located,
            e.raw_sha256,
        )
        for e in ledger
        if e.observed == "supplied"
    } == expected


def test_real_stops_say_that_their_times_are_utc(lake: Lake) -> None:
    """Read as local time, some would stand in an hour that no clock showed."""
    stops = lake.read("stops")
    local_months = pc.utf8_slice_codeunits(stops["local_time"], 0, 7)
    assert local_months == stops["month"]
    utc = [time.strftime("%Y-%m-%dT%H:%M") for time in stops["occurred_at"].to_pylist()]
    left_out = [t for t in utc if t[:13] in ("2019-03-31T01", "2023-03-26T01")]
    assert len(left_out) == 8
    north = pc.min_max(stops["latitude"]).as_py()
    assert 50 < north["min"] < north["max"] < 54


def test_the_last_outcome_differs_for_about_one_joined_crime_in_sixteen(
    lake: Lake,
) -> None:
    held = {
        name: [file.path for file in lake.files(name, "bedfordshire")]
        for name in ("incidents", "outcomes")
    }
    span = {"first_month": "2021-05", "last_month": "2023-10"}
    found = sql.run("latest_outcomes", held, **span)
    own = sql.run("latest_outcomes", held | {"outcomes": _none(lake)}, **span)
    joined = pc.is_valid(found["outcome_month"])
    other = pc.fill_null(pc.not_equal(found["outcome"], own["outcome"]), True)
    assert pc.sum(joined).as_py() == 117_075
    assert pc.sum(pc.and_(joined, other)).as_py() == 7_113


def _none(lake: Lake) -> pa.Table:
    rows = lake.read("outcomes", "bedfordshire").slice(0, 0)
    return rows.select(["month", "raw_line", "crime_id", "outcome"])
