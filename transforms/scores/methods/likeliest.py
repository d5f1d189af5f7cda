"""Which of some weights or powers of a prior makes a record most likely, quickly.

The likelihood of `gamma_poisson` takes a logarithm for each cell and candidate. To tell
which candidate is best it need not be right to the last digit: here sixteen cells of
one shape share the logarithm of a product. Candidates that are closer to each other
than that may be wrong by are compared by the likelihood itself, so that the answer is
always its answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import log
from transforms.scores.methods.gamma_poisson import log_likelihood


# Far below an overflow: no ratio of prior and weight is near 1e19.
_CELLS_TOGETHER = 16
# A hundred times the rounding of such sums, by the size of what they add up.
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Likeliest:
    """The search for cells of which some have the same shape.

    The weight of the prior in a cell is a multiple of its shape.
    """

    shape: Floats

    def weight(self, recorded: Floats, prior: Floats, tried: Sequence[float]) -> float:
        """The multiple of the shape that makes the recorded counts most likely."""
        if not recorded.any():
            return tried[-1]
        multiples = np.array(tried)
        ratios = self._stacked(prior) / self._stack_shape
        weight = np.multiply.outer(multiples, self._stack_shape)
        zeros = _of_zeros(ratios / multiples[:, None, None], weight)

        some = np.flatnonzero(recorded > 0)
        y, mean, shape = recorded[some], prior[some], self.shape[some]
        shapes, of_cell = self._shapes
        times = np.bincount(of_cell[some], minlength=len(shapes))
        size = np.multiply.outer(multiples, shape)
        terms = gammaln(y + size)
        of_sizes = gammaln(np.multiply.outer(multiples, shapes)) * times
        falls = y * log(size + mean)  # y log(mean) is the same for all
        rough = zeros + terms.sum(axis=1) - of_sizes.sum(axis=1) - falls.sum(axis=1)
        added = sum(np.abs(part).sum(axis=1) for part in (terms, of_sizes, falls))
        scale = added - zeros + weight.sum(axis=1) * _CELLS_TOGETHER + len(self.shape)

        def exactly() -> Floats:
            weights = np.multiply.outer(multiples, self.shape)
            return log_likelihood(recorded, prior, weights)

        return tried[_highest(rough, scale * _ROUNDING, exactly)]

    def prior(
        self,
        recorded: Floats,
        roughly: Floats,
        multiple: float,
        exactly: Callable[[], Floats],
    ) -> int:
        """Which of the priors makes the recorded counts most likely.

        They are rows: `roughly` right to a dozen digits, and to the last `exactly`.
        """
        weight = multiple * self._stack_shape
        zeros = _of_zeros(self._stacked(roughly) / weight, weight)
        some = np.flatnonzero(recorded > 0)
        y, mean, size = recorded[some], roughly[:, some], multiple * self.shape[some]
        rises = y * log(mean / (size + mean))
        rough = zeros + rises.sum(axis=1)
        added = np.abs(rises).sum(axis=1) + roughly.sum(axis=1) + recorded.sum()
        scale = added - zeros + weight.sum() * _CELLS_TOGETHER + len(self.shape)

        def likelihoods() -> Floats:
            return log_likelihood(recorded, exactly(), multiple * self.shape)

        return _highest(rough, scale * _ROUNDING, likelihoods)

    def _stacked(self, values: Floats) -> Floats:
        """Values of cells by stack: cells of a stack x stacks; 0 where it has fewer."""
        none = np.zeros((*values.shape[:-1], 1))
        return np.concatenate([values, none], axis=-1).take(self._stacks, axis=-1)

    @cached_property
    def _shapes(self) -> tuple[Floats, NDArray[np.int64]]:
        """The different shapes, and which of them each cell has."""
        return np.unique(self.shape, return_inverse=True)

    @cached_property
    def _stacks(self) -> NDArray[np.int64]:
        """Cells of the same shape: cells of a stack x stacks; one too many for none."""
        _, of_cell = self._shapes
        cells = np.bincount(of_cell)
        stacks = -(-cells // _CELLS_TOGETHER)
        room = (np.cumsum(stacks) - stacks) * _CELLS_TOGETHER
        before = np.cumsum(cells) - cells
        order = np.argsort(of_cell, kind="stable")
        filled = np.arange(len(order)) + np.repeat(room - before, cells)
        flat = np.full(stacks.sum() * _CELLS_TOGETHER, len(order))
        flat[filled] = order
        return np.ascontiguousarray(flat.reshape(-1, _CELLS_TOGETHER).T)

    @cached_property
    def _stack_shape(self) -> Floats:
        """The shape of each stack's cells."""
        return np.asarray(self.shape[self._stacks[0]])


def _of_zeros(ratios: Floats, weight: Floats) -> Floats:
    """The logarithm of the chance that all cells have none, by candidate.

    `ratios` of prior and weight are candidates x cells of a stack x stacks.
    """
    together = (1 + ratios).prod(axis=1)
    return np.asarray(-(weight * log(together)).sum(axis=1))


def _highest(rough: Floats, wrong_by: Floats, exactly: Callable[[], Floats]) -> int:
    """The first of the highest: by the rough values, where these tell."""
    best = int(rough.argmax())
    beaten = rough + wrong_by < rough[best] - wrong_by[best]
    if beaten.sum() == len(rough) - 1:
        return best
    return int(exactly().argmax())
