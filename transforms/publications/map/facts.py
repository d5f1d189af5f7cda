"""What a map page says in addition to its cells: about the run, groups and forces."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from transforms.reference.groups import ALL_CRIME, GROUPS, CrimeGroup


# What a month of a page is: counted; a gap; before the first that is stored; on map
# points that have since been renewed.
SUPPLIED, MISSING, BEFORE, MOVED = LOOKS = ("supplied", "missing", "before", "moved")


@dataclass(frozen=True, kw_only=True)
class ForceFact:
    """What a page says about a force, even one without a scored cell."""

    force: str
    name: str
    universe_cells: int
    months_12m: int
    newest_month: str | None
    note: str | None = None
    # supplied months of the 12 before the last 12, or days of the 28 before the last 28
    months_prev_12m: int | None = None
    looks: tuple[str, ...] = ()  # of each month of the page: one of LOOKS
    ranked: tuple[int, ...] = ()  # cells ranked at each as-of; 0 without a score
    renewed: str | None = None  # first month on new map points, if within two years


# What the short names leave unsaid: a page has room for it.
_LABELS = {
    ALL_CRIME: "Crime without ASB, drugs and weapons",
    "serious-violence-proxy": "Violence, sexual offences and robbery"
    " (proxy for serious violence)",
}


@dataclass(frozen=True)
class GroupFact:
    """A crime group of the page."""

    slug: str
    label: str
    note: str
    whole: bool  # whether the page has more of it than its top 5 %
    single: bool = True  # one category, and not several taken together
    # days alone: what each period is for a group of the user's; empty: as of its force
    looks: tuple[str, ...] = ()


@dataclass(frozen=True)
class HotspotFact:
    """A hot spot of the newest as-of. Those of days have no interval."""

    hotspot_id: str
    name: str | None
    rank: int
    expected: float
    expected_12m: float | None = None
    harm_12m: float | None = None
    harm_score: float | None = None
    low: int | None = None  # the 95 % interval of the next count
    high: int | None = None
    day: float | None = None  # days alone: of 365 days, by day and by night
    night: float | None = None


@dataclass(frozen=True, kw_only=True)
class MapFacts:
    """One page. `as_ofs` are its months or days, oldest first.

    `months` are those whose counts it has: the as-ofs and the year before the first.
    """

    run_id: str
    as_ofs: tuple[str, ...]
    months: tuple[str, ...]
    groups: tuple[GroupFact, ...]
    attribution: str
    method: str
    excluded: str
    forces: tuple[ForceFact, ...]
    hotspots: tuple[HotspotFact, ...] = ()
    names_before: Mapping[str, str | None] = field(default_factory=dict)  # of hot spots
    title: str = "Hot spots"
    links: tuple[tuple[str, str], ...] = ()  # other pages: address and words
    areas: tuple[str, ...] = ()  # the user's own and calls, by the name of the column
    filters: tuple[str, ...] = ()  # those of them by which cells can be chosen
    ground_note: str = ""  # the attribution that a ground layer requires
    unit: str = "months"  # of its clock
    term: int = 1  # periods that are forecast

    @property
    def as_of(self) -> str:
        """The newest one."""
        return self.as_ofs[-1]


def map_groups(
    whole: Collection[str], own: Sequence[CrimeGroup] = ()
) -> tuple[GroupFact, ...]:
    """Every crime group and the user's own, and which of them the page has whole."""
    return tuple(
        GroupFact(
            group.slug,
            _LABELS.get(group.slug, group.label),
            group.note,
            group.slug in whole,
            len(group.categories) == 1,
        )
        for group in (*GROUPS.values(), *own)
    )


def hotspot_facts(named: pa.Table, rows: pa.Table) -> tuple[HotspotFact, ...]:
    """The hot spots of a page's rows, in the order of their ids."""
    shown = pc.is_in(named["hotspot_id"], value_set=rows["hotspot_id"].unique())
    spots = named.filter(shown).sort_by("hotspot_id").to_pylist()
    return tuple(
        HotspotFact(
            hotspot_id=spot["hotspot_id"],
            name=spot["name"],
            rank=spot["hotspot_rank"],
            expected=round(spot["expected"], 2),
            expected_12m=_tenth(spot.get("expected_12m")),
            harm_12m=_tenth(spot.get("harm_12m")),
            harm_score=_tenth(spot["harm_score"]),
            low=spot.get("expected_lo"),
            high=spot.get("expected_hi"),
            day=_tenth(spot.get("incidents_day_365d")),
            night=_tenth(spot.get("incidents_night_365d")),
        )
        for spot in spots
    )


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
