"""For all tests: a force's own feed in one leaves the others as they were."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from flows.server.prefect_settings import LEAN
from tests import targets
from tests.flows.servers import prefect_server
from tests.transforms.simulated_home import Simulated, make_home
from transforms.publications.formats import registry
from transforms.simulator import simulate


# An example that takes long says that the machine is busy, and nothing else. A test has
# the same examples each time, so that chance fails no merge: `make hunt` has others.
settings.register_profile("hexbeat", deadline=None, derandomize=True)
settings.register_profile("hunt", deadline=None, derandomize=False)
settings.load_profile("hexbeat")


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that reads a home as a whole run fills it belongs to the system's."""
    for item in items:
        if "simulated" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.system)


def pytest_collection_finish() -> None:
    """Modules and tests stay until the end: looking for garbage in them is in vain.

    It took an eighth of the time. pytest looks once more when it ends, and fails for
    what was left open.
    """
    gc.set_threshold(50_000, 20, 20)
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """What is still frozen at the end is reported as leaked by DuckDB."""
    gc.unfreeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    targets.runs(item)


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def needed_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publications of the formats without which nothing is published, and no others."""
    needed = {name: row for name, row in registry.FORMATS.items() if row.needed}
    monkeypatch.setattr(registry, "FORMATS", needed)


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One server for commands that need none of their own: its start takes seconds.

    It is as lean as a command's own would be.
    """
    lean = {k: v for k, v in LEAN.items() if k.startswith("PREFECT_SERVER_")}
    with prefect_server(tmp_path_factory.mktemp("prefect"), **lean) as env:
        yield env


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """A small simulated home, made once: tests that change one copy it."""
    folder = tmp_path_factory.mktemp("simulated")
    simulate(folder / "source", size=0.1)
    return Simulated(folder / "source", make_home(folder / "home", folder / "source"))
