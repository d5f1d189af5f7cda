"""Past lists: the programme's rule at each past as-of, and what happened next.

The as-ofs are those whose scores the lake holds, twelve of each force. A list counts if
all of its next months were supplied and none is withheld, on the same map points, and
no programme of that force and group ran in them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.errors import ForceError
from transforms.incidents.epochs import epoch_at, read_epochs
from transforms.incidents.holds import find_holds, read_profiles
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.lake.lake import Lake
from transforms.lake.storage import readable
from transforms.programmes.points import GroupPoints, group_points
from transforms.programmes.rule import Candidates, Rule, choose
from transforms.programmes.schemas import PAST_LISTS
from transforms.programmes.sums import Sums, sums_of
from transforms.reference.arrays import Cells
from transforms.reference.coverage import supplied_periods
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, window


_DECIMALS = 6
_COLUMNS = ["h3_cell", "score", "expected_12m", "n_12m", "months_12m"]


@dataclass(frozen=True)
class Past:
    """One past list: whose it was, and how it did."""

    force: str
    as_of: str
    months: int  # after the as-of
    sums: Sums
    before: float | None  # incidents there in as many months up to the as-of


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Which months of a force count, and its incidents of a group."""

    months: Collection[Month]  # supplied, and not withheld
    epochs: Sequence[Month]  # first months on renewed map points
    points: GroupPoints

    def comparable(self, as_of: Month, span: Sequence[Month]) -> bool:
        """Whether what happened in a span can be compared with scores at an as-of."""
        epoch = epoch_at(self.epochs, as_of)
        return all(
            month in self.months and epoch_at(self.epochs, month) == epoch
            for month in span
        )

    def before(self, places: Cells, as_of: Month, months: int) -> float | None:
        """Incidents at sorted cells in the months to an as-of, if all were supplied."""
        span = window(as_of, months)
        if not self.comparable(as_of, span):
            return None
        return float(self.points.by_cell(places, span).sum())


def counted(
    lake: Lake,
    force: Force,
    group: str,
    exclusions: Sequence[Exclusion],
    since: Month,
) -> Counted:
    """What a force's incidents of a group can be compared in, from a month on."""
    months = force_coverage(lake, force)
    supplied = supplied_periods(months)
    profiles = read_profiles(lake, force.id)
    withheld = {
        hold.period
        for as_of in supplied[-1::-12]  # each judges twelve months
        for hold in find_holds(profiles, months, as_of)
    }
    files = lake.files("incidents", force.id)
    return Counted(
        months={month for month in supplied if month >= since} - withheld,
        epochs=read_epochs([file.path for file in files]),
        points=group_points(
            [f for f in files if Month.parse(f.partition["month"]) >= since],
            exclusions,
            force.id,
            GROUPS[group],
        ),
    )


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
    )


def _judged(
    scored: Candidates,
    rule: Rule,
    as_of: Month,
    spans: Sequence[Sequence[Month]],
    of_force: Counted,
) -> Iterator[Past]:
    """A past list over each span; none where the rule finds under half its places."""
    rows = choose(scored, rule)
    if len(rows) * 2 < rule.top:
        return
    at_places = np.zeros(len(scored.cells), dtype=bool)
    at_places[rows] = True
    for span in spans:
        observed = of_force.points.by_cell(scored.cells, span)
        yield Past(
            force=rule.force,
            as_of=str(as_of),
            months=len(span),
            sums=sums_of(at_places, observed, scored.level_month * len(span)),
            before=of_force.before(scored.cells[at_places], as_of, len(span)),
        )


def not_overlapping(past: Sequence[Past]) -> int:
    """How many of the lists' windows, taken in order, share no month with another."""
    number = 0
    last: dict[str, Month] = {}
    for one in sorted(past, key=lambda one: (one.force, one.as_of)):
        as_of = Month.parse(one.as_of)
        if one.force not in last or as_of.since(last[one.force]) >= one.months:
            last[one.force] = as_of
            number += 1
    return number


def past_table(past: Iterable[Past]) -> pa.Table:
    """Past lists as rows."""
    rows = [
        {
            "force": one.force,
            "as_of": one.as_of,
            "months": one.months,
            **{n: round(value, _DECIMALS) for n, value in asdict(one.sums).items()},
            "before": one.before,
            "log_ratio": round(one.sums.log_ratio, _DECIMALS),
        }
        for one in past
    ]
    return pa.Table.from_pylist(rows, schema=PAST_LISTS)


def past_of(table: pa.Table) -> list[Past]:
    """The past lists of such rows."""
    return [
        Past(
            force=row["force"],
            as_of=row["as_of"],
            months=row["months"],
            sums=Sums(*(row[field.name] for field in fields(Sums))),
            before=row["before"],
        )
        for row in table.to_pylist()
    ]
