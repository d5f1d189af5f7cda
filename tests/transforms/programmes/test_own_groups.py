"""Programmes of crime groups of the user's own: crimes, calls and both, by hand."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.flows.commands import Done, hexbeat_here
from tests.flows.flows_here import flows_here
from tests.oracles import programmes as oracles
from tests.transforms.day_publications.test_calls import (
    CODES,
    GROUPS_TOML,
    MAPPING,
    with_calls,
)
from tests.transforms.day_publications.test_calls import made as made_home
from transforms.day_publications.run import run_day
from transforms.day_publications.stored import read_stored
from transforms.impact import words
from transforms.impact.track import Tracked, track
from transforms.patrols.place_hours import place_hours
from transforms.programmes.freeze import Frozen, freeze
from transforms.programmes.programme import open_programme
from transforms.programmes.register import start
from transforms.programmes.rule import Rule
from transforms.records.homes import ForceHome, open_force_home
from transforms.reference.categories import FOUND_BY_PATROLS
from transforms.reference.days import DAYS, LONDON, Day
from transforms.scores.methods import METHODS
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.trials.choose import Asked
from transforms.trials.day_counts import ROOT_HARM, day_counts
from transforms.trials.designing import design_trial
from transforms.trials.trial import open_trial


FIRST, NUMBER = date(2025, 6, 13), 170
FROZEN_AT = Day.of(FIRST) + 139
STARTS = FROZEN_AT + 1
NO_CALLS = Day.of(FIRST) + 150  # the force sent no call on it
NOW = datetime(2026, 3, 1, tzinfo=UTC)
METHOD = METHODS["point_exposure"]
WEEKS = 4
OWN = {
    "acquisitive": ("burglary", "vehicle-crime"),
    "nuisance": ("call:noise",),
    "homes": ("call:domestic", "violence-and-sexual-offences"),
}


@dataclass(frozen=True)
class Made:
    feed: ForceHome
    frozen: dict[str, Frozen]
    tracked: dict[str, Tracked]

    def again(self) -> ForceHome:
        return open_force_home(self.feed.home.root)

    def run(self, *arguments: object) -> Done:
        with flows_here():
            return hexbeat_here(*arguments, "--home", self.feed.home.root)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("own-groups")
    write_drops(simulate_timed(3, FIRST, NUMBER, 0.1), folder / "crimes", "csv")
    drops = with_calls(
        folder / "crimes", folder / "drops", lambda day: 0 if day == NO_CALLS else 3
    )
    feed = made_home(folder, drops, MAPPING + CODES, GROUPS_TOML)
    run_day(feed, METHOD, "me", NOW, FROZEN_AT)
    frozen, tracked = {}, {}
    for group in OWN:
        rule = Rule(
            force=feed.force, group=group, top=6, spacing=2, least_incidents_12m=1
        )
        frozen[group] = freeze(feed.home, f"of-{group}", rule, None, 100.0, NOW, "me")
        start(feed.home, frozen[group].programme, STARTS.date, NOW, "me")
    for group, one in frozen.items():
        tracked[group] = track(feed.home, one.programme, None, WEEKS, NOW, "me")
    return Made(feed, frozen, tracked)


def supplied(made: Made, group: str) -> set[str]:
    """The days on which all that a group has was sent."""
    stored = read_stored(made.again())
    of = []
    if any(one.startswith("call:") for one in OWN[group]):
        of.append({*map(str, stored.call_days.supplied)})
    if any(not one.startswith("call:") for one in OWN[group]):
        of.append({*map(str, stored.supplied)})
    return set.intersection(*of)


def by_cell_and_day(made: Made, group: str) -> list[tuple[str, str]]:
    """Each incident of a group: where, and on which day it counts."""
    stored, days = read_stored(made.again()), supplied(made, group)
    found = []
    for record in (
        *stored.records.reveal().to_pylist(),
        *stored.calls.reveal().to_pylist(),
    ):
        ended = record["occurred_to"] or record["occurred_from"]
        day = str(Day.of(ended.astimezone(LONDON).date()))
        if record["category"] in OWN[group] and record["in_area"] and day in days:
            found.append((f"{record['h3_r10']:x}", day))
    return found


def published(made: Made, group: str, day: Day) -> list[dict[str, Any]]:
    done = run_day(made.again(), METHOD, "me", NOW, day)
    rows = pq.read_table(done.folder / "internal" / "day_cells.parquet").to_pylist()
    return [
        row for row in rows if (row["crime_group"], row["horizon_days"]) == (group, 1)
    ]


def places_of(made: Made, group: str) -> list[list[str]]:
    table = made.frozen[group].programme.places
    return [cells.split() for cells in table["h3_cells"].to_pylist()]


@pytest.mark.parametrize("group", OWN)
def test_its_places_are_the_highest_of_the_published_day(
    made: Made, group: str
) -> None:
    rows = published(made, group, FROZEN_AT)
    programme = made.frozen[group].programme
    chosen = oracles.chosen_cells(
        [(row["h3_cell"], row["score"], row["n_365d"]) for row in rows], programme.rule
    )
    assert [cells for [cells] in places_of(made, group)] == chosen
    level = {row["h3_cell"]: row["expected_365d"] / row["days_365d"] for row in rows}
    expected = [level[cell] * DAYS.periods_a_month for cell in chosen]
    assert programme.places["level_month"].to_pylist() == pytest.approx(expected)
    harm = programme.places["harm_score"].to_pylist()
    assert all(one == 0 for one in harm) == (group == "nuisance")  # a call has none


@pytest.mark.parametrize("group", OWN)
def test_a_look_counts_what_counting_by_hand_counts(made: Made, group: str) -> None:
    look = made.tracked[group].look
    periods = set(map(str, look.periods))
    assert (str(NO_CALLS) in periods) == (group == "acquisitive")
    assert (NO_CALLS in look.missing) == (group != "acquisitive")
    counts = Counter(
        cell for cell, day in by_cell_and_day(made, group) if day in periods
    )
    at = {cell for cells in places_of(made, group) for cell in cells}
    assert look.places.observed == sum(counts[cell] for cell in at) > 0
    frozen = made.frozen[group].programme.cells
    rest = {*frozen["h3_cell"].to_pylist()} - at
    assert look.places.rest_observed == sum(counts[cell] for cell in rest)
    level = dict(
        zip(
            frozen["h3_cell"].to_pylist(),
            frozen["level_month"].to_pylist(),
            strict=True,
        )
    )
    months = len(periods) / DAYS.periods_a_month
    expected = sum(level[cell] for cell in at) * months
    assert look.places.expected == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("group", OWN)
def test_a_past_list_is_the_rule_on_the_day_as_it_was_published(
    made: Made, group: str
) -> None:
    """The same rule on an earlier day's own publication, and its next two weeks."""
    programme = made.frozen[group].programme
    origin = FROZEN_AT + -7 * 4
    [one] = [
        past
        for past in programme.past_lists
        if (past.as_of, past.length) == (str(origin), 14)
    ]
    rows = published(made, group, origin)
    chosen = oracles.chosen_cells(
        [(row["h3_cell"], row["score"], row["n_365d"]) for row in rows], programme.rule
    )
    level = {row["h3_cell"]: row["score"] for row in rows}
    known = supplied(made, group)
    after = [str(origin + n) for n in range(1, 15) if str(origin + n) in known]
    sums = oracles.list_sums(chosen, level, by_cell_and_day(made, group), after)
    assert (one.sums.observed, one.sums.rest_observed) == (sums[0], sums[2])
    found = one.sums.expected, one.sums.rest_expected
    assert found == pytest.approx((sums[1], sums[3]), abs=1e-4)  # published rounded


