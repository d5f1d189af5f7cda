"""After an erasure: nothing that was handed on has the record, or counts it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import transforms.profiles.day_records as day_records
from tests.transforms.cut_off import cut_off_at
from tests.transforms.feeds.force.made_drops import (
    JSON_MAPPING,
    Truth,
    as_json_lines,
    json_row,
)
from tests.transforms.patrols.made_programme import (
    CENTRES,
    MAPPING,
    Row,
    log,
    made_programme,
    put,
)
from tests.transforms.plans.test_make import HEADER
from tests.transforms.publications.formats.test_briefing import needs_poppler
from tests.transforms.records.made_homes import made_home, pulled, seen
from tests.transforms.tasking.test_make import text_of
from transforms.homes.retirement import RETIRED
from transforms.operations.verify_programmes import check_programmes
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.report import report
from transforms.patrols.take import take_visits
from transforms.plans.asked import asked_of
from transforms.plans.hours import hours_from
from transforms.plans.make import make_plan
from transforms.profiles.area import Area
from transforms.profiles.make import Made as Profiled
from transforms.profiles.make import make_profiles
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.programme import Programme, open_programme
from transforms.programmes.register import LOOK, Register
from transforms.records.erasure import erase_days, erase_reference
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.removal import Removed, finish
from transforms.reference.days import Day
from transforms.reference.groups import GROUPS
from transforms.reference.overrides import days_from
from transforms.tasking.make import make_pack
from transforms.tasking.planned import planned_days


pytestmark = needs_poppler
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
BEFORE, AFTER = date(2026, 10, 11), date(2026, 10, 25)  # ends of fortnights
ERASED = [f"canary/{number}/26" for number in (7, 8, 9)]
AT = (1.080123, 51.278123)  # longitude, latitude: in p01
BEGAN = [datetime(2026, 10, day, 17, 41, 13, tzinfo=UTC) for day in (14, 15, 16)]
TOLD = [*ERASED, "51.278123", "1.080123", "17:41:13", "18:41:13", "17, 41, 13"]


@dataclass(frozen=True)
class Handed:
    """A home, and what was handed on from it."""

    home: ForceHome
    programme: Programme
    profile: Path
    plan: Path
    packs: dict[date, Path]
    look: Path
    report: Path

    @property
    def folders(self) -> list[Path]:
        return [
            self.profile,
            self.plan,
            self.packs[AFTER],
            self.look,
            self.report,
        ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in whose first drop the records are not, and in whose second they are."""
    folder = tmp_path_factory.mktemp("erased")
    feed = made_home(folder, JSON_MAPPING)
    public, _ = made_programme(folder / "public", more=4)
    shutil.copytree(public.root / "programmes", feed.home.root / "programmes")
    days = [datetime(2026, 10, day, 12, tzinfo=UTC) for day in range(1, 19)]
    others = [
        Truth(f"{day:%d}/{at}", offence="105A", began=day, place=(lon, lat))
        for day in days
        for at, (lat, lon) in enumerate(CENTRES)
    ]
    erased = [
        Truth(reference, offence="105A", began=began, place=AT)
        for reference, began in zip(ERASED, BEGAN, strict=True)
    ]
    pulled(feed, {"1.jsonl": as_json_lines(map(json_row, others))})
    pulled(feed, {"2.jsonl": as_json_lines(map(json_row, erased))})
    return folder


@pytest.fixture
def handed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Handed]:
    # no day of this home was published, with the Knox test of the force
    monkeypatch.setattr(
        day_records, "published_day", lambda home: (None, home.root / "nowhere")
    )
    shutil.copytree(made / "home", tmp_path / "home")
    feed = open_force_home(tmp_path / "home")
    home, programme = feed.home, open_programme(feed.home, "autumn")
    path = put(tmp_path, log(*(Row(start=f"{day:02}/10/2026 18:00",
                                   end=f"{day:02}/10/2026 18:15")
                               for day in range(5, 26))), "log.csv")  # fmt: skip
    take_visits(home, path, read_visit_mapping(MAPPING, "m"), NOW)
    lat, lon = CENTRES[0]
    (tmp_path / "shifts.csv").write_text(
        f"{HEADER}\nlate,2026-10-28,10:00,20:00,2,vehicle,{lat},{lon},400\n"
    )
    asked = asked_of(home, programme, tmp_path / "shifts.csv", None, None, None)
    plan = make_plan(home, asked, hours_from(feed, programme), NOW, "me")
    area = Area(
        id="kent-place",
        force=home.registry[feed.force],
        group=GROUPS["violence-and-sexual-offences"],
        as_of=Day.parse("2026-10-17"),
        ground=np.sort(programme.grounds[0]),
        expected=14.0,
        interval=(7, 22),
        hotspot_class=None,
        lists=None,
        of_lists=None,
    )
    [profile] = make_profiles(home, [area])
    assert isinstance(profile, Profiled)
    packs = {
        end: make_pack(home, programme, end, NOW, "me").folder
        for end in (BEFORE, AFTER)
    }
    yield Handed(
        home=feed,
        programme=programme,
        profile=profile.folder,
        plan=plan.folder,
        packs=packs,
        look=a_look(feed, programme),
        report=report(home, programme).folder,
    )


