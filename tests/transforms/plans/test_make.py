"""A plan as a folder: what is in it, and that it is the same again."""

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyogrio
import pytest

from flows.params import PatrolParams
from tests.transforms.cut_off import cut_off_at
from tests.transforms.patrols.made_programme import NOW, STARTS, made_programme
from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home
from transforms.homes.patrol_settings import PatrolTable
from transforms.operations.verify_programmes import check_programmes
from transforms.patrols.planned import read_planned
from transforms.plans.asked import asked_of, of_the_settings
from transforms.plans.make import Made, make_plan
from transforms.programmes.kept_folder import damaged_files
from transforms.programmes.programme import Programme
from transforms.programmes.register import PLANNED, Register, end, leave
from transforms.trials.choose import Asked as AskedTrial
from transforms.trials.designing import design_trial
from transforms.trials.issue import issue
from transforms.trials.schedule import weeks
from transforms.trials.trial import Trial


HEADER = "shift_id,date,start,end,units,mode,base_lat,base_lon,minutes"
DAY = date(2026, 11, 20)
FILES = {
    "briefing.pdf", "manifest.json", "places.geojson", "plan.gpx", "plan.ics",
    "plan.json", "plan.xlsx", "planned.csv", "visits.csv",
}  # fmt: skip


def row(day: date = DAY, start: str = "10:00", end: str = "20:00", **other: str) -> str:
    values = {"shift_id": "late", "units": "2", "mode": "vehicle"} | other
    return (
        f"{values['shift_id']},{day},{start},{end},{values['units']},{values['mode']},"
        "51.30,0.80,400"
    )


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Programme]:
    return made_programme(tmp_path_factory.mktemp("plan") / "home", more=4)


@pytest.fixture(scope="module")
def made(made_home: tuple[Home, Programme]) -> Made:
    return plan(*made_home, row(), row(DAY + timedelta(days=3)))


def asked(home: Home, programme: Programme, *rows: str, trial: str | None = None):
    file = home.root / "shifts.csv"
    file.write_text("\n".join([HEADER, *rows, ""]))
    return asked_of(home, programme, file, trial, None, None)


def plan(
    home: Home, programme: Programme, *rows: str, trial: str | None = None
) -> Made:
    return make_plan(home, asked(home, programme, *rows, trial=trial), None, NOW, "me")


