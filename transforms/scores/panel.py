"""A force's incidents as arrays to score: counts by cell, period and category.

A period is a month of the public feed, or a day of a force's own feed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array

import sql
from transforms.errors import ForceError
from transforms.incidents.epochs import epoch_at, read_epochs
from transforms.incidents.scored import scored_incidents
from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats
from transforms.reference.calls import is_call
from transforms.reference.categories import CATEGORIES, FORMER
from transforms.reference.clocks import Period
from transforms.reference.harm import HarmWeights
from transforms.reference.months import Month, window
from transforms.reference.portable_math import sparse_product
from transforms.reference.resolutions import MONTHS_RESOLUTION, refuse_unscored
from transforms.reference.score_settings import OwnUniverse, Scoring
from transforms.scores.ground import Ground
from transforms.scores.universe import (
    AT_LEAST_INCIDENTS,
    PARENT_RESOLUTION,
    far_from_force,
    parents_within,
)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One force's located incidents by cell, period and category."""

    resolution: int
    periods: Sequence[Period]  # those stored, oldest first
    cells: Cells  # all that can be in a universe up to the newest of them, sorted
    counts: csr_array  # (categories x cells) x periods, over `cells` alone
    harm: csr_array  # the same entries: their harm
    gravest: csr_array  # the same entries: the harm of the gravest incident
    totals: Floats  # categories x periods: incidents inside `cells` and outside
    points: csr_array  # points x periods: which had an incident when
    point_cell: NDArray[np.int64]  # each point's row in `cells`
    parents: Cells  # the resolution-7 cells with any incident, sorted
    parent_counts: NDArray[np.int64]  # those x periods
    parent_of: NDArray[np.int64]  # each cell's row in parent_counts
    categories: Sequence[str] = tuple(CATEGORIES)  # and others that have incidents
    epochs: Sequence[Period] = ()  # first periods after a renewal of the map points
    within: "Panel | None" = None  # whose universe it has, instead of its own
    own: bool = False  # whether the user named its cells: then all are its universe

    @cached_property
    def row_of(self) -> dict[Period, int]:
        """The position of each stored period."""
        return {period: row for row, period in enumerate(self.periods)}

    def epoch(self, period: Period) -> Period | None:
        """The first period of its geocoding epoch; None for the oldest epoch."""
        first: Period | None = epoch_at(self.epochs, period)
        return first

    def universe(self, as_of: Period) -> NDArray[np.bool_]:
        """Which of `cells` are in the universe as known at that period's end."""
        if self.within is not None:
            return self.within.universe(as_of)
        if self.own:
            return np.ones(len(self.cells), dtype=bool)
        known = np.array([period <= as_of for period in self.periods])
        incidents = self.parent_counts[:, known].sum(axis=1)
        most = np.zeros(len(self.parents), dtype=np.int64)
        in_cells = self.weighted(known[:, None].astype(float))[:, :, 0].sum(axis=0)
        np.maximum.at(most, self.parent_of, in_cells.astype(np.int64))
        return parents_within(self.parents, incidents, most)[self.parent_of]

    def weighted(self, weights: Floats) -> Floats:
        """Sums of counts under each column of weights (periods x k).

        Returns categories x cells x k.
        """
        return self._by_cell(sparse_product(self.counts, weights))

    def harm_within(self, span: Sequence[Period]) -> Floats:
        """Harm over those periods: categories x cells."""
        return self._by_cell(sparse_product(self.harm, self._chosen(span)))

    def gravest_within(self, span: Sequence[Period]) -> Floats:
        """Harm of the gravest incident in those periods: categories x cells."""
        gravest = self.gravest.multiply(self._chosen(span)).max(axis=1)
        return self._by_cell(gravest.toarray())

    def points_within(self, span: Sequence[Period]) -> Floats:
        """How many points of each cell had any incident in those periods."""
        had = sparse_product(self.points, self._chosen(span)) > 0
        number = np.bincount(self.point_cell[had], minlength=len(self.cells))
        return number.astype(float)

    def _chosen(self, span: Sequence[Period]) -> Floats:
        """1 for each stored period of the span, 0 for the others."""
        wanted = set(span)
        return np.array([float(period in wanted) for period in self.periods])

    def _by_cell(self, values: Floats) -> Floats:
        return np.asarray(values).reshape(
            len(self.categories), len(self.cells), *values.shape[1:]
        )

    def ground(self, inside: NDArray[np.bool_]) -> Ground:
        """The universe of those of its cells: the same one as long as they are."""
        key = inside.tobytes()
        found = self._grounds.get(key)
        if found is None:
            rings = self.rings
            if not inside.all():
                rings = tuple(ring[inside][:, inside] for ring in rings)
            found = Ground(self.cells[inside], self.areas_m2[inside], rings)
            self._grounds.clear()  # as-ofs come in sequence
            self._grounds[key] = found
        return found

    @cached_property
    def _grounds(self) -> dict[bytes, Ground]:
        return {}

    @cached_property
    def rings(self) -> tuple[csr_array, ...]:
        """Which cells are one cell away from which, and which are two (0/1)."""
        return cells.rings(self.cells)

    @cached_property
    def areas_m2(self) -> Floats:
        """Area of each cell."""
        return cells.areas_m2(self.cells)


