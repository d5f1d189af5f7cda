"""What patrols delivered: by day, by place, on the page, and in a grant's form."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import patrols as oracles
from tests.transforms.patrols.made_programme import (
    MAPPING,
    NOW,
    OFFICER,
    Row,
    log,
    made_programme,
    put,
)
from tests.transforms.records.made_homes import seen
from transforms.errors import UsageError
from transforms.homes.home import Home, open_home
from transforms.patrols import words
from transforms.patrols.dosage import dosage_of
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.place_sums import overlap
from transforms.patrols.report import Reported, report
from transforms.patrols.take import take_visits
from transforms.programmes.kept_folder import write_manifest
from transforms.programmes.programme import Programme, open_programme
from transforms.programmes.register import end, leave


Made = tuple[Home, Programme]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return made_programme(tmp_path / "home")


def at(day: int, hour: int, minutes: int = 15, **more: str) -> Row:
    """A visit in October 2026."""
    ends = hour * 60 + minutes
    return Row(
        start=f"{day:02}/10/2026 {hour:02}:00",
        end=f"{day:02}/10/2026 {ends // 60:02}:{ends % 60:02}",
        **more,
    )


def take(made: Made, *rows: Row, name: str = "log.csv") -> None:
    home, _ = made
    path = put(home.root.parent, log(*rows), name)
    take_visits(home, path, read_visit_mapping(MAPPING, "m"), NOW)


def reported(made: Made, **more: object) -> Reported:
    home, programme = made
    return report(home, programme, **more)  # type: ignore[arg-type]


def by_day(found: Reported) -> Mapping[tuple[str, date], Mapping[str, object]]:
    rows = found.dosage.days.to_pylist()
    return {(row["place_id"], row["day"]): row for row in rows}


def cells(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as source:
        return list(csv.DictReader(source))


def test_v26_overlap_of_patrol_and_need() -> None:
    assert overlap([0.5, 0.2, 0.2, 0.1], [1, 1, 1, 1]) == pytest.approx(0.75)
    assert overlap([0, 0], [1, 1]) == 0


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 90)), min_size=1))
def test_overlap_is_the_sum_of_smaller_shares(pairs: list[tuple[int, int]]) -> None:
    dose, need = zip(*pairs, strict=True)
    if sum(dose):
        assert overlap(dose, need) == pytest.approx(oracles.overlap(dose, need))


def test_a_day_without_any_row_is_not_supplied(made: Made) -> None:
    take(made, at(3, 10), at(5, 10, place="p02"))
    found = reported(made)
    assert found.dosage.supplied == [date(2026, 10, 3), date(2026, 10, 5)]
    assert found.dosage.missing == [date(2026, 10, day) for day in (1, 2, 4)]
    days = by_day(found)
    assert len(days) == 8  # four places on two days, and none on the others
    assert days["p02", date(2026, 10, 3)]["visits"] == 0
    assert [r["day"] for r in cells(found.folder / "missing_days.csv")] == [
        "2026-10-01", "2026-10-02", "2026-10-04",
    ]  # fmt: skip
    assert any("2026-10-04" in line for line in words.unsaid(found.dosage))


def test_a_patrol_elsewhere_shows_that_the_log_has_its_day(made: Made) -> None:
    take(made, at(1, 10), at(2, 10, place="Market"), at(3, 10, officers="x"), at(4, 9))
    found = reported(made)
    assert found.dosage.missing == [date(2026, 10, 3)]
    assert by_day(found)["p01", date(2026, 10, 2)]["visits"] == 0


def test_a_day_of_no_patrol_is_said_in_the_settings(made: Made) -> None:
    home, programme = made
    (home.root / "hexbeat.toml").write_text(
        "[patrol]\nplanned_minutes = 30.0\n"
        "[[patrol.days]]\nfrom = 2026-10-02\nto = 2026-10-03\n"
        'as = "no-patrol"\nreason = "all at the football"\n'
    )
    take(made, at(1, 10), at(4, 10))
    found = reported((open_home(home.root), programme))
    assert not found.dosage.missing
    row = by_day(found)["p01", date(2026, 10, 2)]
    assert (row["visits"], row["patrol_minutes"], row["planned_minutes"]) == (0, 0, 30)


def test_measures_of_a_place_and_day(made: Made) -> None:
    take(
        made,
        at(1, 10, 15, arrests="1"),
        at(1, 10, 20, role="PCSO", officers="1", mode="car"),  # the same time
        at(1, 13, 2),
        at(1, 14, 9, talks="3"),
        at(1, 16, 40, reason="call"),
    )
    row = by_day(reported(made))["p01", date(2026, 10, 1)]
    assert row["visits"] == 3 and row["passes"] == 1
    assert row["patrol_minutes"] == 20 + 2 + 9
    assert row["officer_minutes"] == 2 * 15 + 20 + 2 * 2 + 2 * 9
    assert row["background_minutes"] == 40
    assert (row["visits_10_plus"], row["visits_10_20"], row["visits_10_16"]) == (
        2,
        2,
        1,
    )
    assert row["gap_minutes"] == 220  # from 10:20 to 14:00: a pass is no visit
    assert row["pcso_officer_minutes"] == row["vehicle_officer_minutes"] == 20
    assert (row["arrests"], row["searches"], row["engagements"]) == (1, None, 3)
    assert row["minutes_se"] is None and row["source"] == "log"


def test_planned_beside_delivered(made: Made) -> None:
    home, _ = made
    take(made, at(1, 10, 15), at(2, 10, 30), at(2, 12, 10, place="p02"))
    file = put(
        home.root.parent,
        b"place_id,date,planned_minutes\np01,2026-10-01,30\np01,2026-10-02,20\n",
        "planned.csv",
    )
    found = reported(made, planned=file)
    rows = by_day(found)
    assert rows["p01", date(2026, 10, 1)]["assigned"] is True
    assert rows["p02", date(2026, 10, 2)]["assigned"] is False
    place = {row["place_id"]: row for row in found.dosage.places.to_pylist()}["p01"]
    assert (place["planned_minutes"], place["patrol_minutes"]) == (50, 45)
    assert place["delivered_share"] == pytest.approx(0.9)
    assert "90 % of 50 planned minutes" in words.headline(found.dosage)


def test_a_trial_s_issued_weeks_are_a_plan(made: Made) -> None:
    _, programme = made
    week = programme.folder / "trials" / "weekly-1" / "issues" / "2026-09-28"
    week.mkdir(parents=True)
    (week / "patrol.csv").write_text("date,place_id\n2026-10-01,p02\n")
    write_manifest(week)
    take(made, at(1, 10), at(6, 10))
    rows = by_day(reported(made, planned_minutes=20.0))
    assert rows["p02", date(2026, 10, 1)]["planned_minutes"] == 20
    assert rows["p01", date(2026, 10, 1)]["planned_minutes"] == 0
    assert rows["p01", date(2026, 10, 6)]["planned_minutes"] == 20  # no week of its own


SLIPS = [
    ("place,date\n", "no column place_id"),
    ("place_id,date,planned_minutes\np09,2026-10-01,5\n", "line 2: no place of"),
    ("place_id,date,planned_minutes\np01,1/10/2026,5\n", "line 2: a date"),
    ("place_id,date,planned_minutes\np01,2026-10-01,x\n", "line 2: a date"),
    ("place_id,date,planned_minutes\np01,2026-10-01,nan\n", "line 2: 0 to 1440"),
    ("place_id,date,planned_minutes\np01,2026-10-01\n", "line 2: 2 values"),
    ("place_id;date;planned_minutes\np01;2026-10-01;5\n", "divided by semicolons"),
    ('place_id,date,planned_minutes\n"p01', "line 2: not a CSV"),
    ("place_id,date,planned_minutes\n" + "p01,2026-10-01,5\n" * 2, "line 3: .* twice"),
]


@pytest.mark.parametrize(("text", "fault"), SLIPS)
def test_a_slip_in_a_plan_is_one_line(made: Made, text: str, fault: str) -> None:
    take(made, at(1, 10))
    file = put(made[0].root.parent, text.encode(), "planned.csv")
    with pytest.raises(UsageError, match=fault) as caught:
        reported(made, planned=file)
    assert "\n" not in str(caught.value)
    assert not (made[1].folder / "dosage").exists()


def test_what_cannot_be_reported(made: Made, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no log has a row since 2026-10-01"):
        reported(made)
    take(made, at(5, 10))
    with pytest.raises(UsageError, match="no log has a row since 2026-10-06"):
        reported(made, first=date(2026, 10, 6))
    with pytest.raises(UsageError, match=r"is later than --to [\d-]+: swap them"):
        reported(made, first=date(2026, 10, 6), last=date(2026, 10, 5))
    with pytest.raises(UsageError, match="no log has a row from 2026-10-01 to"):
        reported(made, last=date(2026, 10, 4))
    home, _ = made_programme(tmp_path / "idle", starts=None)
    with pytest.raises(UsageError, match="has not started"):
        report(home, open_programme(home, "autumn"))


def test_a_place_counts_up_to_its_leaving_and_a_programme_to_its_end(
    made: Made,
) -> None:
    home, programme = made
    take(made, *(at(day, 10) for day in range(1, 9)))
    leave(home, programme, "p01", date(2026, 10, 4), "closed", NOW, "me")
    end(home, programme, date(2026, 10, 6), "over", NOW, "me")
    found = reported(made)
    assert max(day for _, day in by_day(found)) == date(2026, 10, 6)
    assert max(d for place, d in by_day(found) if place == "p01") == date(2026, 10, 3)


def test_the_return_has_every_measure_of_every_month(made: Made) -> None:
    take(made, at(30, 10, arrests="2"), at(30, 12, 30, role="Warden", officers="1"))
    take(made, Row(start="02/11/2026 10:00", end="02/11/2026 10:10"), name="nov.csv")
    found = reported(made)
    rows = cells(found.folder / "return.csv")
    value = {
        (r["period"], r["place_id"], r["measure"], r["role"]): r["value"] for r in rows
    }
    assert value["2026-10", "all", "visits", "all"] == "2"
    assert value["2026-10", "all", "officer_minutes", "all"] == "60"
    assert value["2026-10", "all", "officer_minutes", "warden"] == "30"
    assert value["2026-10", "all", "missing_days", "all"] == "30"
    assert value["2026-10", "all", "arrests", "all"] == "2"
    assert value["2026-10", "all", "searches", "all"] == ""
    assert value["2026-11", "p01", "patrol_minutes", "all"] == "10"
    # minutes in which anybody was there are never added up over places
    assert not [key for key in value if key[1:3] == ("all", "patrol_minutes")]
    form = cells(found.folder / "return-hotspot-generic.csv")
    assert [row["Month"] for row in form] == ["2026-10", "2026-11"]
    assert form[0]["Hours in all"] == "1.0" and form[0]["Stop and searches"] == ""
    assert form[0]["Days without a log"] == "30"


def test_a_form_of_the_home_s_own(made: Made) -> None:
    home, _ = made
    take(made, at(1, 10))
    (home.root / "returns").mkdir()
    form = home.root / "returns" / "grip.toml"
    text = 'title = "Grip"\nrows = "place"\n[[column]]\nheading = "Where"\n'
    text += 'value = "place_id"\n[[column]]\nheading = "Minutes"\n'
    form.write_text(text + 'value = "patrol_minutes"\n')
    found = reported(made)
    assert (found.folder / "return-grip.csv").read_text().splitlines() == [
        '"Where","Minutes"', '"p01","15"', '"p02","0"', '"p03","0"', '"p04","0"',
    ]  # fmt: skip
    form.write_text(text + 'value = "hours"\n')
    with pytest.raises(UsageError, match=r"grip.toml: \[\[column\]\] number 2 value"):
        reported(made)


def test_the_same_report_is_made_once(made: Made) -> None:
    take(made, at(1, 10))
    first, again = reported(made), reported(made)
    assert first.created and not again.created and first.folder == again.folder
    take(made, at(2, 10), name="more.csv")
    assert reported(made).folder != first.folder
    columns = pq.read_table(first.folder / "dosage_days.parquet").column_names
    assert {"place_id", "day", "patrol_minutes", "visits_10_plus"} < set(columns)


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        made = made_programme(tmp_path / name)
        take(made, at(1, 10), at(2, 12, 9))
        folder = reported(made, planned_minutes=20.0).folder
        files.append(
            {f.name: f.read_bytes() for f in folder.iterdir()}
            | {"": folder.name.encode()}
        )
    assert files[0] == files[1]


def test_a_page_says_what_the_report_says(made: Made) -> None:
    take(made, *(at(day, 10) for day in range(1, 20)), at(19, 12, place="p02"))
    found = reported(made, planned_minutes=15.0)
    page = (found.folder / "dosage.html").read_text()
    for line in (
        words.headline(found.fortnight),
        *words.to_do(found.fortnight),
        *words.unsaid(found.fortnight),
    ):
        assert line.replace("'", "&#x27;") in page
    assert "6 October 2026 to 19 October 2026" in page
    assert (found.folder / "dosage.pdf").read_bytes().startswith(b"%PDF")
    assert not seen(found.folder, OFFICER)


def test_too_little_of_the_plan_is_short(made: Made) -> None:
    home, programme = made
    days = range(1, 15)
    take(made, *(at(day, 10, 30, place=f"p0{n}") for day in days for n in (1, 2)))
    given = home, programme, None, None
    assert not dosage_of(*given, 20.0, None).is_short  # 30 of 40 minutes a day
    assert dosage_of(*given, 30.0, None).is_short  # half of it
    assert not dosage_of(*given, None, None).is_short
    week = dosage_of(home, programme, date(2026, 10, 5), None, 30.0, None)
    assert week.recent_share is None  # too few days to say
