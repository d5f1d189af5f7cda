"""Programmes and trials that several files of tests are refused things by."""

import pytest

from tests.flows.standing import Standing, make_standing
from tests.transforms.simulated_home import Simulated


@pytest.fixture(scope="session")
def standing(
    simulated: Simulated, tmp_path_factory: pytest.TempPathFactory
) -> Standing:
    """Made once: each test leaves it as it was, or copies it."""
    return make_standing(simulated, tmp_path_factory.mktemp("standing"))
