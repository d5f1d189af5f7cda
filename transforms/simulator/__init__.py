"""Three made-up forces, simulated: archive zips with known true intensities.

The files keep the police.uk layout and its quirks at their real rates. Any force's
feed depends on the seed and its own place in the list of areas alone, never on which
other forces are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from transforms.reference.forces import DEMO_FORCES
from transforms.reference.months import Month
from transforms.simulator.archive import member_name, street_file, write_release
from transforms.simulator.areas import AREAS
from transforms.simulator.intensities import draw, intensities
from transforms.simulator.places import Places, before_renewal, scatter
from transforms.simulator.rows import Rows, carry, provisional, rows, without_late
from transforms.simulator.truth import Truth, tabulate


__all__ = ["Truth", "simulate"]

SILENT = "saltmarsh"  # supplies nothing for two months
PARTIAL = "northfell"  # supplies a quarter of one month
PARTIAL_EVERY = 4
RESUPPLIED = "avonmere"  # sends one month again, with more rows


@dataclass(frozen=True)
class _Feed:
    """One force's street files by member name, in each release, and its truth."""

    earlier: dict[str, bytes]
    later: dict[str, bytes]
    truth: pa.Table


def simulate(
    folder: Path,
    *,
    seed: int = 1,
    start: str = "2024-01",
    months: int = 24,
    size: float = 1.0,
    forces: Sequence[str] = tuple(AREAS),
    outage: bool = True,
    renewed: str | None = None,
) -> Truth:
    """Write two releases into folder; size scales the snap points and so the rows.

    The later release holds all months, the earlier one the first three quarters. All
    snap points are renewed in the month `renewed`; the truth is of the new ones.
    """
    span = [Month.parse(start) + step for step in range(months)]
    first = months * 3 // 4
    old = span.index(Month.parse(renewed)) if renewed else 0
    feeds = [_feed(force, seed, span, first, size, outage, old) for force in forces]
    folder.mkdir(parents=True, exist_ok=True)
    earlier = {name: data for feed in feeds for name, data in feed.earlier.items()}
    later = {name: data for feed in feeds for name, data in feed.later.items()}
    write_release(folder / f"{span[first - 1]}.zip", earlier)
    write_release(folder / f"{span[-1]}.zip", later)
    return Truth(pa.concat_tables([feed.truth for feed in feeds]))


def _feed(
    force_id: str,
    seed: int,
    span: list[Month],
    first: int,
    size: float,
    outage: bool,
    old: int,
) -> _Feed:
    area = AREAS[force_id]
    rng = np.random.default_rng([seed, list(AREAS).index(force_id)])
    places = scatter(force_id, size, rng)
    expected = intensities(area, places, size, len(span), rng)
    drawn = [rows(month, area.placeless_share, rng) for month in draw(expected, rng)]
    later = [*drawn[:1], *(carry(before, after) for before, after in pairwise(drawn))]
    earlier = [provisional(month, places, rng) for month in later[:first]]
    if force_id == RESUPPLIED:
        earlier[first // 2] = without_late(earlier[first // 2])
    hidden = _outage(force_id, len(span)) if outage else {}
    moving = np.random.default_rng([seed, list(AREAS).index(force_id), 1])
    lists = [before_renewal(places, moving)] * old + [places] * (len(span) - old)
    return _Feed(
        _files(force_id, span, lists, earlier, hidden),
        _files(force_id, span, lists, later, hidden),
        tabulate(force_id, span, places, expected),
    )


def _outage(force_id: str, months: int) -> dict[int, int]:
    """Months with gaps: of every so many rows one is supplied, of every 0 none."""
    middle = months // 2
    gaps = {SILENT: {middle: 0, middle + 1: 0}, PARTIAL: {middle - 2: PARTIAL_EVERY}}
    return gaps.get(force_id, {})


def _files(
    force_id: str,
    span: list[Month],
    lists: Sequence[Places],
    supplied: list[Rows],
    hidden: dict[int, int],
) -> dict[str, bytes]:
    files = {}
    for number, month in enumerate(supplied):
        every = hidden.get(number, 1)
        if every:
            text = str(span[number])
            files[member_name(text, force_id)] = street_file(
                month.take(slice(None, None, every)),
                lists[number],
                month=text,
                force=DEMO_FORCES[force_id].name,
                newline=AREAS[force_id].newline,
            )
    return files
