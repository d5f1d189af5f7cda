"""Near repeats of a force's own records: the Knox test, category by category."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.reference.categories import CATEGORIES
from transforms.reference.national_grid import to_grid_by_proj
from transforms.reference.time_precision import refuse_without_days
from transforms.scores.timing.hours import last_day_of
from transforms.scores.timing.near_repeat import Bands, NearRepeats, near_repeats
from transforms.scores.timing.schemas import NEAR_REPEATS


BANDS = Bands((100.0, 200.0, 400.0), (4, 7, 14, 28), metric="euclidean")
PERMUTATIONS = 199
# With fewer, the test has no power.
AT_LEAST_INCIDENTS = 50
_SEED = 1
_TESTED_BY = (
    "category", "longitude", "latitude", "occurred_from", "occurred_to",
    "time_precision",
)  # fmt: skip


def near_repeat_table(
    rows: pa.Table, bands: Bands = BANDS, permutations: int = PERMUTATIONS
) -> tuple[pa.Table, list[str]]:
    """The test of each category with enough incidents, and which could not be tested.

    `rows` are records in the area; each counts on the last day on which it can have
    happened.
    """
    refuse_without_days(rows["time_precision"], "a near-repeat test")
    rows = rows.select(_TESTED_BY)  # each category is filtered: of few columns
    lines: list[dict[str, Any]] = []
    notes = []
    for slug in CATEGORIES:
        of = rows.filter(pc.equal(rows["category"].cast(pa.string()), slug))
        if len(of) < AT_LEAST_INCIDENTS:
            continue
        try:
            lines += _of_category(slug, of, bands, permutations)
        except UsageError as error:  # too many pairs to hold
            notes.append(f"{slug}: {error}")
    return pa.Table.from_pylist(lines, schema=NEAR_REPEATS), notes


def _of_category(
    slug: str, of: pa.Table, bands: Bands, permutations: int
) -> Iterator[dict[str, Any]]:
    points_m = np.column_stack(
        to_grid_by_proj(of["longitude"].to_numpy(), of["latitude"].to_numpy())
    )
    result = near_repeats(
        points_m,
        last_day_of(of).to_numpy(zero_copy_only=False).astype("datetime64[D]"),
        of["time_precision"],
        bands,
        np.random.default_rng(_SEED),
        permutations,
    )
    return _rows(slug, len(of), result, bands)


def _rows(
    slug: str, incidents: int, result: NearRepeats, bands: Bands
) -> Iterator[dict[str, Any]]:
    for i, distance in enumerate(_distances(bands)):
        for j, days in enumerate(_spans(bands)):
            ratio = float(result.ratio[i, j])
            yield {
                "category": slug,
                "distance": distance,
                "days": days,
                "pairs": int(result.observed[i, j]),
                "expected_pairs": round(float(result.expected[i, j]), 3),
                "knox_ratio": None if np.isnan(ratio) else round(ratio, 4),
                "p": round(float(result.p[i, j]), 6),
                "incidents": incidents,
            }


def _distances(bands: Bands) -> list[str]:
    """The bands of distance in words, in the order of `Bands`."""
    edges = [f"{edge:g}" for edge in bands.distance_m]
    between = [
        f"{a} to under {b} m" for a, b in zip(["0", *edges], edges, strict=False)
    ]
    return ["same place", *between, f"{edges[-1]} m or more"]


def _spans(bands: Bands) -> list[str]:
    starts = [0, *bands.days]
    between = [f"{a} to {b - 1} days" for a, b in zip(starts, bands.days, strict=False)]
    return [*between, f"{bands.days[-1]} days or more"]
