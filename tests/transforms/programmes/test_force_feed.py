"""Programmes on a force's own feed: a made-up force, counted again by hand."""

import json
import math
import stat
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import stdev
from typing import Any

import h3
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.doctor.checks import check_home
from tests.flows.commands import hexbeat_here
from tests.oracles import programmes as oracles
from transforms.day_publications.run import run_day
from transforms.day_publications.stored import read_stored
from transforms.errors import UsageError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.impact import words
from transforms.impact.due import due
from transforms.impact.estimate import estimate
from transforms.impact.look import window_in
from transforms.impact.track import Tracked, track
from transforms.operations.verify_feed import verify_feed
from transforms.programmes.basis import DayBasis, basis_of
from transforms.programmes.chosen import asked
from transforms.programmes.force_records import force_records
from transforms.programmes.freeze import Frozen, freeze
from transforms.programmes.past import apart
from transforms.programmes.past_days import QuietWeeks
from transforms.programmes.register import start
from transforms.programmes.rule import Candidates, Rule, choose
from transforms.programmes.usual import usual_of
from transforms.records.homes import ForceHome, create_force_home, open_force_home
from transforms.records.pull import pull
from transforms.reference import cells
from transforms.reference.categories import FOUND_BY_PATROLS
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import DAYS, LONDON, Day
from transforms.reference.groups import GROUPS
from transforms.reference.student import student_95
from transforms.scores.methods import METHODS
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS
from transforms.trials.choose import Asked
from transforms.trials.day_counts import day_counts
from transforms.trials.designing import design_trial


FIRST, NUMBER = date(2025, 6, 13), 230
NOW = datetime(2026, 3, 1, tzinfo=UTC)
METHOD = METHODS["point_exposure"]
FROZEN_AT = Day.of(FIRST) + 199
STARTS = FROZEN_AT + 1
WEEKS = 4
GROUP = "all-crime"
FREEZE = ("programme", "freeze", "x", "--group", GROUP)


@dataclass(frozen=True)
class Made:
    feed: ForceHome
    rule: Rule
    frozen: Frozen
    tracked: Tracked


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("own-feed")
    write_drops(simulate_timed(3, FIRST, NUMBER, 0.1), folder / "drops", "csv")
    (folder / "mapping.toml").write_text(HANDS["csv"].mapping)
    feed = open_force_home(
        create_force_home(folder / "home", folder / "mapping.toml", None, "me", NOW)
    )
    pull(feed, DropFolder(folder / "drops", lambda _: None), "me", NOW)
    run_day(feed, METHOD, "me", NOW, FROZEN_AT)
    rule = Rule(
        force=feed.force, group=GROUP, top=6, spacing=2, least_incidents_12m=3, join=3
    )
    frozen = freeze(feed.home, "winter", rule, None, 100.0, NOW, "me")
    start(feed.home, frozen.programme, STARTS.date, NOW, "me")
    tracked = track(feed.home, frozen.programme, None, WEEKS, NOW, "me")
    return Made(feed, rule, frozen, tracked)


def published(made: Made, day: Day) -> list[dict[str, Any]]:
    """The cells of a day that is scored and published as any day is."""
    done = run_day(made.feed, METHOD, "me", NOW, day)
    rows = pq.read_table(done.folder / "internal" / "day_cells.parquet").to_pylist()
    return [
        row for row in rows if (row["crime_group"], row["horizon_days"]) == (GROUP, 1)
    ]


def by_cell_and_day(made: Made, category: str | None = None) -> list[tuple[str, str]]:
    """Each incident of the group or a category: where and on which day it counts."""
    wanted = (category,) if category else GROUPS[GROUP].categories
    stored = read_stored(made.feed)
    supplied = set(stored.supplied)
    found = []
    for record in stored.records.reveal().to_pylist():
        ended = record["occurred_to"] or record["occurred_from"]
        day = Day.of(ended.astimezone(LONDON).date())
        if record["category"] in wanted and record["in_area"] and day in supplied:
            found.append((f"{record['h3_r10']:x}", str(day)))
    return found


