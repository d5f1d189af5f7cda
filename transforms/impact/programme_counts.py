"""What happened at a programme's places, around them, and in the rest of the force."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow.compute as pc

from transforms.impact.place_rows import PlaceRow, place_interval
from transforms.programmes.counted import Counted
from transforms.programmes.programme import Programme
from transforms.programmes.register import Standing
from transforms.programmes.sums import Sums
from transforms.reference import cells
from transforms.reference.arrays import Floats, Mask
from transforms.reference.months import Month


class ProgrammeCounts:
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
        self._level: Floats = frozen["level_month"].to_numpy()
        scored = cells.from_text(frozen["h3_cell"].to_pylist())
        self._is_scored: Mask = np.isin(self._points.cells, scored)
        self._place = self._points.place_of(programme.grounds)

    @cached_property
    def places(self) -> Sums:
        """All places, each in the months before it left, beside the rest."""
        rest = self._points.in_months(self._months)[self._is_scored & (self._place < 0)]
        level = pc.sum(self._programme.places["level_month"]).as_py()
        of_place = list(map(self._counts, range(len(self._programme.places))))
        return Sums(
            float(sum(observed for _, observed in of_place)),
            float(sum(expected for expected, _ in of_place)),
            float(rest.sum()),
            float(self._level.sum() - level) * len(self._months),
        )

    @property
    def buffers(self) -> Sums:
        """The cells around the places, beside the rest."""
        table = self._programme.buffers
        fine, first = np.unique(
            cells.from_text(table["h3_cell"].to_pylist()), return_index=True
        )
        level = table["level_month"].to_numpy()[first]
        outside = self._points.without(self._place >= 0)
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
        for at, place in enumerate(self._programme.places.to_pylist()):
            months = self._months_of(place["place_id"])
            expected, observed = self._counts(at)
            low, high = place_interval(place, expected * rest, len(months))
            rows.append(
                PlaceRow(
                    place_id=place["place_id"],
                    name=place["name"],
                    months=len(months),
                    observed=observed,
                    expected=expected * rest,
                    low=low,
                    high=high,
                    before=self._before(at, len(months)),
                    left=self._standing.left.get(place["place_id"]),
                )
            )
        return rows

    def _before(self, at: int, months: int) -> int | None:
        """Incidents of a place in as many months up to the as-of, if all count."""
        as_of = self._programme.as_of
        span = self._counted.of_epoch(as_of, months)
        return self._observed(at, span) if len(span) == months else None

    def _months_of(self, place: str) -> list[Month]:
        """The months that count for a place: whole ones before it left."""
        left = self._standing.left.get(place)
        if left is None:
            return list(self._months)
        return [month for month in self._months if month.last_day < left]

    def _counts(self, at: int) -> tuple[float, int]:
        """What was expected of a place, and what happened there."""
        place = self._programme.places.slice(at, 1).to_pylist()[0]
        months = self._months_of(place["place_id"])
        return place["level_month"] * len(months), self._observed(at, months)

    def _observed(self, at: int, months: Sequence[Month]) -> int:
        mine = self._is_scored & (self._place == at)
        return int(self._points.in_months(months)[mine].sum())
