"""Drops of which too many rows are quarantined: nothing is published over them unseen.

A few rows that break a rule are somebody's slips; many are a fault of the export or the
mapping. Judged is what is quarantined now, so a drop that is read again with a mended
mapping is in doubt no more.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from scipy.special import betainc

from transforms.records.day_coverage import HOLDING_DAYS
from transforms.records.ledger import Entry
from transforms.reference.days import LONDON, Day
from transforms.reference.overrides import DropsEntry


LIMIT_SHARE = 0.005  # of a drop's rows; above it is a fault and no slip
FEWEST_ROWS = 3  # fewer are never a doubt, however small the drop
TIMES_THE_PAST = 3  # so far above its past a rule's share must be,
CHANCE = 1e-4  # and so rare if the drop were like those before it
TO_DO = (
    "Mend the mapping and run hexbeat feed reread, or accept it in hexbeat.toml under"
    " [[feed.drops]]"
)

_ASKED_FOR = frozenset({"ambiguous-hour"})  # once a year, because the mapping says so
_ENOUGH_ROWS = int(FEWEST_ROWS / LIMIT_SHARE)  # a smaller drop counts with those before
_RULES_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A drop with too many quarantined rows, in numbers."""

    drop: str
    mark: str  # of its bytes, as offered
    received: Day
    rows: int  # quarantined
    of_rows: int
    rules: Mapping[str, int]  # the commonest first
    drops: int = 1  # that these are the rows of: of small ones, some before it too
    past_rows: int | None = None  # with these a rule's past share is the reason
    past_broken: int = 0
    accepted: DropsEntry | None = None  # what the settings say of it

    @property
    def in_words(self) -> str:
        """Which drop, how many rows and by which rule."""
        before = f" and {self.drops - 1:,} small drops before it" * (self.drops > 1)
        shown = list(self.rules.items())[:_RULES_SHOWN]
        rules = ", ".join(f"{number:,} by rule {rule}" for rule, number in shown)
        said = f"{self.drop}{before}: {self.rows:,} of {self.of_rows:,} rows"
        said += f" quarantined ({self.rows / self.of_rows:.1%}), {rules}"
        if self.past_rows is None:
            return said
        return f"{said}; of the {self.past_rows:,} rows before it {self.past_broken:,}"

    def holds(self, as_of: Day) -> bool:
        """Whether a publication of that day could rest on it."""
        return as_of.since(self.received) < HOLDING_DAYS


@dataclass(frozen=True)
class _Sample:
    """Some rows, and how many of them break each rule."""

    rows: int
    broken: Counter[str]

    def __add__(self, other: "_Sample") -> "_Sample":
        return _Sample(self.rows + other.rows, self.broken + other.broken)


_NOTHING = _Sample(0, Counter())


def doubts_of(
    taken: Iterable[Entry], quarantine: pa.Table, accepted: Sequence[DropsEntry]
) -> list[Doubt]:
    """The drops with too many quarantined rows, in the order in which they came.

    Each is judged by the limit and by the drops before it. One in doubt is no past for
    the next, unless somebody has accepted it.
    """
    broken = _broken_rules(quarantine)
    stored = [entry for entry in taken if entry.raw_sha256]
    found: list[Doubt] = []
    past, window = _NOTHING, deque[_Sample]()
    for entry in sorted(stored, key=lambda entry: (entry.received_at, entry.name)):
        rows = (entry.rows_in or 0) - (entry.erased or 0)
        sample = _Sample(rows, broken.get(str(entry.raw_sha256), Counter()))
        _add(window, sample)
        doubt = _doubt(entry, window, past, accepted)
        if doubt:
            found.append(doubt)
            window.clear()
        if doubt is None or doubt.accepted:
            past += sample
    return found


def open_doubts(doubts: Iterable[Doubt]) -> list[Doubt]:
    """Those that nobody has accepted."""
    return [doubt for doubt in doubts if doubt.accepted is None]


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


def _doubt(
    entry: Entry,
    window: Sequence[_Sample],
    past: _Sample,
    accepted: Sequence[DropsEntry],
) -> Doubt | None:
    """What is doubtful of a drop; of a small one, together with those before it."""
    if not window[-1].broken:
        return None
    for drops in sorted({1, len(window)}):
        sample = sum(list(window)[-drops:], _NOTHING)
        over = sample.broken.total() > LIMIT_SHARE * sample.rows
        rules = sample.broken if over else _above(sample, past)
        if rules.total() >= FEWEST_ROWS:
            return Doubt(
                drop=entry.name,
                mark=entry.offered_hmac,
                received=Day.of(entry.received_at.astimezone(LONDON).date()),
                rows=rules.total(),
                of_rows=sample.rows,
                rules=dict(sorted(rules.items(), key=lambda item: (-item[1], item[0]))),
                drops=drops,
                past_rows=None if over else past.rows,
                past_broken=sum(past.broken[rule] for rule in rules),
                accepted=next((a for a in accepted if a.names(entry.name)), None),
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
