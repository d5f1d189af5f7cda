"""One made-up year of a force's own feed, only read."""

from datetime import date

import pytest

from transforms.simulator.timed import TimedTruth, simulate_timed


START, DAYS = date(2025, 4, 15), 365  # with both nights when the clocks change


@pytest.fixture(scope="package")
def truth() -> TimedTruth:
    return simulate_timed(3, START, DAYS)