def read_panel(
    files: Sequence[str],
    months: Sequence[Month],
    force: str,
    scoring: Scoring,
) -> Panel:
    """The panel of the incidents in those data files of one force.

    Of the public feed, so at its resolution and no other.
    """
    resolution = MONTHS_RESOLUTION
    kept = scored_incidents(files, scoring.exclusions, force)
    counted = count_cells(kept, resolution, scoring.harm)
    points, own = cell_points(kept, resolution), scoring.universe
    refuse_elsewhere(force, counted, own)
    panel = build_panel(counted, points, months, resolution, own=own)
    return replace(panel, epochs=read_epochs(files))


def refuse_elsewhere(force: str, counted: pa.Table, own: OwnUniverse | None) -> None:
    """`ForceError` where the user's universe has none of the counted incidents."""
    number = counted["incidents"].to_numpy()
    if own and number.sum() and not own.contains(counted["h3_cell"].to_numpy()).any():
        raise ForceError(
            f"the areas of [universe] file have none of its {number.sum():,} incidents"
            f" with a place: is it a map of {force}?"
        )


def count_cells(
    kept: pa.Table, resolution: int, harm: HarmWeights, kinds: Sequence[str] = ()
) -> pa.Table:
    """Incidents and harm of each cell, period and category (cell_counts.sql).

    Calls of those kinds count too, without harm; others are left out.
    """
    refuse_unscored(resolution)
    inputs = {"incidents": _dated(kept), **harm_relations(harm, kinds)}
    return sql.run("cell_counts", inputs, h3_res=resolution)


def cell_points(kept: pa.Table, resolution: int) -> pa.Table:
    """The points of each cell and when they had incidents (cell_points.sql)."""
    refuse_unscored(resolution)
    return sql.run("cell_points", {"incidents": _dated(kept)}, h3_res=resolution)


def _dated(kept: pa.Table) -> pa.Table:
    """Incidents as those queries count them: monthly ones have no harm of their own."""
    if "period" in kept.column_names:
        return kept
    own = pa.nulls(len(kept), pa.float64())
    return kept.append_column("period", kept["month"]).append_column("harm", own)


def universe_of(counted: pa.Table, as_of: Month, resolution: int) -> Cells:
    """The universe as known at a month, from the result of count_cells."""
    parents, _, *incidents = _by_parent(counted, as_of)
    return cells.children(parents[parents_within(parents, *incidents)], resolution)


@dataclass(frozen=True)
class Whereabouts:
    """Counts up to an as-of, and which of their cells are in the universe."""

    counted: pa.Table  # rows of count_cells up to the as-of
    far: NDArray[np.bool_]  # in areas far from the force
    inside: NDArray[np.bool_]  # in the universe

    def far_incidents(self, as_of: Month, months: int) -> int:
        """Those of the newest months that are far from the force."""
        first = str(window(as_of, months)[0])
        recent = pc.greater_equal(self.counted["period"], first).to_numpy()
        return int(self.counted["incidents"].to_numpy()[recent & self.far].sum())


def whereabouts(
    counted: pa.Table, as_of: Month, own: OwnUniverse | None = None
) -> Whereabouts:
    """Where the incidents of count_cells are, as known at a month.

    With a universe of the user's own nothing is far: what is outside is outside.
    """
    known = counted.filter(pc.less_equal(counted["period"], str(as_of)))
    if own:
        inside = own.contains(known["h3_cell"].to_numpy())
        return Whereabouts(known, np.zeros(len(known), dtype=bool), inside)
    parents, row, *incidents = _by_parent(counted, as_of)
    return Whereabouts(
        known,
        far_from_force(parents, *incidents)[row],
        parents_within(parents, *incidents)[row],
    )


