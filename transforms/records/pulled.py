"""What one pull of a force's feed did."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from transforms.records.doubt import Doubt
from transforms.records.landing import Landed
from transforms.records.removal import Removed
from transforms.records.reread import Reread


_COUNTS = (
    "rows_in", "accepted", "deleted", "quarantined", "erased", "located", "ambiguous",
)  # fmt: skip


@dataclass(kw_only=True)
class Pulled:
    """What a pull did, in numbers, and a line for each drop that is newly refused."""

    drops: int = 0  # taken
    unchanged: int = 0  # stored already
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    broken: Counter[str] = field(default_factory=Counter)  # rows by rule
    rejected: dict[str, str] = field(default_factory=dict)  # drop: why, as news
    refused: set[str] = field(default_factory=set)  # names, those known before too
    open_ends: int = 0  # rows whose end lies after receipt, and counts as unknown
    nowhere: list[str] = field(default_factory=list)  # drops with no place in the area
    names: set[str] = field(default_factory=set)  # of the drops taken
    marks: set[str] = field(default_factory=set, compare=False)  # of those, keyed
    doubts: list[Doubt] = field(default_factory=list)  # of those
    still_in_doubt: int = 0  # doubts of other drops
    nothing_new: int = 0  # drops without a row
    reread: Reread = field(default_factory=Reread)  # stored drops, with this mapping
    growing: int = 0  # drops left for the next pull
    removed: Removed = field(default_factory=Removed)
    withheld: str | None = None  # why retention was not enforced
    mapping_changed: bool = False  # since the newest drop was read
    asked: Literal["all", "changes"] | None = None  # of a database with a watermark
    went_back: bool = False  # its newest watermark is lower than before

    @property
    def still_refused(self) -> int:
        """The refused drops that an earlier pull has reported."""
        return len(self.refused) - len(self.rejected)

    @property
    def changed(self) -> bool:
        """Whether the home is another than before."""
        return bool(self.drops or self.removed.any or self.reread.records)

    def add(self, landed: Landed) -> None:
        """Take a drop's numbers in."""
        if landed.entry.is_rejected:
            self.refused.add(landed.entry.name)
            if landed.is_news:
                self.rejected[landed.entry.name] = landed.entry.reason or ""
            return
        self.drops += 1
        self.nothing_new += landed.entry.rows_in == 0
        self.names.add(landed.entry.name)
        self.marks.add(landed.entry.offered_hmac)
        self.broken += landed.broken
        self.open_ends += landed.open_ends
        if landed.nowhere and not landed.entry.reason:  # which is a doubt
            self.nowhere.append(landed.entry.name)
        for name in _COUNTS:
            self.counts[name] += getattr(landed.entry, name) or 0
