"""The simulated home with a backtest: made once and only read."""

from dataclasses import dataclass

import pytest

from tests.transforms.conftest import Simulated, copied_home
from transforms.backtest.origins import Backtested, backtest_force
from transforms.home import Home
from transforms.months import Month, month_range


ORIGINS = month_range(Month(2024, 11), Month(2025, 12))


@dataclass(frozen=True)
class BacktestedHome:
    """A home, and what backtesting each of its forces did."""

    home: Home
    done: dict[str, Backtested]


def backtest_all(home: Home, origins: list[Month]) -> dict[str, Backtested]:
    """Every force of a home at those origins."""
    return {
        force.id: backtest_force(home.lake, force, origins, home.scoring)
        for force in home.registry.values()
    }


@pytest.fixture(scope="session")
def backtested(
    simulated: Simulated, tmp_path_factory: pytest.TempPathFactory
) -> BacktestedHome:
    """Tests that change a home make their own with `copied_home`."""
    home = copied_home(simulated.home, tmp_path_factory.mktemp("backtested"))
    return BacktestedHome(home, backtest_all(home, ORIGINS))
