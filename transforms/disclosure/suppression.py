"""Which counts are hidden, and how the rest are rounded.

Who subtracts the published counts from the total knows what the hidden ones add up to.
So it is not enough to hide those below the minimum: alone, or all nearly nothing, or
all nearly the minimum, their sum says what they are. `hidden` adds one or two larger
ones wherever that is so. It does not choose the smallest, as is often done: then every
hidden count is known to be below every published one, which bounds them again. It goes
by the order of the cells, which says nothing of any count.

What holds after it, of a table of at least two cells that hold the minimum together:
to one who knows the total and the published counts exactly, and these rules, each
hidden count below the minimum may still be any number from 0 to the minimum less one.
The argument, with k the minimum, m how many counts are small, s their sum:

- Nothing was added: k <= s <= (k - 1)(m - 1). Whatever one of them is, the others can
  make up the sum, and the rule would have hidden the same.
- One was added, and the hidden sum T is at most (k - 1) m: all m + 1 could be small.
  If T is more, the added one can be T less any small count, the rest nothing.
- Two were added to one, and T is at least 2 k: one of the added can hold nothing, and
  the other makes up the sum.
"""

import numpy as np
from numpy.typing import NDArray


Counts = NDArray[np.int64]


def hidden(counts: Counts, minimum: int) -> NDArray[np.bool_]:
    """Which of a table's counts are not told; `counts` is in the order of the cells.

    Counts below the minimum, nothing included, and enough others to hide them among.
    """
    small = counts < minimum
    number, held = int(small.sum()), int(counts[small].sum())
    if not number or minimum <= held <= (minimum - 1) * (number - 1):
        return small
    others = np.flatnonzero(~small)[: max(1, 3 - number)]
    found = small.copy()
    found[others] = True
    return found


def splits(children: Counts, minimum: int) -> NDArray[np.bool_]:
    """Which parents may be told as their children: (parents, children) counts.

    Only where every child holds nothing, or the minimum. Any other partial telling
    would leave parent less children, which is what the children left out hold.
    """
    small = (children > 0) & (children < minimum)
    return ~np.asarray(small.any(axis=1))


def rounded(counts: Counts, base: int) -> Counts:
    """To the nearest multiple; of two as near, the larger, and always the same.

    No chance is in it: noise drawn anew at each release would average out. A multiple
    is at least the minimum where the count is, as the minimum is a multiple itself.
    """
    return (counts + base // 2) // base * base


def interval(told: int, base: int) -> tuple[int, int]:
    """The lowest and the highest count that are rounded to that one."""
    return max(0, told - base // 2), told + (base - 1) // 2
