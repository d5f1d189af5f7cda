"""The catalogue of runs, and what withdrawing one does."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.homes.runs.catalog import runs, withdraw
from transforms.homes.runs.seal import latest_run
from transforms.operations.verify import verify
from transforms.publications.publish import Published, publish
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


NOW = datetime(2026, 2, 3, tzinfo=UTC)
METHOD = METHODS[DEFAULT_METHOD]

pytestmark = pytest.mark.usefixtures("needed_formats")


@pytest.fixture
def home(simulated: Simulated, tmp_path: Path) -> Home:
    return copied_home(simulated.home, tmp_path)


@pytest.fixture
def two_runs(home: Home) -> tuple[Published, Published]:
    """An older as-of month published, then the newest."""
    older = Month(2025, 6)
    for force in home.registry.values():
        score_force(home.lake, force, older, METHOD, home.scoring)
    return publish(home, older, METHOD), publish(home, AS_OF, METHOD)


def _catalog(home: Home) -> dict[str, object]:
    return dict(json.loads((home.publications / "catalog.json").read_text()))


def test_the_catalogue_lists_runs_as_they_were_made(
    home: Home, two_runs: tuple[Published, Published]
) -> None:
    listed = _catalog(home)
    assert listed["latest"] == two_runs[1].run_id
    told = [run.run_id for run in runs(home.publications)]
    assert told == [run.run_id for run in two_runs]
    before = (home.publications / "catalog.json").read_bytes()
    publish(home, AS_OF, METHOD)
    assert (home.publications / "catalog.json").read_bytes() == before


def test_a_withdrawn_run_stays_and_the_pointer_moves_on(
    home: Home, two_runs: tuple[Published, Published]
) -> None:
    older, newer = two_runs
    assert withdraw(home, newer.run_id, "wrong\n weights", NOW) == older.run_id
    assert latest_run(home.publications) == older.run_id
    assert (newer.folder / "internal" / "METHOD.md").exists()
    assert [run.withdrawn for run in runs(home.publications)] == [None, "wrong weights"]
    assert verify(home, newer.run_id).whole

    again = publish(home, AS_OF, METHOD)
    assert (again.created, again.pointed) == (False, False)
    assert again.withdrawn == "wrong weights"
    assert latest_run(home.publications) == older.run_id


def test_when_all_are_withdrawn_nothing_is_latest(
    home: Home, two_runs: tuple[Published, Published]
) -> None:
    for run in two_runs:
        left = withdraw(home, run.run_id, "a wrong file", NOW)
    assert left is None
    assert latest_run(home.publications) is None


def test_what_cannot_be_withdrawn_is_said(
    home: Home, two_runs: tuple[Published, Published]
) -> None:
    run = two_runs[0].run_id
    with pytest.raises(UsageError, match=f"the newest is {two_runs[1].run_id}"):
        withdraw(home, "2025-12-000000000000", "a reason", NOW)
    with pytest.raises(UsageError, match="--why must say"):
        withdraw(home, run, "  ", NOW)
    withdraw(home, run, "a reason", NOW)
    with pytest.raises(UsageError, match="withdrawn already: a reason"):
        withdraw(home, run, "another", NOW)
