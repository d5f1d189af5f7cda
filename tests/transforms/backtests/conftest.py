"""The simulated home with a backtest: made once and only read."""

import pytest

from tests.transforms.backtests.backtested_home import (
    ORIGINS,
    BacktestedHome,
    backtest_all,
)
from tests.transforms.simulated_home import Simulated, copied_home


@pytest.fixture(scope="session")
def backtested(
    simulated: Simulated, tmp_path_factory: pytest.TempPathFactory
) -> BacktestedHome:
    """Tests that change a home make their own with `copied_home`."""
    home = copied_home(simulated.home, tmp_path_factory.mktemp("backtested"))
    return BacktestedHome(home, backtest_all(home, ORIGINS))
