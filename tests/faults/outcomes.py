"""What an experiment found, and how a table tells it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Outcome:
    """How often a fault was injected, and what came of it."""

    fault: str
    injected: int = 0
    lost: int = 0  # rows, ledger rows or files that are not there and should be
    duplicated: int = 0  # rows that are there and should not be
    torn: int = 0  # times that a reader met half of something
    undetected: int = 0  # damages that reached a reader without a word
    manual: int = 0  # times that the same command again was not enough
    seconds: list[float] = field(default_factory=list)  # until all was well again
    notes: list[str] = field(default_factory=list)
    mended_by_hand: bool = False  # as is documented: `manual` is then no failure

    @property
    def clean(self) -> bool:
        """Whether nothing went wrong."""
        counts = (self.lost, self.duplicated, self.torn, self.undetected)
        by_hand = 0 if self.mended_by_hand else self.manual
        return self.injected > 0 and not any((*counts, by_hand))

    @property
    def row(self) -> str:
        """One line of the table."""
        ordered = sorted(self.seconds)
        times = "-"
        if ordered:
            late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
            times = f"{median(ordered):.1f} / {late:.1f}"
        counts = (self.lost, self.duplicated, self.torn, self.undetected, self.manual)
        cells = [self.fault, f"{self.injected:,}", *map(str, counts), times]
        return f"| {' | '.join(cells)} |"


_HEAD = """\
| fault | injected | lost | duplicated | torn | undetected | by hand | recovered in s, median / p95 |
|---|---|---|---|---|---|---|---|"""  # noqa: E501


def table(outcomes: Iterable[Outcome]) -> str:
    """The table of docs/reliability.md."""
    return "\n".join([_HEAD, *(outcome.row for outcome in outcomes)]) + "\n"