def test_the_places_are_those_of_the_published_day(made: Made) -> None:
    rows = published(made, FROZEN_AT)
    places = made.frozen.programme.places.to_pylist()
    level = {row["h3_cell"]: row["score"] * DAYS.periods_a_month for row in rows}
    for place in places:
        own = place["h3_cells"].split()
        assert place["level_month"] == pytest.approx(sum(level[c] for c in own), 1e-4)
        assert place["unit"] == ("joined" if len(own) > 1 else "cell")
        assert place["area_m2"] <= 45_000
    assert {place["h3_res"] for place in places} == {10}
    assert any(place["unit"] == "joined" for place in places)
    assert all("thin" in place["flags"] for place in places)  # 120 days of 365
    assert made.frozen.programme.identity["as_of"] == str(FROZEN_AT)


def test_a_look_counts_what_counting_by_hand_counts(made: Made) -> None:
    look, programme = made.tracked.look, made.frozen.programme
    days = [str(day) for day in look.periods]
    assert len(look.periods) + len(look.missing) == 7 * WEEKS
    frozen = programme.cells.to_pylist()
    sums = oracles.list_sums(
        [row["h3_cell"] for row in frozen if row["place_id"]],
        {row["h3_cell"]: row["level_month"] / DAYS.periods_a_month for row in frozen},
        by_cell_and_day(made),
        days,
    )
    found = look.places
    assert (found.observed, found.rest_observed) == (sums[0], sums[2])
    assert (found.expected, found.rest_expected) == pytest.approx((sums[1], sums[3]))
    assert look.usual is not None
    assert look.estimate is not None


def test_harm_before_and_after_is_counted_by_days(made: Made) -> None:
    """The textbook's row of it has each incident at the places by what it weighs."""
    look = made.tracked.look
    [row] = [row for row in look.textbook if row.formula == "wdd-harm"]
    assert row.value is not None and row.low is not None
    own = {row["h3_cell"] for row in made.frozen.programme.cells.to_pylist()
           if row["place_id"]}  # fmt: skip
    supplied, length = set(read_stored(made.feed).supplied), len(look.periods)
    before = supplied & {FROZEN_AT + -back for back in range(length)}
    weights = made.feed.home.scoring.harm
    change = 0.0
    categories = set(GROUPS[GROUP].categories) & set(weights.categories)
    for slug in categories - set(FOUND_BY_PATROLS):
        seen = [
            Day.parse(day) for cell, day in by_cell_and_day(made, slug) if cell in own
        ]
        then, now = (
            sum(day in span for day in seen) for span in (before, set(look.periods))
        )
        each = weights.weight(weights.categories[slug])
        change += each * (now - then * length / len(before))
    found = sum(
        one.places.harm * (one.places.after - one.places.expected) for one in look.harm
    )
    assert found == pytest.approx(change) and found != 0


def test_a_past_list_is_the_rule_on_the_day_as_it_was_published(made: Made) -> None:
    """The same rule on an earlier day's own publication, and its next four weeks."""
    rule = replace(made.rule, join=1)
    basis = basis_of(made.feed.home, made.feed.lake)
    past = basis.frozen_past(
        rule, GROUPS[GROUP], made.feed.home.scoring.exclusions, METHOD.NAME, FROZEN_AT
    )
    origin = FROZEN_AT + -7 * 6
    [one] = [p for p in past if (p.as_of, p.length) == (str(origin), 28)]
    rows = published(made, origin)
    chosen = oracles.chosen_cells(
        [(row["h3_cell"], row["score"], row["n_365d"]) for row in rows], rule
    )
    level = {row["h3_cell"]: row["score"] for row in rows}
    incidents = by_cell_and_day(made)
    supplied = set(map(str, read_stored(made.feed).supplied))
    after = [str(origin + n) for n in range(1, 29) if str(origin + n) in supplied]
    sums = oracles.list_sums(chosen, level, incidents, after)
    assert (one.sums.observed, one.sums.rest_observed) == (sums[0], sums[2])
    found = one.sums.expected, one.sums.rest_expected
    assert found == pytest.approx((sums[1], sums[3]))
    before = [str(origin + -n) for n in range(28)]
    if supplied.issuperset(before):
        at = oracles.list_sums(chosen, level, incidents, before)
        assert one.before == at[0]


