"""From a force's records to the edition of a day: tables and facts, no record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtests.days.report import DayAccuracy
from transforms.backtests.schemas import DAY_ACCURACY
from transforms.day_publications.calls import Calls
from transforms.day_publications.day_counts import day_counts
from transforms.day_publications.place_names import PlaceNames
from transforms.incidents.scored import scored_incidents
from transforms.lake.schemas import conform, plain
from transforms.publications.edition.calls import CallCounts
from transforms.publications.edition.cells import cell_positions, rounded
from transforms.publications.edition.day_edition import (
    EARLIER,
    DayEdition,
    DayTables,
)
from transforms.publications.edition.day_hotspots import day_hotspots
from transforms.publications.edition.edition import Identity, shared_identity
from transforms.publications.formulas import withhold_code
from transforms.publications.layers import Layers
from transforms.publications.schemas import DAY_CELLS, DAY_COVERAGE
from transforms.records.day_coverage import DayCoverage
from transforms.records.doubt import Doubt
from transforms.records.resting import DROPS
from transforms.reference.coverage import supplied_periods
from transforms.reference.days import HORIZONS_DAYS, Day
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.reference.overrides import Override
from transforms.reference.resolutions import DAYS_RESOLUTION
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted
from transforms.scores.days.strands import Strand
from transforms.scores.methods import Method
from transforms.scores.timing.hours import (
    day_and_night,
    of_the_year,
    weekday_hours,
    with_hours,
)
from transforms.scores.timing.near_repeat_table import (
    AT_LEAST_INCIDENTS,
    BANDS,
    PERMUTATIONS,
    near_repeat_table,
)
from transforms.scores.timing.schemas import DAY_AND_NIGHT
from transforms.scores.timing.spot_hours import spot_hours


ATTRIBUTION = "A police force's own records: restricted, not for publication"


class _HoursTable(Protocol):
    """Makes a table of hours from a year's records."""

    def __call__(
        self, rows: pa.Table, groups: Sequence[CrimeGroup] = ..., /
    ) -> pa.Table: ...


@dataclass(frozen=True, kw_only=True)
class Before:
    """The scores of an earlier day, which a publication is compared with."""

    as_of: Day
    scores_hmac: str  # as of DayInputs
    scores: Callable[[], pa.Table]  # as DAY_SCORES

    @property
    def identity(self) -> Identity:
        """What a publication that is compared with it rests on."""
        return {"as_of": str(self.as_of), "scores": self.scores_hmac}


