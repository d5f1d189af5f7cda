"""Drops in doubt: too many of their rows are quarantined, or their places elsewhere.

A few rows that break a rule are somebody's slips; many are a fault of the export or the
mapping. Judged is what is quarantined now, and did not come again as good records in a
later drop: once the mapping is mended, or the rows are, a drop is in doubt no more.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import betainc

from transforms.lake.lake import Lake
from transforms.records import ledger
from transforms.records.doubt import (
    Doubt,
    accepting,
    open_doubts,
    places_in_doubt,
    received_on,
)
from transforms.records.homes import ForceHome
from transforms.records.ledger import Entry
from transforms.records.live import live_records
from transforms.records.sent_again import not_sent_again
from transforms.records.tables import of_drops, quarantined_rows, without_drops
from transforms.reference.overrides import DropsEntry


LIMIT_SHARE = 0.005  # of a drop's rows; above it is a fault and no slip
FEWEST_ROWS = 3  # fewer are never a doubt, however small the drop
TIMES_THE_PAST = 3  # so far above its past a rule's share must be,
CHANCE = 1e-4  # and so rare if the drop were like those before it

_ASKED_FOR = frozenset({"ambiguous-hour"})  # once a year, because the mapping says so
_ENOUGH_ROWS = int(FEWEST_ROWS / LIMIT_SHARE)  # a smaller drop counts with those before
_RULES_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class TooMany:
    """Too many quarantined rows of one kind, in numbers."""

    kind: str  # of the rows; empty where a feed has one kind only
    rows: int
    of_rows: int
    rules: Mapping[str, int]  # the commonest first
    marks: frozenset[str]  # of the drops that these are the rows of
    past_rows: int | None = None  # with these a rule's past share is the reason
    past_broken: int = 0

    @property
    def in_words(self) -> str:
        """How many rows, by which rule."""
        shown = list(self.rules.items())[:_RULES_SHOWN]
        rules = ", ".join(f"{number:,} by rule {rule}" for rule, number in shown)
        said = f"{self.rows:,} of {self.of_rows:,} rows{self.kind}"
        said += f" quarantined ({self.rows / self.of_rows:.1%}), {rules}"
        if self.past_rows is None:
            return said
        return f"{said}; of the {self.past_rows:,} rows before it {self.past_broken:,}"


@dataclass(frozen=True, kw_only=True)
class RowsInDoubt(Doubt):
    """A drop with too many quarantined rows, of crimes or of calls for service."""

    of_kinds: Sequence[TooMany]

    @property
    def in_words(self) -> str:
        """Which drop, how many rows and by which rule."""
        small = len(self.marks) - 1
        before = f" and {small:,} small drops before it" * (small > 0)
        said = "; ".join(each.in_words for each in self.of_kinds)
        return f"{self.drop}{before}: {said}"


@dataclass(frozen=True)
class _Sample:
    """Some rows, and how many of them break each rule."""

    rows: int
    broken: Counter[str]
    marks: frozenset[str] = frozenset()  # of its drops, as offered

    def __add__(self, other: "_Sample") -> "_Sample":
        marks = self.marks | other.marks
        return _Sample(self.rows + other.rows, self.broken + other.broken, marks)


_NOTHING = _Sample(0, Counter())


def doubts_in(home: ForceHome, lake: Lake) -> list[Doubt]:
    """All doubts of a home's drops, those about their places first."""
    taken, accepted = (
        ledger.supplied(ledger.drops(lake, home.force)),
        home.feed.accepted,
    )
    elsewhere: list[Doubt] = []
    if any(entry.reason for entry in taken):  # most homes need no look
        placed = _placed(live_records(lake, home.force).reveal())
        elsewhere = places_in_doubt(taken, placed, accepted)
    quarantine = quarantined_rows(lake, home.force)
    found = doubts_of(taken, quarantine, accepted, home.mapping.has_both)
    if marks := {mark for doubt in open_doubts(found) for mark in doubt.marks}:
        raw = {str(e.raw_sha256) for e in taken if e.offered_hmac in marks}
        doubted = quarantine.filter(of_drops(quarantine, raw))
        rest = not_sent_again(home, lake, taken, doubted)
        if len(rest) < len(doubted):
            rest = pa.concat_tables([without_drops(quarantine, raw), rest])
            found = doubts_of(taken, rest, accepted, home.mapping.has_both)
    return elsewhere + found


def _placed(live: pa.Table) -> set[str]:
    """The raw drops that have a place in some record."""
    located = live.filter(pc.is_valid(live["longitude"]))
    return set(pc.unique(located["raw_sha256"]).to_pylist())


