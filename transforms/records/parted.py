"""The records of a feed, parted into crimes and calls for service.

Each part is judged by its own past: a flood of calls must not hide that crimes are
missing, nor crimes that calls are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from transforms.homes.feed_settings import HomeFeed
from transforms.records.day_coverage import Days, days_of
from transforms.records.live import records_by_day
from transforms.reference.calls import are_calls, is_call
from transforms.reference.days import Day
from transforms.restricted import Restricted


@dataclass(frozen=True, kw_only=True)
class Parted:
    """The crimes and the calls among live records, and what their days say."""

    crimes: Restricted
    calls: Restricted
    crime_days: Days
    call_days: Days

    def of(self, categories: Iterable[str]) -> tuple[Restricted, list[Day]]:
        """The records that those are among, and the days on which all were sent.

        Of crimes, of calls, or of both: then a day needs both.
        """
        kinds = set(map(is_call, categories))
        crimes, crime_days = self.crimes, self.crime_days.supplied
        calls, call_days = self.calls, self.call_days.supplied
        if True not in kinds:
            return crimes, list(crime_days)
        if False not in kinds:
            return calls, list(call_days)
        both = pa.concat_tables([crimes.reveal(), calls.reveal()])
        return Restricted(both), sorted({*crime_days} & {*call_days})


def parted(live: Restricted, feed: HomeFeed, until: date) -> Parted:
    """The two parts of live records, their days before `until` judged apart."""
    crimes, calls = crimes_of(live), calls_of(live)
    return Parted(
        crimes=crimes,
        calls=calls,
        crime_days=days_of(records_by_day(crimes), feed.overrides, until),
        call_days=days_of(records_by_day(calls), feed.call_overrides, until),
    )


def crimes_of(records: Restricted) -> Restricted:
    """The records that are no calls for service; all the same if there are none."""
    rows = records.reveal()
    calls = are_calls(rows["category"])
    return Restricted(rows.filter(pc.invert(calls))) if _any(calls) else records


def calls_of(records: Restricted) -> Restricted:
    """The calls for service among records."""
    rows = records.reveal()
    return Restricted(rows.filter(are_calls(rows["category"])))


def _any(mask: pa.ChunkedArray) -> bool:
    return bool(pc.any(mask).as_py())
