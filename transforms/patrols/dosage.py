"""What a programme's patrols delivered in a span of days, as tables.

A day counts as supplied if a log has any row of it, or the home's settings say that
nobody patrolled. A day that is not supplied has no row: it is not a day without patrol.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.lake.schemas import conform
from transforms.patrols.hours import dosage_hours
from transforms.patrols.place_sums import delivered_share, place_sums
from transforms.patrols.planned import Plan, Planned
from transforms.patrols.schemas import DOSAGE_DAYS
from transforms.patrols.supplied import supplied_days
from transforms.patrols.take import started
from transforms.patrols.visit_rows import held_back, stored_visits
from transforms.programmes.programme import Programme
from transforms.programmes.register import Register
from transforms.reference.overrides import days_from


VISIT_MINUTES = 3.0
SHORT_SHARE, SHORT_DAYS = 0.6, 14
_PLACE_DAYS = pa.schema(
    [
        ("place_id", pa.string()),
        ("day", pa.date32()),
        ("source", pa.string()),
        ("planned_minutes", pa.float64()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Dosage:
    """What was delivered, and of which days nothing is known."""

    programme: Programme
    first: date
    last: date
    supplied: Sequence[date]
    days: pa.Table  # as DOSAGE_DAYS
    held_back: Sequence[date | None]  # the days of rows that were held back
    accepted: Sequence[date]  # the days of all others
    hours: pa.Table | None = None  # as DOSAGE_HOURS, of the whole report

    @property
    def missing(self) -> list[date]:
        """The days of which no log has a row."""
        known = set(self.supplied)
        return [day for day in days_from(self.first, self.last) if day not in known]

    @property
    def recent_share(self) -> float | None:
        """Delivered by planned over the newest 14 supplied days; None without them."""
        newest = self.supplied[-SHORT_DAYS:]
        if len(newest) < SHORT_DAYS:
            return None
        rows = [row for row in self.days.to_pylist() if row["day"] >= newest[0]]
        return delivered_share(rows)

    @property
    def is_short(self) -> bool:
        """Whether much less was delivered lately than was planned."""
        share = self.recent_share
        return share is not None and share < SHORT_SHARE

    @cached_property
    def places(self) -> pa.Table:
        """The same, a row for each place; as DOSAGE_PLACES."""
        return place_sums(self.days, self.programme.places)

    def of(self, first: date, last: date) -> "Dosage":
        """The part of it in some of its days."""
        within = pc.and_(
            pc.greater_equal(self.days["day"], first),
            pc.less_equal(self.days["day"], last),
        )
        return Dosage(
            programme=self.programme,
            first=max(first, self.first),
            last=min(last, self.last),
            supplied=[day for day in self.supplied if first <= day <= last],
            days=self.days.filter(within),
            held_back=[d for d in self.held_back if d is None or first <= d <= last],
            accepted=[day for day in self.accepted if first <= day <= last],
            hours=self.hours,
        )


def dosage_of(
    home: Home,
    programme: Programme,
    first: date | None,
    last: date | None,
    planned_minutes: float | None,
    planned: Path | Planned | None,
) -> Dosage:
    """What was delivered from one day to another; default: from start to newest day."""
    starts = started(home, programme)
    force, lake = programme.rule.force, home.lake.pinned()
    visits = stored_visits(lake, force, programme.id)
    held = held_back(lake, force, programme.id)
    source = supplied_days(home, lake, programme, visits, held)
    first, last = _span(home, programme, starts, first, last, source)
    supplied = [day for day in days_from(first, last) if day in source]
    if not supplied:
        raise UsageError(
            f"{programme.id}: no log has a row from {first} to {last}: hexbeat dosage"
            " take FILE"
        )
    plan = Plan(programme, planned_minutes or home.patrol.planned_minutes, planned)
    left = Register(home).standing(programme.id).left
    rows = [
        {
            "place_id": place,
            "day": day,
            "source": source[day],
            "planned_minutes": plan.minutes(place, day),
        }
        for day in supplied
        for place in programme.places["place_id"].to_pylist()
        if place not in left or day < left[place]
    ]
    place_days = pa.Table.from_pylist(rows, schema=_PLACE_DAYS)
    tables = {"visits": visits, "place_days": place_days}
    days = sql.run("patrol_days", tables, visit_minutes=VISIT_MINUTES)
    whole = Dosage(
        programme=programme,
        first=first,
        last=last,
        supplied=supplied,
        days=conform(days, DOSAGE_DAYS),
        held_back=held["day"].to_pylist(),
        accepted=visits["day"].to_pylist(),
        hours=dosage_hours(home, programme, visits, {d: source[d] for d in supplied}),
    )
    return whole.of(first, last)


def _span(
    home: Home,
    programme: Programme,
    starts: date,
    first: date | None,
    last: date | None,
    supplied: dict[date, str],
) -> tuple[date, date]:
    if first and last and last < first:
        raise UsageError(f"--from {first} is later than --to {last}: swap them")
    first = max(first or starts, starts)
    own = [day for day in supplied if day >= first]
    if not own:
        raise UsageError(
            f"{programme.id}: no log has a row since {first}: hexbeat dosage take FILE"
        )
    last = min(last or max(own), max(own))
    if ends := Register(home).standing(programme.id).ends:
        last = min(last, ends)
    if last < first:
        raise UsageError(
            f"{programme.id}: nothing to report from {first} to {last}: it started on"
            f" {starts}, and the newest day with a row is {max(own)}"
        )
    return first, last
