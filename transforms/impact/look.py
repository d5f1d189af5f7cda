"""A look at a programme: how its places did, in the months since it started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow.compute as pc

from transforms.errors import ForceError, UsageError
from transforms.homes.home import Home
from transforms.impact.estimate import Estimate, estimate
from transforms.incidents.lake_check import stored_forces
from transforms.lake.lake import Lake
from transforms.programmes.past_lists import (
    Counted,
    Past,
    counted,
    not_overlapping,
    past_lists,
)
from transforms.programmes.programme import Programme
from transforms.programmes.register import Register, Standing, busy_months
from transforms.programmes.sums import Sums, sums_of
from transforms.programmes.usual import Usual, usual_of
from transforms.reference import cells
from transforms.reference.arrays import Floats, Mask
from transforms.reference.forces import Force
from transforms.reference.months import Month, window
from transforms.scores.table.intervals import negative_binomial_quantiles


MOST_MONTHS = 11
_INTERVAL = (0.025, 0.975)


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """How one place did."""

    place_id: str
    name: str | None
    months: int  # that count for it
    observed: int
    expected: float  # given how the rest of the force did
    low: int
    high: int
    before: int | None  # incidents in as many months up to the as-of
    left: date | None

    @property
    def word(self) -> str:
        """Within its interval, below or above."""
        if self.observed < self.low:
            return "below"
        return "above" if self.observed > self.high else "within"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a tracker says of a programme at one month."""

    programme: Programme
    standing: Standing
    force: Force
    months: Sequence[Month]  # those that count, oldest first
    missing: Sequence[Month]  # of the window: not supplied, withheld, or on new points
    places: Sums
    buffers: Sums
    past: Sequence[Past]
    usual: Usual | None
    rows: Sequence[PlaceRow]

    @property
    def estimate(self) -> Estimate | None:
        """The ratio with its interval; None where the past is too short to tell."""
        return estimate(self.places, self.usual) if self.usual else None

    @property
    def buffer_estimate(self) -> Estimate | None:
        """The same of the buffers, as if they were places of such lists."""
        if self.usual is None or not self.buffers.expected:
            return None
        return estimate(self.buffers, self.usual)

    @property
    def before(self) -> int | None:
        """Incidents at the places in as many months up to the as-of, if known."""
        known = [row.before for row in self.rows if row.before is not None]
        return sum(known) if len(known) == len(self.rows) else None

    @property
    def independent(self) -> int:
        """How many past lists have windows of their own."""
        return not_overlapping(self.past)


def look(
    home: Home, programme: Programme, to: Month | None, window_months: int
) -> Look:
    """Look at a programme at the end of a month; default: the newest supplied."""
    if not 0 < window_months <= MOST_MONTHS:
        raise UsageError(f"--window {window_months}: 1 to {MOST_MONTHS} months")
    standing = Register(home).standing(programme.id)
    first = _first_month(programme, standing)
    lake = home.lake.pinned()
    rule = programme.rule
    force = _force(home, rule.force)
    since = programme.as_of + (1 - window_months)
    own = counted(lake, force, rule.group, programme.exclusions, since)
    last = _last_month(own, first, to, standing)
    span = [month for month in window(last, window_months) if month >= first]
    counting = [month for month in span if own.comparable(programme.as_of, [month])]
    if not counting:
        raise UsageError(
            f"{programme.id}: no month from {span[0]} to {last} can be compared with"
            " its forecast: none was supplied, or the map points were renewed"
        )
    past = _past(home, lake, programme, counting)
    frozen = _Frozen(programme, own, counting, standing)
    return Look(
        programme=programme,
        standing=standing,
        force=force,
        months=counting,
        missing=[month for month in span if month not in counting],
        places=frozen.places,
        buffers=frozen.buffers,
        past=past,
        usual=usual_of(past, rule.force),
        rows=frozen.rows,
    )


def _past(
    home: Home, lake: Lake, programme: Programme, months: Sequence[Month]
) -> list[Past]:
    """The past lists of that length: those known when it was frozen, and newer ones."""
    rule = programme.rule
    busy = busy_months(home, rule.group)
    given = [len(months)], programme.exclusions, busy
    known = {
        (one.force, one.as_of): one
        for one in programme.past_lists
        if one.months == len(months)
    }
    newer = past_lists(lake, home.registry, rule, *given, until=months[-1])
    known |= {(one.force, one.as_of): one for one in newer}
    return [known[key] for key in sorted(known)]


def _first_month(programme: Programme, standing: Standing) -> Month:
    """The first whole month of the programme."""
    if standing.starts is None:
        raise UsageError(
            f"{programme.id} has not started: hexbeat programme start {programme.id}"
            " --on DATE"
        )
    starts = standing.starts
    month = Month(starts.year, starts.month)
    return month if starts.day == 1 else month + 1


