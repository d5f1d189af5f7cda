"""What a home of a force's own feed contains, read once, to work on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import LakeError, UsageError
from transforms.homes.home import SETTINGS_FILE
from transforms.lake.checksums import refuse_damaged
from transforms.lake.data_files import DataFile
from transforms.lake.lake import Lake
from transforms.records.day_coverage import Days
from transforms.records.doubt import Doubt
from transforms.records.drop_doubts import doubts_in
from transforms.records.homes import ForceHome
from transforms.records.ledger import Entry, drops, newest_day, supplied
from transforms.records.live import live_records
from transforms.records.parted import parted
from transforms.records.tables import RECORDS_TABLE
from transforms.reference.calls import is_call
from transforms.reference.days import Day
from transforms.reference.groups import CrimeGroup
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted
from transforms.scores.days.known import known_by, recorded_share
from transforms.scores.days.panel import day_panel, every_day
from transforms.scores.days.strands import Strand
from transforms.scores.panel import Panel


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What a home holds, read once, to work on."""

    home: ForceHome
    lake: Lake
    taken: Sequence[Entry]
    doubts: Sequence[Doubt]  # drops with too many quarantined rows, or elsewhere
    records: Restricted  # what is ranked: crimes, or calls in a feed of calls alone
    days: Days
    supplied: Sequence[Day]
    calls: Restricted
    call_days: Days

    @cached_property
    def scoring(self) -> Scoring:
        """The home's choices about scores; its universe is read once."""
        return self.home.home.scoring_of(self.home.force)

    @cached_property
    def panel(self) -> Panel:
        """The records as counts, for what is computed of them."""
        return self._panel(self.records, self.supplied, None)

    @cached_property
    def strands(self) -> list[Strand]:
        """The user's own groups: of crimes, of calls, and of both."""
        by_part: dict[frozenset[bool], list[CrimeGroup]] = {}
        for group in self.home.groups:
            part = frozenset(map(is_call, group.categories))
            by_part.setdefault(part, []).append(group)
        return [self._strand(part, tuple(mine)) for part, mine in by_part.items()]

    def _strand(self, part: frozenset[bool], groups: tuple[CrimeGroup, ...]) -> Strand:
        """Groups of calls (True), crimes (False) or both, ranked in one universe."""
        if True not in part or self.home.mapping.calls_alone:
            return Strand(
                groups=groups,
                supplied=self.supplied,
                records=self.records,
                panel=lambda: self.panel,
            )
        days, records = self.call_days.supplied, self.calls
        if False in part:
            both = [self.records.reveal(), self.calls.reveal()]
            records = Restricted(pa.concat_tables(both))
            days = sorted({*days} & {*self.supplied})
        return Strand(
            groups=groups,
            supplied=days,
            records=records,
            panel=lambda: self._panel(records, days, self.panel),
        )

    def _panel(
        self, records: Restricted, days: Sequence[Day], within: Panel | None
    ) -> Panel:
        days = every_day(days)
        return day_panel(records, days, self.home.force, self.scoring, within)

    @cached_property
    def recorded_share(self) -> float:
        """The share of the records that say when they were recorded."""
        return recorded_share(self.records)

    def known_by(self, day: Day) -> "Stored":
        """The same with the records that had been recorded by the end of that day."""
        known = self
        if self.recorded_share:
            known = replace(known, records=known_by(self.records, day))
        if recorded_share(self.calls):
            known = replace(known, calls=known_by(self.calls, day, at_least=0))
        return known

    @property
    def files(self) -> list[DataFile]:
        """The data files of the records."""
        return self.lake.files(RECORDS_TABLE, self.home.force)


def read_stored(home: ForceHome) -> Stored:
    """The home's records as numbers; `UsageError` where it holds none."""
    lake = home.lake.pinned()
    refuse_damaged(RECORDS_TABLE, lake.files(RECORDS_TABLE, home.force))
    live = live_records(lake, home.force)
    taken = supplied(drops(lake, home.force))
    _refuse_unfinished(home, live, taken)
    parts = parted(live, home.feed, newest_day(taken))
    records, days = parts.crimes, parts.crime_days
    if home.mapping.calls_alone:
        records, days = parts.calls, parts.call_days
        _refuse_without_groups(home)
    if not (known := days.supplied):
        raise UsageError(
            f"{home.home.root} contains no records of a completed day: get some with"
            " hexbeat feed pull"
        )
    return Stored(
        home=home,
        lake=lake,
        taken=taken,
        doubts=doubts_in(home, lake),
        records=records,
        days=days,
        supplied=known,
        calls=parts.calls,
        call_days=parts.call_days,
    )


def _refuse_without_groups(home: ForceHome) -> None:
    """Calls are scored in the groups that a user names, and in no others."""
    if not home.groups:
        raise UsageError(
            f"{home.home.root}: its mapping has calls alone, and nothing to score: name"
            f" a group of them under [feed.groups] in {SETTINGS_FILE}"
        )


def _refuse_unfinished(
    home: ForceHome, records: Restricted, taken: Sequence[Entry]
) -> None:
    """A publication names all drops that it rests on, to go once one of them does."""
    known = {entry.raw_sha256 for entry in taken}
    if set(pc.unique(records.reveal()["raw_sha256"]).to_pylist()) - known:
        raise LakeError(
            f"{home.home.root} contains records of a drop that is not in its ledger: a"
            " pull was cut off; run hexbeat feed pull"
        )
