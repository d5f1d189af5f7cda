"""The seventeen classes: each reached, none in doubt, cold the mirror of hot."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import labels as oracles
from transforms.scores.labels.emerging import (
    CLASSES,
    MINIMUM_STEPS,
    hotspot_class,
    mann_kendall_z,
)


MARK = {"+": 1, "-": -1, ".": 0}
TREND = {"rises": 1.0, "falls": -1.0, "stays": 0.0}

# Steps from the oldest to the newest: + hot, - cold, . neither; and how Gi* went.
HOT = [
    ("...........+", "stays", "new_hot"),
    (".-.--......+", "stays", "new_hot"),
    ("..........++", "stays", "consecutive_hot"),
    ("---.++++++++", "rises", "consecutive_hot"),
    ("...+++++++++++++++++", "stays", "consecutive_hot"),
    ("++++++++++++", "rises", "intensifying_hot"),
    ("+-++++++++++", "rises", "intensifying_hot"),
    ("++++++++++++", "falls", "diminishing_hot"),
    (".+++++++++++", "falls", "diminishing_hot"),
    ("++++++++++++", "stays", "persistent_hot"),
    ("..++++++++++++++++++", "stays", "persistent_hot"),
    ("+-++++++++", "stays", "persistent_hot"),
    ("+..........+", "stays", "sporadic_hot"),
    ("+.+.+++++++", "rises", "sporadic_hot"),
    ("+-.........+", "stays", "oscillating_hot"),
    ("-.+.++++++++", "falls", "oscillating_hot"),
    ("+++++++++++.", "stays", "historical_hot"),
    ("+++++++++++.", "rises", "historical_hot"),
    ("+++++++++++.", "falls", "historical_hot"),
    ("..................++", "stays", "consecutive_hot"),
    # cold nine times in ten, and hot now: what it is now
    ("-----------+", "stays", "new_hot"),
    ("------------------++", "stays", "consecutive_hot"),
    ("----------+----------------+-+", "stays", "oscillating_hot"),
]
NONE = ["............", "+++++.......", "+.+.+-+-+-.", "++++++++++..", "-+-+-+-+-+."]


def classified(series: str, trend: str) -> str:
    marks = np.array([[MARK[step] for step in series]], dtype=np.int8)
    z = np.arange(len(series))[None] * TREND[trend]
    return CLASSES[hotspot_class(marks, z)[0]]


@pytest.mark.parametrize(("series", "trend", "expected"), HOT)
def test_a_hot_series_has_its_class(series: str, trend: str, expected: str) -> None:
    assert classified(series, trend) == expected


@pytest.mark.parametrize(("series", "trend", "expected"), HOT)
def test_the_cold_classes_are_the_mirror_of_the_hot(
    series: str, trend: str, expected: str
) -> None:
    mirrored = series.translate(str.maketrans("+-", "-+"))
    turned = {"rises": "falls", "falls": "rises", "stays": "stays"}[trend]
    assert classified(mirrored, turned) == expected.replace("hot", "cold")


@pytest.mark.parametrize("series", NONE)
def test_what_is_neither_now_nor_was_nine_times_in_ten_has_no_class(
    series: str,
) -> None:
    assert classified(series, "rises") == "none"


def test_the_series_above_reach_every_class() -> None:
    reached = {expected for _, _, expected in HOT}
    cold = {expected.replace("hot", "cold") for expected in reached}
    assert reached | cold | {"none"} == set(CLASSES)
    assert len(CLASSES) == 17


@pytest.mark.parametrize("trend", TREND)
def test_every_pattern_of_ten_steps_has_the_class_of_the_oracle(trend: str) -> None:
    patterns = list(product((-1, 0, 1), repeat=10))
    marks = np.array(patterns, dtype=np.int8)
    slope = [step * TREND[trend] for step in range(10)]
    found = hotspot_class(marks, np.tile(slope, (len(marks), 1)))
    names = [CLASSES[code] for code in found]
    assert names == [oracles.hotspot_class(p, slope) for p in patterns]
    for pattern, name in zip(patterns, names, strict=True):
        if pattern[-1]:
            assert name.endswith("_hot" if pattern[-1] == 1 else "_cold")


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[int]], list[list[float]]]:
    """Marks and z of some cells: often hot or cold nearly throughout, often rising."""
    steps = draw(st.integers(MINIMUM_STEPS, 24))
    marks, z = [], []
    for _ in range(draw(st.integers(1, 8))):
        usual = draw(st.sampled_from([-1, 0, 1]))
        odd = draw(
            st.dictionaries(st.integers(0, steps - 1), st.sampled_from([-1, 0, 1]))
        )
        marks.append([odd.get(step, usual) for step in range(steps)])
        slope = draw(st.sampled_from([-1.0, -0.1, 0.0, 0.1, 1.0]))
        noise = draw(
            st.lists(
                st.one_of(st.integers(-3, 3), st.floats(-3, 3)),
                min_size=steps,
                max_size=steps,
            )
        )
        missing = draw(st.sampled_from([None, None, None, 0]))
        z.append(
            [
                np.nan if step == missing else slope * step + noise[step]
                for step in range(steps)
            ]
        )
    return marks, z


@given(histories())
@settings(max_examples=300)
def test_classes_equal_the_plain_python_oracle(
    history: tuple[list[list[int]], list[list[float]]],
) -> None:
    marks, z = history
    significance = np.array(marks, dtype=np.int8)
    codes = hotspot_class(significance, np.array(z))
    assert codes.dtype == np.int8
    names = [CLASSES[code] for code in codes]
    assert names == [oracles.hotspot_class(m, s) for m, s in zip(marks, z, strict=True)]
    mirrored = [CLASSES[c] for c in hotspot_class(-significance, -np.array(z))]
    swap = {"hot": "cold", "cold": "hot", "none": "none"}
    assert [name.split("_")[-1] for name in mirrored] == [
        swap[name.split("_")[-1]] for name in names
    ]


@given(
    st.integers(1, 14).flatmap(
        lambda steps: st.lists(
            st.lists(
                st.one_of(st.integers(-2, 2), st.floats(-9, 9), st.just(np.nan)),
                min_size=steps,
                max_size=steps,
            ),
            min_size=1,
            max_size=6,
        )
    )
)
@settings(max_examples=200)
def test_the_trend_equals_the_plain_python_oracle(rows: list[list[float]]) -> None:
    found = mann_kendall_z(np.array(rows, dtype=np.float64))
    assert found.tolist() == pytest.approx([oracles.mann_kendall(r) for r in rows])


def test_ten_rising_steps_have_the_z_worked_out_by_hand() -> None:
    rising = np.arange(10.0)[None]
    assert mann_kendall_z(rising) == pytest.approx(44 / np.sqrt(125))
    assert mann_kendall_z(-rising) == pytest.approx(-44 / np.sqrt(125))


def test_a_series_that_stays_or_is_not_known_has_no_trend() -> None:
    series = np.array([np.full(10, 2.5), [*range(9), np.nan], np.full(10, np.nan)])
    assert mann_kendall_z(series).tolist() == [0.0, 0.0, 0.0]
    assert mann_kendall_z(np.empty((2, 0))).tolist() == [0.0, 0.0]


def test_too_short_a_history_is_refused() -> None:
    nine = MINIMUM_STEPS - 1
    with pytest.raises(ValueError, match="9 steps, fewer than 10"):
        hotspot_class(np.zeros((2, nine), dtype=np.int8), np.zeros((2, nine)))


def test_no_cells_have_no_classes() -> None:
    assert hotspot_class(np.zeros((0, 12), np.int8), np.zeros((0, 12))).shape == (0,)
