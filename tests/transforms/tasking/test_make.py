"""A pack as a folder: what is in it, for whom, and that it is the same again."""

import json
import re
import shutil
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import docx
import pytest

from tests.oracles import tasking as oracles
from tests.transforms.cut_off import cut_off_at
from tests.transforms.patrols.made_programme import (
    MAPPING,
    NAMES,
    NOW,
    STARTS,
    Row,
    log,
    made_programme,
    put,
)
from tests.transforms.plans.test_make import HEADER, row
from tests.transforms.publications.formats.test_briefing import needs_poppler, printed
from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home, open_either_home
from transforms.operations.backup import backup
from transforms.operations.maintenance.leftovers import leftovers
from transforms.operations.verify_programmes import check_programmes
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.take import take_visits
from transforms.plans.asked import asked_of
from transforms.plans.make import make_plan
from transforms.programmes.basis import Basis
from transforms.programmes.kept_folder import damaged_files, write_manifest
from transforms.programmes.programme import Programme
from transforms.programmes.register import TASKED, Register, end, leave
from transforms.reference.days import DAYS
from transforms.reference.overrides import days_from
from transforms.tasking.changed import changed
from transforms.tasking.folder import ending_of, packs_of
from transforms.tasking.fortnight import due
from transforms.tasking.make import Made, account_of, make_pack
from transforms.tasking.planned import minutes_planned, planned_days


pytestmark = needs_poppler
ENDING = date(2026, 10, 25)
FILES = {
    "lead.docx", "lead.pdf", "manifest.json", "panel.docx", "panel.pdf",
    "tasking.docx", "tasking.json", "tasking.pdf", "tasking.xlsx",
}  # fmt: skip
RESPONSE = """
[[response]]
place = "{programme}-p02"
date = 2026-10-05
what = "Lighting at the harbour"
who = "Council"
"""


def plan(home: Home, programme: Programme, *rows: str) -> str:
    file = home.root / "shifts.csv"
    file.write_text("\n".join([HEADER, *rows, ""]))
    asked = asked_of(home, programme, file, None, None, None)
    return make_plan(home, asked, None, NOW, "me").plan.id


def filled(root: Path, more: int = 0) -> tuple[Home, Programme]:
    """A home with a log of most days, plans of both fortnights, and a problem."""
    home, programme = made_programme(root, more=more)
    rows = [
        Row(
            place=place,
            start=f"{day:02}/10/2026 18:00",
            end=f"{day:02}/10/2026 18:{12 + number:02}",
            arrests=str(number),
        )
        for number, place in enumerate(("p01", "p02", "p03"))
        for day in range(12 + number, 25)
    ]
    path = put(home.root.parent, log(*rows), f"{root.name}.csv")
    take_visits(home, path, read_visit_mapping(MAPPING, "m"), NOW)
    plan(home, programme, row(date(2026, 10, 14)), row(date(2026, 10, 16)))
    plan(home, programme, row(date(2026, 10, 28)), row(date(2026, 10, 30)))
    text = RESPONSE.format(programme=programme.id)
    (home.root / "responses.toml").write_text(text)
    return home, programme


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Made]:
    home, programme = filled(tmp_path_factory.mktemp("pack") / "home")
    return home, make_pack(home, programme, ENDING, NOW, "me")


def figures(made: Made) -> Mapping[str, object]:
    found: Mapping[str, object] = json.loads((made.folder / "tasking.json").read_text())
    return found


def text_of(path: Path) -> str:
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        cells = [
            cell.text for t in document.tables for row in t.rows for cell in row.cells
        ]
        return "\n".join([*(p.text for p in document.paragraphs), *cells])
    return printed("pdftotext", path, "-")


