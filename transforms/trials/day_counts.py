"""What happened at each place on each day of a trial, from a force's own feed.

Records stay in their home; what leaves it are sums by place and day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.errors import UsageError
from transforms.incidents.scored import scored_incidents
from transforms.programmes.points import GroupPoints
from transforms.programmes.programme import Programme
from transforms.records.homes import ForceHome
from transforms.records.ledger import drops, newest_day, supplied
from transforms.records.live import live_records
from transforms.records.parted import parted
from transforms.reference import cells
from transforms.reference.arrays import Floats, Integers, Mask
from transforms.reference.calls import is_call
from transforms.reference.categories import FOUND_BY_PATROLS
from transforms.reference.groups import ALL_CRIME, GROUPS
from transforms.reference.harm import HarmWeights
from transforms.reference.resolutions import DAYS_RESOLUTION
from transforms.reference.time_precision import refuse_without_days
from transforms.restricted import Restricted
from transforms.trials.choose import BUFFERS, HARM
from transforms.trials.design import Design


ROOT_HARM = "square root of harm"  # shown with harm: one grave crime outweighs all


@dataclass(frozen=True)
class DayCounts:
    """Outcomes of a trial by place (row) and supplied day (column)."""

    days: Sequence[date]
    missing: Sequence[date]  # days of the trial that were not supplied
    outcomes: Mapping[str, Floats]  # the primary one first

    @property
    def weekday(self) -> Integers:
        """Of each day; Monday is 0."""
        return np.array([day.weekday() for day in self.days], dtype=np.int64)


def day_counts(
    feed: ForceHome, programme: Programme, design: Design, last: date
) -> DayCounts:
    """The outcomes of a trial from its first day to `last`, both included."""
    if feed.force != programme.rule.force:
        raise UsageError(
            f"{feed.home.root} is of {feed.force}, the programme of"
            f" {programme.rule.force}: give the home of that force's own feed"
        )
    with feed.alone("an analysis of a trial"):
        lake = feed.lake.pinned()
        live = live_records(lake, feed.force)
        until = newest_day(supplied(drops(lake, feed.force)))
        parts = parted(live, feed.feed, until)
    records, supplied_days = parts.of(_categories(design))
    known = {day.date for day in supplied_days}
    wanted = [day for day in design.days if day <= last]
    days = [day for day in wanted if day in known]
    if not days:
        raise UsageError(
            f"{feed.home.root} has no supplied day from {wanted[0]} to {wanted[-1]}:"
            " get some with hexbeat feed pull"
        )
    return DayCounts(
        days=days,
        missing=[day for day in wanted if day not in known],
        outcomes=_outcomes(
            _dated(records, programme, days),
            programme,
            design,
            days,
            feed.home.scoring.harm,
        ),
    )


def _categories(design: Design) -> list[str]:
    """The categories, and kinds of calls, of all outcomes; harm is of crimes."""
    outcomes = [design.content["primary"], *design.content["secondary"]]
    named = [name for name in outcomes if name not in (HARM, BUFFERS)]
    found = [one for name in named for one in design.group(name).categories]
    return [*found, *(GROUPS[ALL_CRIME].categories if HARM in outcomes else ())]


def _dated(records: Restricted, programme: Programme, days: Sequence[date]) -> pa.Table:
    """The records of those days, without excluded places: internal to this module."""
    rows = records.reveal()
    refuse_without_days(rows["time_precision"], "a crossover")
    kept = scored_incidents(rows, programme.exclusions, programme.rule.force)
    located = kept.filter(pc.fill_null(kept["in_area"], False))
    return sql.run(
        "dated_records",
        {"live_records": located},
        first_day=str(days[0]),
        last_day=str(days[-1]),
    )


def _outcomes(
    rows: pa.Table,
    programme: Programme,
    design: Design,
    days: Sequence[date],
    weights: HarmWeights,
) -> dict[str, Floats]:
    row = {place: at for at, place in enumerate(design.places)}
    column = {str(day): at for at, day in enumerate(days)}
    day = np.array([column.get(p, -1) for p in rows["period"].to_pylist()], dtype=int)
    points = _points(rows, programme)
    ids = programme.places["place_id"].to_pylist()
    of_list = np.array([row.get(place, -1) for place in ids])
    inside = points.place_of(programme.grounds)
    place = np.where(inside >= 0, of_list[inside], -1)
    category = rows["category"].cast(pa.string()).to_pylist()
    shape = len(row), len(column)

    def in_group(name: str) -> Mask:
        return np.array(
            [one in design.group(name).categories for one in category], dtype=bool
        )

    def summed(at: Integers, use: Mask, values: Floats | None = None) -> Floats:
        counted = use & (at >= 0) & (day >= 0)
        sums = np.zeros(shape)
        weight = np.ones(len(day)) if values is None else values
        np.add.at(sums, (at[counted], day[counted]), weight[counted])
        return sums

    primary = in_group(design.content["primary"])
    found = {design.content["primary"]: summed(place, primary)}
    for name in design.content["secondary"]:
        if name == HARM:
            harm = _harm(rows, category, weights)
            theirs = np.array(
                [one not in FOUND_BY_PATROLS and not is_call(one) for one in category]
            )
            found[HARM] = summed(place, theirs, harm)
            found[ROOT_HARM] = summed(place, theirs, np.sqrt(harm))
        elif name == BUFFERS:
            around = _buffer_of(points, programme, of_list)
            found[BUFFERS] = summed(np.where(inside >= 0, -1, around), primary)
        else:
            found[name] = summed(place, in_group(name))
    return found


def _harm(rows: pa.Table, category: Sequence[str], weights: HarmWeights) -> Floats:
    """Of each record: its own, or that of its offence code, or of its category."""
    known = zip(
        rows["harm"].to_pylist(),
        rows["offence_code"].cast(pa.string()).to_pylist(),
        category,
        strict=True,
    )
    return np.array(
        [
            own
            if own is not None
            else weights.weight(
                weights.offences.get(code, weights.categories.get(kind, 0.0))
            )
            for own, code, kind in known
        ],
        dtype=np.float64,
    )


def _points(rows: pa.Table, programme: Programme) -> GroupPoints:
    """Records as points, each with its cell of the size that the places have.

    Where they are of finer cells, GroupPoints finds those by itself.
    """
    resolution = programme.places["h3_res"][0].as_py()
    located = rows["longitude"].to_numpy(), rows["latitude"].to_numpy()
    return GroupPoints(
        longitude=located[0],
        latitude=located[1],
        cells=rows[f"h3_r{min(resolution, DAYS_RESOLUTION)}"].to_numpy(),
        period=np.zeros(len(rows), dtype=np.int64),
        incidents=np.ones(len(rows), dtype=np.int64),
        periods=[],
    )


def _buffer_of(
    points: GroupPoints, programme: Programme, of_list: Integers
) -> Integers:
    """The place of the trial whose buffer each row lies in, and no other's; or -1."""
    table = programme.buffers.filter(pc.invert(programme.buffers["shared"]))
    ids = programme.places["place_id"].to_pylist()
    owner = {
        cell: ids.index(place)
        for place, cell in zip(
            table["place_id"].to_pylist(),
            cells.from_text(table["h3_cell"].to_pylist()).tolist(),
            strict=True,
        )
    }
    at = [owner.get(cell, -1) for cell in points.fine_cells.tolist()]
    number = np.array(at, dtype=np.int64)
    return np.where(number >= 0, of_list[number], -1)
