"""A newer release of all months: what is done again, and what comes of it."""

from pathlib import Path

import pytest

from benchmarks.national import revise
from benchmarks.ours import published
from tests.transforms.simulated_home import (
    AS_OF,
    MONTHS,
    RECEIVED_AT,
    Simulated,
    copied_home,
)
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, create_demo_home
from transforms.incidents.coverage import entries
from transforms.incidents.ingest import ingest_force
from transforms.publications.publish import publish
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


METHOD = METHODS[DEFAULT_METHOD]
CHANGED = MONTHS[-3:]


@pytest.fixture
def newer(simulated: Simulated, tmp_path: Path) -> Path:
    """Other outcomes in every month, and other rows in three."""
    folder = tmp_path / "newer"
    folder.mkdir()
    newest = max(simulated.source.iterdir())
    revise(newest, folder / f"{Month.parse(newest.stem) + 1}.zip", CHANGED)
    return folder


def _brought_up_to_date(home: Home, source: Path) -> set[str]:
    """Ingest, score and publish; the as-ofs that were scored."""
    members, scored = street.members(source), set[str]()
    for force in home.registry.values():
        ingest_force(home.lake, street, force, members, MONTHS, RECEIVED_AT)
        done = score_force(home.lake, force, AS_OF, METHOD, home.scoring)
        scored.update(done.as_ofs)
    publish(home, AS_OF, METHOD)
    return scored


@pytest.mark.system
def test_a_newer_release_gives_what_a_home_gives_that_never_had_an_older_one(
    simulated: Simulated, newer: Path, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    publish(home, AS_OF, METHOD)
    before = published(home.root)
    scored = _brought_up_to_date(home, newer)
    assert scored == {*map(str, CHANGED)}
    revised = [e for e in entries(home.lake.read("coverage")) if e.rows_added == 0]
    assert {e.month for e in revised if e.rows_gone} == scored
    assert any(e.rows_outcome_changed for e in revised if e.month not in scored)

    fresh = create_demo_home(tmp_path / "fresh")
    assert len(_brought_up_to_date(fresh, newer)) == len(MONTHS[-12:])
    after = published(home.root)
    assert after == published(fresh.root)
    assert after["coverage.csv"] != before["coverage.csv"]
