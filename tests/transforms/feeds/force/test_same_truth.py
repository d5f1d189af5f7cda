"""One truth, several hands: what is read does not depend on how it was written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h3
import pytest

from tests.transforms.feeds.force.made_drops import (
    CATEGORY,
    HANDS,
    HARM,
    LONDON,
    SQL_MAPPING,
    Truth,
    as_csv,
    asked_of_database,
    csv_row,
    fill_database,
    in_hand,
    sifted,
    truths,
)
from tests.transforms.feeds.force.sources.postgres import postgresql
from transforms.lake.schemas import FORCE_RECORDS


TRUTHS = truths()
# half a metre of rounding in each direction, as far as degrees go here
_ABOUT_A_METRE = 1.5e-5
_NOT_OF_THE_TRUTH = {"raw_sha256", "raw_line", "longitude", "latitude", "h3_r10"}


def expected(truth: Truth) -> dict[str, Any]:
    """The record of that incident, made without any of the code that reads it."""
    facts: dict[str, Any] = dict.fromkeys(FORCE_RECORDS.names)
    facts |= {"force": "kent", "reference": truth.reference, "deleted": truth.deleted}
    if truth.deleted:
        return facts
    place = truth.place
    return facts | {
        "category": CATEGORY[truth.offence],
        "offence_code": truth.offence,
        "harm": HARM[truth.offence],
        "occurred_from": truth.began,
        "occurred_to": truth.ended,
        "time_precision": "minute",
        "location_precision": "exact" if place else "none",
        "in_area": place is not None,
        "h3_r9": h3.str_to_int(h3.latlng_to_cell(place[1], place[0], 9))
        if place
        else None,
        "place_label": "Pudding Lane",
        "domestic": truth.domestic,
    }


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/crimes.db"


@pytest.mark.parametrize("form", HANDS)
def test_the_truth_is_read_from_each_hand(form: str) -> None:
    within = _ABOUT_A_METRE if HANDS[form].in_metres else 0
    check_truth(*in_hand(form, TRUTHS), within)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_truth_is_read_from_a_database(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(kind)
    fill_database(url, TRUTHS)
    check_truth(asked_of_database(url), SQL_MAPPING)


NIGHTS = [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 24, 23, tzinfo=UTC)]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("midnight", NIGHTS, ids=["March", "October"])
def test_a_database_loses_no_minute_of_a_night_when_clocks_change(
    kind: str, midnight: datetime, request: pytest.FixtureRequest
) -> None:
    """Its instants are instants: what its own clock shows is not asked."""
    url = request.getfixturevalue(kind)
    instants = [midnight + timedelta(minutes=minute) for minute in range(300)]
    one = Truth("")
    fill_database(
        url,
        (replace(one, reference=f"{n:03}", began=i) for n, i in enumerate(instants)),
    )
    if kind == "postgres":
        url += "?options=-c%20timezone%3DEurope/London"
    result = sifted(asked_of_database(url), SQL_MAPPING)
    assert (result.ambiguous, result.skipped) == (0, 0)
    assert result.records.reveal()["occurred_from"].to_pylist() == instants


def test_a_column_without_an_offset_is_on_the_mapping_s_clock(postgres: str) -> None:
    """Each minute of the hour that London shows twice is flagged, and taken once."""
    walls = [datetime(2026, 10, 25, 0) + timedelta(minutes=m) for m in range(240)]
    made = (
        Truth(f"{n:03}", began=wall.replace(tzinfo=UTC)) for n, wall in enumerate(walls)
    )
    fill_database(postgres, made)
    text = SQL_MAPPING.replace('"UTC"', '"Europe/London"')
    text = text.replace("began AS", "began AT TIME ZONE 'UTC' AS")
    text = text.replace('ambiguous = "quarantine"', 'ambiguous = "later"')
    result = sifted(asked_of_database(postgres, text), text)
    assert (result.ambiguous, result.skipped) == (60, 0)
    records = result.records.reveal()
    assert sum(records["time_ambiguous"].to_pylist()) == 60
    shown = {t.astimezone(LONDON) for t in records["occurred_from"].to_pylist()}
    assert len(shown) == 240
    assert sum(t.fold for t in shown) == 60


def check_truth(data: bytes, text: str, within: float = 0) -> None:
    result = sifted(data, text)
    records = result.records.reveal()
    assert records.schema == FORCE_RECORDS
    assert result.quarantined.num_rows == 0
    assert result.rows_in == len(TRUTHS)
    ambiguous = {"time_ambiguous"}
    for record, truth in zip(records.to_pylist(), TRUTHS, strict=True):
        wanted = expected(truth)
        for name in set(wanted) - _NOT_OF_THE_TRUTH - ambiguous:
            assert record[name] == wanted[name], name
        if truth.place is None or truth.deleted:
            assert record["longitude"] is record["latitude"] is record["h3_r10"] is None
        else:
            assert abs(record["longitude"] - truth.place[0]) <= within
            assert abs(record["latitude"] - truth.place[1]) <= within
            point = (record["latitude"], record["longitude"])
            assert record["h3_r10"] == h3.str_to_int(h3.latlng_to_cell(*point, 10))


def test_lines_lead_back_to_the_rows() -> None:
    for form, hand in HANDS.items():
        lines = sifted(*in_hand(form, TRUTHS)).records.reveal()["raw_line"].to_pylist()
        assert lines == list(range(hand.first_line, hand.first_line + len(TRUTHS)))


@pytest.mark.parametrize(
    ("easting", "northing", "longitude", "latitude"),
    [
        ("651409.804", "313177.450", 1.716073973, 52.658007833),  # Caister
        ("516276", "173141", -0.32824866, 51.44533267),
    ],
)
def test_the_grid_is_right_to_some_metres(
    easting: str, northing: str, longitude: float, latitude: float
) -> None:
    """Held against points of the precise transformation: the far east is worst."""
    row = csv_row(Truth("1"), E=easting, N=northing)
    [record] = sifted(as_csv([row])).records.reveal().to_pylist()
    assert abs(record["latitude"] - latitude) * 111_200 < 3.5
    assert abs(record["longitude"] - longitude) * 68_000 < 3.5