def pages_of(path: Path) -> int:
    return int(re.findall(r"^Pages: +(\d+)$", printed("pdfinfo", path), re.M)[0])


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_a_pack_has_a_document_and_two_pages_in_two_formats(
    made: tuple[Home, Made],
) -> None:
    _, done = made
    assert {file.name for file in done.folder.iterdir()} == FILES
    assert done.folder.name.startswith(f"{ENDING}-")
    for name, most in (("tasking", 4), ("lead", 1), ("panel", 1)):
        assert pages_of(done.folder / f"{name}.pdf") <= most


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
def test_a_superintendent_finds_where_what_and_what_not(
    made: tuple[Home, Made], suffix: str
) -> None:
    said = one_line(text_of(made[1].folder / f"tasking.{suffix}"))
    for words in (
        "Where", "What changed", "What was delivered", "What cannot be said",
        "4 places for all crime", "High Street", "Next: 26 October to 8 November 2026",
        "Lighting at the harbour", "Whether patrols did it", "10.0 expected a month.",
        "No log has a row of 25 October 2026: not known, not zero.",
    ):  # fmt: skip
        assert words in said, words


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
def test_the_panel_reads_no_place(made: tuple[Home, Made], suffix: str) -> None:
    said = text_of(made[1].folder / f"panel.{suffix}")
    assert "Why these places" in said
    assert "What cannot be concluded" in said
    assert "Independent Office for Police Conduct" in one_line(said)
    assert not re.search(r"\bp0\d\b", said)
    assert not any(name in said for name in NAMES if name)
    assert not re.search(r"\d\d\.\d{3}|[0-9a-f]{15}", said)
    assert "hexbeat " not in said


def test_hours_of_the_panel_are_sums_of_three_places_or_more(
    tmp_path: Path,
) -> None:
    home, programme = filled(tmp_path / "home", more=6)
    done = make_pack(home, programme, ENDING, NOW, "me")
    dosage = done.pack.delivered.fortnight
    assert dosage is not None
    rows = dosage.days.to_pylist()
    assert done.pack.areas
    for area, hours in done.pack.areas:
        assert len(area.places) >= 3
        assert hours == pytest.approx(oracles.hours_of(rows, area.places))
    whole = sum(hours or 0 for _, hours in done.pack.areas)
    assert whole == pytest.approx(sum(r["officer_minutes"] for r in rows) / 60)


def a_map_of_wards(home: Home, programme: Programme) -> None:
    """Two wards with half of the places each, in the home's folder and its settings."""
    rows = programme.places.to_pylist()
    shapes = []
    for name, of in (("Northfleet", rows[::2]), ("Town Hall", rows[1::2])):
        squares = [[[[r["lon"] + x, r["lat"] + y] for x, y in _SQUARE]] for r in of]
        shapes.append(
            {
                "type": "Feature",
                "properties": {"WD24NM": name},
                "geometry": {"type": "MultiPolygon", "coordinates": squares},
            }
        )
    collection = {"type": "FeatureCollection", "features": shapes}
    (home.root / "wards.geojson").write_text(json.dumps(collection))
    (home.root / "hexbeat.toml").write_text('[patrol]\nareas = "wards.geojson"\n')


_SQUARE = [(-1e-3, -1e-3), (1e-3, -1e-3), (1e-3, 1e-3), (-1e-3, 1e-3), (-1e-3, -1e-3)]


def test_hours_of_the_panel_are_by_ward_where_the_home_has_a_map_of_them(
    tmp_path: Path,
) -> None:
    home, programme = filled(tmp_path / "home", more=4)
    by_town = make_pack(home, programme, ENDING, NOW, "me")
    said = one_line(text_of(by_town.folder / "panel.pdf"))
    assert "By town, not by ward: the force has given no map of its wards." in said
    a_map_of_wards(home, programme)
    by_ward = make_pack(open_either_home(home.root), programme, ENDING, NOW, "me")
    found = figures(by_ward)
    rows = found["areas"]
    assert [(r["area"], r["places"]) for r in rows] == [  # type: ignore[attr-defined]
        ("Northfleet", 4),
        ("Town Hall", 4),
    ]
    file = (home.root / "wards.geojson").read_bytes()
    assert found["areas_from"] == {
        "file": "wards.geojson",
        "sha256": sha256(file).hexdigest(),
    }
    hours = sum(r["officer_hours"] for r in rows)  # type: ignore[attr-defined]
    assert hours == pytest.approx(sum(h or 0 for _, h in by_town.pack.areas), abs=1e-3)
    said = one_line(text_of(by_ward.folder / "panel.docx"))
    for words in ("Where, by area", "force's own map, wards.geojson", "Northfleet"):
        assert words in said


