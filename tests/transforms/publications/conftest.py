"""The publication of the simulated home."""

from pathlib import Path

import pytest

from tests.transforms.conftest import AS_OF, Simulated
from transforms.publish import publish
from transforms.scores import METHODS


@pytest.fixture(scope="session")
def tier(simulated: Simulated) -> Path:
    """Its folder of published files."""
    done = publish(simulated.home, AS_OF, METHODS["shared_prior"])
    return done.folder / "internal"
