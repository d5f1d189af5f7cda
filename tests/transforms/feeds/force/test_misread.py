"""A drop whose every row is possible, and which as a whole is misread, is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    JSON_MAPPING,
    RECEIVED,
    Truth,
    as_csv,
    as_json_lines,
    csv_row,
    json_row,
    mapping,
    sifted,
)
from transforms.errors import FileRejectedError
from transforms.feeds.force.account import DropAccount, account_of, off_its_area
from transforms.feeds.force.misread_dates import exchanged
from transforms.feeds.force.sift import sift_drop


UPDATED = CSV_MAPPING.replace("[times]", 'updated = "Changed"\n[times]', 1)
LEICESTER = (-1.13, 52.63)


def truths(
    days: list[date], a_day: int = 7, at: tuple[float, float] = (0.52, 51.27)
) -> list[Truth]:
    """Incidents at noon of those days, some hundred metres apart."""
    return [
        Truth(
            f"{day}/{n}",
            began=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
            place=(at[0] + n / 500, at[1] + n / 500),
        )
        for day in days
        for n in range(a_day)
    ]


def spread(count: int = 30) -> list[date]:
    return [date(2026, 9, 5) + timedelta(days=n) for n in range(count)]


def american(made: list[Truth], changed: str | None = None) -> bytes:
    rows = [csv_row(t, Date_from=f"{t.began:%m/%d/%Y}", Date_to="") for t in made]
    for row, one in zip(rows, made, strict=True):
        later = one.began + timedelta(days=1)
        row["Changed"] = f"{later:{changed} %H:%M}" if changed else ""
    return as_csv(rows)


def refused(data: bytes, text: str) -> str:
    with pytest.raises(FileRejectedError) as caught:
        sifted(data, text)
    said = str(caught.value)
    assert "[[feed.drops]]" in said
    rules = mapping(text)
    accepted = sift_drop(data, rules, RECEIVED, "drop", is_accepted=True)
    assert accepted.rows_in == data.count(b"\n") - (rules.format == "csv")
    return said


MISREAD_DATES: dict[str, tuple[list[date], str | None]] = {
    "a week in its first days": ([date(2026, 10, d) for d in range(1, 8)], None),
    "one day, changed the next": ([date(2025, 12, 5)], "%d/%m/%Y"),
    "days beyond the twelfth too": ([date(2025, 3, d) for d in range(8, 16)], None),
}


@pytest.mark.parametrize(("days", "changed"), MISREAD_DATES.values(), ids=MISREAD_DATES)
def test_american_dates_under_a_british_mapping_are_refused(
    days: list[date], changed: str | None
) -> None:
    said = refused(american(truths(days), changed), UPDATED)
    assert "day-and-month" in said
    assert "date_format" in said


def test_british_dates_under_an_american_mapping_are_refused() -> None:
    made = truths([date(2026, 10, d) for d in range(1, 8)])
    text = CSV_MAPPING.replace("%d/%m/%Y", "%m/%d/%Y")
    assert "day-and-month" in refused(as_csv(map(csv_row, made)), text)


@pytest.mark.parametrize(
    "days",
    [
        [date(2026, 5, 12)],
        [date(2026, 10, d) for d in range(1, 13)],
        [date(2026, 1, 3), date(2026, 3, 1), date(2026, 9, 4)],
        spread(40),
    ],
)
def test_right_dates_are_read_as_they_are(days: list[date]) -> None:
    made = [csv_row(t) for t in truths(days)]
    for row in made:
        row["Changed"] = f"{row['Date from']} 13:30"
    assert sifted(as_csv(made), UPDATED).rows_in == len(made)


@pytest.mark.parametrize(
    ("form", "turned"),
    [
        ("%d/%m/%Y", "%m/%d/%Y"),
        ("%m-%d-%Y %H:%M", "%d-%m-%Y %H:%M"),
        ("iso", None),
        ("%d %b %Y", None),
    ],
)
def test_day_and_month_are_exchanged_only_in_numbers(
    form: str, turned: str | None
) -> None:
    assert exchanged(form) == turned


def in_unit(metres: float) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda row: row | {n: f"{float(row[n]) / metres:.3f}" for n in ("E", "N")}


@pytest.mark.parametrize(
    ("metres", "rule"),
    [
        (0.3048, "feet"),
        (1_000, "kilometres"),
        (10, "tens"),
        (0.1, "tenths"),
    ],
)
def test_places_in_another_unit_are_named_so(metres: float, rule: str) -> None:
    rows = map(in_unit(metres), map(csv_row, truths(spread())))
    with pytest.raises(FileRejectedError, match=rf"\({rule}: 210 of 210 rows\)"):
        sifted(as_csv(rows), CSV_MAPPING)


def test_axes_exchanged_are_refused_where_both_ways_are_on_land() -> None:
    rows = [csv_row(t) for t in truths(spread(), at=(-2.7, 53.76))]
    text = CSV_MAPPING.replace('"kent"', '"lancashire"')
    assert sifted(as_csv(rows), text).rows_in == 210
    turned = [row | {"E": row["N"], "N": row["E"]} for row in rows]
    said = refused(as_csv(turned), text)
    assert "(other-way-round: 210 of 210 rows)" in said


def test_a_lost_minus_is_refused_where_the_force_lies_west_of_the_meridian() -> None:
    rows = [json_row(t) for t in truths(spread(), at=LEICESTER)]
    text = JSON_MAPPING.replace('"kent"', '"leicestershire"')
    assert sifted(as_json_lines(rows), text).rows_in == 210
    turned = [row | {"lon": -float(str(row["lon"]))} for row in rows]
    assert "(minus: 210 of 210 rows)" in refused(as_json_lines(turned), text)


def test_dates_of_another_century_are_refused() -> None:
    made = [csv_row(t) for t in truths(spread())]
    rows = [
        row | {"Date from": row["Date from"].replace("2026", "1926"), "Date to": ""}
        for row in made
    ]
    assert "(old: 210 of 210 rows)" in refused(as_csv(rows), CSV_MAPPING)


def test_nought_on_the_grid_is_no_place() -> None:
    made = [csv_row(t) for t in truths(spread())]
    rows = [*made[:-3], *(row | {"E": "0", "N": "0"} for row in made[-3:])]
    found = sifted(as_csv(rows)).quarantined["rule"].to_pylist()
    assert found == ["coordinates"] * 3


@pytest.mark.parametrize("ended", [b"", b"\r\n"])
def test_a_last_row_that_nothing_ends_and_is_far_off_is_quarantined(
    ended: bytes,
) -> None:
    columns = ["Crime ref", "HO code", "Date from", "Time from", "Date to", "Time to",
               "Street", "DA", "State", "E", "N"]  # fmt: skip
    rows = [csv_row(t) for t in truths(spread())]
    rows[3]["N"] = "9000"  # one as short: its length shows nothing
    lines = [";".join(columns), *(";".join(row[c] for c in columns) for row in rows)]
    data = "\r\n".join(lines).encode("cp1252")[:-2] + ended
    found = sifted(data).quarantined["rule"].to_pylist()
    assert found == ([] if ended else ["cut-place"])


def checked(data: bytes, text: str) -> DropAccount:
    rules = mapping(text)
    return account_of(sift_drop(data, rules, RECEIVED, "drop"), rules, RECEIVED)


def test_the_check_shows_where_a_drop_is_and_what_is_odd_in_it() -> None:
    rows = [csv_row(t) for t in truths(spread())]
    told = checked(as_csv(rows), CSV_MAPPING)
    assert told.bounds == (51.2, 51.3, 0.5, 0.6)
    assert (told.near_area, told.at_one_point, told.midnight) == (210, 30, 0)
    assert not off_its_area(told)

    far = [csv_row(t, Time_from="00:00") for t in truths(spread(), at=LEICESTER)]
    told = checked(as_csv(far), CSV_MAPPING)
    assert (told.near_area, told.midnight) == (0, 210)
    assert off_its_area(told)

    few = checked(as_csv(far[:19]), CSV_MAPPING)
    assert (few.bounds, off_its_area(few)) == (None, False)
