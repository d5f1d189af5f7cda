"""Problem profiles of a force's own feed: a made-up force, counted again by hand."""

import json
import stat
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tests.oracles import profiles as oracles
from tests.transforms.records.made_homes import tellers
from transforms.day_publications.run import DayRun, run_day
from transforms.errors import UsageError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.operations.verify_feed import verify_feed
from transforms.profiles.area import Area, areas_by_id, highest_areas, place_area
from transforms.profiles.context_counts import read_counts
from transforms.profiles.make import Made, asked_areas, make_profiles
from transforms.profiles.profile import Context, Profile
from transforms.profiles.words import document
from transforms.programmes.freeze import freeze
from transforms.programmes.programme import Programme
from transforms.programmes.rule import Rule
from transforms.records.homes import ForceHome, create_force_home, open_force_home
from transforms.records.live import live_records
from transforms.records.pull import pull
from transforms.reference import cells
from transforms.reference.days import DAYS, LONDON, Day
from transforms.reference.groups import GROUPS
from transforms.scores.methods import METHODS
from transforms.scores.table.intervals import negative_binomial_quantiles
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS


FIRST, NUMBER = date(2025, 6, 13), 200
AS_OF = Day.of(FIRST) + (NUMBER - 4)  # what came later was not known
NOW = datetime(2026, 3, 1, tzinfo=UTC)
GROUP = "all-crime"


@dataclass(frozen=True)
class Feed:
    home: ForceHome
    run: DayRun
    programme: Programme
    made: list[Made]  # two hot spots, and a place of the programme

    @property
    def profiles(self) -> list[Profile]:
        return [one.profile for one in self.made]


def made_home(folder: Path, mapping: str, number: int = NUMBER) -> ForceHome:
    write_drops(simulate_timed(3, FIRST, number, 0.15), folder / "drops", "csv")
    (folder / "mapping.toml").write_text(mapping)
    home = open_force_home(
        create_force_home(folder / "home", folder / "mapping.toml", None, "me", NOW)
    )
    pull(home, DropFolder(folder / "drops", lambda _: None), "me", NOW)
    return home


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    home = made_home(tmp_path_factory.mktemp("own"), HANDS["csv"].mapping)
    run = run_day(home, METHODS["point_exposure"], "me", NOW, AS_OF)
    rule = Rule(
        force=home.force, group=GROUP, top=4, spacing=2, least_incidents_12m=3, join=3
    )
    frozen = freeze(home.home, "winter", rule, None, 100.0, NOW, "me").programme
    areas = highest_areas(home.home, home.force, GROUP, top=2)
    areas.append(place_area(home.home, frozen, "p01"))
    made = list(make_profiles(home.home, areas))
    return Feed(home, run, frozen, [one for one in made if isinstance(one, Made)])


def crimes(feed: Feed) -> list[dict[str, Any]]:
    """All that was known by the end of the day, each with the day that it counts on."""
    found = []
    for row in live_records(feed.home.lake, feed.home.force).reveal().to_pylist():
        known = row["recorded_at"]
        ended = (row["occurred_to"] or row["occurred_from"]).astimezone(LONDON).date()
        if ended <= AS_OF.date and not (
            known and known.astimezone(LONDON).date() > AS_OF.date
        ):
            address = round(row["longitude"] or 0, 5), round(row["latitude"] or 0, 5)
            found.append({**row, "day": ended, "address": address})
    return found


def inside(feed: Feed, area: Area, group: str | None = GROUP) -> list[dict[str, Any]]:
    """Those in an area, of a group or of all kinds."""
    ground = set(cells.as_text(area.ground))
    [resolution] = {h3.get_resolution(cell) for cell in ground}
    kinds = GROUPS[group].categories if group else None
    return [
        row
        for row in crimes(feed)
        if row["in_area"]
        and (kinds is None or row["category"] in kinds)
        and h3.latlng_to_cell(row["latitude"], row["longitude"], resolution) in ground
    ]


def test_all_three_areas_have_one(feed: Feed) -> None:
    assert len(feed.made) == 3
    assert [one.area.lists for one in feed.profiles] == [1, 1, None]


def test_weeks_and_kinds_are_those_of_the_records(feed: Feed) -> None:
    for profile in feed.profiles:
        mine = inside(feed, profile.area)
        days = Counter(row["day"] for row in mine)
        assert profile.mine.incidents == len(mine)
        for first, number in profile.series:
            week = [(first + at).date for at in range(7)]
            if week[0] >= FIRST:
                assert number == sum(days[day] for day in week)
            else:
                assert number is None
        kinds = Counter(row["category"] for row in inside(feed, profile.area, None))
        assert {row.category: row.incidents for row in profile.mix} == dict(kinds)
        harms = [row["harm"] for row in mine if row["harm"]]
        if len(harms) == len(mine):
            assert profile.harm.total == pytest.approx(sum(harms))