@dataclass(frozen=True, kw_only=True)
class DayInputs:
    """What the edition of a day is made from. It stays here: it contains records."""

    force: Force
    as_of: Day
    method: Method
    scoring: Scoring
    scores: pa.Table  # as DAY_SCORES
    scores_hmac: str  # keyed hash of their file
    records: Restricted  # the live ones known by the end of the as-of
    recorded_share: float = 0.0  # of them, those that say when they were recorded
    coverage: DayCoverage  # to the as-of
    overrides: Mapping[str, Override]  # by day, what somebody knew of it
    accuracy: Sequence[DayAccuracy]
    accepted: Sequence[Doubt]  # drops that were in doubt, by the settings
    layers: Layers = field(default_factory=Layers)  # the force's own
    before: Before | None = None  # where an earlier day is compared
    week: Sequence[Before] = ()  # the days before that one that are shown, oldest first
    calls: Calls | None = None  # where the mapping names kinds of calls
    strands: Sequence[Strand] = ()  # the groups that the home's settings name
    drops: Sequence[str]  # keyed hash of the bytes of each, as offered

    @property
    def identity(self) -> Identity:
        """Everything that decides what is published, before any table is made."""
        shared = shared_identity(self.as_of, self.method, ATTRIBUTION, self.scoring)
        return shared | {
            # of the rows, not of their inputs: hot spot ids depend on earlier scores
            "scores": self.scores_hmac,
            "days": {day: asdict(o) for day, o in self.overrides.items()},
            "accuracy": self._accuracy,
            "known_then": self._known_then,
            DROPS: sorted(self.drops),
            **self.layers.identity,
            **({"before": self.before.identity} if self.before else {}),
            **({"week": [day.identity for day in self.week]} if self.week else {}),
            **({"drops_accepted": self._accepted} if self.accepted else {}),
            **({"calls": self.calls.identity} if self.calls else {}),
            **({"groups": self._groups} if self.strands else {}),
        }

    def edition(self) -> DayEdition:
        """The aggregates. It takes a while: near repeats are permuted."""
        return DayEdition(
            as_of=self.as_of,
            method=self.method,
            attribution=ATTRIBUTION,
            scoring=self.scoring,
            force=self.force,
            inputs=self.identity,
            tables=self._tables(),
            overrides=self.overrides,
            layers=self.layers,
            accepted=self._accepted,
            own=self._own,
        )

    @property
    def _accuracy(self) -> list[dict[str, Any]]:
        return [line.as_row() for line in self.accuracy]

    @property
    def _accepted(self) -> list[dict[str, Any]]:
        """By entry of the settings: its name for them may be a pattern."""
        entries = dict.fromkeys(d.accepted for d in self.accepted if d.accepted)
        found = []
        for entry in entries:
            mine = [doubt for doubt in self.accepted if doubt.accepted == entry]
            quarantined = sum(doubt.rows for doubt in mine)
            found.append(asdict(entry) | {"rows_quarantined": quarantined})
        return found

    @property
    def _own(self) -> list[CrimeGroup]:
        """The groups that the home's settings name, by name."""
        groups = [group for strand in self.strands for group in strand.groups]
        return sorted(groups, key=lambda group: group.slug)

    @property
    def _groups(self) -> dict[str, list[str]]:
        return {group.slug: list(group.categories) for group in self._own}

    @property
    def _known_then(self) -> str:
        return known_then_in_words(self.recorded_share)

    def _tables(self) -> DayTables:
        supplied = supplied_periods(self.coverage)
        year = of_the_year(self.records, self.as_of, supplied)
        near_repeats, untested = near_repeat_table(year)
        names = PlaceNames(year, self.as_of, self.scoring, self.force.id, self._own)
        accuracy = pa.Table.from_pylist(self._accuracy, schema=DAY_ACCURACY)
        earlier = self._scores_before()
        return DayTables(
            cells=_cells(self.scores, names),
            hotspot_names=names.of_hotspots(self.scores),
            hotspots_before=self._hotspots_before(names, earlier),
            scores_before={day: rows.select(EARLIER) for day, rows in earlier.items()},
            day_counts=self._day_counts(),
            own_days={
                group.slug: frozenset(map(str, strand.supplied))
                for strand in self.strands
                for group in strand.groups
            },
            coverage=_coverage(self),
            accuracy=rounded(accuracy),
            weekday_hours=self._of_hours(weekday_hours, year),
            day_and_night=self._of_hours(day_and_night, year),
            hotspot_hours=self._of_hours(partial(_of_spots, self.scores), year),
            near_repeats=near_repeats,
            near_repeats_in_words=_near_repeats_in_words(near_repeats, untested),
            outside_365d=self._outside(year),
            records_365d=len(year),
            with_hours_365d=len(with_hours(year)),
            known_then_in_words=self._known_then,
            calls=self._call_counts,
        )

    @property
    def _call_counts(self) -> CallCounts | None:
        if self.calls is None:
            return None
        return self.calls.counts(self.as_of, self.scoring, self.force.id)

    def _of_hours(self, made: _HoursTable, year: pa.Table) -> pa.Table:
        """A table of hours, of the shipped groups and then of the home's own."""
        parts = [made(self._kept(year))]
        for strand in self.strands:
            own = of_the_year(strand.records, self.as_of, strand.supplied)
            parts.append(made(self._kept(own), strand.groups))
        return pa.concat_tables(parts)

    def _kept(self, rows: pa.Table) -> pa.Table:
        """Without excluded places, whose records no score counts."""
        return scored_incidents(rows, self.scoring.exclusions, self.force.id)

    def _outside(self, year: pa.Table) -> int | None:
        """Records outside the universe that the settings name; None without one."""
        if self.scoring.universe is None:
            return None
        placed = self._kept(year)[f"h3_r{DAYS_RESOLUTION}"].drop_null()
        return int((~self.scoring.universe.contains(placed.to_numpy())).sum())

    def _scores_before(self) -> dict[str, pa.Table]:
        """The scores of the earlier days, by day, oldest first.

        None of a day that was scored by another method: what changed would be that.
        """
        method = f"{self.method.NAME} {self.method.VERSION}"
        days = [*self.week, *([self.before] if self.before else [])]
        found = {str(day.as_of): day.scores() for day in days}
        return {
            day: rows
            for day, rows in found.items()
            if pc.unique(rows["method"]).to_pylist() == [method]
        }

    def _hotspots_before(
        self, names: PlaceNames, earlier: Mapping[str, pa.Table]
    ) -> pa.Table | None:
        """The hot spots of the day that is compared, named as those of now."""
        if self.before is None or str(self.before.as_of) not in earlier:
            return None
        scores = earlier[str(self.before.as_of)]
        spots = scores.filter(pc.is_valid(scores["hotspot_id"]))
        return day_hotspots(
            _cells(spots, names), names.of_hotspots(spots), DAY_AND_NIGHT.empty_table()
        )

    def _day_counts(self) -> pa.Table:
        """The shipped groups by day, and then the home's own."""
        kinds = [(self.records, tuple(GROUPS.values()))]
        kinds += [(strand.records, strand.groups) for strand in self.strands]
        made = [
            day_counts(records, groups, self.as_of, self.scoring, self.force.id)
            for records, groups in kinds
        ]
        return pa.concat_tables(made)


