"""Past lists: the programme's rule at each past as-of, and what happened next.

The as-ofs are those whose scores the lake holds, twelve of each force. A list counts if
all of its next months were supplied and none is withheld, on the same map points, and
no programme of that force and group ran in them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.errors import ForceError
from transforms.incidents.lake_check import stored_forces
from transforms.lake.lake import Lake
from transforms.lake.storage import readable
from transforms.programmes.counted import Counted, counted
from transforms.programmes.past import Past
from transforms.programmes.rule import Candidates, Rule, choose
from transforms.programmes.sums import sums_of
from transforms.reference.arrays import Floats, Integers
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import Force
from transforms.reference.months import Month, window


_COLUMNS = ["h3_cell", "score", "expected_12m", "n_12m", "months_12m", "hotspot_id"]


@dataclass(frozen=True, kw_only=True)
class PastPlaces:
    """How each place of a past list did, the highest first."""

    force: str
    as_of: str
    length: int  # months after the as-of, or days of a force's own feed
    observed: Integers
    expected: Floats


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """A past list, and all cells of its force over the months that follow."""

    rule: Rule
    as_of: Month
    span: Sequence[Month]
    scored: Candidates
    places: Sequence[Integers]  # the rows of each, the highest place first
    observed: Integers  # of every cell
    of_force: Counted


@dataclass(frozen=True, kw_only=True)
class QuietPast:
    """Where past lists are looked for: the months in which nothing started."""

    lake: Lake
    forces: Mapping[str, Force]
    lengths: Sequence[int]  # months after an as-of
    exclusions: Sequence[Exclusion]
    busy: Collection[tuple[str, Month]]  # months of forces in which a programme ran
    until: Month  # nothing later is looked at

    def lists(self, rule: Rule) -> Iterator[Past]:
        """How lists of the rule did over each length after each past as-of."""
        for one in self._judged(rule):
            scored, months = one.scored, len(one.span)
            at_places = np.zeros(len(scored.cells), dtype=bool)
            at_places[np.concatenate(one.places)] = True
            before = one.of_force.before(scored.cells[at_places], one.as_of, months)
            yield Past(
                force=one.rule.force,
                as_of=str(one.as_of),
                length=months,
                sums=sums_of(at_places, one.observed, scored.level_month * months),
                before=before,
            )

    def places(self, rule: Rule) -> Iterator[PastPlaces]:
        """The same, each place of each list by itself."""
        for one in self._judged(rule):
            level = one.scored.level_month * len(one.span)
            yield PastPlaces(
                force=one.rule.force,
                as_of=str(one.as_of),
                length=len(one.span),
                observed=np.array([one.observed[rows].sum() for rows in one.places]),
                expected=np.array([level[rows].sum() for rows in one.places]),
            )

    def _judged(self, rule: Rule) -> Iterator[_Judged]:
        for force in stored_forces(self.lake, self.forces):
            # cells left out by hand are the programme's own
            same = replace(rule, force=force.id, without=())
            if force.id == rule.force:
                same = rule
            try:
                yield from self._of_force(force, same)
            except ForceError:  # its own command says so
                continue

    def _of_force(self, force: Force, rule: Rule) -> Iterator[_Judged]:
        files = [f for f in self.lake.files("scores", force.id) if f.rows]
        if not files:
            return
        at = {Month.parse(file.partition["as_of"]): file for file in files}
        since = min(at) + (1 - max(self.lengths))
        of_force = counted(self.lake, force, rule.group, self.exclusions, since)
        for as_of in sorted(at):
            spans = [window(as_of + length, length) for length in self.lengths]
            quiet = [
                span
                for span in spans
                if span[-1] <= self.until
                and of_force.comparable(as_of, span)
                and not any((force.id, month) in self.busy for month in span)
            ]
            if quiet:
                scored = _scored(at[as_of].path, rule.group)
                yield from _judged(scored, rule, as_of, quiet, of_force)


def _scored(path: str, group: str) -> Candidates:
    rows = pq.read_table(
        readable(path),
        columns=_COLUMNS,
        filters=pc.field("crime_group").cast(pa.string()) == group,
    )
    rows = rows.filter(pc.greater(rows["months_12m"], 0)).sort_by("h3_cell")
    level = rows["expected_12m"].to_numpy() / rows["months_12m"].to_numpy()
    return Candidates(
        cells=rows["h3_cell"].to_numpy(),
        score=rows["score"].to_numpy(),
        level_month=level,
        n_12m=pc.fill_null(rows["n_12m"], 0).to_numpy(),
        hotspots=rows["hotspot_id"].to_pylist(),
    )


def _judged(
    scored: Candidates,
    rule: Rule,
    as_of: Month,
    spans: Sequence[Sequence[Month]],
    of_force: Counted,
) -> Iterator[_Judged]:
    """A past list over each span; none where the rule finds under half its places."""
    places = choose(scored, rule)
    if len(places) * 2 < rule.top:
        return
    for span in spans:
        yield _Judged(
            rule=rule,
            as_of=as_of,
            span=span,
            scored=scored,
            places=places,
            observed=of_force.points.by_cell(scored.cells, span),
            of_force=of_force,
        )