def visits(made: Made) -> list[dict[str, str]]:
    with (made.folder / "visits.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_files_of_a_plan(made: Made) -> None:
    assert {file.name for file in made.folder.iterdir()} == FILES
    assert made.folder.name == made.plan.id
    assert made.plan.id.startswith("2026-11-20-")
    assert (made.folder / "briefing.pdf").read_bytes().startswith(b"%PDF")
    rows = visits(made)
    assert len(rows) == len(made.plan.visits) > 8
    assert {row["shift_id"] for row in rows} == {"late"}
    assert {(r["window_from"], r["window_to"]) for r in rows} == {("", "")}
    first = next(row for row in rows if row["place_id"] == "p01")
    assert first["name"] == "High Street"
    assert first["why"] == "10.0 expected a month."
    assert float(first["value"]) == pytest.approx(10 * 10 / 730)
    assert datetime.fromisoformat(first["start"]).minute % 5 == 0
    facts = json.loads((made.folder / "plan.json").read_text())
    assert facts["visits"] == len(rows)
    assert "No hours are known" in facts["notes"][0]
    assert sum(map(sum, (v.values() for v in facts["visits_by_week"].values()))) == len(
        rows
    )


def test_other_programs_read_them(made: Made) -> None:
    shapes = pyogrio.read_info(made.folder / "places.geojson")
    assert shapes["features"] == 8
    way = made.folder / "plan.gpx"
    assert len(pyogrio.read_dataframe(way, layer="routes")) == 4
    points = pyogrio.read_dataframe(way, layer="route_points")
    assert len(points) == len(made.plan.visits)
    book = made.folder / "plan.xlsx"
    sheets = [name for name, _ in pyogrio.list_layers(book)]
    assert sheets == ["Read me", "Visits", "Places", "Dropped", "Columns"]
    shown = pyogrio.read_dataframe(book, layer="Visits", read_geometry=False)
    assert len(shown) == len(made.plan.visits)


def events(data: bytes) -> Iterator[dict[str, str]]:
    """The events of a calendar, its lines unfolded (RFC 5545, 3.1)."""
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert data.endswith(b"END:VCALENDAR\r\n")
    text = data.decode().replace("\r\n ", "")
    for event in text.split("BEGIN:VEVENT\r\n")[1:]:
        body = event.partition("END:VEVENT")[0]
        yield dict(line.split(":", 1) for line in body.split("\r\n") if line)


def test_the_calendar_has_each_visit_at_its_time(made: Made) -> None:
    found = list(events((made.folder / "plan.ics").read_bytes()))
    assert len(found) == len({one["UID"] for one in found}) == len(made.plan.visits)
    for one, visit in zip(found, made.plan.visits, strict=True):
        began = datetime.strptime(one["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert began == visit.starts
        assert one["SUMMARY"].startswith(visit.wanted.place)


def test_the_same_again_is_the_same(
    made_home: tuple[Home, Programme], made: Made
) -> None:
    given = *made_home, row(), row(DAY + timedelta(days=3))
    again = plan(*given)
    assert (again.folder, again.created) == (made.folder, False)
    before = {f.name: f.read_bytes() for f in made.folder.iterdir()}
    shutil.rmtree(made.folder)
    anew = plan(*given)
    assert anew.created
    assert {f.name: f.read_bytes() for f in anew.folder.iterdir()} == before
    lines = [line["what"] for line in Register(made_home[0]).log.lines()
             if line["action"] == PLANNED]  # fmt: skip
    assert [line["plan"] for line in lines if line["plan"] == made.plan.id] == [
        made.plan.id
    ]


def test_other_settings_are_another_plan(
    made_home: tuple[Home, Programme], made: Made
) -> None:
    home, programme = made_home
    longer = replace(home, patrol=PatrolTable(visit_minutes=20))
    other = plan(longer, programme, row(), row(DAY + timedelta(days=3)))
    assert other.plan.id != made.plan.id
    assert {row["minutes"] for row in visits(other)} == {"20"}


def test_dosage_reads_what_was_planned(
    made_home: tuple[Home, Programme], made: Made
) -> None:
    planned = read_planned(made.folder / "planned.csv", made_home[1])
    assert sum(planned.values()) == 15 * len(made.plan.visits)
    assert {day for _, day in planned} == {DAY, DAY + timedelta(days=3)}


def test_verify_finds_a_plan_that_was_changed(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home")
    made = plan(home, programme, row())
    whole = check_programmes(home)
    assert (whole.folders["plans"], whole.differs) == (1, [])
    (made.folder / "visits.csv").write_text("where I like\n")
    [said] = check_programmes(home).differs
    assert said.startswith(f"{made.folder / 'visits.csv'}: not as it was written")
    shutil.rmtree(made.folder)
    [said] = check_programmes(home).differs
    assert said.startswith(f"{made.folder}: gone, and the register has it")


@pytest.mark.parametrize(
    "point",
    ["kept-unlisted", "kept-written", "kept-flushed", "kept-placed", "line-written"],
)
def test_a_plan_that_was_cut_off_is_made_by_the_same_command(
    tmp_path: Path, point: str
) -> None:
    home, programme = made_programme(tmp_path / "home")
    with cut_off_at(point):
        plan(home, programme, row())
    made = plan(home, programme, row())
    assert damaged_files(made.folder) == []
    assert [folder.name for folder in made.folder.parent.iterdir()] == [made.plan.id]
    lines = Register(home).log.lines()
    assert [line["action"] for line in lines].count(PLANNED) == 1
    assert Register(home).log.verify().fault is None


REFUSED: list[tuple[Callable[[Home, Programme], object], date, str]] = [
    (lambda home, programme: None, STARTS - timedelta(days=1), "is before autumn-"),
    (
        lambda home, programme: end(home, programme, DAY, "over", NOW, "me"),
        DAY + timedelta(days=1),
        "is after autumn-",
    ),
]


@pytest.mark.parametrize(("before", "day", "said"), REFUSED)
def test_days_without_a_programme_are_refused(
    tmp_path: Path, before: Callable[[Home, Programme], object], day: date, said: str
) -> None:
    home, programme = made_programme(tmp_path / "home")
    before(home, programme)
    with pytest.raises(UsageError, match=r"shifts.csv, line 3: .*" + said):
        asked(home, programme, row(), row(day))


def test_a_programme_that_has_not_started_is_refused(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home", starts=None)
    with pytest.raises(UsageError, match="has not started"):
        asked(home, programme, row())


def test_a_place_that_left_is_not_planned(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home")
    leave(home, programme, "p01", DAY, "market moved", NOW, "me")
    night = row(DAY - timedelta(days=1), "20:00", "06:00")
    found = asked(home, programme, night, row(DAY - timedelta(days=1), shift_id="x"))
    assert found.allowed[f"late {DAY - timedelta(days=1)}"] == {"p02", "p03", "p04"}
    assert "p01" in found.allowed[f"x {DAY - timedelta(days=1)}"]


def test_next_week_comes_from_the_settings(made_home: tuple[Home, Programme]) -> None:
    home, _ = made_home
    with pytest.raises(UsageError, match="no file of shifts"):
        of_the_settings(home, NOW)
    named = replace(home, patrol=PatrolTable(shifts="shifts.csv"))
    friday = datetime(2026, 11, 13, 13, tzinfo=UTC)
    assert of_the_settings(named, friday) == (
        home.root / "shifts.csv", date(2026, 11, 16), date(2026, 11, 22),
    )  # fmt: skip


def test_a_scheduled_plan_is_of_next_week(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home")
    rows = [row(date(2026, 11, day)) for day in (15, 16, 22, 23)]
    (home.root / "weeks.csv").write_text("\n".join([HEADER, *rows, ""]))
    named = replace(home, patrol=PatrolTable(shifts="weeks.csv"))
    friday = datetime(2026, 11, 13, 13, tzinfo=UTC)
    found = PatrolParams().asked(named, friday)
    assert found.programme.id == programme.id
    assert [shift.day.day for shift in found.shifts] == [16, 22]
    end(home, programme, date(2026, 12, 1), "over", NOW, "me")
    with pytest.raises(UsageError, match="name the programme"):
        PatrolParams().asked(named, friday)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Trial]:
    """A trial of two weeks, of which the first is issued."""
    home, programme = made_programme(tmp_path_factory.mktemp("trial") / "home", more=4)
    monday = date(2026, 11, 16)
    simple = AskedTrial(
        kind="simple",
        first_day=monday,
        weeks=2,
        strata=[(2, 4), (2, 4)],
        accept_contact=True,
    )
    found = design_trial(home, programme, simple, NOW, "me").trial
    issue(home, found, monday, NOW, "me")
    return home, found


def test_a_place_of_a_control_day_is_never_planned(trial: tuple[Home, Trial]) -> None:
    home, of = trial
    monday = of.design.first_day
    rows = [row(monday + timedelta(days=day)) for day in range(7)]
    rows.append(row(monday, "20:00", "05:00", shift_id="night"))
    made = plan(home, of.programme, *rows, trial=of.id)
    assigned = of.design.week(monday, of.seed())
    assert made.plan.visits
    for visit in made.plan.visits:
        for day in {visit.starts.date(), visit.ends.date()}:
            assert visit.wanted.place in assigned[day]
    for shift in made.plan.asked.shifts:
        drawn = set.intersection(*(set(assigned[day]) for day in shift.days))
        assert made.plan.asked.allowed[shift.key] == drawn
    facts = json.loads((made.folder / "plan.json").read_text())
    assert facts["made_from"]["trial"] == of.id
    assert of.id in facts["notes"][1]


def test_days_of_a_trial_are_planned_by_it_alone(trial: tuple[Home, Trial]) -> None:
    home, of = trial
    monday, second = weeks(of.design.first_day, 2)
    with pytest.raises(UsageError, match=f"line 2: {monday} is a day of the trial"):
        asked(home, of.programme, row(monday))
    with pytest.raises(UsageError, match=f"line 2: {DAY.replace(month=12)} is no day"):
        asked(home, of.programme, row(DAY.replace(month=12)), trial=of.id)
    with pytest.raises(UsageError, match=f"the week of {second} is not issued"):
        asked(home, of.programme, row(second), trial=of.id)


def test_an_issued_week_that_was_changed_is_damage(trial: tuple[Home, Trial]) -> None:
    home, of = trial
    [file] = of.folder.glob("issues/*/patrol.csv")
    kept = file.read_bytes()
    file.write_bytes(kept.replace(b"p01", b"p02"))
    with pytest.raises(LakeError, match="not what was drawn"):
        asked(home, of.programme, row(of.design.first_day), trial=of.id)
    file.write_bytes(kept)
