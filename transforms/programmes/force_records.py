"""The records of a force's own feed, as programmes count them.

Records stay in their home. What leaves this module are points of a crime group by day,
for sums by place, and panels of counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.incidents.scored import scored_incidents
from transforms.programmes.counted import Counted
from transforms.programmes.points import GroupPoints, points_of
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.ledger import drops, newest_day, supplied
from transforms.records.live import live_records
from transforms.records.parted import Parted, parted
from transforms.reference.calls import is_call
from transforms.reference.days import Day
from transforms.reference.exclusions import Exclusion
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.reference.resolutions import DAYS_RESOLUTION
from transforms.reference.score_settings import Scoring
from transforms.reference.time_precision import refuse_without_days
from transforms.restricted import Restricted
from transforms.scores.days.known import known_by, recorded_share
from transforms.scores.days.panel import day_panel, every_day
from transforms.scores.panel import Panel


@dataclass(frozen=True, kw_only=True)
class ForceRecords:
    """Live records of a force, and the days of which all were sent.

    They are its crimes, unless they are of a group of the user's own that has calls.
    """

    force: str
    scoring: Scoring
    crimes: Restricted
    supplied: Sequence[Day]  # oldest first
    own: tuple[CrimeGroup, ...] = ()  # the user's group, where they are of one
    ranked: "ForceRecords | None" = None  # whose cells are ranked, if not their own

    @cached_property
    def panel(self) -> Panel:
        """Their counts by cell, day and category."""
        days = every_day(self.supplied)
        within = self.ranked.panel if self.ranked else None
        return day_panel(self.crimes, days, self.force, self.scoring, within)

    @cached_property
    def say_when_recorded(self) -> bool:
        """Whether any says when it was recorded, and so what was known on a day."""
        ranked = self.ranked is not None and self.ranked.say_when_recorded
        return ranked or recorded_share(self.crimes) > 0

    def known_by(self, day: Day) -> "ForceRecords":
        """Those that had been recorded by the end of a day."""
        if not self.say_when_recorded:
            return self
        at_least = 0 if self.ranked else 1
        return replace(
            self,
            crimes=known_by(self.crimes, day, at_least),
            ranked=self.ranked and self.ranked.known_by(day),
        )

    def group(self, slug: str) -> CrimeGroup:
        """A shipped group, or the user's own that they are of."""
        return {group.slug: group for group in self.own}.get(slug) or GROUPS[slug]

    def counted(
        self, group: CrimeGroup, exclusions: Sequence[Exclusion], since: Day
    ) -> Counted:
        """What the incidents of a group can be compared in, from a day on.

        Only supplied days count; each record on the last day on which it can have
        happened (dated_records.sql), as for scores.
        """
        days = [day for day in self.supplied if day >= since]
        return Counted(
            periods=frozenset(days),
            epochs=(),  # a force's own points are not redrawn
            points=self.points(group, exclusions, days),
        )

    def points(
        self, group: CrimeGroup, exclusions: Sequence[Exclusion], days: Sequence[Day]
    ) -> GroupPoints:
        """Where and when the crimes of a group were, on those days."""
        rows = self.crimes.reveal()
        refuse_without_days(rows["time_precision"], "a programme")
        dated = sql.run(
            "dated_records",
            {"live_records": scored_incidents(rows, exclusions, self.force)},
            first_day=str(min(days, default=self.supplied[-1])),
            last_day=str(max(days, default=self.supplied[-1])),
        )
        known = pa.array(map(str, days), pa.string())
        dated = dated.filter(pc.is_in(dated["period"], known))
        columns = {  # as the query of months takes them
            **{name: dated[name] for name in ("longitude", "latitude", "in_area")},
            "category": dated["category"].cast(pa.string()),
            "h3_r9": dated[f"h3_r{DAYS_RESOLUTION}"],
            "month": dated["period"],
        }
        return points_of(pa.table(columns), group, days)


def note_read(home: Home, at: datetime, who: str, analysis: str) -> None:
    """Say in the audit log of a force's own feed that its records were analysed."""
    if home.feed:
        feed = open_force_home(home.root)
        with feed.changed(analysis):
            feed.log(at, who, "read", {"analysis": analysis})


def read_parts(feed: ForceHome) -> Parted:
    """The crimes and the calls that a home of a force's own feed holds."""
    lake = feed.lake.pinned()
    until = newest_day(supplied(drops(lake, feed.force)))
    return parted(live_records(lake, feed.force), feed.feed, until)


def force_records(
    feed: ForceHome, parts: Parted | None = None, group: CrimeGroup | None = None
) -> ForceRecords:
    """The crimes of a home, or what a group of the user's own is counted in.

    All groups rank the same cells: those of crimes, or of the calls of a feed of calls
    alone. `UsageError` where there is no day of them.
    """
    parts = parts or read_parts(feed)
    alone = feed.mapping.calls_alone
    ranked = ForceRecords(
        force=feed.force,
        scoring=feed.home.scoring_of(feed.force),
        crimes=parts.calls if alone else parts.crimes,
        supplied=(parts.call_days if alone else parts.crime_days).supplied,
    )
    found = ranked
    if group and group.slug not in GROUPS:
        found = replace(ranked, own=(group,))
        if not alone and any(map(is_call, group.categories)):
            records, days = parts.of(group.categories)
            found = replace(found, crimes=records, supplied=days, ranked=ranked)
    if not (ranked.supplied and found.supplied):
        what = "calls" if ranked.supplied or alone else "crimes"
        raise UsageError(
            f"{feed.home.root} contains no {what} of a completed day: get some with"
            " hexbeat feed pull"
        )
    return found
