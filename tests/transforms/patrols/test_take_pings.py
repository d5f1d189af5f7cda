"""Pings taken into a force's own home: what is made of them, and what is kept."""

import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from tests.flows.commands import hexbeat_here
from tests.flows.flows_here import flows_here
from tests.transforms.patrols.made_programme import CENTRES, made_programme, put
from tests.transforms.records.made_homes import csv, made_home, pulled, seen, truth
from transforms.patrols.ping_file import RULES
from transforms.patrols.ping_mapping import read_ping_mapping
from transforms.patrols.report import report
from transforms.patrols.take_pings import TakenPings, take_pings
from transforms.programmes.programme import open_programme
from transforms.records.erasure import erase_days
from transforms.records.homes import ForceHome


NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
DAY = date(2026, 10, 5)
UNIT = "ALPHA-KILO-27"
MAPPING = """
kind = "pings"
programme = "autumn"
format = "csv"
crs = "EPSG:4326"
role = "police"
mode = "vehicle"

[columns]
unit = "Call sign"
at = "Time"
longitude = "Lon"
latitude = "Lat"
officers = "Crew"
accuracy_m = "Accuracy"

[times]
date_format = "iso"
time_zone = "UTC"
ambiguous = "earlier"
skipped = "shift"
"""
AWAY = 51.283, 1.086


@pytest.fixture
def home(tmp_path: Path) -> ForceHome:
    force_home = made_home(tmp_path)
    public, _ = made_programme(tmp_path / "public")
    shutil.copytree(public.root / "programmes", force_home.home.root / "programmes")
    return force_home


def line(
    minute: float, at: tuple[float, float] = AWAY, unit: str = UNIT, crew: str = "2",
    accuracy: str = "5", day: date = DAY,
) -> str:  # fmt: skip
    began = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    when = began + timedelta(minutes=minute)
    return (
        f"PC Quimby,{unit},{when:%Y-%m-%dT%H:%M:%SZ},{at[1]},{at[0]},{crew},{accuracy}"
    )


def take(home: ForceHome, *lines: str, now: datetime = NOW) -> TakenPings:
    text = "\n".join(["Driver,Call sign,Time,Lon,Lat,Crew,Accuracy", *lines, ""])
    path = put(home.home.root.parent, text.encode(), "pings.csv")
    return take_pings(home, path, read_ping_mapping(MAPPING, "m"), "me", now)


def v25() -> list[str]:
    a, b = CENTRES[0], CENTRES[1]
    inside = dict.fromkeys([*range(5, 21), 22, 23, 24, 47, 48], a)
    first = [line(m, inside.get(m, AWAY)) for m in (0, 1, *inside, 21, 25, 27, 49)]
    second = [line(m, a, "BRAVO-9", crew="1") for m in (10, 15, 20, 25, 30)]
    assert b != a
    return [*first, *second]


def visits(home: ForceHome) -> list[dict[str, object]]:
    return home.lake.read("visits", home.force).to_pylist()


def test_v25_from_the_file_to_the_report(home: ForceHome) -> None:
    done = take(home, *v25())
    assert done.pings == done.new == 32 and not done.dropped.total()
    assert sorted(v["minutes"] for v in visits(home)) == [4.0, 20.0, 20.5]
    found = report(home.home, open_programme(home.home, "autumn")).dosage
    [day] = [r for r in found.days.to_pylist() if r["place_id"] == "p01"]
    assert (day["patrol_minutes"], day["officer_minutes"]) == (31, 69)
    assert day["source"] == "pings" and day["vehicle_officer_minutes"] == 69
    assert day["visits"] == 3 and day["visits_10_20"] is None  # one unit is too slow
    assert day["minutes_se"] > 0


def test_nobody_and_no_unit_is_in_the_home(home: ForceHome) -> None:
    done = take(home, *v25())
    assert done.left_out == ["Driver"]
    for word in ("Quimby", UNIT, "BRAVO-9", str(AWAY[0]), str(CENTRES[0][1])):
        lake = home.lake.root
        assert not seen(lake, word), word
    rows = home.lake.read("pings", home.force).to_pylist()
    assert {len(row["unit"]) for row in rows} == {8}
    assert len({row["unit"] for row in rows}) == 2
    assert not {"longitude", "latitude"} & set(rows[0])
    assert "unit" not in visits(home)[0]