def test_the_document_for_a_desk_has_the_sketch(made: tuple[Home, Made]) -> None:
    document = docx.Document(str(made[1].folder / "tasking.docx"))
    [shape] = document.inline_shapes
    assert shape.width.cm == pytest.approx(21 - 2 * 1.7, abs=0.01)
    assert "Where 4 places are" in shape._inline.docPr.get("descr")
    # none given is none in Word, and an eighth of an inch in LibreOffice
    assert {shape._inline.get(f"dist{side}") for side in "TBLR"} == {"0"}
    [name] = [n for n in document.part.package.iter_parts() if n.partname.ext == "png"]
    assert name.blob.startswith(b"\x89PNG")
    for page in ("lead", "panel"):
        file = str(made[1].folder / f"{page}.docx")
        assert len(docx.Document(file).inline_shapes) == 0


def test_what_has_no_data_is_a_sentence_with_the_command(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home")
    done = make_pack(home, programme, ENDING, NOW, "me")
    said = one_line(text_of(done.folder / "tasking.pdf"))
    for words in (
        "no log has a day of 12 to 25 October 2026",
        "hexbeat dosage take FILE",
        "hexbeat patrol plan autumn --shifts FILE --from 2026-10-26 --to 2026-11-08",
        "hexbeat track autumn",
        "hexbeat profile --programme autumn p01",
        "responses.toml in the home",
        "nobody can say what rose or fell",
    ):
        assert words in said, words
    lead = one_line(text_of(done.folder / "lead.pdf"))
    assert "no log of patrols was taken since the programme started" in lead
    assert account_of(done)["has_log"] is False


def test_figures_are_those_of_the_log_and_the_plan(made: tuple[Home, Made]) -> None:
    home, done = made
    found = figures(done)
    places = {row["place_id"]: row for row in found["places"]}  # type: ignore[attr-defined]
    assert [places[p]["visits"] for p in ("p01", "p02", "p03", "p04")] == [
        13,
        12,
        11,
        0,
    ]
    assert places["p03"]["patrol_minutes"] == 14 * 11
    assert places["p03"]["officer_hours"] == pytest.approx(2 * 14 * 11 / 60, abs=1e-4)
    assert found["missing_days"] == ["2026-10-25"]
    assert len(found["missing_days_since_start"]) == 12  # type: ignore[arg-type]
    totals = {(t["measure"], t["role"]): t for t in found["totals"]}  # type: ignore[attr-defined]
    assert totals["arrests", "all"]["fortnight"] == 0 * 13 + 12 + 2 * 11
    assert totals["weapons", "all"]["fortnight"] is None
    assert sum(row["next_visits"] for row in places.values()) == sum(
        shift["visits"]
        for shift in found["shifts"]  # type: ignore[attr-defined]
    )
    assert found["days_without_plan"] == [
        str(day)
        for day in days_from(date(2026, 10, 26), date(2026, 11, 8))
        if not date(2026, 10, 28) <= day <= date(2026, 10, 30)
    ]
    planned = [places[p]["planned_minutes"] for p in places]
    assert sum(minutes or 0 for minutes in planned) > 0
    assert home.root.joinpath("publications").exists() is False


def test_the_newest_plan_of_a_day_counts(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home")
    first, last = date(2026, 11, 2), date(2026, 11, 6)
    spans = []
    for days, units in (((first, last), "1"), ((date(2026, 11, 4), last), "3")):
        rows = [row(day, units=units) for day in days]
        spans.append((plan(home, programme, *rows), *days))
    days = days_from(date(2026, 11, 1), date(2026, 11, 8))
    found = planned_days(home, programme, days)
    assert found.plan_of == oracles.plan_of(spans, days)
    assert found.without == [day for day in days if not first <= day <= last]
    assert {(one.day, one.units) for one in found.shifts} == {
        (first, 1),
        (date(2026, 11, 4), 3),
        (last, 3),
    }
    minutes = minutes_planned(home, programme, found)
    assert {day for _, day in minutes} == set(found.plan_of)
    assert sum(minutes.values()) == sum(visit.minutes for visit in found.visits)


def test_the_same_inputs_are_the_same_bytes(tmp_path: Path) -> None:
    packs = []
    for name in ("one", "two"):
        home, programme = filled(tmp_path / name)
        packs.append(make_pack(home, programme, ENDING, NOW, "me").folder)
    assert packs[0].name == packs[1].name
    for name in FILES:
        hashes = {sha256((of / name).read_bytes()).hexdigest() for of in packs}
        assert len(hashes) == 1, name
    with zipfile.ZipFile(BytesIO((packs[0] / "tasking.docx").read_bytes())) as file:
        assert {member.date_time for member in file.infolist()} == {
            (1980, 1, 1, 0, 0, 0)
        }


def test_a_pack_made_again_changes_nothing(tmp_path: Path) -> None:
    home, programme = filled(tmp_path / "home")
    first = make_pack(home, programme, ENDING, NOW, "me")
    again = make_pack(home, programme, ENDING, NOW + timedelta(days=9), "you")
    assert (first.created, again.created) == (True, False)
    assert again.folder == first.folder
    assert packs_of(home, programme.id) == [first.folder.name]


def test_a_pack_tells_what_left_since_the_one_before(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home")
    assert due(home, NOW.date()) == [programme.id]
    before = make_pack(home, programme, date(2026, 10, 11), NOW, "me")
    assert before.pack.before is None
    leave(home, programme, "p02", date(2026, 10, 20), "market moved", NOW, "me")
    done = make_pack(home, programme, ENDING, NOW, "me")
    assert done.pack.before == before.folder.name
    assert done.pack.changed.left == ["p02"]
    assert [row["place_id"] for row in done.pack.places] == ["p01", "p03", "p04"]
    assert "Left the list: p02 on 20 October 2026." in one_line(
        text_of(done.folder / "tasking.pdf")
    )
    newest = make_pack(home, programme, None, NOW, "me")
    assert ending_of(newest.folder.name) == date(2026, 11, 8)
    assert newest.pack.before == done.folder.name
    assert newest.pack.changed.left == []
    assert due(home, NOW.date()) == []
    end(home, programme, date(2026, 11, 9), "funding ended", NOW, "me")
    last = make_pack(home, programme, None, NOW + timedelta(days=30), "me")
    assert "The programme ended on 9 November 2026: nothing is next." in one_line(
        text_of(last.folder / "tasking.pdf")
    )


def test_a_list_that_follows_another_says_what_joined(tmp_path: Path) -> None:
    home, old = made_programme(tmp_path / "home")
    other, _ = made_programme(
        tmp_path / "other", "winter", starts=STARTS + timedelta(days=7), more=2
    )
    folder = next(other.root.glob("programmes/winter-*"))
    shutil.copytree(folder, home.root / "programmes" / folder.name)
    register = Register(home)
    for line in Register(other).log.lines():
        what = dict(line["what"])
        register.add(line["action"], what.pop("programme"), NOW, "me", **what)
    from transforms.programmes.programme import open_programme

    new = open_programme(home, "winter")
    done = make_pack(home, new, ENDING, NOW, "me")
    of = {
        name: {r["place_id"]: {r["h3_cells"]} for r in programme.places.to_pylist()}
        for name, programme in (("old", old), ("new", new))
    }
    assert done.pack.changed.list_before == old.id
    assert done.pack.changed.joined == oracles.apart(of["new"], of["old"])
    assert done.pack.changed.joined == ["p05", "p06"]
    assert done.pack.changed.gone == oracles.apart(of["old"], of["new"]) == []
    assert "New list after autumn: 4 places kept, 2 joined" in one_line(
        text_of(done.folder / "tasking.pdf")
    )


def test_two_hundred_places_are_four_pages_at_most(tmp_path: Path) -> None:
    home, programme = filled(tmp_path / "home", more=60)
    folder = make_pack(home, programme, ENDING, NOW, "me").folder
    assert pages_of(folder / "tasking.pdf") <= 4
    assert pages_of(folder / "lead.pdf") == 1
    assert "24 more are in tasking.xlsx." in text_of(folder / "tasking.pdf")


def test_a_pack_is_verified_backed_up_and_tidied(tmp_path: Path) -> None:
    home, programme = filled(tmp_path / "home")
    folder = make_pack(home, programme, ENDING, NOW, "me").folder
    assert check_programmes(home).folders["tasking packs"] == 1
    assert not check_programmes(home).differs
    backup(home, tmp_path / "copy", lambda: None)
    copied = tmp_path / "copy" / folder.relative_to(home.root)
    assert {file.name for file in copied.iterdir()} == FILES
    left = folder.parent / ".tmp-0a1b2c3d"
    left.mkdir()
    assert [
        (one.kind, one.path) for one in leftovers(home, NOW + timedelta(days=900))
    ] == [("cut-off tasking packs", left)]
    with (folder / "lead.docx").open("ab") as file:
        file.write(b"x")
    [said] = check_programmes(home).differs
    assert said.startswith(f"{folder / 'lead.docx'}: not as it was written")
    with pytest.raises(LakeError, match="bring it back from a backup"):
        make_pack(home, programme, date(2026, 11, 8), NOW, "me")
    shutil.rmtree(folder)
    [said] = check_programmes(home).differs
    assert said.startswith(f"{folder}: gone, and the register has it")


def test_a_line_that_a_kill_left_out_is_added(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home")
    folder = make_pack(home, programme, ENDING, NOW, "me").folder
    other, again = made_programme(tmp_path / "other")
    shutil.copytree(folder, again.folder / "packs" / folder.name)
    done = make_pack(other, again, ENDING, NOW, "me")
    assert (done.folder.name, done.created) == (folder.name, False)
    assert [line["action"] for line in Register(other).log.lines()][-1] == TASKED


def test_a_mistake_in_responses_is_said_before_anything_is_kept(tmp_path: Path) -> None:
    home, programme = made_programme(tmp_path / "home")
    (home.root / "responses.toml").write_text('[[response]]\nplace = "x"\n')
    with pytest.raises(UsageError, match=r"responses\.toml"):
        make_pack(home, programme, ENDING, NOW, "me")
    assert packs_of(home, programme.id) == []


def test_the_newest_profile_that_was_known_then_says_the_way_of_working(
    tmp_path: Path,
) -> None:
    home, programme = made_programme(tmp_path / "home")
    for as_of, route in (("2026-08", "Watch"), ("2026-09", "Assess"), ("2026-10", "X")):
        folder = home.root / "profiles" / f"{programme.id}-p01-{as_of}-00"
        folder.mkdir(parents=True)
        profile = {"id": f"{programme.id}-p01", "as_of": as_of, "route": route}
        (folder / "profile-p01.json").write_text(json.dumps(profile))
        write_manifest(folder)
    done = make_pack(home, programme, ENDING, NOW, "me")
    assert done.pack.problems.routes == {"p01": "Profile of 2026-09: Assess"}
    said = one_line(text_of(done.folder / "tasking.pdf"))
    assert "10.0 expected a month. Profile of 2026-09: Assess." in said


@pytest.mark.parametrize(
    "point",
    ["kept-unlisted", "kept-written", "kept-flushed", "kept-placed", "line-written"],
)
def test_a_pack_that_was_cut_off_is_made_by_the_same_command(
    tmp_path: Path, point: str
) -> None:
    whole, of_whole = made_programme(tmp_path / "whole")
    wanted = make_pack(whole, of_whole, ENDING, NOW, "me").folder.name
    home, programme = made_programme(tmp_path / "home")
    with cut_off_at(point):
        make_pack(home, programme, ENDING, NOW, "me")
    done = make_pack(home, programme, ENDING, NOW, "me")
    assert done.folder.name == wanted
    assert damaged_files(done.folder) == []
    assert [folder.name for folder in done.folder.parent.iterdir()] == [wanted]
    assert packs_of(home, programme.id) == [wanted]
    assert Register(home).log.verify().fault is None


def test_a_list_of_months_in_a_home_of_days_has_nothing_to_count(
    tmp_path: Path,
) -> None:
    home, programme = made_programme(tmp_path / "home")
    of_days = cast("Basis", SimpleNamespace(clock=DAYS))
    found = changed(
        home,
        of_days,
        programme,
        Register(home).standing(programme.id),
        programme.as_of,
        None,
        ENDING,
    )
    assert not found.periods
    assert found.newest == programme.as_of


def test_words_of_the_users_are_never_a_formula_nor_a_line_of_their_own(
    tmp_path: Path,
) -> None:
    home, programme = made_programme(tmp_path / "home")
    text = RESPONSE.format(programme=programme.id)
    text = text.replace("Lighting at the harbour", "=1+1\\nmore")
    text = text.replace("Council", "- the council")
    (home.root / "responses.toml").write_text(text)
    folder = make_pack(home, programme, ENDING, NOW, "me").folder
    assert "=1+1 more" in one_line(text_of(folder / "tasking.docx"))
    with zipfile.ZipFile(folder / "tasking.xlsx") as file:
        texts = file.read("xl/sharedStrings.xml").decode()
        sheets = [n for n in file.namelist() if n.startswith("xl/worksheets/")]
        assert not any(b"<f>" in file.read(name) for name in sheets)
    assert "=1+1" not in texts
    assert "- the council" not in texts
