"""The interval of a change, as the page computes it, against exact sums."""

from fractions import Fraction
from math import comb

import pytest

from tests.transforms.publications.map import browser
from transforms.publications.map.web_files import WEB


TAIL = 0.025
COUNTS = [(0, 1, 5, 1), (5, 1, 0, 1), (12, 1, 20, 1), (3, 2, 9, 6), (40, 6, 25, 5),
          (1, 1, 1, 12), (230, 1, 180, 1)]  # fmt: skip


def at_least(n: int, of: int, share: float) -> float:
    """How likely so many or more of so many are, added up exactly."""
    p = Fraction(share)
    terms = (comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(n, of + 1))
    return float(sum(terms))


@pytest.mark.system
@browser.SKIPPED_WITHOUT
def test_the_interval_of_a_change_leaves_a_fortieth_at_each_end() -> None:
    names = ("map-words.js", "map-rates.js")
    script = "".join(WEB.joinpath(name).read_text("utf-8") for name in names)
    with browser.empty() as tab:
        tab.value(f"{script};0")
        for later, months1, earlier, months0 in COUNTS:
            given = f"({later}, {months1}, {earlier}, {months0})"
            found = tab.value(f"hexbeat.rateRatio{given}")
            beyond = tab.value(f"hexbeat.beyondChance{given}")
            of = later + earlier

            def share(
                ratio: float, months1: int = months1, months0: int = months0
            ) -> float:
                return months1 * ratio / (months1 * ratio + months0)

            even = share(1.0)
            if later:
                low = share(found["low"])
                assert at_least(later, of, low) == pytest.approx(TAIL, rel=1e-6)
            else:
                assert found["low"] == 0
            if earlier:
                high = share(found["high"])
                below = 1 - at_least(later + 1, of, high)
                assert below == pytest.approx(TAIL, rel=1e-6)
            rose = later > 0 and at_least(later, of, even) < TAIL
            fell = earlier > 0 and 1 - at_least(later + 1, of, even) < TAIL
            assert beyond == rose - fell
