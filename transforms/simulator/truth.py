"""The true intensities as a table."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from transforms.reference.arrays import Floats, Integers
from transforms.reference.categories import CATEGORIES
from transforms.reference.months import Month
from transforms.simulator.areas import AREAS
from transforms.simulator.places import Places


@dataclass(frozen=True)
class Truth:
    """What the simulator knows and a feed does not contain.

    `intensities` has one row a force, month, category and snap point: the expected
    number of located incidents there, given everything before that month's Poisson
    draw. Months that an outage hides or thins are in it as they really were. The newer
    release prints the incidents as drawn; the older one is a provisional account.
    """

    intensities: pa.Table


def tabulate(
    force_id: str, span: list[Month], places: Places, expected: Floats
) -> pa.Table:
    """One force's intensities as a table; all forces share their dictionaries."""
    months, points, categories = expected.shape
    force = np.full(expected.size, list(AREAS).index(force_id))
    month = np.repeat(np.arange(months), points * categories)
    category = np.tile(np.arange(categories), months * points)
    return pa.table(
        {
            "force": _coded(force, list(AREAS)),
            "month": _coded(month, [str(each) for each in span]),
            "category": _coded(category, list(CATEGORIES)),
            "longitude": np.tile(np.repeat(places.longitude, categories), months),
            "latitude": np.tile(np.repeat(places.latitude, categories), months),
            "intensity": expected.ravel(),
        }
    )


def _coded(codes: Integers, words: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes.astype(np.int16), words)
