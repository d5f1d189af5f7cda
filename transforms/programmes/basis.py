"""What the programmes of a home are frozen from, and counted in.

The public feed knows months, and its scores are in the lake for a year. A force's own
feed knows days, and past scores are computed again from its records.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from transforms.errors import ForceError, UsageError
from transforms.homes.home import Home
from transforms.incidents.lake_check import stored_forces
from transforms.lake.lake import Lake
from transforms.programmes.counted import Counted, counted
from transforms.programmes.evidence import Evidence, evidence_of, evidence_of_day
from transforms.programmes.force_records import (
    ForceRecords,
    force_records,
    read_parts,
)
from transforms.programmes.past import Past
from transforms.programmes.past_days import QuietWeeks
from transforms.programmes.past_lists import QuietPast
from transforms.programmes.points import GroupPoints, group_points
from transforms.programmes.programme import Programme
from transforms.programmes.register import busy_periods
from transforms.programmes.rule import Rule
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.parted import Parted
from transforms.reference.arrays import Cells
from transforms.reference.cells import as_text
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import DAYS, Day
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.reference.months import Month
from transforms.scores.methods import METHODS


LENGTHS_MONTHS = range(1, 12)  # longer ones need more scores than a lake keeps


class Basis(Protocol):
    """What the programmes of a home are frozen from, and counted in."""

    @property
    def clock(self) -> Clock:
        """The clock of its feed."""
        ...

    def force(self, name: str) -> Force:
        """A force of the lake; `ForceError` where there is nothing of it."""
        ...

    @property
    def groups(self) -> Mapping[str, CrimeGroup]:
        """The groups that a programme may be of, by name."""
        ...

    def counted(
        self, force: str, group: CrimeGroup, exclusions: Sequence[Exclusion], since: Any
    ) -> Counted:
        """What a force's incidents of a group can be compared in."""
        ...

    def points(
        self,
        force: str,
        group: CrimeGroup,
        exclusions: Sequence[Exclusion],
        periods: Sequence[Any],
    ) -> GroupPoints:
        """Where and when a force's incidents of a group were, in those periods."""
        ...

    def evidence(self, rows: pa.Table, group: CrimeGroup, among: Cells) -> Evidence:
        """How sure the forecast of some cells was; `rows` are the published ones."""
        ...

    def frozen_past(
        self,
        rule: Rule,
        group: CrimeGroup,
        exclusions: Sequence[Exclusion],
        method: str,
        until: Any,
    ) -> list[Past]:
        """Past lists of the rule that are kept with a programme, of every length.

        `group` is that of the rule, as the programme has it.
        """
        ...

    def newer_past(
        self, rule: Rule, exclusions: Sequence[Exclusion], length: int, until: Any
    ) -> list[Past]:
        """Past lists of a length that are known only when a look is made."""
        ...


def basis_of(home: Home, lake: Lake) -> Basis:
    """What the programmes of a home rest on: its months, or its own feed's days."""
    return DayBasis(home) if home.feed else MonthBasis(home, lake)


def clock_of(home: Home) -> Clock:
    """The clock of a home's feed."""
    return DAYS if home.feed else MONTHS


def refuse_other_clock(home: Home, programme: Programme) -> None:
    """Refuse to count a list of months in a home of days.

    It may lie there for the pings of its patrols (docs/dosage.md).
    """
    own, here = programme.clock, clock_of(home)
    if own is not here:
        raise UsageError(
            f"{programme.id} was frozen from {own.unit}, and {home.root} has"
            f" {here.unit}: use the home that it was frozen in"
        )


