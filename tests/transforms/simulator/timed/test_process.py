"""The truth of the made-up feed is found again in its incidents."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import chisquare

from transforms.reference import cells
from transforms.scores.timing.aoristic import spread
from transforms.scores.timing.near_repeat import Bands, NearRepeats, near_repeats
from transforms.simulator.timed import TimedTruth, simulate_timed
from transforms.simulator.timed.cascade import SPELL_DAYS
from transforms.simulator.timed.ground import to_grid
from transforms.simulator.timed.offences import OFFENCES


LONDON = ZoneInfo("Europe/London")
TWICE = [datetime(2025, 10, 26, hour, tzinfo=UTC) for hour in (0, 1)]
SPRING = datetime(2026, 3, 29, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SIGMAS = 4  # of sampling error: one such test in 16,000 would fail by chance

Numbers = NDArray[np.float64]


def instants(column: pa.ChunkedArray) -> NDArray[np.datetime64]:
    return column.cast(pa.int64()).to_numpy().astype("datetime64[us]")


def points_m(incidents: pa.Table) -> Numbers:
    return to_grid(np.column_stack([incidents["longitude"], incidents["latitude"]]))


def of_category(truth: TimedTruth, slug: str) -> NDArray[np.int64]:
    """The rows of a category."""
    return np.flatnonzero(truth.incidents["category"].to_numpy() == slug)


def parents(truth: TimedTruth) -> NDArray[np.int64]:
    return truth.incidents["parent"].fill_null(-1).to_numpy()


def family(truth: TimedTruth, slug: str) -> tuple[NDArray[np.int64], int]:
    """Echoes of incidents that all their echoes have had time to follow, and those."""
    offence = OFFENCES[slug]
    at = instants(truth.incidents["occurred_at"])
    settled = at < at[-1] - np.timedelta64(round(offence.echo_days * 10), "D")
    rows = of_category(truth, slug)
    parent = parents(truth)
    echoes = rows[(parent[rows] >= 0) & settled[parent[rows]]]
    return echoes, int(settled[rows].sum())


def test_a_year_at_size_one_has_sixty_thousand_incidents(truth: TimedTruth) -> None:
    incidents = truth.incidents
    assert len(incidents) == pytest.approx(60_000, rel=0.06)
    assert len(set(incidents["reference"].to_pylist())) == len(incidents)
    assert (np.diff(instants(incidents["occurred_at"])) >= np.timedelta64(0)).all()
    degrees = (incidents[name].to_numpy() for name in ("longitude", "latitude"))
    assert cells.within_bounds(*degrees).all()
    assert set(incidents["category"].to_pylist()) == set(OFFENCES)


@pytest.mark.parametrize("slug", OFFENCES)
def test_the_branching_ratio_is_found(truth: TimedTruth, slug: str) -> None:
    echoes, settled = family(truth, slug)
    said = OFFENCES[slug].branching
    assert abs(len(echoes) / settled - said) < SIGMAS * np.sqrt(said / settled)


@pytest.mark.parametrize("slug", ["burglary", "vehicle-crime", "shoplifting"])
def test_echoes_are_as_near_and_as_soon_as_said(truth: TimedTruth, slug: str) -> None:
    offence, parent = OFFENCES[slug], parents(truth)
    echoes, _ = family(truth, slug)
    at = instants(truth.incidents["occurred_at"])
    days = (at[echoes] - at[parent[echoes]]) / np.timedelta64(1, "D")
    assert (days > 0).all()
    # Its own time runs unevenly, by some hours: on the clock the mean is that much off.
    error = SIGMAS * offence.echo_days / np.sqrt(len(days)) + 0.1
    assert days.mean() == pytest.approx(offence.echo_days, abs=error)
    points = points_m(truth.incidents)
    away = (points[echoes] - points[parent[echoes]]).ravel()
    error = SIGMAS * offence.echo_m / np.sqrt(2 * len(away))
    assert away.std() == pytest.approx(offence.echo_m, abs=error)


@pytest.mark.parametrize("slug", OFFENCES)
def test_the_week_is_as_busy_as_said(truth: TimedTruth, slug: str) -> None:
    """By each hour of the clock, with what hours the year has of it."""
    activity = OFFENCES[slug].week.activity()
    rows = of_category(truth, slug)
    hours = instants(truth.incidents["occurred_at"])[rows].astype("datetime64[h]")
    seen = Counter(_week_hour(h) for h in hours.tolist())
    start = datetime(2025, 4, 14, 23, tzinfo=UTC)
    had = Counter(_week_hour(start + i * HOUR) for i in range(365 * 24))
    expected = activity * [had[h] for h in range(168)]
    counts = [seen[h] for h in range(168)]
    found = chisquare(counts, expected / expected.sum() * len(rows))
    assert found.pvalue > 1e-4
    assert activity.max() > 2 * activity.min()


def _week_hour(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    clock = moment.astimezone(LONDON)
    return 24 * clock.weekday() + clock.hour


def test_hot_spots_wax_and_wane_as_said(truth: TimedTruth) -> None:
    """Of what the ground brought: each spot and spell, and each category in all."""
    incidents, ground = truth.incidents, truth.ground
    rows = np.flatnonzero(parents(truth) < 0)
    place = cKDTree(ground.points_m).query(points_m(incidents)[rows])[1]
    at = instants(incidents["occurred_at"])[rows]
    since = at - np.datetime64("2025-04-14T23")
    spell = since // np.timedelta64(SPELL_DAYS, "D")
    a_day = np.sum(list(truth.background_a_day.values()), axis=0)
    spots = len(ground.spots_m)
    days = np.minimum(
        SPELL_DAYS, truth.days - SPELL_DAYS * np.arange(len(truth.spot_levels))
    )
    a_spot = np.bincount(ground.spot + 1, a_day, spots + 1)
    expected = np.roll(truth.spot_levels, 1, axis=1) * a_spot * days[:, None]
    counts = np.zeros_like(expected)
    np.add.at(counts, (spell, ground.spot[place] + 1), 1)
    enough = expected > 20
    surprise = ((counts - expected) ** 2 / expected)[enough]
    assert enough.sum() > 100
    assert surprise.mean() == pytest.approx(1, abs=SIGMAS * np.sqrt(2 / enough.sum()))
    assert truth.spot_levels[:, :-1].std() > 0.4
    assert counts.sum() == pytest.approx(expected.sum(), abs=3 * np.sqrt(counts.sum()))


def test_the_hour_shown_twice_has_two_hours_of_crime_and_the_skipped_none() -> None:
    autumn = simulate_timed(4, date(2025, 10, 26), 1, size=20)
    at = instants(autumn.incidents["occurred_at"])
    first, second = (
        int((at.astype("datetime64[h]") == np.datetime64(h.replace(tzinfo=None))).sum())
        for h in TWICE
    )
    assert min(first, second) > 50
    assert abs(first - second) < SIGMAS * np.sqrt(first + second)
    assert at[0] >= np.datetime64("2025-10-25T23")
    assert at[-1] >= np.datetime64("2025-10-26T23")  # it has 25 hours
    spring = simulate_timed(4, date(2026, 3, 29), 1, size=5)
    clock = [
        m.replace(tzinfo=UTC).astimezone(LONDON)
        for m in instants(spring.incidents["occurred_at"]).tolist()
    ]
    assert {m.hour for m in clock} == set(range(24)) - {1}
    assert {m.date() for m in clock} == {date(2026, 3, 29)}


def test_the_last_hour_of_whole_spells_is_as_busy_as_any() -> None:
    """Four weeks with a day of 25 hours, and four with one of 23."""
    for start in (date(2025, 10, 1), date(2026, 3, 4)):
        made = simulate_timed(1, start, SPELL_DAYS, size=10)
        end = datetime.combine(start + timedelta(SPELL_DAYS), time(), LONDON)
        at = instants(made.incidents["occurred_at"])
        last = np.datetime64((end - HOUR).astimezone(UTC).replace(tzinfo=None))
        brought = (at >= last) & (parents(made) < 0)
        assert brought.sum() > 20
        assert at[-1] < last + np.timedelta64(1, "h")


def test_spans_hold_the_true_time(truth: TimedTruth) -> None:
    incidents = truth.incidents
    at, start, end = (
        instants(incidents[f"occurred_{name}"]) for name in ("at", "from", "to")
    )
    spanned = np.isin(incidents["category"].to_numpy(), ["burglary", "vehicle-crime"])
    minute = np.timedelta64(1, "m")
    assert (start <= at).all()
    assert (at < end + minute).all()
    assert (start[spanned] < end[spanned]).all()
    assert (start[~spanned] == end[~spanned]).all()
    assert (start == start.astype("datetime64[m]")).all()
    assert (end == end.astype("datetime64[m]")).all()


def test_aoristic_weights_add_up_to_the_incidents(truth: TimedTruth) -> None:
    incidents = truth.incidents
    ends = [instants(incidents[f"occurred_{end}"]) for end in ("from", "to")]
    found = spread(*ends, ["minute"] * len(incidents))
    assert found.table().sum() == pytest.approx(found.counted)
    assert found.counted == len(incidents) - found.too_long
    assert found.untimed == 0
    assert found.too_long < 20
    rows = of_category(truth, "violence-and-sexual-offences")
    moments = [end[rows] for end in ends]
    table = spread(*moments, ["minute"] * len(rows)).table()
    known = Counter(map(_week_hour, instants(incidents["occurred_at"])[rows].tolist()))
    assert table.ravel().tolist() == [known[hour] for hour in range(168)]


def near_repeats_of(**changes: float) -> NearRepeats:
    """The Knox test of half a year of burglaries, where hot spots stay as they are."""
    burglary = replace(OFFENCES["burglary"], **changes)
    truth = simulate_timed(
        6, date(2025, 1, 6), 180, offences={"burglary": burglary}, spot_swing=0
    )
    incidents = truth.incidents
    days = instants(incidents["occurred_at"]).astype("datetime64[D]")
    return near_repeats(
        points_m(incidents),
        days,
        ["minute"] * len(days),
        Bands((100.0, 200.0, 400.0), (7, 14)),
        np.random.default_rng(1),
        permutations=199,
    )


def test_knox_finds_the_echoes_and_nothing_where_there_are_none() -> None:
    echoing, alone = near_repeats_of(), near_repeats_of(branching=0.0)
    assert (echoing.p[1:3, 0] == echoing.p_resolution).all()
    assert (echoing.ratio[1:3, 0] > 1.4).all()
    assert (alone.p[1:4, 0] > 0.05).all()
    assert (alone.ratio[1:4, 0] < 1.2).all()
