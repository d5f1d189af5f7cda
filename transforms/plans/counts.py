"""How many visits each place gets in each shift: as much value as there is room for.

The first visit of a shift counts whole, the second a half, the third a third: no study
says by how much a further visit is worth less, and this spreads them. Each visit takes
as long as any other, so the best visits one by one are the best together. Not so where
each place must have some visits a week: then it is a transport problem, solved as a
linear programme. Its matrix is that of a network, so the answer is in whole numbers.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from transforms.reference.arrays import Floats, Integers, Mask


# Costs are given to HiGHS on a scale on which its tolerance is far below the difference
# that settles ties: a hundred-millionth of the largest value, over all variables.
_LARGEST, _TIES = 1e6, 1e-2
_TOLERANCE = 1e-9
_INFEASIBLE = 2


def value_of(values: Floats, counts: Integers) -> float:
    """What those visits are worth together."""
    return float(
        sum(
            values[at] * sum(1 / nth for nth in range(1, number + 1))
            for at, number in np.ndenumerate(counts)
        )
    )


def best_counts(
    values: Floats, allowed: Mask, room: Sequence[int], most: int
) -> Integers:
    """Visits of each place (row) in each shift (column); ties by place.

    `values` are of the first visit, `room` is how many visits a shift has time for,
    `most` how many a place may have in a shift.
    """
    counts = np.zeros(values.shape, dtype=np.int64)
    for shift, free in enumerate(room):
        visits = sorted(
            (-values[place, shift] / nth, place)
            for place in np.flatnonzero(allowed[:, shift] & (values[:, shift] > 0))
            for nth in range(1, most + 1)
        )
        for _, place in visits[:free]:
            counts[place, shift] += 1
    return counts


def counts_with_least(
    values: Floats,
    allowed: Mask,
    room: Sequence[int],
    most: int,
    least: Sequence[int],
) -> Integers | None:
    """The same where each place has at least so many visits over all shifts.

    None where there is no room for that. Ties go by place, then by shift.
    """
    places, shifts = values.shape
    worth = values[:, :, None] / np.arange(1, most + 1)
    size = worth.size
    scale = _LARGEST / (float(worth.max(initial=0.0)) or 1.0)
    cost = -scale * worth.ravel() + _TIES * np.arange(size) / max(size, 1)
    place, shift, _ = np.unravel_index(np.arange(size), worth.shape)
    variable = np.arange(size)
    rows = np.concatenate([shift, shifts + place])
    signs = np.concatenate([np.ones(size), -np.ones(size)])
    limits = csr_array(
        (signs, (rows, np.concatenate([variable, variable]))), (shifts + places, size)
    )
    free = np.where(np.repeat(allowed.ravel(), most), 1.0, 0.0)
    answer = linprog(
        cost,
        A_ub=limits,
        b_ub=np.concatenate([np.asarray(room, float), -np.asarray(least, float)]),
        bounds=np.column_stack([np.zeros(size), free]),
        method="highs-ds",  # a corner: whole numbers
        options={
            "dual_feasibility_tolerance": _TOLERANCE,
            "primal_feasibility_tolerance": _TOLERANCE,
        },
    )
    if answer.status == _INFEASIBLE:
        return None
    if answer.status:
        raise ArithmeticError(f"linear programme: {answer.message}")
    chosen = np.rint(answer.x).astype(np.int64)
    if np.abs(answer.x - chosen).max(initial=0.0) > 10 * _TOLERANCE:
        raise ArithmeticError("linear programme: not in whole numbers")
    return np.asarray(chosen.reshape(worth.shape).sum(axis=2))