def test_harm_is_of_its_categories_alone(made: Made) -> None:
    """Calls weigh nothing, and drugs and weapons are found by patrols."""
    weights = made.feed.home.scoring.harm
    for group, categories in OWN.items():
        weighing = [
            one
            for one in categories
            if one in weights.categories and one not in FOUND_BY_PATROLS
        ]
        assert len(made.tracked[group].look.harm) == len(weighing)
        assert bool(weighing) == (group != "nuisance")


def test_hours_are_of_its_records(made: Made) -> None:
    for group in OWN:
        programme = made.frozen[group].programme
        found = place_hours(made.again(), programme, "a test").by_category
        days, last = supplied(made, group), max(supplied(made, group))
        assert days and last
        kinds = {slug for of in found.values() for slug in of}
        assert kinds and kinds <= {*OWN[group]}


def test_what_it_says_names_what_it_is_made_of(made: Made) -> None:
    said = {
        "acquisitive": "Acquisitive (crimes alone: burglary, vehicle-crime)",
        "nuisance": "Nuisance (calls alone: call:noise)",
        "homes": "Homes (crimes and calls, an incident that is both counted twice:",
    }
    for group, line in said.items():
        folder = made.frozen[group].programme.folder
        text = " ".join((folder / "METHOD.md").read_text().split())
        assert line in text
        page = (made.tracked[group].folder / "tracker.html").read_text()
        assert f"places for {group.capitalize()}, frozen with data up to" in page


def test_a_group_is_what_it_was_when_it_was_frozen(made: Made, tmp_path: Path) -> None:
    """Settings that change later change no programme, and no trial of it."""
    settings = made.feed.home.root / "hexbeat.toml"
    before = settings.read_text()
    changed = re.sub("nuisance = .*", 'nuisance = ["call:domestic"]', before)
    try:
        settings.write_text(changed)
        feed = made.again()
        assert {g.slug: g.categories for g in feed.groups}["nuisance"] == (
            "call:domestic",
        )
        programme = open_programme(feed.home, "of-nuisance")
        again = track(feed.home, programme, None, WEEKS, NOW, "me")
        assert not again.created
        settings.write_text(before.replace("nuisance", "noises"))
        feed = made.again()
        again = track(feed.home, programme, None, WEEKS, NOW, "me")
        assert not again.created
        rule = programme.rule
        done = made.run(
            "programme", "freeze", "new", "--force", rule.force, "--group", rule.group,
            "--top", 6,
        )  # fmt: skip
        assert done.returncode == 2
        assert "'nuisance' is no crime group; there are: all-crime" in done.stderr
        assert "acquisitive, homes, noises" in done.stderr
    finally:
        settings.write_text(before)