def test_taken_again_it_changes_nothing(home: ForceHome) -> None:
    take(home, *v25())
    before = home.lake.versions()
    again = take(home, *v25())
    assert again.new == 0 and again.stays == 3
    assert home.lake.versions() == before


def test_two_files_are_the_same_as_one(home: ForceHome, tmp_path: Path) -> None:
    lines = v25()
    take(home, *lines[:20])
    take(home, *lines[15:])
    both = [(v["starts"], v["ends"], v["minutes"]) for v in visits(home)]
    (tmp_path / "other").mkdir()
    other = made_home(tmp_path / "other")
    shutil.copytree(home.home.root / "programmes", other.home.root / "programmes")
    take(other, *lines)
    assert both == [(v["starts"], v["ends"], v["minutes"]) for v in visits(other)]


def test_what_is_dropped_is_counted(home: ForceHome) -> None:
    done = take(
        home,
        line(0),
        line(1),
        line(1),
        line(2, accuracy="51"),
        line(3, (48.0, 1.0)),
        line(4, crew="0"),
        line(5, unit=" "),
        line(6, day=date(2026, 10, 21)),
        line(7, day=date(2026, 9, 18)),
        line(8, (51.30, 1.29)),
        line(8.1),
        "x,U1,yesterday,1.0,51.0,1,5",
    )
    assert done.dropped == Counter(
        duplicate=1, accuracy=1, bounds=1, officers=1, unit=1, future=1, past=1,
        times=1, speed=1,
    )  # fmt: skip
    assert done.pings + done.dropped.total() == done.rows_in


def test_a_stay_over_midnight_is_split(home: ForceHome) -> None:
    late = [line(m, CENTRES[0]) for m in range(5 * 60 + 50, 6 * 60 + 11)]  # 22:50 UTC
    take(home, *late)
    found = {(v["day"], round(float(str(v["minutes"])), 3)) for v in visits(home)}
    assert found == {(date(2026, 10, 5), 10.0), (date(2026, 10, 6), 10.0)}


def test_pings_go_after_31_days_and_visits_stay(home: ForceHome) -> None:
    take(home, *v25())
    pulled(home, {"a.csv": csv(truth("a/1", 1))}, days_later=-25)
    assert len(home.lake.read("pings", home.force))
    take(
        home, line(0, day=date(2026, 11, 6)), now=datetime(2026, 11, 6, 18, tzinfo=UTC)
    )
    days = {row["day"] for row in home.lake.read("pings", home.force).to_pylist()}
    assert days == {"2026-11-06"}
    assert not list((home.lake.root / "pings").glob("force=*/day=2026-10-05/*"))
    assert len(visits(home)) == 3
    again = take(home, *v25(), now=datetime(2026, 11, 6, 19, tzinfo=UTC))
    assert again.pings == 0 and again.dropped["past"] == 32
    assert len(visits(home)) == 3


def test_erasing_days_reaches_pings(home: ForceHome) -> None:
    pulled(home, {"a.csv": csv(truth("a/1", 1), truth("a/2", 9))})
    take(home, *v25())
    erase_days(home, DAY, DAY, "asked", "me", NOW, confirmed=True)
    assert not len(home.lake.read("pings", home.force))
    assert not list((home.lake.root / "pings").glob("force=*/day=*/*"))
    again = take(home, *v25())
    assert again.pings == 0 and again.dropped["past"] == 32


def test_a_public_home_refuses_pings(tmp_path: Path) -> None:
    home, _ = made_programme(tmp_path / "home")
    (tmp_path / "pings.toml").write_text(MAPPING)
    file = put(tmp_path, b"Call sign,Time,Lon,Lat,Crew,Accuracy\n", "pings.csv")
    done = hexbeat_here(
        "dosage",
        "take",
        file,
        "--mapping",
        tmp_path / "pings.toml",
        "--home",
        home.root,
    )
    assert done.returncode == 2 and "only in a home of a force's own" in done.stderr
    assert not home.lake.versions()


