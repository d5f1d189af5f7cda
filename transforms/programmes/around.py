"""What is around an area, in the user's own layers: described, never predicted from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.special import gammaincinv

from transforms.programmes.schemas import CONTEXT
from transforms.publications.layers.context import ContextLayer
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.national_grid import to_grid_by_proj


NEAR_M = 250.0
LEAST_IN_UNIVERSE = 5
_DECIMALS = 6


@dataclass(frozen=True)
class UserLayers:
    """The user's own layers, and why a sensitive one is among them, if it is."""

    layers: Sequence[ContextLayer] = ()
    sensitive: str | None = None

    @property
    def identity(self) -> dict[str, object]:
        """What a programme with these layers is known by; nothing without any."""
        if not self.layers:
            return {}
        layers = {layer.name: layer.sha256 for layer in self.layers}
        return {"context": {"layers": layers, "sensitive_because": self.sensitive}}


@dataclass(frozen=True, kw_only=True)
class Around:
    """One layer about one area."""

    name: str
    inside: int
    near: int  # within 250 m of the area's middle
    nearest_m: float  # from its middle
    quotient: float | None  # density inside by that in all scored cells of the force
    low: float | None
    high: float | None


def around(
    ground: Cells, universe: Cells, layers: Sequence[ContextLayer]
) -> list[Around]:
    """Each layer about an area; its cells and the force's scored cells are sorted.

    The quotient has an exact Poisson interval, and is left out where the scored cells
    have fewer than five.
    """
    longitude, latitude = (axis.mean(keepdims=True) for axis in cells.centres(ground))
    [east], [north] = to_grid_by_proj(longitude, latitude)
    share = cells.areas_m2(ground).sum() / cells.areas_m2(universe).sum()
    found = []
    for layer in layers:
        metres = np.sqrt((layer.easting - east) ** 2 + (layer.northing - north) ** 2)
        inside = _inside(layer, ground)
        expected = _inside(layer, universe) * share
        known = _inside(layer, universe) >= LEAST_IN_UNIVERSE
        low, high = poisson_interval(inside)
        found.append(
            Around(
                name=layer.name,
                inside=inside,
                near=int((metres <= NEAR_M).sum()),
                nearest_m=float(metres.min()),
                quotient=inside / expected if known else None,
                low=low / expected if known else None,
                high=high / expected if known else None,
            )
        )
    return found


def context_table(
    places: pa.Table, universe: Cells, layers: Sequence[ContextLayer]
) -> pa.Table:
    """Each layer about each place of a programme, as CONTEXT."""
    named = zip(
        places["place_id"].to_pylist(), places["h3_cells"].to_pylist(), strict=True
    )
    rows = [
        {
            "place_id": place_id,
            "layer": one.name,
            "inside": one.inside,
            "within_250m": one.near,
            "nearest_m": round(one.nearest_m),
            "quotient": _rounded(one.quotient),
            "quotient_lo": _rounded(one.low),
            "quotient_hi": _rounded(one.high),
        }
        for place_id, listed in named
        for one in around(np.sort(cells.from_text(listed.split())), universe, layers)
    ]
    return pa.Table.from_pylist(rows, schema=CONTEXT)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DECIMALS)


def poisson_interval(number: int) -> tuple[float, float]:
    """The exact 95 % interval of a Poisson mean (Garwood 1936, Biometrika 28)."""
    low = float(gammaincinv(number, 0.025)) if number else 0.0
    return low, float(gammaincinv(number + 1, 0.975))


def _inside(layer: ContextLayer, ground: Cells) -> int:
    resolution = int(cells.resolutions(ground[:1])[0])
    at = cells.index_points(layer.longitude, layer.latitude, resolution)
    return int(np.isin(at, ground).sum())
