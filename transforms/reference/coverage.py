"""What a month or a day of a force counts as, and what withholds a publication."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from transforms.reference.clocks import Period
from transforms.reference.overrides import Override


Status = Literal[
    "supplied",
    "partial",
    "partial_suspected",
    "set_aside",
    "missing",
    "not_supplied",
    "rejected",
]
P = TypeVar("P", bound=Period)
E = TypeVar("E")


@dataclass(frozen=True)
class PeriodCoverage(Generic[P, E]):
    """What a period counts as, and what decides that."""

    period: P
    status: Status
    entry: E | None = None  # of the ledger, where a file is whole periods
    override: Override | None = None


@dataclass(frozen=True)
class Hold(Generic[P]):
    """A period that withholds publications until a person decides, and why."""

    period: P
    rule: str
    text: str  # what the rule found, in words


def supplied_periods(coverage: Mapping[P, PeriodCoverage[P, Any]]) -> list[P]:
    """The periods that are exposure: missing is never zero."""
    return [period for period, c in coverage.items() if c.status == "supplied"]
