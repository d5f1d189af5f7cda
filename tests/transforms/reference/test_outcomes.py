"""Each of the 28 outcomes is in one class."""

import tomllib
from collections import Counter
from importlib.resources import files

from transforms.reference.outcomes import CLASSES, OUTCOMES
from transforms.simulator.rows import OUTCOMES as SIMULATED


def test_every_label_is_classed_once() -> None:
    text = files("transforms.reference").joinpath("data/outcomes.toml").read_text()
    data = tomllib.loads(text)
    labels = Counter(label for kind in CLASSES for label in data[kind])
    assert len(labels) == len(OUTCOMES) == 28
    assert set(labels.values()) == {1}
    assert set(SIMULATED) <= labels.keys()


def test_an_open_case_is_neither_final_nor_positive() -> None:
    for slug in ("under-investigation", "awaiting-court-outcome"):
        assert not OUTCOMES[slug].final
        assert not OUTCOMES[slug].positive
    assert OUTCOMES["local-resolution"].positive
    closed = OUTCOMES["investigation-complete-no-suspect-identified"]
    assert closed.final
    assert not closed.positive
