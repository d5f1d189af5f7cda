"""Texts become instants by the mapping's clock; the odd hours are counted exactly."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    LONDON,
    as_csv,
    mapping,
    one,
    sifted,
)
from transforms.feeds.force.mapping import Times
from transforms.feeds.force.times import Moment, read_moment


LOCAL = mapping().times
ISO = Times("iso", "Europe/London", "earlier", "shift")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def exactly(instant: datetime) -> Moment:
    return Moment(instant, instant, whole_day=False)


READ = {
    ("01/02/2026", "13:45"): exactly(utc(2026, 2, 1, 13, 45)),
    ("1/7/2026", "13:45"): exactly(utc(2026, 7, 1, 12, 45)),
    ("01/07/2026", ""): Moment(utc(2026, 6, 30, 23), utc(2026, 7, 1, 22, 59, 59), True),
    # days that the clocks make 23 and 25 hours long
    ("29/03/2026", ""): Moment(utc(2026, 3, 29), utc(2026, 3, 29, 22, 59, 59), True),
    ("25/10/2026", ""): Moment(
        utc(2026, 10, 24, 23), utc(2026, 10, 25, 23, 59, 59), True
    ),
    ("29/02/2028", "00:00"): exactly(utc(2028, 2, 29)),
    ("31/12/2026", "23:59"): exactly(utc(2026, 12, 31, 23, 59)),
    ("29/02/2026", "00:00"): None,
    ("31/04/2026", "00:00"): None,
    ("02/13/2026", "00:00"): None,
    ("01/02/26", "13:45"): None,
    ("2026-02-01", "13:45"): None,
    ("01/02/2026", "24:00"): None,
    ("01/02/2026", "1345"): None,
    ("", "13:45"): None,
    ("0\u0661/02/2026", "13:45"): None,
    ("31/12/9999", ""): Moment(utc(9999, 12, 31), utc(9999, 12, 31), True),
}


@pytest.mark.parametrize(("texts", "moment"), READ.items())
def test_a_date_and_a_time_are_read_in_the_british_order(
    texts: tuple[str, str], moment: Moment | None
) -> None:
    assert read_moment(*texts, LOCAL) == moment


ISO_READ = {
    "2026-07-01T13:45": exactly(utc(2026, 7, 1, 12, 45)),
    "2026-07-01 13:45:30.1234567": exactly(utc(2026, 7, 1, 12, 45, 30, 123456)),
    "2026-07-01T13:45:00Z": exactly(utc(2026, 7, 1, 13, 45)),
    "2026-07-01T13:45+0200": exactly(utc(2026, 7, 1, 11, 45)),
    # an offset settles which of the two hours it was
    "2026-10-25T01:30+00:00": exactly(utc(2026, 10, 25, 1, 30)),
    "2026-07-01": Moment(utc(2026, 6, 30, 23), utc(2026, 7, 1, 22, 59, 59), True),
    "20260701": None,
    "2026-W27-3": None,
    "2026-07-01T13": None,
    "2026-07-01T24:00": None,
    "01/07/2026": None,
    "2026-07-01T13:45:00+99:99": None,
}


@pytest.mark.parametrize(("text", "moment"), ISO_READ.items())
def test_iso_is_read_and_nothing_that_only_looks_so(
    text: str, moment: Moment | None
) -> None:
    assert read_moment(text, "", ISO) == moment


def test_an_offset_is_read_where_a_format_has_one() -> None:
    text = CSV_MAPPING.replace('"%H:%M"', '"%H:%M%z"')
    apart = mapping(text).times
    assert read_moment("01/07/2026", "13:45+0100", apart) == exactly(
        utc(2026, 7, 1, 12, 45)
    )
    assert read_moment("25/10/2026", "01:30Z", apart) == exactly(
        utc(2026, 10, 25, 1, 30)
    )
    assert read_moment("01/07/2026", "13:45", apart) is None
    both = "%d/%m/%Y %H:%M %z"
    whole = replace(apart, date_format=both, time_format=None)
    read = read_moment("01/07/2026 13:45 -0500", "", whole)
    assert read == exactly(utc(2026, 7, 1, 18, 45))


def test_a_clock_put_back_shows_an_hour_twice() -> None:
    wanted = {"earlier": utc(2026, 10, 25, 0, 30), "later": utc(2026, 10, 25, 1, 30)}
    for taken, instant in wanted.items():
        found = read_moment("25/10/2026", "01:30", replace(LOCAL, ambiguous=taken))
        assert found == Moment(instant, instant, False, ambiguous=True)


def test_a_clock_put_forward_leaves_an_hour_out() -> None:
    found = read_moment("29/03/2026", "01:30", replace(LOCAL, skipped="shift"))
    instant = utc(2026, 3, 29, 1, 30)
    assert found == Moment(instant, instant, False, skipped=True)
    assert f"{instant.astimezone(LONDON):%H:%M}" == "02:30"


def test_utc_has_no_odd_hours() -> None:
    for date in ("25/10/2026", "29/03/2026"):
        found = read_moment(date, "01:30", replace(LOCAL, time_zone="UTC"))
        assert found is not None
        assert not (found.ambiguous or found.skipped)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)))
def test_the_clock_shows_what_was_written(wall: datetime) -> None:
    found = read_moment(f"{wall:%d/%m/%Y}", f"{wall:%H:%M}", LOCAL)
    assert found is not None
    shown = found.first.astimezone(LONDON).replace(tzinfo=None)
    assert found.skipped == (shown != wall.replace(second=0, microsecond=0))


def night(day: datetime) -> bytes:
    """A row for each minute from midnight to four on the clock."""
    walls = [day + timedelta(minutes=minute) for minute in range(240)]
    return as_csv(one(Date_from=f"{w:%d/%m/%Y}", Time_from=f"{w:%H:%M}") for w in walls)


def minutes_after(midnight: datetime, records: pa.Table) -> list[int]:
    began = records["occurred_from"].to_pylist()
    return [(instant - midnight).seconds // 60 for instant in began]


@pytest.mark.parametrize("ambiguous", ["earlier", "later", "quarantine"])
def test_a_night_in_october_has_sixty_minutes_twice(ambiguous: str) -> None:
    text = CSV_MAPPING.replace("earlier", ambiguous)
    result = sifted(night(datetime(2026, 10, 25)), text)
    held = 60 if ambiguous == "quarantine" else 0
    assert (result.ambiguous, result.skipped) == (60, 0)
    assert result.quarantined["rule"].to_pylist() == ["ambiguous-hour"] * held
    records = result.records.reveal()
    assert sum(records["time_ambiguous"].to_pylist()) == 60 - held
    minutes = set(minutes_after(utc(2026, 10, 24, 23), records))
    missing = range(60, 120) if ambiguous == "later" else range(120, 180)
    wanted = set(range(300)) - set(missing)
    assert minutes == (wanted - set(range(60, 120)) if held else wanted)


@pytest.mark.parametrize("skipped", ["shift", "quarantine"])
def test_a_night_in_march_lacks_sixty_minutes(skipped: str) -> None:
    text = CSV_MAPPING.replace('skipped = "quarantine"', f'skipped = "{skipped}"')
    result = sifted(night(datetime(2026, 3, 29)), text)
    held = 60 if skipped == "quarantine" else 0
    assert (result.ambiguous, result.skipped) == (0, 60)
    assert result.quarantined["raw_line"].to_pylist() == list(range(62, 62 + held))
    records = result.records.reveal()
    minutes = minutes_after(utc(2026, 3, 29), records)
    assert len(minutes) == 240 - held
    assert set(minutes) == set(range(180))


def test_the_end_counts_as_the_beginning_does() -> None:
    row = one(Date_from="24/10/2026", Date_to="25/10/2026", Time_to="01:30")
    result = sifted(as_csv([row, one()]))
    assert result.ambiguous == 1
    assert result.records.reveal()["occurred_to"].to_pylist()[0] == utc(
        2026, 10, 25, 0, 30
    )


def test_a_deleted_record_is_in_no_odd_hour() -> None:
    october = {"Date_from": "25/10/2026", "Time_from": "01:30"}
    result = sifted(as_csv([one(**october), one(**october, State="deleted")]))
    assert result.ambiguous == 1