def test_past_lists_end_with_the_forecast_and_lie_weeks_apart(made: Made) -> None:
    past = [one for one in made.frozen.programme.past_lists if one.length == 28]
    origins = [Day.parse(one.as_of) for one in past]
    assert max(origins) == FROZEN_AT + -28
    assert {b.since(a) for a, b in pairwise(origins)} == {7}
    assert min(origins) >= Day.of(FIRST) + 27  # with 28 days before it
    assert made.tracked.look.past == past
    assert made.tracked.look.independent == -(-len(past) // 4)


def test_weeks_in_which_a_programme_runs_are_not_quiet(made: Made) -> None:
    quiet = QuietWeeks(
        records=force_records(made.feed),
        method=METHOD,
        exclusions=(),
        busy={(made.feed.force, FROZEN_AT + -30)},
        until=FROZEN_AT,
    )
    for one in quiet.lists(made.rule):
        as_of = Day.parse(one.as_of)
        assert as_of >= FROZEN_AT + -30 or as_of + one.length < FROZEN_AT + -30


def test_with_too_few_quiet_weeks_there_is_no_interval(made: Made) -> None:
    look = track(made.feed.home, made.frozen.programme, None, 1, NOW, "me").look
    known = [one for one in made.frozen.programme.past_lists if one.length == 7]
    few = replace(look, past=known[:7], usual=usual_of(known[:7], made.feed.force))
    assert few.estimate is None
    assert words.headline(few) == (
        "Not enough quiet past to tell: 7 past lists, 7 without a common day;"
        " 8 are needed, 3 without."
    )


def test_lists_that_overlap_alone_have_no_spread(made: Made) -> None:
    past = made.frozen.programme.past_lists
    weekly = [one for one in past if one.length == 28][:9]
    near = [replace(one, length=70) for one in weekly]  # as if followed for ten weeks
    assert (len(near), len(apart(near))) == (9, 1)
    assert usual_of(near, made.feed.force) is None
    short = [replace(one, length=7) for one in near]
    usual = usual_of(short, made.feed.force)
    assert usual is not None
    logs = [one.sums.log_ratio for one in short]
    assert usual.bias_error == pytest.approx(stdev(logs) / 3)  # nine of them apart
    sums = near[0].sums
    assert usual.quantile == student_95(8)
    found, sure = estimate(sums, usual), estimate(sums, replace(usual, bias_error=0.0))
    squared = [
        (math.log(one.high / one.ratio) / usual.quantile) ** 2 for one in (found, sure)
    ]
    assert squared[0] - squared[1] == pytest.approx(usual.bias_error**2, rel=1e-4)


def test_a_list_that_knew_little_is_no_past_list(made: Made) -> None:
    supplied = set(force_records(made.feed).supplied)

    def known(as_of: Day) -> int:
        return sum(0 <= as_of.since(day) < 365 for day in supplied)

    now = known(FROZEN_AT)
    origins = {Day.parse(one.as_of) for one in made.frozen.programme.past_lists}
    assert origins
    assert all(2 * known(origin) >= now for origin in origins)
    earlier = min(origins) + -7  # the week before the first one
    assert 2 * known(earlier) < now or FROZEN_AT.since(earlier) > 52 * 7


def test_it_lies_where_its_owner_alone_looks_and_is_verified(made: Made) -> None:
    folder = made.frozen.programme.folder
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    found = verify_feed(made.feed)
    assert found.whole
    assert found.checked["programmes"] == 1
    assert made.feed.audit.verify().fault is None
    analyses = [line["what"].get("analysis") for line in made.feed.audit.lines()]
    assert {"programme", "track"} <= set(analyses)
    findings = [(f.level, f.about) for f in check_home(made.feed.home.root)]
    assert ("ok", "programmes") in findings


def test_the_state_of_the_feed_names_the_programme(made: Made) -> None:
    done = hexbeat_here("feed", "status", "--home", made.feed.home.root)
    of = made.frozen.programme.id
    newest = made.tracked.look.periods[-1]
    assert f"programme {of}: started {STARTS}, tracked to {newest}" in done.stdout


def test_the_page_says_weeks_of_days(made: Made) -> None:
    page = (made.tracked.folder / "tracker.html").read_text()
    for line in (
        words.headline(made.tracked.look),
        words.span_in_words(made.tracked.look),
    ):
        assert line in page
    assert "28 days" in page or made.tracked.look.missing
    assert "without a common day" in page
    assert (made.tracked.folder / "tracker.pdf").read_bytes().startswith(b"%PDF")
    header = (made.tracked.folder / "tracker.csv").read_text().splitlines()[0]
    assert '"first_day","last_day","days"' in header


def test_a_crossover_of_its_places_is_counted_by_days(made: Made) -> None:
    programme = made.frozen.programme
    asked = Asked(
        kind="weekly",
        first_day=date(2026, 1, 5),
        weeks=3,
        days_per_week=2,
        capacity=(2, 2, 2, 2, 2, 1, 1),
        accept_contact=True,
    )
    drawn = datetime(2026, 1, 1, tzinfo=UTC)
    trial = design_trial(made.feed.home, programme, asked, drawn, "me").trial
    counts = day_counts(made.feed, programme, trial.design, trial.design.last_day)
    days = set(map(str, counts.days))
    incidents = [cell for cell, day in by_cell_and_day(made) if day in days]
    for row, place in enumerate(trial.design.places):
        [of] = [r for r in programme.places.to_pylist() if r["place_id"] == place]
        by_hand = sum(cell in of["h3_cells"].split() for cell in incidents)
        assert counts.outcomes[GROUP][row].sum() == by_hand
    assert counts.outcomes[GROUP].sum() > 0
    with pytest.raises(UsageError, match="choose weekly or simple"):
        parallel = Asked(kind="parallel", first_day=None)
        design_trial(made.feed.home, programme, parallel, drawn, "me")


def test_places_may_be_hot_spots_of_a_published_day(made: Made) -> None:
    """All cells of each; past lists are those of the same ranks in earlier weeks."""
    rows = published(made, FROZEN_AT)
    spots: dict[str, list[str]] = {}
    for row in rows:
        if row["hotspot_id"]:
            spots.setdefault(row["hotspot_id"], []).append(row["h3_cell"])
    level = {row["h3_cell"]: row["score"] * DAYS.periods_a_month for row in rows}
    chosen = sorted(spots, key=lambda name: -sum(level[cell] for cell in spots[name]))
    choice = asked(made.feed.force, GROUP, None, chosen[:3], None)
    frozen = freeze(made.feed.home, "spots", choice, None, 100.0, NOW, "me")
    places = frozen.programme.places.to_pylist()
    assert {place["unit"] for place in places} == {"hotspot"}
    for place in places:
        own = spots[place["hotspot_id"]]
        assert sorted(place["h3_cells"].split()) == sorted(own)
        assert place["level_month"] == pytest.approx(sum(map(level.get, own)), 1e-4)
    past = [one for one in frozen.programme.past_lists if one.length == 28]
    assert past and {one.force for one in past} == {made.feed.force}
    start(made.feed.home, frozen.programme, STARTS.date, NOW, "me")
    look = track(made.feed.home, frozen.programme, None, WEEKS, NOW, "me").look
    inside = {cell for place in places for cell in place["h3_cells"].split()}
    days = set(map(str, look.periods))
    by_hand = sum(c in inside and d in days for c, d in by_cell_and_day(made))
    assert look.places.observed == by_hand > 0


def test_places_may_be_polygons_of_the_user_s_own(made: Made, tmp_path: Path) -> None:
    """Cells of resolution 11 inside; what scored cells expect is shared out to them."""
    highest = made.frozen.programme.places["h3_cells"].to_pylist()[:2]
    outlines = [h3.cell_to_boundary(cells_of.split()[0]) for cells_of in highest]
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"Estate {at}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[lon, lat] for lat, lon in [*ring, ring[0]]]],
            },
        }
        for at, ring in enumerate(outlines, 1)
    ]
    file = tmp_path / "estates.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    choice = asked(made.feed.force, GROUP, None, (), f"{file}:name")
    home = made.feed.home
    programme = freeze(home, "estates", choice, None, 100.0, NOW, "me").programme
    places = programme.places.to_pylist()
    assert [place["name"] for place in places] == ["Estate 1", "Estate 2"]
    assert {place["unit"] for place in places} == {"polygon"}
    assert {place["h3_res"] for place in places} == {11}
    level = {r["h3_cell"]: r["score"] for r in published(made, FROZEN_AT)}
    for place, whole in zip(places, highest, strict=True):
        own = level[whole.split()[0]] * DAYS.periods_a_month
        assert 0.5 * own < place["level_month"] <= 1.3 * own
    start(home, programme, STARTS.date, NOW, "me")
    look = track(home, programme, None, WEEKS, NOW, "me").look
    inside = {cell for place in places for cell in place["h3_cells"].split()}
    days = set(map(str, look.periods))
    stored = read_stored(made.feed).records.reveal().to_pylist()
    by_hand = 0
    for record in stored:
        ended = record["occurred_to"] or record["occurred_from"]
        day = str(Day.of(ended.astimezone(LONDON).date()))
        at = record["latitude"], record["longitude"]
        if record["in_area"] and record["category"] in GROUPS[GROUP].categories:
            by_hand += day in days and h3.latlng_to_cell(*at, 11) in inside
    assert look.places.observed == by_hand > 0


