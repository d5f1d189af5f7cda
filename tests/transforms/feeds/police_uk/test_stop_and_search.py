"""Each row of a stop-and-search file is a stop, or is held back by one rule."""

from datetime import UTC, datetime

import pytest

from tests.builders import member, stop, stops_csv
from transforms.feeds.police_uk.stop_and_search import RULES, sift
from transforms.feeds.rules import Sifted
from transforms.lake.schemas import STOPS, conform
from transforms.reference.forces import FORCES


KENT = FORCES["kent"]
BROKEN = {
    "no date": ("date", {"date": ""}),
    "no offset": ("date", {"date": "2024-01-15T22:30:00"}),
    "another offset": ("date", {"date": "2024-01-15T22:30:00+01:00"}),
    "no such day": ("date", {"date": "2024-01-32T22:30:00+00:00"}),
    "year nought": ("date", {"date": "0000-01-15T22:30:00+00:00"}),
    "another month": ("month", {"date": "2024-02-01T00:00:00+00:00"}),
    "another type": ("type", {"type": "Boat search"}),
    "no type": ("type", {"type": ""}),
    "perhaps": ("flag", {"part_of_a_policing_operation": "perhaps"}),
    "one": ("flag", {"outcome_linked_to_object_of_search": "1"}),
    "lower case": ("flag", {"removal_of_more_than_just_outer_clothing": "true"}),
    "swapped": ("coordinates", {"latitude": "-1.5", "longitude": "52.5"}),
}


def sifted(*rows: dict[str, str], month: str = "2024-01") -> Sifted:
    file = member(month=month, kind="stop-and-search")
    return sift(stops_csv(rows), file, KENT)


def at(date: str, month: str) -> dict[str, object] | None:
    """The stop of that `Date` in that month's file; None if it is held back."""
    found = sifted(stop(date=f"{date}+00:00"), month=month).accepted.to_pylist()
    return found[0] if found else None


def test_a_row_is_a_stop_with_its_coordinates_the_right_way_round() -> None:
    result = sifted(stop())
    [found] = result.accepted.to_pylist()
    assert found == {
        "raw_sha256": result.raw_sha256,
        "raw_line": 2,
        "feed": "police_uk_stop_and_search",
        "occurred_at": datetime(2024, 1, 15, 22, 30, tzinfo=UTC),
        "local_time": "2024-01-15T22:30:00",
        "time_ambiguous": False,
        "longitude": -1.5,
        "latitude": 52.5,
        "search_type": "Person search",
        "policing_operation": False,
        "operation_name": None,
        "gender": "Male",
        "age_range": "18-24",
        "self_defined_ethnicity": "White - Irish",
        "officer_defined_ethnicity": "White",
        "legislation": "Misuse of Drugs Act 1971 (section 23)",
        "object_of_search": "Controlled drugs",
        "outcome": "A no further action disposal",
        "outcome_linked": False,
        "removal_of_clothing": None,
    }
    assert conform(result.accepted, STOPS.remove(0).remove(0)).num_rows == 1


def test_a_file_without_a_flag_or_a_place_fits_the_table() -> None:
    nothing = dict.fromkeys(("latitude", "longitude", "gender"), "")
    flags = {"part_of_a_policing_operation": ""}
    flags["outcome_linked_to_object_of_search"] = ""
    result = sifted(stop(**nothing, **flags))
    assert result.rows_located == 0
    assert conform(result.accepted, STOPS.remove(0).remove(0)).num_rows == 1


def test_a_may_file_begins_an_hour_before_may_in_utc() -> None:
    first = at("2021-04-30T23:00:00", "2021-05")
    assert first
    assert first["occurred_at"] == datetime(2021, 4, 30, 23, tzinfo=UTC)
    assert first["local_time"] == "2021-05-01T00:00:00"
    assert at("2021-04-30T22:59:59", "2021-05") is None
    assert at("2021-05-31T22:59:59", "2021-05")
    assert at("2021-05-31T23:00:00", "2021-05") is None


def test_in_winter_the_months_meet_at_midnight() -> None:
    assert at("2021-01-31T23:59:59", "2021-01")
    assert at("2021-01-31T23:59:59", "2021-02") is None


def test_the_hour_that_the_clock_shows_twice_is_marked() -> None:
    times = ["00:30", "01:30", "02:30"]
    found = [at(f"2021-10-31T{time}:00", "2021-10") for time in times]
    assert [f["local_time"][11:16] for f in found if f] == ["01:30", "01:30", "02:30"]
    assert [f["time_ambiguous"] for f in found if f] == [True, True, False]


def test_the_hour_that_the_clock_leaves_out_is_no_gap_in_utc() -> None:
    found = at("2023-03-26T01:30:00", "2023-03")
    assert found
    assert found["local_time"] == "2023-03-26T02:30:00"
    assert found["time_ambiguous"] is False


@pytest.mark.parametrize(("rule", "changes"), BROKEN.values(), ids=BROKEN)
def test_a_row_that_breaks_a_rule_is_held_back(
    rule: str, changes: dict[str, str]
) -> None:
    result = sifted(stop(), stop(**changes))
    assert result.accepted.num_rows == 1
    [held] = result.quarantined.to_pylist()
    assert (held["rule"], held["raw_line"]) == (rule, 3)


def test_every_rule_is_walked() -> None:
    assert {rule for rule, _ in BROKEN.values()} == {rule.id for rule in RULES}
