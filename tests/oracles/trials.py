"""Twins of trials: each statistic as it is written down, one number after another."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from itertools import accumulate

import numpy as np


def words(key: bytes) -> Iterator[int]:
    number = 0
    while True:
        block = sha256(key + number.to_bytes(8, "big")).hexdigest()
        for at in range(0, 64, 16):
            yield int(block[at : at + 16], 16)
        number += 1


def below(limit: int, stream: Iterator[int]) -> int:
    for word in stream:
        if word < 2**64 // limit * limit:
            return word % limit
    raise AssertionError


def mixed(items: Sequence[object], stream: Iterator[int]) -> list[object]:
    left = list(items)
    for last in reversed(range(1, len(left))):
        at = below(last + 1, stream)
        left[last], left[at] = left[at], left[last]
    return left


def weekly(
    places: Sequence[str], days: int, capacity: Sequence[int], monday: date, key: bytes
) -> dict[str, list[int]]:
    room = list(capacity)
    table = []
    for _ in places:
        row = [0] * 7
        for _ in range(days):
            free = [day for day in range(7) if not row[day]]
            best = max(free, key=lambda day: (room[day], -day))
            row[best] = 1
            room[best] -= 1
        table.append(row)
    stream = words(key + b":" + str(monday).encode())
    for _ in range(5 * len(places)):
        i = below(len(places), stream)
        j = below(len(places) - 1, stream)
        j += j >= i
        differing = [day for day in range(7) if table[i][day] != table[j][day]]
        pool = mixed(differing, stream)
        to_first = sum(table[i][day] for day in differing)
        for at, day in enumerate(pool):
            table[i][day] = int(at < to_first)  # type: ignore[call-overload]
            table[j][day] = int(at >= to_first)  # type: ignore[call-overload]
    dealt = mixed(table, stream)
    return {
        place: [day for day in range(7) if row[day]]  # type: ignore[index]
        for place, row in zip(places, dealt, strict=True)
    }


def exact_power(mean: float, ratio: float, share: float) -> float:
    """How often a crossover with Poisson incidents rejects, one count after another."""
    shown = share * ratio / (share * ratio + 1 - share)
    power = 0.0
    for events in range(int(mean + 9 * math.sqrt(mean)) + 10):
        of_total = math.exp(events * math.log(mean) - mean - math.lgamma(events + 1))
        none = [_binomial(k, events, share) for k in range(events + 1)]
        below = list(accumulate(none))
        above = list(accumulate(reversed(none)))[::-1]
        power += of_total * sum(
            _binomial(k, events, shown)
            for k in range(events + 1)
            if below[k] <= 0.025 or above[k] <= 0.025
        )
    return power


def _binomial(k: int, n: int, p: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(p) + (n - k) * math.log(1 - p))


def half_log_ratios(
    places: Sequence[tuple[int, float]], coins: Sequence[Sequence[int]]
) -> list[tuple[float, float]]:
    """Of each split: the log ratio of two halves, and its variance by chance."""
    found = []
    for split in coins:
        halves = [[0.0, 0.0], [0.0, 0.0]]
        for pair in range(len(places) // 2):
            for member in (0, 1):
                half = halves[member if split[pair] == 0 else 1 - member]
                half[0] += places[2 * pair + member][0]
                half[1] += places[2 * pair + member][1]
        (a, expected_a), (b, expected_b) = halves
        if a == 0 or b == 0:
            a, b = a + 0.5, b + 0.5
        found.append((math.log(a / expected_a / (b / expected_b)), 1 / a + 1 / b))
    return found


def crossover(
    counts: list[list[float]],
    assigned: list[list[bool]],
    weekday: list[int],
    kept: list[list[bool]] | None,
) -> dict[str, float]:
    """Score, ratio, variance and variance factor, one place-day after another."""
    cells: dict[tuple[int, int], list[tuple[float, bool]]] = {}
    for place, row in enumerate(counts):
        for day, count in enumerate(row):
            if kept is None or kept[place][day]:
                key = place, weekday[day]
                cells.setdefault(key, []).append((count, assigned[place][day]))
    above = below = difference = spread = 0.0
    used = []
    for seen in cells.values():
        a = sum(count for count, drawn in seen if drawn)
        c = sum(count for count, drawn in seen if not drawn)
        n1 = sum(drawn for _, drawn in seen)
        n0 = len(seen) - n1
        if not n1 or not n0:
            continue
        above += a * n0 / len(seen)
        below += c * n1 / len(seen)
        difference += a - (a + c) * n1 / len(seen)
        spread += (a + c) * n1 * n0 / len(seen) ** 2
        if a + c:
            used.append((seen, a + c, n1, n0))
    ratio = above / below if below else 0.0
    score = difference / math.sqrt(spread) if spread else 0.0
    if not ratio:
        return {"score": score, "ratio": 0.0, "variance": math.inf, "factor": 1.0}
    squares = freedom = 0.0
    for seen, both, n1, n0 in used:
        for count, drawn in seen:
            fitted = both / (n0 + ratio * n1) * (ratio if drawn else 1)
            squares += (count - fitted) ** 2 / fitted
        freedom += len(seen) - 1
    factor = max(1.0, squares / (freedom - 1)) if freedom >= 2 else 1.0
    return {
        "score": score,
        "ratio": ratio,
        "variance": spread / (above * below),
        "factor": factor,
    }


def false_alarm(bounds: Sequence[float]) -> float:
    """How often one of several looks is beyond its bound with nothing there.

    The sum of what is known grows by one unit of variance a look; its density within
    the bounds is carried from look to look.
    """
    step = 0.02
    edge = max(bound * math.sqrt(look) for look, bound in enumerate(bounds, 1))
    grid = np.arange(-edge, edge + step / 2, step)
    kernel = np.exp(-0.5 * (grid[:, None] - grid[None, :]) ** 2) / math.sqrt(
        2 * math.pi
    )
    density = np.exp(-0.5 * grid**2) / math.sqrt(2 * math.pi)
    for look, bound in enumerate(bounds, 1):
        if look > 1:
            density = kernel @ density * step
        limit = bound * math.sqrt(look)
        share = np.clip((limit - np.abs(grid)) / step + 0.5, 0, 1)
        density = density * share
    return 1 - float(density.sum() * step)
