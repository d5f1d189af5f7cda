"""The feed day by day: what is new, what is put right, what is deleted."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.simulator.timed.ground import FORCE
from transforms.simulator.timed.hands import HANDS
from transforms.simulator.timed.truth import TimedTruth


_REPORTED = [
    "offence_code",
    "occurred_from",
    "occurred_to",
    "longitude",
    "latitude",
    "place_label",
    "domestic",
    "sexual",
    "under_18",
]
_FIRST = {name: f"first_{name}" for name in ("offence_code", "longitude", "latitude")}


def write_drops(truth: TimedTruth, folder: Path, hand: str) -> list[Path]:
    """One file a day in that hand, in the order in which they came, sorted by name.

    What was not recorded by the last day is in none of them, and a day on which there
    was nothing to report has no file. `HANDS[hand].mapping` is what reads them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for day, rows in daily(truth):
        path = folder / f"{FORCE}-{day}.{HANDS[hand].suffix}"
        path.write_bytes(HANDS[hand].write(rows))
        written.append(path)
    return written


def daily(truth: TimedTruth) -> Iterator[tuple[date, pa.Table]]:
    """What the force sends each day, as `sent` has it."""
    rows = sent(truth)
    number = rows["day"].cast(pa.int32()).to_numpy()
    first = (truth.start_day - date(1970, 1, 1)).days
    days = range(first, first + truth.days)
    ends = np.searchsorted(number, [*days, first + truth.days])
    for step, (start, end) in enumerate(pairwise(ends)):
        if start < end:
            yield truth.start_day + timedelta(step), rows.slice(start, end - start)


def sent(truth: TimedTruth) -> pa.Table:
    """Every row that the force sends, by day: first the new, then changes, then ends.

    A row has what was known that day; of a deleted record its reference alone.
    """
    incidents = truth.incidents
    new = _rows(incidents, "recorded_on", {n: _FIRST.get(n, n) for n in _REPORTED})
    changed = _rows(incidents, "revised_on", {name: name for name in _REPORTED})
    ended = _rows(incidents, "deleted_on", {})
    together = pa.concat_tables([new, changed, ended], promote_options="default")
    order = np.argsort(together["day"].cast(pa.int32()).to_numpy(), kind="stable")
    return together.take(pa.array(order))


def _rows(incidents: pa.Table, day: str, columns: dict[str, str]) -> pa.Table:
    """A row for each incident that has such a day."""
    some = incidents.filter(pc.is_valid(incidents[day]))
    facts = {name: some[column] for name, column in columns.items()}
    deleted = pa.repeat(not columns, len(some))
    fixed = {"day": some[day], "reference": some["reference"], "deleted": deleted}
    return pa.table({**fixed, **facts}).unify_dictionaries()


def known_by(truth: TimedTruth, day: date) -> pa.Table:
    """Each record as the force has it on a day: what it sends who asks for all."""
    rows = sent(truth)
    rows = rows.filter(pc.less_equal(rows["day"], pa.scalar(day)))
    references = rows["reference"].to_pylist()
    newest = {reference: row for row, reference in enumerate(references)}
    rows = rows.take(pa.array(sorted(newest.values())))
    return rows.filter(pc.invert(rows["deleted"]))


def after(truth: TimedTruth, day: date) -> pa.Table:
    """What the force sends after a day, in one piece."""
    rows = sent(truth)
    return rows.filter(pc.greater(rows["day"], pa.scalar(day)))
