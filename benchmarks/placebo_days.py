"""How often tracking on a force's own feed cries a change that nobody caused.

    .venv/bin/python -m benchmarks.placebo_days [SEEDS]

A programme starts again and again on a feed of days, nobody patrols, and each is judged
as `hexbeat track` would: by the lists of the weeks before it. Windows of one feed share
no day. The feeds are burglary and vehicle crime of Portland, 2012 to 2017, and made-up
ones of four years. Beside it: what comparing with as many weeks before says of the
same lists. In brackets are intervals of 95 %: exact ones of false falls and rises, of
planted falls by drawing feeds anew, since programmes of one feed are alike.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from statistics import fmean

import numpy as np
from scipy.stats import binomtest

from benchmarks.placebo import Naive, naive
from tests.test_realdata_portland import read
from tests.transforms.scores.days.made_records import as_timed
from transforms.backtests.blocks import Estimate
from transforms.backtests.blocks import estimate as interval_of_blocks
from transforms.impact.estimate import estimate
from transforms.impact.words import percent
from transforms.programmes.force_records import ForceRecords
from transforms.programmes.past import Past
from transforms.programmes.past_days import ORIGINS, WEEK_DAYS, QuietWeeks
from transforms.programmes.rule import Rule
from transforms.programmes.usual import Usual, usual_of
from transforms.reference.days import Day
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.methods import DEFAULT_DAY_METHOD, METHODS
from transforms.scores.methods.expectation import Expectation
from transforms.scores.view import View
from transforms.simulator.timed import simulate_timed


FORCE = "kent"  # no more than a name
WEEKS = (4, 8, 13, 17, 26)
FALLS = (0.16, 0.3, 0.5)
DRAWS = 20
HALF_A_YEAR = 26
PORTLAND = Rule(force=FORCE, group="", top=20, spacing=3, join=3, least_incidents_12m=4)
MADE_UP = replace(PORTLAND, least_incidents_12m=12)
START, DAYS, SIZE = date(2021, 1, 4), 4 * 365, 0.2

Lists = Mapping[tuple[Day, int], Past]


@dataclass
class Remembered:
    """A method that answers once for each day, whichever list asks."""

    answers: dict[str, Mapping[str, Expectation]] = field(default_factory=dict)

    def expect(self, view: View) -> Mapping[str, Expectation]:
        """What the default of days expects."""
        day = str(view.as_of)
        if day not in self.answers:
            self.answers[day] = METHODS[DEFAULT_DAY_METHOD].expect(view)
        return self.answers[day]


@dataclass(frozen=True)
class Start:
    """A programme that did nothing, and the lists that it is judged by."""

    own: Past
    past: Sequence[Past]
    feed: int = 0  # its number

    @cached_property
    def usual(self) -> Usual | None:
        """What those lists did; None where they are too few."""
        return usual_of(self.past, FORCE)

    def said(self, observed: float | None = None) -> str:
        """What tracking says of it: `fall`, `rise`, `neither` or `too few`."""
        if self.usual is None:
            return "too few"
        sums = self.own.sums
        if observed is not None:
            sums = replace(sums, observed=observed)
        found = estimate(sums, self.usual)
        return "fall" if found.high < 1 else "rise" if found.low > 1 else "neither"


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What was said of some starts."""

    starts: int
    judged: int
    naive: Naive
    false_falls: int
    false_rises: int
    found: Estimate  # shares of the planted falls, as `FALLS`; of few feeds no interval


def every_list(records: ForceRecords, rule: Rule, method: Remembered) -> Lists:
    """What the rule would have chosen in each week of a feed, by as-of and length."""
    first, last = records.supplied[0], records.supplied[-1]
    quiet = QuietWeeks(
        records=records,
        method=method,
        exclusions=(),
        busy=(),
        until=last,
        weeks=last.since(first) // WEEK_DAYS,
    )
    return {(Day.parse(one.as_of), one.length): one for one in quiet.lists(rule)}


def starts(lists: Lists, feed: int = 0) -> Iterator[Start]:
    """Programmes of each length that start where the one before them ended.

    From half a year after the first list on, which itself has half a year before it.
    """
    for length in (WEEK_DAYS * number for number in WEEKS):
        days = sorted(day for day, of in lists if of == length)
        for day in days[HALF_A_YEAR :: length // WEEK_DAYS]:
            past = [
                lists[one, length]
                for one in days
                if one + length <= day and day.since(one) <= WEEK_DAYS * ORIGINS
            ]
            yield Start(lists[day, length], past, feed)


def rates(of: Sequence[Start], seed: int) -> Rates:
    """How often a change was seen where there was none, and where one was planted."""
    rng = np.random.default_rng(seed)
    judged = [one for one in of if one.said() != "too few"]
    said = [one.said() for one in judged]
    found = np.zeros((len(judged), len(FALLS)))
    for column, fall in enumerate(FALLS):
        for row, one in enumerate(judged):
            left = rng.binomial(int(one.own.sums.observed), 1 - fall, DRAWS)
            found[row, column] = fmean(one.said(float(n)) == "fall" for n in left)
    feed = np.array([one.feed for one in judged], dtype=np.int64)
    return Rates(
        starts=len(of),
        judged=len(judged),
        naive=naive(one.own for one in judged),
        false_falls=said.count("fall"),
        false_rises=said.count("rise"),
        found=interval_of_blocks(feed, np.zeros_like(feed), found, seed),
    )


def feeds(seeds: int) -> Iterator[tuple[str, ForceRecords, Rule]]:
    """Each feed and the rule, but for its group."""
    crimes, days = read()
    yield (
        "Portland",
        ForceRecords(force=FORCE, scoring=Scoring(), crimes=crimes, supplied=days),
        PORTLAND,
    )
    for seed in range(1, seeds + 1):
        first = Day.of(START)
        yield (
            "made up",
            ForceRecords(
                force=FORCE,
                scoring=Scoring(),
                crimes=as_timed(simulate_timed(seed, START, DAYS, SIZE)),
                supplied=month_range(first, first + (DAYS - 1)),
            ),
            MADE_UP,
        )


GROUPS = {
    "Portland": ("vehicle-crime", "burglary", "all-crime"),
    "made up": ("violence-and-sexual-offences", "all-crime"),
}


def main(seeds: int) -> None:
    """Print the table: a row for each feed, group and length."""
    of: dict[tuple[str, str, int], list[Start]] = {}
    for feed, (name, records, rule) in enumerate(feeds(seeds)):
        method = Remembered()
        for group in GROUPS[name]:
            lists = every_list(records, replace(rule, group=group), method)
            for one in starts(lists, feed):
                of.setdefault((name, group, one.own.length), []).append(one)
    heads = [
        "feed", "group", "weeks", "programmes", "before/after: change; falls",
        "false falls", "false rises", *(f"falls of {fall:.0%} found" for fall in FALLS),
    ]  # fmt: skip
    sys.stdout.write(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
    for (name, group, length), found in of.items():
        sys.stdout.write(_row(name, group, length, rates(found, seed=length)))


def _row(name: str, group: str, length: int, found: Rates) -> str:
    def share(number: int) -> str:
        exact = binomtest(number, found.judged).proportion_ci(method="exact")
        of_all = f"{100 * number / found.judged:.1f} %"
        return f"{of_all} ({100 * exact.low:.1f} to {100 * exact.high:.1f})"

    judged = (
        [
            f"{percent(found.naive.change)}; {percent(found.naive.falls).lstrip('+')}",
            share(found.false_falls),
            share(found.false_rises),
            *map(_found, *found.found),
        ]
        if found.judged
        else ["–"] * (3 + len(FALLS))
    )
    weeks, said = str(length // WEEK_DAYS), f"{found.judged} of {found.starts}"
    cells = [name, group, weeks, said, *judged]
    return f"| {' | '.join(cells)} |\n"


def _found(share: float, low: float, high: float) -> str:
    within = "" if math.isnan(low) else f" ({100 * low:.0f} to {100 * high:.0f})"
    return f"{100 * share:.0f} %{within}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 16)
