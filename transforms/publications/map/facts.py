"""What a map page says beside its cells: of the run, its crime groups, its forces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ForceFact:
    """What stands beside a force's cells; a force without a scored cell has it too."""

    force: str
    name: str
    universe_cells: int
    months_12m: int
    newest_month: str | None
    note: str | None = None
    months_prev_12m: int | None = None  # supplied months of the 12 before, where known
    # of each as-of month: whether it was supplied, and the cells ranked (0: no score)
    supplied: tuple[bool, ...] = ()
    ranked: tuple[int, ...] = ()


@dataclass(frozen=True)
class GroupFact:
    """A crime group of the page."""

    slug: str
    label: str
    note: str
    whole: bool  # whether the page has more of it than its top 5 %
    single: bool = True  # one category, and not several taken together


@dataclass(frozen=True)
class HotspotFact:
    """A hot spot by name, for the list."""

    hotspot_id: str
    name: str | None


@dataclass(frozen=True)
class MapFacts:
    """One page. `as_ofs` are its months, oldest first; the last is the newest."""

    run_id: str
    as_ofs: tuple[str, ...]
    groups: tuple[GroupFact, ...]
    attribution: str
    method: str
    excluded: str
    forces: tuple[ForceFact, ...]
    hotspots: tuple[HotspotFact, ...] = ()
    title: str = "Hot spots"
    index: str | None = None  # the page of all forces, where this is one force's
    areas: tuple[str, ...] = ()  # the user's own, by the name of their column
    ground_note: str = ""  # what must stand beside a ground that is not ours

    @property
    def as_of(self) -> str:
        """The newest month."""
        return self.as_ofs[-1]
