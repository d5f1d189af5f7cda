"""The slow obvious twins: each statistic and each query again, in plain Python.

Nothing here is fast, vectorised or shared with the code it checks, but for h3 and the
crime groups. Incidents are (cell, month, category) tuples, months are (year, month).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import h3
from scipy.stats import nbinom

from transforms.groups import CrimeGroup


Incident = tuple[str, tuple[int, int], str]  # cell at resolution 9, month, category

ALPHAS = [math.exp(math.log(0.05) + i * math.log(1000) / 13) for i in range(14)]


def age(as_of: tuple[int, int], month: tuple[int, int]) -> int:
    """Months between."""
    return (as_of[0] - month[0]) * 12 + as_of[1] - month[1]


def universe(incidents: Sequence[Incident], as_of: tuple[int, int]) -> set[str]:
    """All resolution-9 cells in resolution-7 cells with five incidents up to then."""
    held = Counter(
        h3.cell_to_parent(cell, 7) for cell, month, _ in incidents if month <= as_of
    )
    return {
        child
        for parent, number in held.items()
        if number >= 5
        for child in h3.cell_to_children(parent, 9)
    }


def window_count(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    group: CrimeGroup,
    cell: str,
    youngest: int,
    oldest: int,
) -> int | None:
    """Incidents of those ages in supplied months; None if no such month."""
    months = {m for m in supplied if youngest <= age(as_of, m) <= oldest}
    if not months:
        return None
    return sum(
        c == cell and month in months and category in group.categories
        for c, month, category in incidents
    )


def shared_prior(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    group: CrimeGroup,
) -> tuple[dict[str, float], dict[str, float]]:
    """Score of each cell of the universe, and the size of its interval."""
    cells = universe(incidents, as_of)
    known = [m for m in supplied if m <= as_of]
    exposure = sum(0.5 ** (age(as_of, m) / 6) for m in known)
    own: dict[str, float] = defaultdict(float)
    other: dict[str, float] = defaultdict(float)
    for cell, month, category in incidents:
        if cell in cells and month in known:
            weight = 0.5 ** (age(as_of, month) / 6)
            if category in group.categories:
                own[cell] += weight
            if category in group.others:
                other[cell] += weight
    total = sum(own.values())

    if not group.others:
        alpha = 2.0
        level = {
            c: own[c] + 0.02 * sum(own[n] for n in h3.grid_ring(c, 1) if n in cells)
            for c in cells
        }
    else:
        prior = _prior(cells, own, other, total)
        alpha = max(ALPHAS, key=lambda a: _log_likelihood(a, own, prior))
        level = {
            c: prior[c] * (alpha + own[c]) / (alpha + prior[c]) if prior[c] else 0.0
            for c in cells
        }
    scale = total / sum(level.values()) / exposure if any(level.values()) else 0.0
    score = {c: level[c] * scale for c in cells}
    sizes = {c: 1 / (1 / (0.25 * (alpha + own[c])) + 1 / 5) for c in cells}
    return score, sizes


def _prior(
    cells: set[str], own: dict[str, float], other: dict[str, float], total: float
) -> dict[str, float]:
    basis = {}
    for c in cells:
        ring1 = [n for n in h3.grid_ring(c, 1) if n in cells]
        ring2 = [n for n in h3.grid_ring(c, 2) if n in cells]
        basis[c] = (
            other[c]
            + math.exp(-0.5 / 0.45**2) * sum(other[n] for n in ring1)
            + math.exp(-2 / 0.45**2) * sum(other[n] for n in ring2)
            + 0.05 * sum(own[n] for n in ring1)
        )
    floor = 0.01 * sum(basis.values()) / len(basis)
    floored = {c: max(b, floor) for c, b in basis.items()}
    scale = sum(floored.values())
    return {c: b * total / scale if scale else 0.0 for c, b in floored.items()}


def _log_likelihood(a: float, own: dict[str, float], prior: dict[str, float]) -> float:
    """Negative binomial likelihood of the counts with those means and size a."""
    total = 0.0
    for c, mu in prior.items():
        y = own[c]
        total += a * math.log(a / (a + mu))
        if y > 0:
            total += math.lgamma(y + a) - math.lgamma(a) + y * math.log(mu / (a + mu))
    return total


def interval(mean: float, size: float) -> tuple[int, int]:
    """2.5 % and 97.5 % quantiles of the negative binomial."""
    p = size / (size + mean)
    return int(nbinom.ppf(0.025, size, p)), int(nbinom.ppf(0.975, size, p))


def ranked(score: dict[str, float]) -> dict[str, int]:
    """1 for the highest, ties by cell id."""
    order = sorted(score, key=lambda c: (-score[c], int(c, 16)))
    return {cell: place for place, cell in enumerate(order, start=1)}


def band(rank: int, cells: int) -> str:
    """The first band that the rank is within."""
    for name, percent in (("1", 1), ("2", 2), ("5", 5), ("20", 20)):
        if rank <= math.ceil(percent * cells / 100):
            return f"top_{name}pct"
    return "rest"


def commonest(labels: Sequence[str | None]) -> str | None:
    """The commonest label, the first in the alphabet among equals."""
    counts = Counter(label for label in labels if label is not None)
    return min(counts, key=lambda label: (-counts[label], label)) if counts else None


def looks_partial(rows: Sequence[tuple[int, int]], month: int) -> bool:
    """The rule for partial months over (month number, rows), oldest first.

    Recomputed from the start for each month, since a partial month is no yardstick.
    """
    supplied: list[tuple[int, int]] = []
    for number, count in rows:
        recent = [c for n, c in supplied if number - n <= 24][-12:]
        middle = sorted(recent)
        partial = False
        if len(recent) >= 3:
            half = len(middle) // 2
            median = (
                middle[half]
                if len(middle) % 2
                else (middle[half - 1] + middle[half]) / 2
            )
            partial = count < 0.6 * median
        if number == month:
            return partial
        if not partial:
            supplied.append((number, count))
    raise AssertionError(month)


def latest_outcome(
    crime: Mapping[str, object], outcomes: Sequence[Mapping[str, object]], last: str
) -> tuple[object, object]:
    """A crime's outcome and the month of it: the newest of its id, else its own."""
    if crime["crime_id"] is None:
        return None, None
    known = [
        (row["month"], row["raw_line"], row["outcome"])
        for row in outcomes
        if row["crime_id"] == crime["crime_id"] and row["month"] <= last
    ]
    if not known:
        return crime["outcome"], None
    month, _, outcome = max(known)
    return outcome, month


def outcome_counts(
    outcomes: Sequence[str | None], positive: Mapping[str, bool]
) -> tuple[int, int]:
    """How many are final, and how many of those positive."""
    final = [o for o in outcomes if o in positive]
    return len(final), sum(positive[o] for o in final)