def trial_of(made: Made, group: str, secondary: Sequence[str]) -> Asked:
    return Asked(
        kind="weekly",
        first_day=date(2025, 11, 3),
        weeks=3,
        days_per_week=2,
        capacity=(2, 2, 2, 2, 2, 1, 1),
        secondary=tuple(secondary),
        accept_contact=True,
    )


@pytest.mark.parametrize(
    ("group", "secondary"),
    [
        ("acquisitive", ("harm", "burglary")),
        ("nuisance", ()),
        ("nuisance", ("homes", "harm")),
        ("homes", ("buffers",)),
    ],
)
def test_a_trial_counts_what_counting_by_hand_counts(
    made: Made, group: str, secondary: tuple[str, ...]
) -> None:
    feed, programme = made.again(), made.frozen[group].programme
    drawn = datetime(2025, 11, 1, tzinfo=UTC)
    asked = trial_of(made, group, secondary)
    trial = design_trial(feed.home, programme, asked, drawn, "me").trial
    trial = open_trial(feed.home, programme, trial.id)
    counts = day_counts(feed, programme, trial.design, trial.design.last_day)
    days = set(map(str, counts.days))
    needs_calls = group != "acquisitive"
    assert (NO_CALLS.date in counts.missing) == needs_calls
    for name in {group, *secondary} & {*OWN}:
        incidents = [cell for cell, day in by_cell_and_day(made, name) if day in days]
        for row, cells in enumerate(places_of(made, group)):
            by_hand = sum(cell in cells for cell in incidents)
            assert counts.outcomes[name][row].sum() == by_hand
        assert counts.outcomes[name].sum() > 0
    if "harm" in secondary:
        assert counts.outcomes[ROOT_HARM].sum() > 0
    assert set(trial.design.content.get("groups", {})) == {group, *secondary} & {*OWN}
    assert (
        f"Primary: {group.capitalize()}." in (trial.folder / "protocol.md").read_text()
    )
    done = made.run("trial", "analyse", programme.id, trial.id)
    assert done.returncode in (0, 3), done.stderr
    assert ("settles on the spot" in done.stdout) == needs_calls


def test_power_is_said_at_the_command(made: Made) -> None:
    done = made.run("trial", "power", "of-homes", "--kind", "weekly", "--weeks", 12)
    assert done.returncode in (0, 3), done.stderr
    assert "84 days at 6 places can be expected to show" in done.stdout


def test_it_is_frozen_and_tracked_at_the_command(made: Made) -> None:
    rule = made.frozen["homes"].programme.rule
    given = "--force", rule.force, "--group", "homes", "--top", 3, "--min-incidents", 1
    done = made.run("programme", "freeze", "three", *given, "--starts", STARTS)
    assert done.returncode == 0, done.stderr
    done = made.run("track", "three", "--window", "4w")
    assert done.returncode in (0, 3), done.stderr
    assert "not count: not supplied, the newest 2025-11-10" in done.stdout
    done = made.run("profile", "p01", "--programme", "of-homes")
    assert done.returncode == 2
    assert "which has calls for service; a problem profile is of crimes" in done.stderr


def test_a_feed_of_calls_alone_has_programmes_of_its_groups(tmp_path: Path) -> None:
    """Its calls are what is ranked, and no crime is asked for."""
    write_drops(simulate_timed(3, FIRST, 80, 0.1), tmp_path / "crimes", "csv")
    drops = with_calls(
        tmp_path / "crimes", tmp_path / "drops", lambda _: 3, crimes=False
    )
    head, _, rest = MAPPING.partition("[categories.codes]")
    mapping = f"{head}[sensitive{rest.partition('[sensitive')[2]}{CODES}"
    settings = '[feed.groups]\nnuisance = ["call:noise"]\n'
    feed = made_home(tmp_path, drops, mapping, settings)
    as_of = Day.of(FIRST) + 49
    run_day(feed, METHOD, "me", NOW, as_of)
    rule = Rule(force=feed.force, group="nuisance", top=3, least_incidents_12m=1)
    frozen = freeze(feed.home, "calls", rule, None, 100.0, NOW, "me")
    start(feed.home, frozen.programme, (as_of + 1).date, NOW, "me")
    look = track(feed.home, frozen.programme, None, 2, NOW, "me").look
    periods = set(map(str, look.periods))
    at = {
        c for of in frozen.programme.places["h3_cells"].to_pylist() for c in of.split()
    }
    by_hand = 0
    for record in read_stored(feed).records.reveal().to_pylist():
        ended = record["occurred_to"] or record["occurred_from"]
        day = str(Day.of(ended.astimezone(LONDON).date()))
        mine = record["category"] == "call:noise" and record["in_area"]
        by_hand += mine and day in periods and f"{record['h3_r10']:x}" in at
    assert look.places.observed == by_hand > 0


def test_words_of_a_look_need_no_shipped_group(made: Made) -> None:
    for one in made.tracked.values():
        assert words.headline(one.look)
