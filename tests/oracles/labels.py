"""Twins of the labels: clusters of high values, and their trends."""

import math
from collections import Counter
from collections.abc import Sequence


def gi_star(values: Sequence[float], neighbours: Sequence[set[int]]) -> list[float]:
    """Standard errors that each cell and its neighbours are above the mean."""
    n = len(values)
    mean = math.fsum(values) / n
    deviation = math.sqrt(math.fsum((x - mean) ** 2 for x in values) / n)
    found = []
    for cell in range(n):
        about = neighbours[cell] | {cell}
        if len(about) == n or len(set(values)) == 1:
            found.append(math.nan)
            continue
        above = math.fsum(values[other] for other in about) - len(about) * mean
        spread = math.sqrt((n * len(about) - len(about) ** 2) / (n - 1))
        found.append(above / (deviation * spread))
    return found


def two_sided(z: float) -> float:
    """How often a standard normal is as far from zero."""
    return math.erfc(abs(z) / math.sqrt(2))


def false_discovery_q(p: Sequence[float]) -> list[float]:
    """The lowest rate of false discoveries that lets each test through; NaN is none."""
    tests = [x for x in p if not math.isnan(x)]
    rates = {x: x * len(tests) / sum(y <= x for y in tests) for x in tests}
    return [
        math.nan if math.isnan(x) else min(1.0, *(rates[y] for y in tests if y >= x))
        for x in p
    ]


def mann_kendall(series: Sequence[float]) -> float:
    """z of the trend; 0 if there is none, or if it cannot be told."""
    if any(math.isnan(x) for x in series) or len(set(series)) < 2:
        return 0.0
    s = 0
    for i, earlier in enumerate(series):
        for later in series[i + 1 :]:
            s += (later > earlier) - (later < earlier)
    n = len(series)
    spread = n * (n - 1) * (2 * n + 5)
    for t in Counter(series).values():
        spread -= t * (t - 1) * (2 * t + 5)
    if s == 0:
        return 0.0
    return (s - 1 if s > 0 else s + 1) / math.sqrt(spread / 18)


def hotspot_class(marks: Sequence[int], z: Sequence[float]) -> str:
    """What a cell that was hot (1), cold (-1) or neither (0) at each step is called."""

    def mostly(mark: int) -> bool:
        return 100 * marks.count(mark) >= 90 * len(marks)

    side = {1: "hot", -1: "cold"}
    now = marks[-1]
    if now == 0:
        for mark, name in side.items():
            if mostly(mark):
                return f"historical_{name}"
        return "none"
    if mostly(now):
        trend = mann_kendall(z) * now
        if two_sided(trend) > 0.05:
            return f"persistent_{side[now]}"
        return f"{'intensifying' if trend > 0 else 'diminishing'}_{side[now]}"
    before = list(marks)
    while before and before[-1] == now:
        before.pop()
    if now not in before:
        run = len(marks) - len(before)
        return f"{'new' if run == 1 else 'consecutive'}_{side[now]}"
    return f"{'oscillating' if -now in before else 'sporadic'}_{side[now]}"