def test_a_week_ahead_is_what_was_published(feed: Feed) -> None:
    rows = pq.read_table(feed.run.folder / "internal" / "day_cells.parquet").to_pylist()
    for profile in feed.profiles[:2]:
        mine = [
            row
            for row in rows
            if row["hotspot_id"] == profile.area.id and row["horizon_days"] == 7
        ]
        assert profile.area.expected == pytest.approx(sum(r["score"] for r in mine))
        assert sorted(r["h3_cell"] for r in mine) == cells.as_text(profile.area.ground)
    place = feed.programme.places.to_pylist()[0]
    mean = place["level_month"] * 7 / DAYS.periods_a_month
    size = 1 / (1 / place["rate_shape"] + 4 / place["month_size"])
    low, high = negative_binomial_quantiles(
        np.array([mean]), np.array([size]), (0.025, 0.975)
    )
    area = feed.profiles[2].area
    assert area.expected == pytest.approx(mean)
    assert area.interval == (low[0], high[0])


def test_hours_are_those_that_the_day_publishes(feed: Feed) -> None:
    table = pq.read_table(feed.run.folder / "internal" / "hotspot_hours.parquet")
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    for profile in feed.profiles[:2]:
        week = np.zeros((7, 24))
        for row in table.to_pylist():
            if row["hotspot_id"] == profile.area.id:
                weekday = [*days, "Sunday"].index(row["weekday"])
                week[weekday, row["hour"]] = row["incidents"]
        assert profile.timed is not None
        hours = profile.timed.hours
        assert hours is not None
        assert hours.week.tolist() == pytest.approx(week.ravel().tolist(), abs=1e-4)
        assert hours.half == oracles.half_of_week(week.ravel().tolist())
        assert hours.night == pytest.approx(
            oracles.by_night(week.ravel().tolist()), abs=1e-4
        )
        assert hours.half_by_lot.low <= hours.half_by_lot.median


def test_repeats_and_flags_are_those_of_the_records(feed: Feed) -> None:
    for profile in feed.profiles:
        mine, timed = inside(feed, profile.area), profile.timed
        assert timed is not None
        twin = oracles.repeats([(row["address"], row["day"]) for row in mine])
        assert (timed.repeats.days, timed.repeats.repeats) == twin
        addresses = {row["address"] for row in inside(feed, profile.area, None)}
        assert timed.repeats.addresses == len(profile.points.points) == len(addresses)
        for name in ("domestic", "under_18"):
            number = sum(bool(row[name]) for row in mine)
            found = getattr(timed, name)
            assert found.share == pytest.approx(number / len(mine))
            assert found.few == (0 < number < 5)


def test_near_repeats_are_those_published_of_the_force(feed: Feed) -> None:
    rows = pacsv.read_csv(feed.run.folder / "internal" / "near_repeats.csv").to_pylist()
    for profile in feed.profiles:
        assert profile.timed is not None
        found = profile.timed.near_repeats
        assert found is not None
        year = Counter(row["category"] for row in inside(feed, profile.area))
        tested = {row["category"] for row in rows}
        most = max(tested & set(year), key=lambda slug: (year[slug], slug))
        assert year[found.category] == year[most]
        assert found.rows.to_pylist() == [
            row for row in rows if row["category"] == found.category
        ]


def test_only_addresses_of_several_records_that_are_not_sensitive_are_listed(
    feed: Feed,
) -> None:
    for one in feed.made:
        area = one.profile.area
        opened = Counter(
            row["address"]
            for row in inside(feed, area)
            if not (row["domestic"] or row["sexual"] or row["under_18"])
        )
        every = Counter(row["address"] for row in inside(feed, area))
        file = one.folder / f"profile_{area.id}_points.csv"
        listed = {
            (row["lon"], row["lat"]): row["incidents_36m"]
            for row in pacsv.read_csv(file).to_pylist()
        }
        assert listed == {at: every[at] for at, n in opened.items() if n >= 3}
    assert any(len(one.profile.points.listed) for one in feed.made)


def test_no_file_of_it_has_a_reference(feed: Feed) -> None:
    references = [row["reference"].encode() for row in crimes(feed)]
    for one in feed.made:
        for _, data in tellers(one.folder):
            assert not [ref for ref in references if ref in data]


def test_its_files_agree_and_verify_checks_them(feed: Feed) -> None:
    for one in feed.made:
        area, timed = one.profile.area, one.profile.timed
        told = json.loads((one.folder / f"profile-{area.id}.json").read_bytes())
        text = (one.folder / f"profile-{area.id}.md").read_text()
        assert stat.S_IMODE(one.folder.parent.stat().st_mode) == 0o700
        assert timed is not None
        assert told["as_of"] == str(AS_OF)
        assert told["repeats_365d"]["repeats"] == timed.repeats.repeats
        assert len(told["hours_365d"]["week_from_monday"]) == 168
        assert [row["incidents"] for row in told["weeks"]] == [
            number for _, number in one.profile.series
        ]
        assert "Restricted: made from the force's own records." in text
        assert "Not known from this feed" not in text
        assert "| Monday |" in text
    checked = verify_feed(feed.home)
    assert checked.whole
    assert checked.checked["profiles"] == len(feed.made)


