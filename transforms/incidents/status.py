"""What the lake has of each force: its months, or why it has none."""

from dataclasses import dataclass

from transforms.errors import ForceError
from transforms.homes.home import Home
from transforms.incidents.coverage import MonthCoverage
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import Force
from transforms.reference.months import Month, month_range, window


@dataclass(frozen=True)
class ForceStatus:
    """One force, as far as the lake and the facts about it go."""

    force: Force
    months: dict[Month, MonthCoverage]
    unfinished: str | None  # why its months are not known

    def newest(self) -> Month | None:
        """The newest month supplied."""
        return max(supplied_periods(self.months), default=None)

    def unscored(self, unscorable: str | None, as_of: Month) -> str | None:
        """Why it can have no score at that month: the known fact, if there is one."""
        why = self.unfinished or unscorable
        return (why and self.silence(as_of)) or why

    def silence(self, month: Month) -> str | None:
        """The known fact that it supplies nothing by then, unless it has since."""
        fact = self.force.not_supplied
        if fact is None or month < fact.since:
            return None
        newest = self.newest()
        return fact.text if newest is None or newest < fact.since else None

    def rests_on_months(self, as_of: Month) -> int:
        """How many of the twelve months to the as-of a score rests on."""
        return len(set(window(as_of, 12)) & set(supplied_periods(self.months)))


def statuses(home: Home) -> list[ForceStatus]:
    """Every force in the lake, and those known to supply nothing."""
    lake, known = home.lake, []
    stored = stored_forces(lake, home.registry)
    for force in stored:
        try:
            known.append(ForceStatus(force, force_coverage(lake, force), None))
        except ForceError as error:
            known.append(ForceStatus(force, {}, str(error)))
    last = max((m for s in known for m in s.months), default=None)
    silent = [f for f in home.registry.values() if f.not_supplied and f not in stored]
    if last:
        known += [ForceStatus(f, _never_sent(f, last), None) for f in silent]
    return sorted(known, key=lambda s: s.force.id)


def _never_sent(force: Force, last: Month) -> dict[Month, MonthCoverage]:
    if force.not_supplied is None:
        return {}
    months = month_range(force.not_supplied.since, last)
    return {m: MonthCoverage(m, "not_supplied", None) for m in months}
