"""Which counts are hidden, and how the rest are rounded.

Subtracting the published counts from the total gives the sum of the hidden ones. So it
is not enough to hide those below the minimum: if there is only one, or if all are
nearly 0 or nearly the minimum, their sum reveals them. In that case `hidden` adds one
or two larger counts. It does not choose the smallest, as is often done, because then
every hidden count is known to be below every published one, which bounds them again. It
chooses by the order of the cells, which says nothing about any count.

The guarantee, for a table of at least two cells with the minimum in total: to someone
who knows the total and the published counts exactly, and these rules, each hidden count
below the minimum may still be any number from 0 to the minimum less one. The argument,
with k the minimum, m the number of small counts and s their sum:

- Nothing was added: k <= s <= (k - 1)(m - 1). Whatever one of them is, the others can
  make up the sum, and the rule would have hidden the same.
- One was added, and the hidden sum T is at most (k - 1) m: all m + 1 could be small.
  If T is more, the added one can be T less any small count, and the rest 0.
- Two were added to one, and T is at least 2 k: one of the added can be 0, and the other
  makes up the sum.
"""

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Integers


def hidden(counts: Integers, minimum: int) -> NDArray[np.bool_]:
    """Which of a table's counts are hidden; `counts` is in the order of the cells.

    Counts below the minimum, including 0, and enough others to hide them among.
    """
    small = counts < minimum
    number, total = int(small.sum()), int(counts[small].sum())
    if not number or minimum <= total <= (minimum - 1) * (number - 1):
        return small
    others = np.flatnonzero(~small)[: max(1, 3 - number)]
    chosen = small.copy()
    chosen[others] = True
    return chosen


def splits(children: Integers, minimum: int) -> NDArray[np.bool_]:
    """Which parents may be published as their children: (parents, children) counts.

    Only if every child has 0 or at least the minimum. Otherwise the parent minus the
    published children would be the count of the children left out.
    """
    small = (children > 0) & (children < minimum)
    return ~np.asarray(small.any(axis=1))


def rounded(counts: Integers, base: int) -> Integers:
    """To the nearest multiple, halves up: always the same for the same count.

    Not random, because new noise in each release would average out. A rounded count is
    at least the minimum if the count is, as the minimum is a multiple itself.
    """
    return (counts + base // 2) // base * base


def interval(count: int, base: int) -> tuple[int, int]:
    """The lowest and the highest count that are rounded to that one."""
    return max(0, count - base // 2), count + (base - 1) // 2