def _by_parent(
    counted: pa.Table, as_of: Month
) -> tuple[Cells, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The parents of the rows up to a month, and which parent each row has.

    Then the incidents of each parent, and those of its highest cell.
    """
    known = counted.filter(pc.less_equal(counted["period"], str(as_of)))
    at, cell = np.unique(known["h3_cell"].to_numpy(), return_inverse=True)
    in_cells = np.zeros(len(at), dtype=np.int64)
    np.add.at(in_cells, cell, known["incidents"].to_numpy())
    parents, row = np.unique(cells.parents(at, PARENT_RESOLUTION), return_inverse=True)
    incidents = np.zeros(len(parents), dtype=np.int64)
    np.add.at(incidents, row, in_cells)
    most = np.zeros(len(parents), dtype=np.int64)
    np.maximum.at(most, row, in_cells)
    return parents, row[cell], incidents, most


def harm_relations(harm: HarmWeights, kinds: Sequence[str] = ()) -> dict[str, pa.Table]:
    """The weights as queries join them: by category, and by offence code."""

    def table(key: str, weights: Mapping[str, float]) -> pa.Table:
        values = [harm.weight(stated) for stated in weights.values()]
        return pa.table(
            {
                key: pa.array(list(weights), pa.string()),
                "harm": pa.array(values, pa.float64()),
            }
        )

    former = {slug: harm.categories[one.weighs_as] for slug, one in FORMER.items()}
    calls = dict.fromkeys(kinds, 0.0)
    return {
        "category_harm": table("category", {**harm.categories, **former, **calls}),
        "offence_harm": table("offence_code", harm.offences),
    }


def build_panel(
    counted: pa.Table,
    points: pa.Table,
    periods: Sequence[Period],
    resolution: int,
    within: Panel | None = None,
    own: OwnUniverse | None = None,
) -> Panel:
    """The panel from the results of cell_counts.sql and cell_points.sql.

    It has the universe of the panel that it is `within`, or the user's `own`, where
    either is given.
    """
    cell = counted["h3_cell"].to_numpy()
    number = counted["incidents"].to_numpy().astype(float)
    at_period = {str(p): i for i, p in enumerate(periods)}
    period = _codes(counted["period"], at_period)
    categories = _categories(counted)
    category = _codes(counted["category"], {c: i for i, c in enumerate(categories)})

    parents, row = np.unique(
        cells.parents(cell, PARENT_RESOLUTION), return_inverse=True
    )
    parent_counts = np.zeros((len(parents), len(periods)), dtype=np.int64)
    np.add.at(parent_counts, (row, period), number.astype(np.int64))
    totals = np.zeros((len(categories), len(periods)))
    np.add.at(totals, (category, period), number)
    enough = parent_counts.sum(axis=1) >= AT_LEAST_INCIDENTS
    if given := within or own:
        universe = given.cells
        inside = np.isin(cell, universe)
    else:
        universe = cells.children(parents[enough], resolution)
        inside = enough[row]
    parent_of = np.searchsorted(parents, cells.parents(universe, PARENT_RESOLUTION))

    at = category[inside] * len(universe) + np.searchsorted(universe, cell[inside])

    def by_period(values: Floats) -> csr_array:
        shape = (len(categories) * len(universe), len(periods))
        return csr_array((values[inside], (at, period[inside])), shape=shape)

    had, point_cell = _points(points, universe, at_period)
    return Panel(
        resolution=resolution,
        periods=list(periods),
        cells=universe,
        counts=by_period(number),
        harm=by_period(counted["harm"].to_numpy()),
        gravest=by_period(counted["gravest"].to_numpy()),
        totals=totals,
        points=had,
        point_cell=point_cell,
        parents=parents,
        parent_counts=parent_counts,
        parent_of=parent_of,
        categories=categories,
        within=within,
        own=own is not None,
    )


def _categories(counted: pa.Table) -> tuple[str, ...]:
    """Today's categories, and former ones and kinds of calls that have an incident."""
    used = set(pc.unique(counted["category"]).to_pylist())
    calls = sorted(category for category in used if is_call(category))
    return (*CATEGORIES, *(slug for slug in FORMER if slug in used), *calls)


def _points(
    points: pa.Table, universe: Cells, at_period: Mapping[str, int]
) -> tuple[csr_array, NDArray[np.int64]]:
    """Which points of the universe had incidents when, and their cells."""
    cell = points["h3_cell"].to_numpy()
    at = np.searchsorted(universe, cell)
    at[at == len(universe)] = 0
    inside = universe[at] == cell if len(universe) else np.zeros(len(cell), dtype=bool)
    period = _codes(points["period"], at_period)[inside]
    _, first, point = np.unique(
        points["point"].to_numpy()[inside], return_index=True, return_inverse=True
    )
    shape = (len(first), len(at_period))
    had = csr_array((np.ones(len(point)), (point, period)), shape=shape)
    return had, at[inside][first]


def _codes(column: pa.ChunkedArray, index: Mapping[str, int]) -> NDArray[np.int64]:
    encoded = column.combine_chunks().dictionary_encode()
    of_text = np.array([index[t] for t in encoded.dictionary.to_pylist()], dtype=int)
    codes: NDArray[np.int64] = of_text[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes
