"""Months that look wrong though every row is right: withheld until a person looks.

A month is compared with the force's recent supplied months. A finding stops the force's
publication and never silently changes or drops anything; an override with a reason lets
the month pass or sets it aside. The thresholds were chosen on real files
(docs/data.md).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from statistics import median
from typing import Any

import sql
from transforms.incidents.coverage import (
    JUDGED_AT_LEAST_MONTHS,
    MonthCoverage,
    recent_supplied,
)
from transforms.lake.lake import Lake
from transforms.reference.categories import known_then
from transforms.reference.coverage import Hold
from transforms.reference.months import Month, window


JUDGED_MONTHS = 12  # to the as-of: older months weigh little, and have been seen
VOLUME_SHARE = 1.6
LOCATED_DROP = 0.10
MIX_SHIFT = 0.25
POINT_SHARE = 0.25
POINT_AT_LEAST = 1_000
UNKNOWN_CATEGORY_SHARE = 0.005


@dataclass(frozen=True)
class Profile:
    """What a month looks like."""

    incidents: int
    located: int
    mix: Mapping[str, int]  # incidents by category
    most_on_a_point: int  # of one category
    unknown_categories: int = 0  # rows quarantined for their crime type

    @property
    def located_share(self) -> float:
        """Share of incidents with a place."""
        return self.located / self.incidents

    def as_known_in(self, month: Month) -> "Profile":
        """The same, each incident in the category that it would have had by then."""
        mix = Counter[str]()
        for slug, incidents in self.mix.items():
            mix[known_then(slug, month)] += incidents
        return replace(self, mix=mix)


@dataclass(frozen=True)
class HoldRule:
    """A way to look wrong: what it finds in a month, next to recent ones, in words."""

    id: str
    text: str
    finds: Callable[[Profile, Sequence[Profile]], str | None]


def _volume(month: Profile, recent: Sequence[Profile]) -> str | None:
    usual = median(p.incidents for p in recent)
    if month.incidents <= VOLUME_SHARE * usual:
        return None
    return f"{month.incidents:,} incidents, where {usual:,.0f} are usual"


def _located(month: Profile, recent: Sequence[Profile]) -> str | None:
    usual = median(p.located_share for p in recent)
    if month.located_share >= usual - LOCATED_DROP:
        return None
    return f"{month.located_share:.0%} have a place, where {usual:.0%} are usual"


def mix_shift(month: Profile, recent: Sequence[Profile]) -> float:
    """Share of incidents that would need another category for the usual mix.

    Total variation distance between the month's category shares and the recent months'.
    """
    before = sum(p.incidents for p in recent)
    categories = set(month.mix).union(*(p.mix for p in recent))
    usual = {c: sum(p.mix.get(c, 0) for p in recent) / before for c in categories}
    now = {c: month.mix.get(c, 0) / month.incidents for c in categories}
    # exact, so that no set's order shows: the words are part of a run's identity
    return fsum(abs(usual[c] - now[c]) for c in categories) / 2


def _mix(month: Profile, recent: Sequence[Profile]) -> str | None:
    shift = mix_shift(month, recent)
    if shift <= MIX_SHIFT:
        return None
    return f"the mix of categories differs by {shift:.0%} from the usual"


def _one_point(month: Profile, _: Sequence[Profile]) -> str | None:
    limit = max(POINT_AT_LEAST, POINT_SHARE * month.incidents)
    if month.most_on_a_point <= limit:
        return None
    return f"{month.most_on_a_point:,} incidents of one category lie on one point"


def _categories(month: Profile, _: Sequence[Profile]) -> str | None:
    rows = month.incidents + month.unknown_categories
    if month.unknown_categories <= UNKNOWN_CATEGORY_SHARE * rows:
        return None
    return f"{month.unknown_categories:,} of {rows:,} rows have an unknown crime type"


HOLD_RULES = [
    HoldRule("volume", f"over {VOLUME_SHARE} of the recent median", _volume),
    HoldRule("located", f"{LOCATED_DROP:.0%} fewer have a place than usual", _located),
    HoldRule("mix", f"over {MIX_SHIFT:.0%} of the category mix differs", _mix),
    HoldRule("one-point", f"over {POINT_SHARE:.0%} lie on one point", _one_point),
    HoldRule(
        "category",
        f"over {UNKNOWN_CATEGORY_SHARE:.1%} have an unknown crime type",
        _categories,
    ),
]


def read_profiles(lake: Lake, force: str) -> dict[Month, Profile]:
    """The profile of each month of a force's incidents that has any."""
    paths = [file.path for file in lake.files("incidents", force) if file.rows]
    return profiles_of(paths, lake, force)


def profiles_of(
    incidents: sql.Relation, lake: Lake, force: str
) -> dict[Month, Profile]:
    """The same of incidents that are read already; the lake has the quarantine."""
    if not len(incidents):
        return {}
    by_month: dict[str, list[dict[str, Any]]] = {}
    for row in sql.run("month_profiles", {"incidents": incidents}).to_pylist():
        by_month.setdefault(row["month"], []).append(row)
    quarantined = lake.read("quarantine", force).select(["month", "rule"]).to_pylist()
    unknown = Counter(row["month"] for row in quarantined if row["rule"] == "category")
    return {
        Month.parse(month): Profile(
            sum(row["incidents"] for row in rows),
            sum(row["located"] for row in rows),
            {row["category"]: row["incidents"] for row in rows},
            max(row["most_on_a_point"] for row in rows),
            unknown[month],
        )
        for month, rows in by_month.items()
    }


WITHHELD = "withheld until somebody has looked"


def withheld_in_words(holds: Sequence[Hold[Month]]) -> str:
    """One line: what was found. It is published: readers cannot act on it."""
    found = "; ".join(f"{h.period} {h.rule}: {h.text}" for h in holds)
    return f"{WITHHELD}: {found}"


def find_holds(
    profiles: Mapping[Month, Profile],
    months: Mapping[Month, MonthCoverage],
    as_of: Month,
) -> list[Hold[Month]]:
    """What withholds a force at a month: its last twelve supplied months, judged.

    A month that an override calls supplied has been looked at, and passes.
    """
    found = []
    for month in window(as_of, JUDGED_MONTHS):
        covered = months.get(month)
        if covered is None or covered.status != "supplied" or covered.override:
            continue
        before = [m for m in recent_supplied(month, months) if m in profiles]
        if len(before) < JUDGED_AT_LEAST_MONTHS or month not in profiles:
            continue
        # a new category is not a shift of the mix
        recent = [profiles[m].as_known_in(before[0]) for m in before]
        judged = profiles[month].as_known_in(before[0])
        found += [
            Hold(month, rule.id, finding)
            for rule in HOLD_RULES
            if (finding := rule.finds(judged, recent))
        ]
    return found