def _last_month(
    own: Counted, first: Month, to: Month | None, standing: Standing
) -> Month:
    newest = max(own.months, default=first + -1)
    last = min(to or newest, newest)
    if standing.ends:
        ended = Month(standing.ends.year, standing.ends.month)
        whole = standing.ends == ended.last_day
        last = min(last, ended if whole else ended + -1)
    if last < first:
        raise UsageError(
            f"nothing to track yet: the first whole month is {first}, and the newest"
            f" supplied is {newest}"
        )
    return last


def _force(home: Home, name: str) -> Force:
    for force in stored_forces(home.lake, home.registry):
        if force.id == name:
            return force
    raise ForceError(f"{name}: the lake has nothing of it")


class _Frozen:
    """A programme's places, buffers and rest, counted in some months."""

    def __init__(
        self,
        programme: Programme,
        counted: Counted,
        months: Sequence[Month],
        standing: Standing,
    ) -> None:
        self._programme, self._counted = programme, counted
        self._points = counted.points
        self._months, self._standing = months, standing
        frozen = programme.cells
        self._cells = cells.from_text(frozen["h3_cell"].to_pylist())
        self._level: Floats = frozen["level_month"].to_numpy()
        self._is_place: Mask = pc.is_valid(frozen["place_id"]).to_numpy()

    @property
    def places(self) -> Sums:
        """All places, each in the months before it left, beside the rest."""
        rest = sums_of(
            self._is_place,
            self._points.by_cell(self._cells, self._months),
            self._level * len(self._months),
        )
        of_place = [self._counts(row) for row in self._programme.places.to_pylist()]
        return Sums(
            float(sum(observed for _, observed in of_place)),
            float(sum(expected for expected, _ in of_place)),
            rest.rest_observed,
            rest.rest_expected,
        )

    @property
    def buffers(self) -> Sums:
        """The cells around the places, beside the rest."""
        table = self._programme.buffers
        fine, first = np.unique(
            cells.from_text(table["h3_cell"].to_pylist()), return_index=True
        )
        level = table["level_month"].to_numpy()[first]
        at_places = np.isin(self._points.cells, self._cells[self._is_place])
        outside = self._points.without(at_places)
        observed = outside.by_fine_cell(fine[level > 0], self._months)
        places = self.places
        return Sums(
            float(observed.sum()),
            float(level.sum()) * len(self._months),
            places.rest_observed,
            places.rest_expected,
        )

    @property
    def rows(self) -> list[PlaceRow]:
        """How each place did."""
        rest = self.places.rest_observed / self.places.rest_expected
        rows = []
        for place in self._programme.places.to_pylist():
            months = self._months_of(place["place_id"])
            expected, observed = self._counts(place)
            low, high = _interval(place, expected * rest, len(months))
            cell = cells.from_text([place["h3_cell"]])
            as_of = self._programme.as_of
            before = self._counted.before(cell, as_of, len(months))
            rows.append(
                PlaceRow(
                    place_id=place["place_id"],
                    name=place["name"],
                    months=len(months),
                    observed=observed,
                    expected=expected * rest,
                    low=low,
                    high=high,
                    before=None if before is None else int(before),
                    left=self._standing.left.get(place["place_id"]),
                )
            )
        return rows

    def _months_of(self, place: str) -> list[Month]:
        """The months that count for a place: whole ones before it left."""
        left = self._standing.left.get(place)
        if left is None:
            return list(self._months)
        return [month for month in self._months if month.last_day < left]

    def _counts(self, place: Mapping[str, object]) -> tuple[float, int]:
        """What was expected of a place, and what happened there."""
        months = self._months_of(str(place["place_id"]))
        cell = cells.from_text([str(place["h3_cell"])])
        observed = int(self._points.by_cell(cell, months).sum())
        return float(str(place["level_month"])) * len(months), observed


def _interval(place: Mapping[str, float], mean: float, months: int) -> tuple[int, int]:
    """What 95 of 100 such places would have: negative binomial about the mean."""
    if not months:
        return 0, 0
    size = place_size(place["rate_shape"], place["month_size"], months)
    low, high = negative_binomial_quantiles(
        np.array([mean]), np.array([size]), _INTERVAL
    )
    return int(low[0]), int(high[0])


def place_size(rate_shape: float, month_size: float, months: int) -> float:
    """Size of the negative binomial of a place's count over some months.

    The rate is one for all months, and each month varies about it by itself.
    """
    return 1 / (1 / rate_shape + 1 / (months * month_size))