@dataclass(frozen=True)
class MonthBasis:
    """Months of the public feed, and the scores of them that a lake keeps."""

    home: Home
    lake: Lake
    clock: Clock = MONTHS

    @property
    def groups(self) -> Mapping[str, CrimeGroup]:
        """The groups that a programme may be of: those that are shipped."""
        return GROUPS

    def force(self, name: str) -> Force:
        """A force of the lake; `ForceError` where there is nothing of it."""
        for force in stored_forces(self.lake, self.home.registry):
            if force.id == name:
                return force
        raise ForceError(f"{name}: the lake has nothing of it")

    def counted(
        self,
        force: str,
        group: CrimeGroup,
        exclusions: Sequence[Exclusion],
        since: Month,
    ) -> Counted:
        """What a force's incidents of a group can be compared in."""
        return counted(self.lake, self.force(force), group.slug, exclusions, since)

    def points(
        self,
        force: str,
        group: CrimeGroup,
        exclusions: Sequence[Exclusion],
        periods: Sequence[Month],
    ) -> GroupPoints:
        """Where and when a force's incidents of a group were, in those months."""
        wanted = set(map(str, periods))
        files = self.lake.files("incidents", force)
        files = [file for file in files if file.partition["month"] in wanted]
        return group_points(files, exclusions, force, group)

    def evidence(self, rows: pa.Table, group: CrimeGroup, among: Cells) -> Evidence:
        """How sure the forecast of some cells was, by the scores in the lake."""
        force = rows["force"][0].as_py()
        return evidence_of(
            self.lake,
            self.home.registry[force],
            group,
            Month.parse(rows["as_of"][0].as_py()),
            method_of(rows),
            self.home.scoring_of(force),
            among,
        )

    def frozen_past(
        self,
        rule: Rule,
        _group: CrimeGroup,
        exclusions: Sequence[Exclusion],
        _method: str,
        until: Month,
    ) -> list[Past]:
        """Lists at each as-of whose scores are in the lake, of every length."""
        return self._past(rule, exclusions, LENGTHS_MONTHS, until)

    def newer_past(
        self, rule: Rule, exclusions: Sequence[Exclusion], length: int, until: Month
    ) -> list[Past]:
        """Lists of a length at the as-ofs whose scores are in the lake by now."""
        return self._past(rule, exclusions, [length], until)

    def _past(
        self,
        rule: Rule,
        exclusions: Sequence[Exclusion],
        lengths: Sequence[int],
        until: Month,
    ) -> list[Past]:
        quiet = QuietPast(
            lake=self.lake,
            forces=self.home.registry,
            lengths=lengths,
            exclusions=exclusions,
            busy=busy_periods(self.home, rule.group, Month),
            until=until,
        )
        return list(quiet.lists(rule))


@dataclass(frozen=True)
class DayBasis:
    """Days of a force's own feed, and its records."""

    home: Home
    clock: Clock = DAYS
    _of_group: dict[str, ForceRecords] = field(default_factory=dict, repr=False)

    @cached_property
    def _feed(self) -> ForceHome:
        return open_force_home(self.home.root)

    @cached_property
    def _parts(self) -> Parted:
        """The records, read once."""
        with self._feed.alone("reading for a programme"):
            return read_parts(self._feed)

    @cached_property
    def groups(self) -> Mapping[str, CrimeGroup]:
        """The groups that a programme may be of: the user's own among them."""
        return GROUPS | {group.slug: group for group in self._feed.groups}

    def records(self, group: CrimeGroup) -> ForceRecords:
        """Those that a group is counted in."""
        kept = group.slug if group.slug not in GROUPS else ""
        if kept not in self._of_group:
            self._of_group[kept] = force_records(self._feed, self._parts, group)
        return self._of_group[kept]

    def force(self, name: str) -> Force:
        """The force whose feed it is; `ForceError` for another."""
        if name != self._feed.force:
            raise ForceError(f"{name}: {self.home.root} is of {self._feed.force} alone")
        return self.home.registry[name]

    def counted(
        self,
        _force: str,
        group: CrimeGroup,
        exclusions: Sequence[Exclusion],
        since: Day,
    ) -> Counted:
        """What the incidents of a group can be compared in."""
        return self.records(group).counted(group, exclusions, since)

    def points(
        self,
        _force: str,
        group: CrimeGroup,
        exclusions: Sequence[Exclusion],
        periods: Sequence[Day],
    ) -> GroupPoints:
        """Where and when the incidents of a group were, on those days."""
        return self.records(group).points(group, exclusions, periods)

    def evidence(self, rows: pa.Table, group: CrimeGroup, among: Cells) -> Evidence:
        """How sure the forecast of some cells was, of the records known then.

        `UsageError` where these records no longer give the published scores.
        """
        scores = dict(
            zip(rows["h3_cell"].to_pylist(), rows["score"].to_pylist(), strict=True)
        )
        return evidence_of_day(
            self.records(group),
            group,
            Day.parse(rows["as_of"][0].as_py()),
            method_of(rows),
            among,
            np.array([scores[cell] for cell in as_text(among)]),
        )

    def frozen_past(
        self,
        rule: Rule,
        group: CrimeGroup,
        exclusions: Sequence[Exclusion],
        method: str,
        until: Day,
    ) -> list[Past]:
        """Lists in each week of the year to the as-of, followed for every length."""
        quiet = QuietWeeks(
            records=self.records(group),
            method=METHODS[method],
            exclusions=exclusions,
            busy=busy_periods(self.home, rule.group, Day),
            until=until,
        )
        return list(quiet.lists(rule))

    def newer_past(
        self, _rule: Rule, _exclusions: Sequence[Exclusion], _length: int, _until: Day
    ) -> list[Past]:
        """None: once a programme has started, its force has no quiet week."""
        return []


def method_of(rows: pa.Table) -> str:
    """The name of the method that scored published rows."""
    name: str = rows["method"][0].as_py().partition(" ")[0]
    return name
