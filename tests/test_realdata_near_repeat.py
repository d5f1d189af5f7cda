"""The Knox test against the Near Repeat Calculator 1.3 on arsons and burglaries.

The calculator's file tells the pairs that it counted, and those of each of its own
permutations; its ratios and p-values follow from them exactly. Ours are of other
permutations, and may differ from its by as much as chance allows.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest

from transforms.scores.timing.near_repeat import Bands, NearRepeats, judge, near_repeats


FOLDER = Path(__file__).parent.parent.parent / "shared/data/benchmarks/near_repeat"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not FOLDER.exists(),
        reason="the calculator's tables are not beside the checkout",
    ),
]

CASES = {
    "chicago_arson": Bands((200.0, 400.0, 600.0), (1, 2, 3)),
    "chicago_be_month1": Bands((100.0, 200.0, 300.0), (7, 14, 21)),
}


@dataclass(frozen=True)
class Calculated:
    """What the calculator wrote: its tables, and the pairs of its permutations."""

    observed: NDArray[np.int64]
    ratio: NDArray[np.float64]
    p: NDArray[np.float64]
    dealt: NDArray[np.int64]


def _table(text: str, title: str) -> NDArray[np.float64]:
    lines = text.split(title)[1].splitlines()[3:8]
    # Nothing is written for a zero. The first two columns name the row.
    return np.array([[float(v or 0) for v in line.split(",")[2:6]] for line in lines])


def calculated(name: str) -> Calculated:
    (path,) = FOLDER.glob(f"{name}_NRverbose_*.csv")
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    observed = _table(text, "Observed frequencies distribution").astype(np.int64)
    cells: dict[tuple[int, int], list[int]] = {}
    blocks = re.findall(r"Row (\d) Column (\d)\s+Expected,([\d,\s]+?)\nObserved", text)
    for row, column, counts in blocks:
        cells[int(row), int(column)] = [int(v) for v in re.findall(r"\d+", counts)]
    dealt = [[cells[r, c] for c in range(1, 5)] for r in range(1, 6)]
    return Calculated(
        observed,
        _table(text, "Observed over mean expected frequencies"),
        _table(text, "Statistical significant table"),
        np.moveaxis(np.array(dealt, dtype=np.int64), -1, 0),
    )


def ours(name: str, permutations: int) -> NearRepeats:
    rows = np.genfromtxt(FOLDER / f"{name}.csv", delimiter=",", dtype=str)
    # The calculator keeps coordinates in single precision, 3 cm here: one pair of
    # arsons 399.96 m apart is 400 m apart to it.
    points = rows[:, :2].astype(np.float32).astype(np.float64)
    return near_repeats(
        points,
        rows[:, 2].astype("datetime64[D]"),
        ["day"] * len(rows),
        CASES[name],
        np.random.default_rng(20190923),
        permutations,
    )


@pytest.mark.parametrize("name", CASES)
def test_the_pairs_are_the_calculators(name: str) -> None:
    known = calculated(name)
    assert known.observed.sum() == {"chicago_arson": 522 * 521 / 2}.get(
        name, 970 * 969 / 2
    )
    assert ours(name, permutations=1).observed.tolist() == known.observed.tolist()


@pytest.mark.parametrize(
    ("name", "made"), [("chicago_arson", 99), ("chicago_be_month1", 19)]
)
def test_its_ratios_and_p_values_follow_from_its_permutations(
    name: str, made: int
) -> None:
    known = calculated(name)
    found = judge(known.observed, known.dealt)
    assert found.permutations == made
    assert found.ratio == pytest.approx(known.ratio, abs=0.000_51)
    assert found.p == pytest.approx(known.p, abs=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_our_ratios_and_p_values_are_within_chance_of_its(name: str) -> None:
    known, found = calculated(name), ours(name, permutations=4999)
    made = len(known.dealt)
    error = np.maximum(known.dealt.std(axis=0, ddof=1), 0.1) / np.sqrt(made)
    assert (np.abs(found.expected - known.dealt.mean(axis=0)) < 4 * error).all()
    reached = np.rint(known.p * (made + 1)).astype(int) - 1
    for hits, p in zip(reached.ravel(), found.p.ravel(), strict=True):
        assert binomtest(int(hits), made, p).pvalue > 0.001