def a_look(feed: ForceHome, programme: Programme) -> Path:
    """A look by its name and files alone: a list of months has none of days."""

    def write(folder: Path) -> str:
        (folder / "tracker_places.csv").write_text("place_id,observed\np01,3\n")
        write_manifest(folder)
        return "2026-10-17-0123456789ab"

    kept = keep(programme.folder / "looks", write)
    Register(feed.home).add(LOOK, programme.id, NOW, "me", look=kept.folder.name)
    return kept.folder


def erase(handed: Handed) -> Removed:
    done = Removed()
    for reference in ERASED:
        done += erase_reference(handed.home, reference, "asked", "me", NOW)
    return done


def only_notes(folders: list[Path]) -> bool:
    return all([path.name for path in f.iterdir()] == [RETIRED] for f in folders)


def test_nothing_in_the_home_has_the_record(handed: Handed) -> None:
    root = handed.home.home.root
    assert all(seen(root, told) for told in (*ERASED, "51.278123", "1.080123"))
    assert seen(handed.profile, "51.27812"), "the profile lists the address"
    visits = planned(handed)
    assert erase(handed).sheets == len(handed.folders)
    assert {told: seen(root, told) for told in TOLD} == {told: [] for told in TOLD}
    assert only_notes(handed.folders)
    assert planned(handed) == visits


def planned(handed: Handed) -> object:
    days = days_from(date(2026, 10, 27), date(2026, 10, 29))
    found = planned_days(handed.home.home, handed.programme, days)
    assert found.visits
    return found


def test_a_pack_says_what_was_known_on_its_last_day(handed: Handed) -> None:
    """The feed went on to 18 October; the pack of the fortnight before did not."""
    said = {
        end: " ".join(text_of(folder / "tasking.docx").split())
        for end, folder in handed.packs.items()
    }
    assert (
        "11 incidents in 11 supplied days of the 365 days to 11 October" in said[BEFORE]
    )
    assert (
        "21 incidents in 18 supplied days of the 365 days to 18 October" in said[AFTER]
    )


def test_what_counts_earlier_days_alone_stays(handed: Handed) -> None:
    before = {p.name: p.read_bytes() for p in handed.packs[BEFORE].iterdir()}
    erase(handed)
    assert before == {p.name: p.read_bytes() for p in handed.packs[BEFORE].iterdir()}


def test_what_is_left_is_whole_and_is_made_again(handed: Handed) -> None:
    erase(handed)
    home, programme = handed.home.home, handed.programme
    assert check_programmes(home).differs == []
    again = make_pack(home, programme, AFTER, NOW, "me")
    assert again.created
    assert again.pack.tracked is None
    assert "18 incidents in" in " ".join(text_of(again.folder / "tasking.docx").split())
    later = make_pack(home, programme, AFTER + timedelta(days=14), NOW, "me")
    assert later.pack.before == again.folder.name
    assert check_programmes(home).differs == []


def test_a_pack_after_a_retired_one_begins_where_that_ended(handed: Handed) -> None:
    erase(handed)
    last = AFTER + timedelta(days=14)
    found = make_pack(handed.home.home, handed.programme, last, NOW, "me")
    assert found.pack.before == handed.packs[AFTER].name
    assert found.created


def test_a_retired_folder_is_made_again_by_the_same_name(handed: Handed) -> None:
    erase(handed)
    assert a_look(handed.home, handed.programme) == handed.look
    assert (handed.look / "tracker_places.csv").exists()
    assert not (handed.look / RETIRED).exists()


@pytest.mark.parametrize("nth", [1, 3])
def test_cut_off_it_is_finished_by_the_next(handed: Handed, nth: int) -> None:
    with cut_off_at("retirement-recorded", nth):
        erase_reference(handed.home, ERASED[0], "asked", "me", NOW)
    finish(open_force_home(handed.home.home.root), NOW)
    assert only_notes(handed.folders)
    assert check_programmes(handed.home.home).differs == []


def test_days_are_erased_from_them_too(handed: Handed) -> None:
    first, last = BEGAN[0].date(), BEGAN[-1].date()
    erase_days(handed.home, first, last, "order", "me", NOW, confirmed=True)
    assert only_notes(handed.folders)
    for folder in handed.folders:
        assert (
            json.loads((folder / RETIRED).read_text())["why"]
            == "records that it rests on were erased"
        )