def _of_spots(
    scores: pa.Table,
    rows: pa.Table,
    groups: Sequence[CrimeGroup] = tuple(GROUPS.values()),
) -> pa.Table:
    """The hours of the hot spots among those scores; both horizons have the same."""
    first = pc.equal(scores["horizon_days"], HORIZONS_DAYS[0])
    listed = scores.filter(pc.and_(first, pc.is_valid(scores["hotspot_id"])))
    return spot_hours(
        rows, listed.select(["hotspot_id", "crime_group", "h3_cell"]), groups
    )


def known_then_in_words(share: float) -> str:
    """What a past day knows, by the share of records that say when they were made."""
    if not share:
        return (
            "The feed does not say when incidents were recorded: the last days before"
            " an as-of, in a backtest too, are seen as they are now, with what was"
            " recorded later."
        )
    rest = (
        f" {_percent(1 - share)} of the records do not say when they were recorded, and"
        " count as known at once."
        if share < 1
        else ""
    )
    return (
        "An as-of, in a backtest too, knows only what had been recorded by the end of"
        f" that day, each record as it is now; what was deleted since is gone.{rest}"
    )


def _percent(share: float) -> str:
    """Never none or all, where it is some."""
    return f"{int(100 * share)} %" if share >= 0.01 else "Under 1 %"


def _near_repeats_in_words(table: pa.Table, untested: Sequence[str]) -> str:
    """How the test was made, which categories the file lacks, and why."""
    reach = f"{BANDS.distance_m[-1]:g} m and {BANDS.days[-1]} days"
    few = f"under {AT_LEAST_INCIDENTS} incidents in that time"
    said = [
        f"{PERMUTATIONS} permutations, bands to {reach}.",
        f"A category with {few} is not tested.",
        *(f"Not tested: {note}." for note in untested),
    ]
    if not len(table):
        said.append("So the file has no row.")
    return " ".join(said)


def _cells(scores: pa.Table, names: PlaceNames) -> pa.Table:
    """The scores with each cell's place: both horizons, all groups."""
    schema = pa.schema([plain(field) for field in scores.schema])
    rows = scores.cast(schema).drop_columns(["inputs_sha256", "h3_cell"])
    distinct, at = np.unique(scores["h3_cell"].to_numpy(), return_inverse=True)
    places = cell_positions(distinct)
    places = places.append_column("place_label", names.of_cells(distinct))
    places = places.take(pa.array(at))
    for name in places.column_names:
        rows = rows.append_column(name, places[name])
    keys = ("h3_cell", "crime_group", "horizon_days")
    return rounded(
        conform(withhold_code(rows), DAY_CELLS).sort_by(
            [(name, "ascending") for name in keys]
        )
    )


def _coverage(inputs: DayInputs) -> pa.Table:
    """What each day to the as-of counts as, from the first that was supplied."""
    first = min(supplied_periods(inputs.coverage))
    rows = [
        {
            "force": inputs.force.id,
            "day": str(day),
            "status": covered.status,
            "reason": covered.override.reason if covered.override else None,
        }
        for day, covered in inputs.coverage.items()
        if first <= day
    ]
    return pa.Table.from_pylist(rows, schema=DAY_COVERAGE)
