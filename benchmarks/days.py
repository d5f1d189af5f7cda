"""A year of daily as-of dates: rolling counts beside what else could be done."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from transforms.scores.days.rolling import RollingCounts


CELLS = 1_082_071  # a national universe at resolution 9
WINDOWS_DAYS = (7, 28, 91, 365)
HALF_LIFE_DAYS = 28.0
YEAR = 365
CHECKED = range(2 * YEAR - 1, YEAR - 1, -45)  # the last day and every 45th before
POPULARITY = 0.77  # the power of Zipf's law: a twentieth of cells has half of all
ROUNDS = 5

Seen = dict[int, tuple[int, float]]  # checksums of the counts and of the sums, by day
State = tuple[list[NDArray[np.int32]], NDArray[np.float64]]
Steps = Iterator[Callable[[], State]]  # a day done, and how to look at it


@dataclass(frozen=True)
class Case:
    """Two years of incidents: the as-of days are those of the second."""

    days: NDArray[np.int64]
    slots: NDArray[np.int64]
    cells: int

    def of(self, first_day: int, last_day: int) -> NDArray[np.int64]:
        """The slots of the incidents from one day to another, both included."""
        ends = np.searchsorted(self.days, (first_day, last_day + 1))
        return self.slots[slice(*ends)]


def made_up(incidents: int) -> Case:
    """Incidents at cells of very different popularity, on days that are all alike."""
    rng = np.random.default_rng(1)
    share = np.cumsum(np.arange(1, CELLS + 1) ** -POPULARITY)
    drawn = np.searchsorted(share / share[-1], rng.random(incidents))
    days = np.sort(rng.integers(0, 2 * YEAR, incidents))
    return Case(days, rng.permutation(CELLS)[drawn], CELLS)


def sparse(case: Case) -> Steps:
    """Ours."""
    counts = RollingCounts(
        case.days,
        case.slots,
        case.cells,
        np.arange(2 * YEAR),
        WINDOWS_DAYS,
        (HALF_LIFE_DAYS,),
    )
    counts.advance(YEAR - 1)
    for day in range(YEAR, 2 * YEAR):
        counts.advance(day)
        yield lambda: (
            [counts.counts(window) for window in WINDOWS_DAYS],
            counts.decayed(HALF_LIFE_DAYS),
        )


def dense(case: Case) -> Steps:
    """Every cell gains and loses a day's incidents, and every sum decays."""
    counts, sums = next(recomputed(case, YEAR - 1))()
    of_day = np.zeros(case.cells, dtype=np.int32)
    for day in range(YEAR, 2 * YEAR):
        new = case.of(day, day)
        np.add.at(of_day, new, np.int32(1))
        sums *= 0.5 ** (1 / HALF_LIFE_DAYS)
        sums += of_day
        for held in counts:
            held += of_day
        of_day[new] = 0
        for window, held in zip(WINDOWS_DAYS, counts, strict=True):
            old = case.of(day - window, day - window)
            np.add.at(of_day, old, np.int32(1))
            held -= of_day
            of_day[old] = 0
        yield partial(_as_it_is, (counts, sums))


def recomputed(case: Case, first_day: int = YEAR) -> Steps:
    """Every date from the incidents themselves, some dates for all."""
    for day in [first_day, *sorted(CHECKED)]:
        counts = [
            np.bincount(case.of(day - window + 1, day), minlength=case.cells)
            for window in WINDOWS_DAYS
        ]
        known = case.of(0, day)
        weight = np.exp2((case.days[: len(known)] - day) / HALF_LIFE_DAYS)
        sums = np.bincount(known, weight, minlength=case.cells).astype(np.float64)
        found = [held.astype(np.int32) for held in counts]
        yield partial(_as_it_is, (found, sums))


def _as_it_is(state: State) -> State:
    return state


def measured(steps: Steps, days: list[int]) -> tuple[float, Seen]:
    """CPU seconds of the days' steps, but for the first, and what they came to."""
    used, seen = 0.0, {}
    next(steps)
    for day in days[1:]:
        start = time.process_time()
        look = next(steps)
        used += time.process_time() - start
        if day in CHECKED:
            counts, sums = look()
            seen[day] = (_checksum(counts), _marked(sums))
    return used, seen


def _checksum(counts: list[NDArray[np.int32]]) -> int:
    return sum(int(_marked(held)) * (i + 1) for i, held in enumerate(counts))


def _marked(held: NDArray[np.int32] | NDArray[np.float64]) -> float:
    """The sum of what the slots have by the rank of each among those that have any."""
    some = held[held != 0]
    return float(some @ np.arange(1.0, len(some) + 1))


def main(incidents: int) -> None:
    """Rounds of all variants, one after the other, and the median of each."""
    case = made_up(incidents)
    empty = replace(case, cells=2 * case.cells)
    spread = replace(empty, slots=2 * case.slots)
    every, sample = list(range(YEAR, 2 * YEAR)), [YEAR, *sorted(CHECKED)]
    work: dict[str, tuple[Callable[[Case], Steps], Case, list[int]]] = {
        "ours": (sparse, case, every),
        "ours, as many cells again without incidents": (sparse, empty, every),
        "ours, incidents spread over twice the cells": (sparse, spread, every),
        "all cells every day": (dense, case, every),
        f"{len(CHECKED)} of the dates recomputed, made out to 365": (
            recomputed,
            case,
            sample,
        ),
    }
    spent: dict[str, list[float]] = {name: [] for name in work}
    checks: dict[str, Seen] = {}
    for _ in range(ROUNDS):
        for name, (steps, given, days) in work.items():
            used, checks[name] = measured(steps(given), days)
            spent[name].append(used * (len(every) - 1) / (len(days) - 1))
    _print(incidents, spent, checks)


def _print(
    incidents: int, spent: dict[str, list[float]], checks: dict[str, Seen]
) -> None:
    first = median(spent["ours"])
    sys.stdout.write(f"{incidents:,} incidents in 730 days, {CELLS:,} cells\n")
    sys.stdout.write("| 365 as-of days | CPU s | times ours | checksums |\n")
    sys.stdout.write("|---|---|---|---|\n")
    for name, seconds in spent.items():
        last = checks[name][max(CHECKED)]
        sys.stdout.write(
            f"| {name} | {median(seconds):.3f} | {median(seconds) / first:.2f} |"
            f" {last[0]:,} {last[1]:.3f} |\n"
        )
    known = checks["all cells every day"]
    for name, seen in checks.items():
        for day, (counts, sums) in seen.items():
            if counts != known[day][0] or not np.isclose(sums, known[day][1], 1e-9):
                raise SystemExit(f"{name}: another answer on day {day}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
