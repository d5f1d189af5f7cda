"""What is doubtful of a drop: nothing is published over it until somebody decides."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from transforms.records.day_coverage import HOLDING_DAYS
from transforms.records.ledger import Entry
from transforms.reference.days import LONDON, Day
from transforms.reference.overrides import DropsEntry


TO_DO = (
    "Mend the mapping and pull again, or accept it in hexbeat.toml under [[feed.drops]]"
)


@dataclass(frozen=True, kw_only=True)
class Doubt(ABC):
    """A drop, or some, of which something is doubtful."""

    drop: str
    marks: frozenset[str]  # of their bytes, as offered
    received: Day
    rows: int = 0  # quarantined
    accepted: DropsEntry | None = None  # what the settings say of it

    @property
    @abstractmethod
    def in_words(self) -> str:
        """Which drop, and what is doubtful of it."""

    def holds(self, as_of: Day) -> bool:
        """Whether a publication of that day could rest on it."""
        return as_of.since(self.received) < HOLDING_DAYS


@dataclass(frozen=True, kw_only=True)
class PlacesInDoubt(Doubt):
    """Drops of one pull whose places lie outside the force's area."""

    why: str  # of the first of them

    @property
    def in_words(self) -> str:
        """The first of them, how many are like it, and where its places lie."""
        more = len(self.marks) - 1
        like_it = f" and {more:,} more of that pull" if more else ""
        return f"{self.drop}{like_it}: {self.why}"


def places_in_doubt(
    taken: Iterable[Entry], placed: Collection[str], accepted: Sequence[DropsEntry]
) -> list[Doubt]:
    """The drops that came with their places elsewhere, and whose places still count.

    `placed` are the raw drops of which records with a place are stored: once all of
    them came again, or are gone, nobody has to decide any more.
    """
    found: dict[object, PlacesInDoubt] = {}
    for entry in sorted(taken, key=lambda entry: (entry.received_at, entry.name)):
        if entry.reason is None or entry.raw_sha256 not in placed:
            continue
        by = accepting(accepted, entry)
        marks = frozenset({entry.offered_hmac})
        first = found.get((entry.received_at, by))
        found[entry.received_at, by] = PlacesInDoubt(
            drop=first.drop if first else entry.name,
            why=first.why if first else entry.reason,
            marks=marks | (first.marks if first else frozenset()),
            received=received_on(entry),
            accepted=by,
        )
    return list(found.values())


def received_on(entry: Entry) -> Day:
    """The day on which a drop came, on the clock in Great Britain."""
    return Day.of(entry.received_at.astimezone(LONDON).date())


def accepting(accepted: Iterable[DropsEntry], entry: Entry) -> DropsEntry | None:
    """What the settings say of a drop, if anything."""
    return next((one for one in accepted if one.names(entry.name)), None)


def open_doubts(doubts: Iterable[Doubt]) -> list[Doubt]:
    """Those that nobody has accepted."""
    return [doubt for doubt in doubts if doubt.accepted is None]