def doubts_of(
    taken: Iterable[Entry],
    quarantine: pa.Table,
    accepted: Sequence[DropsEntry],
    has_both: bool = False,
) -> list[Doubt]:
    """The drops with too many quarantined rows, in the order in which they came.

    Each is judged by the limit and by the drops before it. A feed that `has_both`
    crimes and calls for service has them judged apart: many of one kind would hide
    what is wrong with few of the other.
    """
    stored = [entry for entry in taken if entry.raw_sha256]
    kinds = _apart(quarantine) if has_both else _together(quarantine)
    found: list[Doubt] = []
    for entry in sorted(stored, key=lambda entry: (entry.received_at, entry.name)):
        by = accepting(accepted, entry)
        judged = [kind.judged(entry, by is not None) for kind in kinds]
        too_many = [each for each in judged if each]
        if too_many:
            doubt = RowsInDoubt(
                drop=entry.name,
                marks=frozenset().union(*(each.marks for each in too_many)),
                received=received_on(entry),
                rows=sum(each.rows for each in too_many),
                accepted=by,
                of_kinds=too_many,
            )
            found.append(doubt)
    return found


@dataclass(frozen=True)
class _Of:
    """The rows of one kind: how many a drop has, which are broken, and what was."""

    name: str
    rows: Callable[[Entry], int]
    broken: Mapping[str, Counter[str]]  # by raw drop
    window: deque[_Sample] = field(default_factory=deque)
    past: list[_Sample] = field(default_factory=lambda: [_NOTHING])

    def judged(self, entry: Entry, is_accepted: bool) -> TooMany | None:
        """What is too many of a drop's rows.

        A drop in doubt is no past for the next, unless somebody has accepted it.
        """
        broken = self.broken.get(str(entry.raw_sha256), Counter())
        marks = frozenset({entry.offered_hmac})
        sample = _Sample(self.rows(entry), broken, marks)
        if not sample.rows:
            return None
        _add(self.window, sample)
        found = _too_many(self.name, self.window, self.past[-1])
        if found:
            self.window.clear()
        if found is None or is_accepted:
            self.past[-1] += sample
        return found


def _together(quarantine: pa.Table) -> list[_Of]:
    """All rows, of a feed that has one kind only."""
    return [_Of("", _rows, _broken_rules(quarantine))]


def _apart(quarantine: pa.Table) -> list[_Of]:
    """Crimes and calls for service; what says of neither that it is one is a crime."""
    mask = pc.fill_null(quarantine["call"], False)
    crimes, calls = (
        _broken_rules(quarantine.filter(m)) for m in (pc.invert(mask), mask)
    )
    return [
        _Of(" of crimes", lambda e: _rows(e) - (e.calls or 0), crimes),
        _Of(" of calls for service", lambda e: e.calls or 0, calls),
    ]


def _rows(entry: Entry) -> int:
    return (entry.rows_in or 0) - (entry.erased or 0)


def _broken_rules(quarantine: pa.Table) -> dict[str, Counter[str]]:
    """How many rows of each raw drop break each rule."""
    digests = quarantine["raw_sha256"].cast(pa.string())
    rules = quarantine["rule"].cast(pa.string())
    table = pa.table({"digest": digests, "rule": rules})
    counted = table.group_by(["digest", "rule"]).aggregate([([], "count_all")])
    by_drop: dict[str, Counter[str]] = {}
    for row in counted.to_pylist():
        if row["rule"] not in _ASKED_FOR:
            of_drop = by_drop.setdefault(row["digest"], Counter())
            of_drop[row["rule"]] = row["count_all"]
    return by_drop


def _add(window: deque[_Sample], sample: _Sample) -> None:
    """Keep the newest small drops: so many as are needed to judge by a share."""
    window.append(sample)
    rows = sum(each.rows for each in window)
    while len(window) > 1 and rows - window[0].rows >= _ENOUGH_ROWS:
        rows -= window.popleft().rows


def _too_many(kind: str, window: Sequence[_Sample], past: _Sample) -> TooMany | None:
    """What is doubtful of a drop; of a small one, together with those before it."""
    if not window[-1].broken:
        return None
    for drops in sorted({1, len(window)}):
        sample = sum(list(window)[-drops:], _NOTHING)
        over = sample.broken.total() > LIMIT_SHARE * sample.rows
        rules = sample.broken if over else _above(sample, past)
        if rules.total() >= FEWEST_ROWS:
            return TooMany(
                kind=kind,
                rows=rules.total(),
                of_rows=sample.rows,
                rules=dict(sorted(rules.items(), key=lambda item: (-item[1], item[0]))),
                marks=sample.marks,
                past_rows=None if over else past.rows,
                past_broken=sum(past.broken[rule] for rule in rules),
            )
    return None


def _above(sample: _Sample, past: _Sample) -> Counter[str]:
    """The rules whose share is far above its past."""
    return Counter(
        {
            rule: number
            for rule, number in sample.broken.items()
            if number >= FEWEST_ROWS
            and is_far_above(number, sample.rows, past.broken[rule], past.rows)
        }
    )


def is_far_above(number: int, rows: int, past_number: int, past_rows: int) -> bool:
    """Whether so many of these rows break a rule that no past like that brings them.

    The chance is that of so many or more, binomial with the share of the past; one row
    more than it had keeps a short past from promising that a rule is never broken.
    """
    share = (past_number + 1) / (past_rows + 2)
    if number <= TIMES_THE_PAST * share * rows:
        return False
    return bool(betainc(number, rows - number + 1, share) < CHANCE)