class Then(datetime):
    """A clock that stands: pings are kept 31 days."""

    @classmethod
    def now(cls, _: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The moment that pings of these tests were taken at."""
        return NOW


WORDS = """
[columns]
unit = "Call sign"
at = "Time"
longitude = "Lon"
latitude = "Lat"
officers = "Crew"
accuracy_m = "Accuracy"
role = "Role"
mode = "How"

[roles]
police = ["PC"]

[modes]
foot = ["foot"]

[background]
column = "Why"
yes = ["call"]
no = ["hot spot"]
"""
DROPPED = {
    "unit": [line(5, unit=" ")],
    "times": ["x,U1,yesterday,1.0,51.0,1,5"],
    "future": [line(5, day=date(2026, 10, 21))],
    "bounds": [line(5, (48.0, 1.0))],
    "accuracy": [line(5, accuracy="51")],
    "officers": [line(5, crew="0")],
    "role": [line(5) + ",DC"],
    "mode": [line(5) + ",PC,horse"],
    "background": [line(5) + ",PC,foot,lunch"],
    "past": [line(5, day=date(2026, 9, 18))],
    "duplicate": [line(1)],
    "speed": [line(8, (51.30, 1.29)), line(8.1)],
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_its_line_at_the_command(
    home: ForceHome, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is dropped by it is counted and said, with exit code 3."""
    monkeypatch.setattr("flows.dosage_tasks.datetime", Then)
    folder = home.home.root.parent
    head = MAPPING.partition("[columns]")[0].replace('role = "police"\n', "")
    times = "[times]" + MAPPING.partition("[times]")[2]
    (folder / "pings.toml").write_text(
        head.replace('mode = "vehicle"\n', "") + WORDS + times
    )
    kept = ["PC", "foot", "hot spot"]
    rows = [
        ",".join([one, *kept[len(one.split(",")) - 7 :]])
        for one in (line(0), line(1), *DROPPED[rule])
    ]
    header = "Driver,Call sign,Time,Lon,Lat,Crew,Accuracy,Role,How,Why"
    file = put(folder, "\n".join([header, *rows, ""]).encode(), "pings.csv")
    given = "--mapping", folder / "pings.toml", "--home", home.home.root
    with flows_here():
        done = hexbeat_here("dosage", "take", file, *given)
    assert (done.returncode, done.stderr) == (3, "")
    dropped = f"dropped   1: {100 / len(rows):.1f} % of the rows"
    assert f"{dropped}\n          1 {rule}: {RULES[rule]}\n" in done.stdout
    assert UNIT not in done.stdout and "Quimby" not in done.stdout
    assert len(home.home.lake.read("pings", home.force)) == len(rows) - 1


SLIPS = [
    ('role = "police"\n', "", "role: name a column, or one value"),
    ('mode = "vehicle"\n', 'mode = "horse"\n', "mode must be"),
    ('role = "police"\n', 'role = "police"\nofficers = 2\n', "officers: name a column"),
    ('latitude = "Lat"\n', "", "name one of the three"),
    ("EPSG:4326", "EPSG:27700", "crs: write 'EPSG:4326'"),
    ('at = "Time"', 'at = "Time"\nofficer = "Driver"', "officer is unknown"),
    ('at = "Time"', 'at = "Time"\ncollar_number = "C"', "collar_number is unknown"),
    ('"csv"\n', '"parquet"\ndelimiter = ";"\n', "delimiter: format 'parquet'"),
    (
        "[times]",
        '[background]\ncolumn = "Why"\nyes = ["call"]\nno = ["call"]\n[times]',
        "no word in both",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), SLIPS)
def test_a_slip_in_a_mapping_is_one_line(
    home: ForceHome, old: str, new: str, words: str
) -> None:
    """At the command, and nothing is stored."""
    folder, before = home.home.root.parent, home.home.lake.versions()
    (folder / "pings.toml").write_text(MAPPING.replace(old, new))
    file = put(folder, b"Call sign\n", "pings.csv")
    given = "--mapping", folder / "pings.toml", "--home", home.home.root
    done = hexbeat_here("dosage", "take", file, *given)
    [said] = done.stderr.splitlines()
    assert (done.returncode, words in said) == (2, True), said
    assert home.home.lake.versions() == before
