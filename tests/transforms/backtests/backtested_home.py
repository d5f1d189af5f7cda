"""A simulated home with a backtest: how it is made."""

from dataclasses import dataclass

from transforms.backtests.origins import Backtested, backtest_force
from transforms.homes.home import Home
from transforms.reference.months import Month, month_range


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
