"""A small simulated home, made once and only read."""

import pytest

from tests.transforms.simulated_home import Simulated, make_home
from transforms.simulator import simulate


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Small and shared: tests that change a home make their own from `source`."""
    folder = tmp_path_factory.mktemp("simulated")
    simulate(folder / "source", size=0.1)
    return Simulated(folder / "source", make_home(folder / "home", folder / "source"))
