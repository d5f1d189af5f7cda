"""Each row of a drop is a record, or is held back by one rule, with its line alone."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    PARQUET_MAPPING,
    Truth,
    as_csv,
    as_parquet,
    csv_row,
    one,
    sifted,
)
from transforms.errors import FileRejectedError
from transforms.feeds.force.rules import FILE_RULES, RULES
from transforms.feeds.rules import MISSHAPEN
from transforms.lake.schemas import FORCE_QUARANTINE


UPDATED = CSV_MAPPING.replace("place_label", 'updated = "Updated"\nplace_label')
RECORDED = CSV_MAPPING.replace("place_label", 'recorded = "Recorded"\nplace_label')
TIMED = {"Updated": UPDATED, "Recorded": RECORDED}
OCTOBER = CSV_MAPPING.replace("earlier", "quarantine")

BROKEN = {
    "no reference": ("reference", {"Crime_ref": "  "}),
    "long reference": ("reference", {"Crime_ref": "1" * 65}),
    "reference with a mark that does not show": ("reference", {"Crime_ref": "1\xad2"}),
    "update that is none": ("updated", {"Updated": "of late"}),
    "another state": ("tombstone", {"State": "gone"}),
    "unknown code": ("offence", {"HO_code": "31"}),
    "no code": ("offence", {"HO_code": ""}),
    "no date": ("occurred-from", {"Date_from": "", "Time_from": ""}),
    "time alone": ("occurred-from", {"Date_from": ""}),
    "month and day": ("occurred-from", {"Date_from": "02/13/2026"}),
    "no such day": ("occurred-from", {"Date_from": "31/02/2026"}),
    "two-digit year": ("occurred-from", {"Date_from": "01/02/26"}),
    "end that is none": ("occurred-to", {"Date_to": "soon"}),
    "end with a time alone": ("occurred-to", {"Time_to": "10:00"}),
    "hour shown twice": (
        "ambiguous-hour",
        {"Date_from": "25/10/2026", "Time_from": "01:30"},
    ),
    "hour never shown": (
        "skipped-hour",
        {"Date_from": "29/03/2026", "Time_from": "01:30"},
    ),
    "backwards": ("backwards", {"Date_to": "28/03/2026", "Time_to": "10:00"}),
    "to come": ("future", {"Date_from": "21/11/2026"}),
    "recording that is none": ("recorded", {"Recorded": "at once"}),
    "recorded after receipt": ("recorded", {"Recorded": "20/11/2026 12:01"}),
    "recorded on a day to come": ("recorded", {"Recorded": "21/11/2026"}),
    "no easting": ("coordinates", {"E": ""}),
    "no northing": ("coordinates", {"N": ""}),
    "text for a number": ("coordinates", {"E": "west"}),
    "decimal comma": ("coordinates", {"E": "530000,5"}),
    "not a number": ("coordinates", {"N": "nan"}),
    "infinite": ("coordinates", {"N": "1e400"}),
    "origin": ("coordinates", {"E": "0", "N": "0"}),
    "degrees": ("coordinates", {"E": "0.5", "N": "51.2"}),
    "Paris": ("coordinates", {"E": "770000", "N": "-110000"}),
    "flag in another word": ("sensitive", {"DA": "yes"}),
}


@pytest.mark.parametrize(("rule", "changes"), BROKEN.values(), ids=BROKEN)
def test_a_rule_holds_back_its_row_alone(rule: str, changes: dict[str, str]) -> None:
    rows = [one(), one(), one(**changes), one()]
    name = next((name for name in TIMED if name in changes), "")
    data = as_csv([{name: ""} | row for row in rows] if name else rows)
    result = sifted(data, TIMED.get(name, OCTOBER))
    assert result.quarantined.schema == FORCE_QUARANTINE
    assert result.quarantined.to_pylist() == [
        {
            "force": "kent",
            "raw_sha256": sha256(data).hexdigest(),
            "raw_line": 4,
            "byte_offset": sum(map(len, data.splitlines(keepends=True)[:3])),
            "rule": rule,
            "call": False,
        }
    ]
    assert result.records.reveal()["raw_line"].to_pylist() == [2, 3, 5]
    assert result.rows_in == 4


def test_every_rule_is_broken_by_some_row_here() -> None:
    of_whole_files = {"cut-place"}  # test_misread.py
    broken = {rule for rule, _ in BROKEN.values()} | of_whole_files
    assert {rule.id for rule in RULES} == broken


@pytest.mark.parametrize("state", ["deleted", "live"])
def test_of_a_deleted_record_only_its_reference_is_asked_and_kept(state: str) -> None:
    empty = dict.fromkeys(("HO_code", "Date_from", "E", "Street", "DA"), "")
    result = sifted(as_csv([one(**empty, State=state, Time_from="")]))
    if state == "live":
        assert result.quarantined["rule"].to_pylist() == ["offence"]
        return
    full = sifted(as_csv([one(State=state)])).records.reveal().to_pylist()
    [record] = result.records.reveal().to_pylist()
    assert record == full[0] | {"raw_sha256": record["raw_sha256"]}
    told = {name: value for name, value in record.items() if value is not None}
    del told["raw_sha256"]
    assert told == {
        "force": "kent",
        "raw_line": 2,
        "reference": "46/1/26",
        "deleted": True,
    }


def test_a_row_of_a_parquet_file_has_its_number_and_no_offset() -> None:
    made = [Truth("1"), replace(Truth("2"), offence="31")]
    [held] = sifted(as_parquet(made), PARQUET_MAPPING).quarantined.to_pylist()
    assert (held["raw_line"], held["byte_offset"], held["rule"]) == (2, None, "offence")


def test_misshapen_rows_take_their_place_among_the_held_back() -> None:
    lines = as_csv([one(HO_code="31"), one(), one(HO_code="31")]).split(b"\r\n")
    lines.insert(2, b"secret;row")
    held = sifted(b"\r\n".join(lines)).quarantined
    assert held["raw_line"].to_pylist() == [2, 3, 5]
    assert held["rule"].to_pylist() == ["offence", MISSHAPEN, "offence"]


def without(**changes: str) -> Callable[[], bytes]:
    return lambda: as_csv([one(**changes)] * 20)


REFUSED = {
    "33 years of two digits": ("times", without(Date_from="29/03/26")),
    "37 an offset in the times": ("times", without(Time_from="10:00Z")),
    "32 times to come": ("future", without(Date_from="21/11/2026")),
    "28 degrees on the grid": ("projected", without(E="0.52", N="51.27")),
    "eastings for northings": ("swapped", without(E="155000", N="575000")),
    "hundreds of metres": ("scaled", without(E="5750", N="1550")),
    "decimal commas": ("numbers", without(E="575000,5")),
    "another country": ("misplaced", without(E="770000", N="-110000")),
    "an offence of none": ("unmapped", without(HO_code="31")),
}


@pytest.mark.parametrize(("rule", "data"), REFUSED.values(), ids=REFUSED)
def test_a_file_of_another_make_is_refused(
    rule: str, data: Callable[[], bytes]
) -> None:
    assert rule in {rule.id for rule in FILE_RULES}
    with pytest.raises(
        FileRejectedError, match=rf"^drop: .*\({rule}: 20 of 20 rows\)$"
    ):
        sifted(data())


@pytest.mark.parametrize(
    ("rule", "point"),
    [("swapped", "51.27,0.52"), ("projected", "POINT (575000 155000)")],
)
def test_points_of_another_order_or_scale_are_refused(rule: str, point: str) -> None:
    text = CSV_MAPPING.replace('easting = "E"', 'point = "E"').replace(
        'northing = "N"\n', ""
    )
    text = text.replace("EPSG:27700", "EPSG:4326")
    with pytest.raises(FileRejectedError, match=rf"\({rule}: 20 of 20 rows\)$"):
        sifted(as_csv([one(E=point)] * 20), text)


@pytest.mark.parametrize(
    "point",
    ["POINT (0.52 51.27)", "point(5.2e-1 51.27)", "SRID=4326;POINT (0.52 51.27)",
     "0.52,51.27", " 0.52 , 51.27 "],
)  # fmt: skip
def test_a_point_is_one_text_in_either_form(point: str) -> None:
    text = CSV_MAPPING.replace('easting = "E"', 'point = "E"').replace(
        'northing = "N"\n', ""
    )
    text = text.replace("EPSG:27700", "EPSG:4326")
    [record] = sifted(as_csv([one(E=point)]), text).records.reveal().to_pylist()
    assert (record["longitude"], record["latitude"]) == (0.52, 51.27)


def test_a_date_alone_is_a_whole_day() -> None:
    [record] = sifted(as_csv([one(Time_from="")])).records.reveal().to_pylist()
    assert record["time_precision"] == "day"
    began, ended = record["occurred_from"], record["occurred_to"]
    assert f"{began:%d %H:%M:%S} {ended:%d %H:%M:%S}" == "29 00:00:00 29 22:59:59"


def test_an_end_within_the_day_that_is_all_that_is_known_is_no_slip() -> None:
    row = one(Time_from="", Date_to="29/03/2026", Time_to="10:00")
    [record] = sifted(as_csv([row])).records.reveal().to_pylist()
    assert record["time_precision"] == "day"
    assert f"{record['occurred_to']:%d %H:%M}" == "29 09:00"


def test_scotland_is_read_and_is_not_in_the_area() -> None:
    edinburgh = csv_row(Truth("1", place=(-3.19, 55.95)))
    [record] = sifted(as_csv([edinburgh])).records.reveal().to_pylist()
    assert record["h3_r9"] is not None
    assert record["in_area"] is False


def test_a_day_that_something_ends_on_may_have_begun_before_it() -> None:
    row = one(Time_from="10:00", Date_to="29/03/2026", Time_to="")
    [record] = sifted(as_csv([row])).records.reveal().to_pylist()
    assert f"{record['occurred_from']:%H:%M}" == "09:00"
    assert f"{record['occurred_to']:%H:%M}" == "22:59"


def test_a_few_slips_of_place_and_offence_are_held_back_alone() -> None:
    rows = [one()] * 54 + [one(E="575000,5")] * 3 + [one(HO_code="31")] * 3
    result = sifted(as_csv(rows))
    assert (
        result.quarantined["rule"].to_pylist() == ["coordinates"] * 3 + ["offence"] * 3
    )


def test_a_file_partly_in_place_is_swapped_where_all_of_it_would_be() -> None:
    """Turned, half of it would lie in Lancashire, and half in the Irish Sea."""
    northings = [str(280_000 + 2_000 * number) for number in range(20)]
    assert sifted(as_csv([one(E="450000", N=n) for n in northings])).rows_in == 20
    with pytest.raises(FileRejectedError, match=r"\(swapped: 10 of 20 rows\)"):
        sifted(as_csv([one(E=n, N="450000") for n in northings]))


@pytest.mark.parametrize(
    ("date_to", "time_to"),
    [("31/12/9999", "23:59"), ("31/12/9999", ""), ("21/11/2026", "00:00")],
)
def test_an_end_after_receipt_is_unknown_and_counted(
    date_to: str, time_to: str
) -> None:
    rows = [one(Date_to=date_to, Time_to=time_to), one()]
    result = sifted(as_csv(rows))
    first, second = result.records.reveal().to_pylist()
    blank = sifted(as_csv([one(Date_to="", Time_to="")])).records.reveal().to_pylist()
    for name in ("occurred_from", "occurred_to", "time_precision"):
        assert first[name] == blank[0][name]
    assert (result.open_ends, len(result.quarantined)) == (1, 0)
    assert second["occurred_from"] == first["occurred_from"]


def test_an_end_on_the_day_of_receipt_is_known() -> None:
    result = sifted(as_csv([one(Date_to="20/11/2026", Time_to="")]))
    assert result.open_ends == 0


def test_places_to_a_hundred_metres_are_counted() -> None:
    rows = [one(E="575000", N="155100"), one(E="575001", N="155100")]
    assert sifted(as_csv(rows)).coarse == 1


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("30/03/2026 09:15", "2026-03-30 08:15:00"),
        ("30/03/2026", "2026-03-30 22:59:59"),
        ("20/11/2026", "2026-11-20 23:59:59"),  # of the day of receipt
        ("", None),
        # earlier than it began: kept as the force has it, one slip among right ones
        ("28/03/2026 09:15", "2026-03-28 09:15:00"),
    ],
)
def test_when_it_was_recorded_is_kept_as_the_force_has_it(
    written: str, stored: str | None
) -> None:
    rows = [one(Recorded="30/03/2026")] * 20
    found = sifted(as_csv([one(Recorded=written), *rows]), RECORDED)
    first = found.records.reveal()["recorded_at"][0].as_py()
    assert (first and f"{first:%Y-%m-%d %H:%M:%S}") == stored
    assert not len(found.quarantined)


def test_a_column_that_is_not_when_it_was_recorded_is_refused() -> None:
    birthdays = as_csv([one(Recorded="01/02/1980")] * 20)
    with pytest.raises(FileRejectedError, match=r"\(recorded-early: 20 of 20 rows\)$"):
        sifted(birthdays, RECORDED)
    [deleted] = sifted(
        as_csv([one(Recorded="soon", State="deleted")]), RECORDED
    ).records.reveal()["recorded_at"]
    assert deleted.as_py() is None


def test_a_date_of_recording_on_the_day_it_began_is_no_slip() -> None:
    result = sifted(as_csv([one(Recorded="29/03/2026")] * 20), RECORDED)
    assert result.rows_in == len(result.records.reveal())
