"""Files of shifts: what is read, and each slip in one line that names file and line."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from transforms.errors import UsageError
from transforms.plans.distance import Spot
from transforms.plans.shifts import Shift, read_shifts


HEADER = "shift_id,date,start,end,units,mode,base_lat,base_lon,minutes,places"
ROW = "late,2026-12-11,14:00,22:00,2,vehicle,51.39,0.54,240,"
SPOTS = {"p01": Spot(51.38, 0.53), "p02": Spot(51.40, 0.55)}


def read(folder: Path, *lines: str) -> list[Shift]:
    file = folder / "shifts.csv"
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return read_shifts(file, SPOTS)


def test_what_a_shift_is(tmp_path: Path) -> None:
    night = "night,2026-12-11,22:00,06:00,1,foot,51.39,0.54,300,p02"
    late, after = read(tmp_path, "\ufeff" + HEADER, night, "", ROW)
    assert (late.id, late.units, late.minutes, late.hours) == ("late", 2, 240, 8.0)
    assert late.places == {"p01", "p02"}
    assert late.days == [date(2026, 12, 11)]
    assert after.places == {"p02"}
    assert after.days == [date(2026, 12, 11), date(2026, 12, 12)]
    assert after.key == "night 2026-12-11"


def test_a_shift_up_to_midnight_has_one_day(tmp_path: Path) -> None:
    [shift] = read(tmp_path, HEADER, ROW.replace("22:00", "00:00"))
    assert shift.days == [date(2026, 12, 11)]
    assert shift.hours == 10


def test_the_night_in_which_the_clocks_change_is_as_long_as_it_is(
    tmp_path: Path,
) -> None:
    row = "night,2026-10-24,22:00,06:00,1,foot,51.39,0.54,300,"
    [autumn] = read(tmp_path, HEADER, row)
    assert autumn.starts == datetime(2026, 10, 24, 21, tzinfo=UTC)
    assert autumn.hours == 9
    [spring] = read(tmp_path, HEADER, row.replace("2026-10-24", "2027-03-27"))
    assert spring.hours == 7


def test_the_same_units_may_be_out_again_when_they_are_back(tmp_path: Path) -> None:
    night = ROW.replace("14:00,22:00", "22:00,06:00")
    early = ROW.replace("11,14:00,22:00", "12,06:00,14:00")
    assert len(read(tmp_path, HEADER, early, night)) == 2


WRONG = [
    (["shift_id,date"], "line 1: no column start; it has shift_id,date,start"),
    ([HEADER + ",unit"], "line 1: unknown column 'unit': did you mean 'units'?"),
    ([HEADER + ",units"], "line 1: a column is there twice"),
    ([HEADER], "0 shifts; 1 to 1,000"),
    ([HEADER, ROW + ",x"], "line 2: 11 values, and 10 columns"),
    ([HEADER, ROW.replace("late", "=late")], "line 2: shift_id '=late': a name"),
    ([HEADER, ROW.replace("late", "l" * 41)], "line 2: shift_id"),
    ([HEADER, ROW.replace("late", "")], "line 2: shift_id ''"),
    ([HEADER, ROW.replace("12-11", "13-11")], "line 2: date '2026-13-11': a day"),
    (
        [HEADER, ROW.replace("14:00", "2pm")],
        "line 2: start '2pm': a time of day, HH:MM",
    ),
    ([HEADER, ROW.replace("14:00", "14:00:30")], "line 2: start '14:00:30'"),
    ([HEADER, ROW.replace("22:00", "24:30")], "line 2: end '24:30'"),
    ([HEADER, ROW.replace("14:00", "22:00")], "the shift has 24 hours; at most 14"),
    ([HEADER, ROW.replace("22:00", "04:30")], "has 14.5 hours; at most 14"),
    (
        [HEADER, ROW.replace("2026-12-11,14:00,22:00", "2027-03-28,01:30,08:00")],
        "line 2: start '01:30': the clocks skip that time on 2027-03-28",
    ),
    (
        [HEADER, ROW.replace(",2,", ",0,")],
        "line 2: units '0': a whole number from 1 to",
    ),
    ([HEADER, ROW.replace(",2,", ",1.5,")], "line 2: units '1.5'"),
    ([HEADER, ROW.replace(",2,", ",²,")], "line 2: units '²'"),
    ([HEADER, ROW.replace("vehicle", "vehicel")], "did you mean 'vehicle'?"),
    ([HEADER, ROW.replace("51.39,0.54", "0.54,51.39")], "of a British place"),
    ([HEADER, ROW.replace("51.39", "north")], "line 2: base_lat 'north': degrees"),
    ([HEADER, ROW.replace("51.39", "nan")], "line 2: base_lat 'nan'"),
    ([HEADER, ROW.replace("51.39", "53.39")], "km from the nearest place; at most 50"),
    (
        [HEADER, ROW.replace("240", "481")],
        "line 2: minutes '481': a whole number from 1",
    ),
    ([HEADER, ROW + "p01 p9"], "line 2: places 'p01 p9': 'p9' is none: p01 to p02"),
    ([HEADER, ROW, ROW], "line 3: shift 'late' overlaps with that of line 2"),
    (
        [HEADER, ROW.replace("14:00,22:00", "18:00,23:00"), ROW],
        "line 3: shift 'late' overlaps with that of line 2: the same units",
    ),
    (
        [HEADER, ROW, ROW.replace("14:00,22:00", "06:00,14:00")],
        "line 3: shift 'late' begins twice on 2026-12-11, here and in line 2: name one",
    ),
    ([HEADER, ROW.replace("2026-12-11", "9999-12-31")], "line 2: date '9999-12-31'"),
    ([HEADER, ROW.replace("2026-12-11", "2027-02-29")], "line 2: date '2027-02-29'"),
    ([HEADER, ROW.replace(",2,", f",{'9' * 5_000},")], "line 2: units '999"),
    ([HEADER.replace(",", ";")], "line 1: its columns are divided by semicolons"),
    ([HEADER.replace(",", "\t")], "line 1: its columns are divided by tabs"),
    ([HEADER, '"late'], "line 2: not a CSV"),
]


@pytest.mark.parametrize(("lines", "said"), WRONG)
def test_each_slip_is_one_line(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, *lines)
    assert str(error.value).startswith("shifts.csv")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a readable text file"):
        read_shifts(tmp_path / "none.csv", SPOTS)
    for name, encoding in (("latin.csv", "cp1252"), ("wide.csv", "utf-16")):
        (tmp_path / name).write_bytes(f"{HEADER}\ncafé".encode(encoding))
        with pytest.raises(UsageError, match="text file: save it in UTF-8"):
            read_shifts(tmp_path / name, SPOTS)
