"""Made-up cells for the stages that need no incidents."""

import h3.api.basic_int as h3
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.publications.schemas import PUBLISHED
from transforms.reference import cells


_MIDDLE = (52.6, -1.4)
_SEED = 1


def patch(count: int) -> NDArray[np.int64]:
    """About so many neighbouring cells of resolution 9, sorted; none stands alone."""
    parents = -(-count // 7**4)
    middle, steps = h3.latlng_to_cell(*_MIDDLE, 5), 0
    while len(h3.grid_disk(middle, steps)) < parents:
        steps += 1
    around = np.array(h3.grid_disk(middle, steps)[:parents], dtype=np.int64)
    return cells.children(around, 9)


def counts_of(chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Incidents in each: most have none, some towns have many."""
    rng = np.random.default_rng(_SEED)
    of_town = rng.gamma(0.3, 2.0, len(chosen) // 2_000 + 1)
    town = np.arange(len(chosen)) // 2_000
    return rng.poisson(rng.gamma(0.4, 1.0, len(chosen)) * of_town[town]).astype(float)


def hexagon_table(count: int) -> pa.Table:
    """Published columns of so many cells."""
    rng = np.random.default_rng(_SEED)
    chosen = patch(count)
    made: dict[str, pa.Array] = {"h3_cell": pa.array(cells.as_text(chosen))}
    for field in PUBLISHED:
        if field.name in made:
            continue
        if pa.types.is_string(field.type):
            texts = pa.array([f"{field.name} {i}" for i in range(50)])
            made[field.name] = texts.take(pa.array(rng.integers(0, 50, len(chosen))))
        elif pa.types.is_floating(field.type):
            made[field.name] = pa.array(rng.gamma(0.5, 1.0, len(chosen)).round(4))
        else:
            values = pa.array(rng.poisson(2.0, len(chosen)))
            made[field.name] = values.cast(field.type)
    return pa.table(made).select(PUBLISHED.names)