def test_done_again_nothing_is_new(made: Made) -> None:
    again = freeze(made.feed.home, "winter", made.rule, None, 100.0, NOW, "me")
    assert not again.created
    looked = track(made.feed.home, again.programme, None, WEEKS, NOW, "me")
    assert not looked.created
    assert due(made.feed.home, WEEKS) == []


@pytest.mark.parametrize(
    ("given", "words_of_it"),
    [
        (["track", "winter", "--window", "3"], "this home counts weeks: write 13w"),
        (["track", "winter", "--window", "27w"], "1 to 26 weeks"),
        (["track", "winter", "--to", "2026-02"], "is not a day"),
        (["track", "winter", "--to", "2027-01-01"], "the newest day that counts is"),
        (["track", "winter", "--to", str(STARTS + 3)], "whole weeks count"),
        (["track", "winter", "--to", str(FROZEN_AT)], "nothing to track yet"),
        (
            [*FREEZE, "--force", "avonmere", "--top", "3", "--starts", str(FROZEN_AT)],
            "a list that began before its forecast proves nothing",
        ),
        (
            [*FREEZE, "--force", "avonmere", "--top", "3", "--join", "4"],
            "--join 4: a place has 1 to 3 cells",
        ),
        (
            [*FREEZE[:3], "--group", "nuisance", "--force", "avonmere", "--top", "3"],
            "'nuisance' is no crime group; there are: all-crime",
        ),
        (
            [*FREEZE, "--force", "kent", "--top", "3"],
            "'kent' is no force of this home",
        ),
    ],
)
def test_what_cannot_be_is_one_line(
    made: Made, given: list[str], words_of_it: str
) -> None:
    done = hexbeat_here(*given, "--home", made.feed.home.root)
    assert done.returncode == 2
    assert words_of_it in done.stderr
    assert done.stderr.count("\n") == 1
    assert made.frozen.programme.folder.exists()


