"""Methods of days alone, against their slow twins."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import day_methods
from tests.transforms.scores.days.made_records import FIRST, some_records
from transforms.reference.cells import as_text
from transforms.reference.days import Day, day_clock
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.days.panel import day_panel
from transforms.scores.days.view import day_views
from transforms.scores.methods import METHODS
from transforms.scores.methods.learned_mixture import corrected


SPAN = 120
TWINS = {
    "kernel_density": day_methods.kernel_density,
    "learned_mixture": day_methods.learned_mixture,
}


@pytest.mark.parametrize(("name", "twin"), TWINS.items())
@settings(max_examples=4)
@given(
    seed=st.integers(0, 99),
    gaps=st.sets(st.integers(0, SPAN - 1), max_size=30),
    horizon=st.sampled_from([1, 7]),
)
def test_what_is_expected_equals_the_plain_twin(
    name: str,
    twin: Callable[..., dict[str, dict[str, float]]],
    seed: int,
    gaps: set[int],
    horizon: int,
) -> None:
    records = some_records(seed, SPAN, 150)
    days = month_range(FIRST, FIRST + (SPAN - 1))
    supplied = [day for day in days if day.since(FIRST) not in gaps]
    panel = day_panel(records, days, "kent", Scoring())
    [view] = day_views(panel, supplied, [FIRST + 110], day_clock(horizon))
    events = [
        (f"{r['h3_r10']:x}", Day.of(r["occurred_from"].date()).number, r["category"])
        for r in records.reveal().to_pylist()
    ]
    cells = as_text(view.cells)
    expected = twin(
        events, [day.number for day in supplied], (FIRST + 110).number, cells
    )
    for slug, found in METHODS[name].expect(view).items():
        rates = np.array([expected[slug][cell] for cell in cells])
        np.testing.assert_allclose(found.mean, horizon * rates, rtol=1e-9)


def test_a_record_other_than_the_mixture_gives_corrects_it() -> None:
    density = np.array([0.5, 0.25, 0.25])
    as_expected = corrected(density, 8 * density)
    np.testing.assert_allclose(as_expected, density)
    # of eight incidents two are foreseen in each of the quiet cells
    odd = corrected(density, np.array([4.0, 4.0, 0.0]))
    np.testing.assert_allclose(odd, density * [1.0, 10 / 8, 6 / 8])


def test_a_group_without_incidents_keeps_its_mixture() -> None:
    density = np.array([0.5, 0.5])
    np.testing.assert_array_equal(corrected(density, np.zeros(2)), density)
