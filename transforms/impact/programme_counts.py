"""What happened at a programme's places, around them, and in the rest of the force."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow.compute as pc

from transforms.impact.place_rows import PlaceRow, place_interval
from transforms.programmes.counted import Counted
from transforms.programmes.programme import Programme
from transforms.programmes.register import Standing
from transforms.programmes.sums import Sums, sums_of
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
        self._cells = cells.from_text(frozen["h3_cell"].to_pylist())
        self._level: Floats = frozen["level_month"].to_numpy()
        self._is_place: Mask = pc.is_valid(frozen["place_id"]).to_numpy()

    @cached_property
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
            low, high = place_interval(place, expected * rest, len(months))
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