def test_scores_of_other_records_are_refused(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forecast that the records no longer give has no evidence."""
    fewer = replace(
        force_records(made.feed),
        supplied=[day for day in read_stored(made.feed).supplied if day.number % 9],
    )
    monkeypatch.setattr(DayBasis, "records", lambda *_: fewer)
    with pytest.raises(UsageError, match="are not those that the records"):
        freeze(made.feed.home, "other", made.rule, None, 100.0, NOW, "me")


@pytest.mark.parametrize(
    ("clock", "text", "length"),
    [
        (MONTHS, None, 3),
        (MONTHS, "6m", 6),
        (MONTHS, "6", 6),
        (DAYS, None, 13),
        (DAYS, "4w", 4),
    ],
)
def test_a_window_is_in_months_or_weeks(
    clock: Clock, text: str | None, length: int
) -> None:
    assert window_in(clock, text) == length


_TOWN = "8a194ad32167fff"
_NEAR = sorted(h3.grid_disk(_TOWN, 3))


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 4)), min_size=37, max_size=37
    ),
    st.integers(1, 3),
    st.integers(1, 3),
)
@settings(max_examples=60)
def test_joined_places_are_those_found_one_by_one(
    numbers: list[tuple[int, int]], join: int, spacing: int
) -> None:
    rows = [
        (cell, float(score), number)
        for cell, (score, number) in zip(_NEAR, numbers, strict=True)
    ]
    far = [
        (cell, -1.0, 0) for cell in sorted(h3.grid_disk(_TOWN, 8)) if cell not in _NEAR
    ]
    rows += far  # so that two in a hundred are some
    rule = Rule(
        force="kent",
        group=GROUP,
        top=4,
        spacing=spacing,
        least_incidents_12m=2,
        join=join,
    )
    ids = cells.from_text([cell for cell, _, _ in rows])
    found = choose(
        Candidates(
            cells=ids,
            score=np.array([score for _, score, _ in rows]),
            level_month=np.zeros(len(rows)),
            n_12m=np.array([number for _, _, number in rows]),
        ),
        rule,
    )
    by_hand = oracles.joined_places(rows, rule)
    assert [set(cells.as_text(ids[place])) for place in found] == by_hand