def test_counts_of_others_are_told_without_small_numbers(
    feed: Feed, tmp_path: Path
) -> None:
    (tmp_path / "ae.csv").write_text(
        "place_id,month,n\np01,2025-12,3\np01,2025-11,1234\np02,2025-10,8\n"
    )
    given = f"A&E assaults={tmp_path / 'ae.csv'}"
    counts = read_counts(feed.home.home, given, None)
    area = place_area(feed.home.home, feed.programme, "p01")
    [made] = make_profiles(feed.home.home, [area], Context(counts=[counts]))
    assert isinstance(made, Made)
    assert made.folder != feed.made[2].folder
    text = (made.folder / f"profile-{area.id}.md").read_text()
    assert "| A&E assaults | – | – | – | 0 | 1,234 | 1-4 | 1,235 to 1,238 |" in text
    told = json.loads((made.folder / f"profile-{area.id}.json").read_text())
    months = told["context_counts"]["A&E assaults"]
    assert (months["2025-12"], months["2025-11"]) == ("1-4", "1,234")


def test_made_again_it_is_the_same(feed: Feed) -> None:
    id_ = feed.profiles[0].area.id
    [again] = make_profiles(feed.home.home, areas_by_id(feed.home.home, [id_]))
    assert isinstance(again, Made)
    assert not again.created
    assert again.folder == feed.made[0].folder


@pytest.mark.parametrize(
    ("ids", "given", "line"),
    [
        (("avonmere-nowhere",), {}, f"no hot spot avonmere-nowhere as of {AS_OF}"),
        ((), {"force": "kent", "group": GROUP, "top": 1}, "kent: the lake has nothing"),
        ((), {"force": "avonmere", "group": "x", "top": 1}, "'x' is no crime group"),
        (("p99",), {"programme": "winter"}, "'p99' is no place of winter-"),
    ],
)
def test_what_cannot_be_profiled_is_one_line(
    feed: Feed, ids: tuple[str, ...], given: dict[str, Any], line: str
) -> None:
    names = ("programme", "force", "group", "top")
    with pytest.raises(UsageError, match=line):
        asked_areas(feed.home.home, ids, **{name: given.get(name) for name in names})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def dates_alone(tmp_path_factory: pytest.TempPathFactory) -> ForceHome:
    """The same feed without the columns of times, and a group of the home's own."""
    lines = HANDS["csv"].mapping.splitlines()
    kept = [
        line for line in lines if "_time = " not in line and "time_format" not in line
    ]
    home = made_home(tmp_path_factory.mktemp("dates"), "\n".join([*kept, ""]), 150)
    settings = home.home.root / "hexbeat.toml"
    own = '[feed.groups]\nnuisance = ["anti-social-behaviour"]\n'
    settings.write_text(settings.read_text() + own)
    home = open_force_home(home.home.root)
    with pytest.raises(UsageError, match=r"there is no publication in .* yet"):
        highest_areas(home.home, home.force, GROUP, top=1)
    run_day(home, METHODS["rolling_count_28d"], "me", NOW)
    return home


def test_no_hours_are_made_from_dates(dates_alone: ForceHome) -> None:
    home = dates_alone.home
    [made] = make_profiles(home, highest_areas(home, dates_alone.force, GROUP, top=1))
    assert isinstance(made, Made)
    timed = made.profile.timed
    assert timed is not None
    assert timed.hours is None
    assert timed.repeats.days
    told = document(made.profile)
    assert not any(block.title.startswith("When in the week") for block in told.blocks)
    [analysis] = [block for block in told.blocks if block.title == "Analysis"]
    assert any(line.startswith("No hours:") for line in analysis.lines)
    verdicts = {one.route.name: one.holds for one in made.profile.table}
    assert verdicts["Timed patrol"] is None
    facts = json.loads(
        (made.folder / f"profile-{made.profile.area.id}.json").read_text()
    )
    assert facts["hours_365d"] is None


def test_a_group_of_the_home_s_own_is_refused(dates_alone: ForceHome) -> None:
    home = dates_alone.home
    rows = pq.read_table(sorted(home.publications.rglob("day_cells.parquet"))[-1])
    ids = [
        row["hotspot_id"]
        for row in rows.to_pylist()
        if row["crime_group"] == "nuisance" and row["hotspot_id"]
    ]
    with pytest.raises(UsageError, match="nuisance is a group of this home's own"):
        areas_by_id(home, ids[:1])
