"""Past lists: the programme's rule at each past as-of, and what happened next.

The as-ofs are those whose scores the lake holds, twelve of each force. A list counts if
all of its next months were supplied and none is withheld, on the same map points, and
no programme of that force and group ran in them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

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
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import Force
from transforms.reference.months import Month, window


_COLUMNS = ["h3_cell", "score", "expected_12m", "n_12m", "months_12m", "hotspot_id"]


def past_lists(
    lake: Lake,
    forces: Mapping[str, Force],
    rule: Rule,
    lengths: Sequence[int],
    exclusions: Sequence[Exclusion],
    busy: Collection[tuple[str, Month]],
    until: Month,
) -> Iterator[Past]:
    """How lists of the rule did over each length, in months, after each past as-of.

    `busy` are months of forces in which a programme of that group ran; nothing after
    `until` is looked at.
    """
    for force in stored_forces(lake, forces):
        # cells left out by hand are the programme's own
        same = replace(rule, force=force.id, without=())
        if force.id == rule.force:
            same = rule
        try:
            yield from _of_force(lake, force, same, lengths, exclusions, busy, until)
        except ForceError:  # its own command says so
            continue


def _of_force(
    lake: Lake,
    force: Force,
    rule: Rule,
    lengths: Sequence[int],
    exclusions: Sequence[Exclusion],
    busy: Collection[tuple[str, Month]],
    until: Month,
) -> Iterator[Past]:
    files = [f for f in lake.files("scores", force.id) if f.rows]
    if not files:
        return
    at = {Month.parse(file.partition["as_of"]): file for file in files}
    since = min(at) + (1 - max(lengths))
    of_force = counted(lake, force, rule.group, exclusions, since)
    for as_of in sorted(at):
        spans = [window(as_of + length, length) for length in lengths]
        quiet = [
            span
            for span in spans
            if span[-1] <= until
            and of_force.comparable(as_of, span)
            and not any((force.id, month) in busy for month in span)
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
) -> Iterator[Past]:
    """A past list over each span; none where the rule finds under half its places."""
    places = choose(scored, rule)
    if len(places) * 2 < rule.top:
        return
    at_places = np.zeros(len(scored.cells), dtype=bool)
    at_places[np.concatenate(places)] = True
    for span in spans:
        observed = of_force.points.by_cell(scored.cells, span)
        yield Past(
            force=rule.force,
            as_of=str(as_of),
            months=len(span),
            sums=sums_of(at_places, observed, scored.level_month * len(span)),
            before=of_force.before(scored.cells[at_places], as_of, len(span)),
        )
