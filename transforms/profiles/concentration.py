"""Where in an area incidents are: its map points, beside what chance alone would give.

Few incidents on many points look concentrated by themselves: 30 on 20 points that are
all alike put 44 % on the highest four.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms.profiles.force_points import ForcePoints
from transforms.reference.arrays import Floats


TOP_SHARE = 0.2  # of the points
DRAWS = 4_999  # with 999 the 95th percentile is often an incident off
_AT_ONCE = 500  # draws: thousands of addresses must fit into memory
_SEED = 0


@dataclass(frozen=True, kw_only=True)
class MapPoint:
    """A point of the public map, which stands for several addresses, or an address."""

    longitude: float
    latitude: float
    label: str | None  # the street or kind of venue most often named there
    incidents: int
    listed: bool = True  # False where a line of its own could tell of single records


@dataclass(frozen=True)
class Chance:
    """The share of the highest points if all points were alike."""

    median: float
    high: float  # 95 of 100 draws are not above it


@dataclass(frozen=True)
class Fewest:
    """How few points have half of the incidents if all points were alike."""

    low: float  # 95 of 100 draws are not below it
    median: float


@dataclass(frozen=True)
class Concentration:
    """The points of an area, the highest first, among all that had any incident."""

    points: Sequence[MapPoint]

    @property
    def incidents(self) -> int:
        """Of all points."""
        return sum(point.incidents for point in self.points)

    @property
    def listed(self) -> list[MapPoint]:
        """The points that have a line of their own."""
        return [point for point in self.points if point.listed]

    @property
    def top(self) -> int:
        """How many points are the highest fifth."""
        return highest_fifth(len(self.points))

    @property
    def top_share(self) -> float:
        """Share of the incidents at the highest fifth of the points, 0 to 1."""
        highest = sum(point.incidents for point in self.points[: self.top])
        return highest / self.incidents if self.incidents else 0.0

    @property
    def chance(self) -> Chance:
        """What that share would be if all points were alike."""
        return chance_share(self.incidents, len(self.points), self.top)

    @property
    def half(self) -> int:
        """How few points have half of the incidents."""
        so_far = accumulate(point.incidents for point in self.points)
        return 1 + sum(2 * number < self.incidents for number in so_far)

    @property
    def half_by_chance(self) -> Fewest:
        """How few would have half if all points were alike."""
        return chance_half(self.incidents, len(self.points))


def concentration(every: ForcePoints, of_group: ForcePoints) -> Concentration:
    """The incidents of a group at each point of an area.

    Its points are those where anything at all happened: a point without an incident of
    the group is a place too.
    """
    numbers = _by_point(of_group, "incidents")
    opened = _by_point(of_group, "open_incidents")
    labels = _labels(every)
    points = [
        MapPoint(
            longitude=at[0],
            latitude=at[1],
            label=labels[at],
            incidents=numbers.get(at, 0),
            listed=opened.get(at, 0) >= every.open_to_list,
        )
        for at in _by_point(every, "incidents")
    ]
    points.sort(key=lambda p: (-p.incidents, p.label or "", p.longitude, p.latitude))
    return Concentration(points)


def highest_fifth(points: int) -> int:
    """A fifth of so many points, rounded up."""
    return math.ceil(TOP_SHARE * points - 1e-9)


@lru_cache(maxsize=1024)
def chance_share(incidents: int, points: int, top: int) -> Chance:
    """The share that the highest points would have if all were alike.

    Median and 95th percentile of 4,999 multinomial draws, always the same ones.
    """
    if not incidents or not points:
        return Chance(0.0, 0.0)
    rng = np.random.default_rng([_SEED, incidents, points])
    highest = [
        np.sort(drawn, axis=1)[:, points - top :].sum(axis=1) / incidents
        for drawn in thrown(rng, incidents, points)
    ]
    return chance_of(np.concatenate(highest))


@lru_cache(maxsize=1024)
def chance_half(incidents: int, points: int) -> Fewest:
    """How few points have half of the incidents if all were alike.

    5th percentile and median of 4,999 multinomial draws, always the same ones.
    """
    if not incidents or not points:
        return Fewest(0.0, 0.0)
    rng = np.random.default_rng([_SEED, incidents, points])
    fewest = []
    for drawn in thrown(rng, incidents, points):
        so_far = np.sort(drawn, axis=1)[:, ::-1].cumsum(axis=1)
        fewest.append(1 + (2 * so_far < incidents).sum(axis=1))
    ends = np.quantile(np.concatenate(fewest), [0.05, 0.5], method="inverted_cdf")
    return Fewest(*map(float, ends))


def thrown(
    rng: np.random.Generator, number: int, points: int
) -> Iterator[NDArray[np.int64]]:
    """So many thrown on points that are all alike, 4,999 times, some at once."""
    even = np.full(points, 1 / points)
    for start in range(0, DRAWS, _AT_ONCE):
        yield rng.multinomial(number, even, size=min(_AT_ONCE, DRAWS - start))


def chance_of(figures: Floats) -> Chance:
    """Median and 95th percentile of a figure over all draws."""
    return Chance(*np.quantile(figures, [0.5, 0.95], method="inverted_cdf").tolist())


def _by_point(points: ForcePoints, number: str) -> dict[tuple[float, float], int]:
    sums = points.rows.group_by(["longitude", "latitude"]).aggregate([(number, "sum")])
    at = zip(*(sums[n].to_pylist() for n in ("longitude", "latitude")), strict=True)
    return dict(zip(at, sums[f"{number}_sum"].to_pylist(), strict=True))


def _labels(points: ForcePoints) -> dict[tuple[float, float], str | None]:
    keys = ["longitude", "latitude", "place_label"]
    sums = points.rows.group_by(keys).aggregate([("incidents", "sum")])
    sums = sums.append_column("unnamed", pc.is_null(sums["place_label"]))
    ordered = sums.sort_by(
        [
            ("unnamed", "descending"),
            ("incidents_sum", "ascending"),
            ("place_label", "descending"),
        ]
    )
    # the last one of each point stays: named, with the most incidents, first by name
    return {
        (row["longitude"], row["latitude"]): row["place_label"]
        for row in ordered.to_pylist()
    }
