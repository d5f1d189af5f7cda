"""What happened at a programme's places, around them, and in the rest of the force."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow.compute as pc

from transforms.impact.before_after import BeforeAfter
from transforms.impact.place_rows import PlaceRow, place_interval, place_likely
from transforms.impact.wdd import Change
from transforms.programmes.counted import Counted
from transforms.programmes.programme import Programme
from transforms.programmes.register import Standing
from transforms.programmes.sums import Sums
from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Mask
from transforms.reference.clocks import Period


class ProgrammeCounts:
    """A programme's places, buffers and rest, counted in some periods."""

    def __init__(
        self,
        programme: Programme,
        counted: Counted,
        periods: Sequence[Period],
        standing: Standing,
    ) -> None:
        self._programme, self._counted = programme, counted
        self._points = counted.points
        self._periods, self._standing = periods, standing
        frozen = programme.cells
        self._level: Floats = frozen["level_month"].to_numpy()
        scored = cells.from_text(frozen["h3_cell"].to_pylist())
        self._is_scored: Mask = np.isin(self._points.cells, scored)
        self._place = self._points.place_of(programme.grounds)

    @cached_property
    def places(self) -> Sums:
        """All places, each in the time before it left, beside the rest."""
        rest = self._points.within(self._periods)[self._is_scored & (self._place < 0)]
        level = pc.sum(self._programme.places["level_month"]).as_py()
        of_place = list(map(self._counts, range(len(self._programme.places))))
        return Sums(
            float(sum(observed for _, observed in of_place)),
            float(sum(expected for expected, _ in of_place)),
            float(rest.sum()),
            float(self._level.sum() - level) * self._months(self._periods),
        )

    @property
    def buffers(self) -> Sums:
        """The cells around the places, beside the rest."""
        _, level = self._around
        places = self.places
        return Sums(
            self._observed_around(self._periods),
            float(level.sum()) * self._months(self._periods),
            places.rest_observed,
            places.rest_expected,
        )

    @property
    def changes(self) -> BeforeAfter | None:
        """The same counts, and those of as long a time up to the as-of.

        Those of them that were supplied; None if none was.
        """
        ids = self._programme.places["place_id"].to_pylist()
        own = [self._before_of(len(self._periods_of(place))) for place in ids]
        before = self._before_of(len(self._periods))
        at_places = sum(len(self._periods_of(place)) for place in ids)
        if not before or not at_places:
            return None
        around, after = (
            self._observed_around(span) for span in (before, self._periods)
        )
        rest = self._points.within(before)[self._is_scored & (self._place < 0)]
        time = len(before) / len(self._periods)
        place_m2, around_m2, rest_m2 = self._areas_m2
        return BeforeAfter(
            places=Change(
                float(sum(self._observed(at, span) for at, span in enumerate(own))),
                self.places.observed,
                time=sum(map(len, own)) / at_places,
            ),
            around=Change(around, after, time, area=around_m2 / place_m2 or 1.0),
            rest=Change(
                float(rest.sum()) - around,
                self.places.rest_observed - after,
                time,
                area=rest_m2 / place_m2 or 1.0,
            ),
        )

    @cached_property
    def _around(self) -> tuple[Cells, Floats]:
        """The cells around the places, sorted, and what is expected in each."""
        table = self._programme.buffers
        fine, first = np.unique(
            cells.from_text(table["h3_cell"].to_pylist()), return_index=True
        )
        return fine, table["level_month"].to_numpy()[first]

    def _observed_around(self, span: Sequence[Period]) -> float:
        fine, level = self._around
        outside = self._points.without(self._place >= 0)
        return float(outside.by_fine_cell(fine[level > 0], span).sum())

    @property
    def _areas_m2(self) -> tuple[float, float, float]:
        """Of the places, of what is scored around them, and of the rest."""
        fine, level = self._around
        scored = cells.from_text(self._programme.cells["h3_cell"].to_pylist())
        places = pc.sum(self._programme.places["area_m2"]).as_py()
        around = float(cells.areas_m2(fine[level > 0]).sum())
        return places, around, float(cells.areas_m2(scored).sum()) - places - around

    def _before_of(self, length: int) -> list[Period]:
        return self._counted.of_epoch(self._programme.as_of, length)

    @property
    def rows(self) -> list[PlaceRow]:
        """How each place did."""
        rest = self.places.rest_observed / self.places.rest_expected
        rows = []
        for at, place in enumerate(self._programme.places.to_pylist()):
            periods = self._periods_of(place["place_id"])
            expected, observed = self._counts(at)
            steps = len(periods) / self._programme.clock.step
            low, high = place_interval(place, expected * rest, steps)
            rows.append(
                PlaceRow(
                    place_id=place["place_id"],
                    name=place["name"],
                    periods=len(periods),
                    observed=observed,
                    expected=expected * rest,
                    low=low,
                    high=high,
                    likely=place_likely(place, expected * rest, steps, observed),
                    before=self._before(at, len(periods)),
                    left=self._standing.left.get(place["place_id"]),
                )
            )
        return rows

    def _months(self, periods: Sequence[Period]) -> float:
        """How many months so many periods are."""
        return len(periods) / self._programme.clock.periods_a_month

    def _before(self, at: int, length: int) -> int | None:
        """Incidents of a place in as many periods up to the as-of, if all count."""
        span = self._before_of(length)
        return self._observed(at, span) if len(span) == length else None

    def _periods_of(self, place: str) -> list[Period]:
        """The periods that count for a place: whole ones before it left."""
        left = self._standing.left.get(place)
        if left is None:
            return list(self._periods)
        return [one for one in self._periods if one.last_day < left]

    def _counts(self, at: int) -> tuple[float, int]:
        """What was expected of a place, and what happened there."""
        place = self._programme.places.slice(at, 1).to_pylist()[0]
        periods = self._periods_of(place["place_id"])
        expected = place["level_month"] * self._months(periods)
        return expected, self._observed(at, periods)

    def _observed(self, at: int, periods: Sequence[Period]) -> int:
        mine = self._is_scored & (self._place == at)
        return int(self._points.within(periods)[mine].sum())
