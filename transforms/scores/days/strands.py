"""The groups that a user named, on the records and days that they are counted on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transforms.reference.days import Day
from transforms.reference.groups import CrimeGroup
from transforms.restricted import Restricted
from transforms.scores.panel import Panel


@dataclass(frozen=True, kw_only=True)
class Strand:
    """Groups that are counted on the same records and the same days.

    A day on which calls were not sent whole is exposure for crime, and not for calls;
    one of both must have both.
    """

    groups: tuple[CrimeGroup, ...]
    supplied: Sequence[Day]
    records: Restricted
    panel: Callable[[], Panel]  # made only where something is computed

    def identity(self, as_of: Day) -> list[object]:
        """What its scores rest on besides the records, in plain values."""
        groups = [[group.slug, group.categories, group.others] for group in self.groups]
        return [groups, [str(day) for day in self.supplied if day <= as_of]]
