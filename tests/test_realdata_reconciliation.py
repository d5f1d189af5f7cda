"""Every force of the newest real release adds up, in every file of its publication."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.transforms.publications.sums import BECAME, assert_the_same_sums, rows_of
from transforms.feeds.police_uk import street
from transforms.homes.home import open_home
from transforms.incidents.ingest import ingest_force
from transforms.incidents.request import resolve
from transforms.publications.publish import Published, publish
from transforms.reference.forces import FORCES
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


DATA = Path(__file__).parents[2] / "shared/data/police_uk"
AS_OF = Month(2025, 12)
METHOD = METHODS[DEFAULT_METHOD]
RECEIVED_AT = datetime(2026, 1, 2, tzinfo=UTC)

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="the real archive is not beside the checkout"
    ),
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Every force of 2025, as published."""
    home = open_home(tmp_path_factory.mktemp("real"))
    archive, year = DATA / "archive", ("2025-01", "2025-12")
    request = resolve(archive, FORCES, all_forces=True, start=year[0], end=year[1])
    for force in request.forces:
        members, months = request.members, request.months
        ingest_force(home.lake, street, force, members, months, RECEIVED_AT)
        score_force(home.lake, home.registry[force.id], AS_OF, METHOD, home.scoring)
    return publish(home, AS_OF, METHOD)


def test_every_file_has_the_sums_of_the_lake(published: Published) -> None:
    assert len(published.scored) > 12
    assert_the_same_sums(published.edition, published.folder / "internal")


def test_real_forces_have_every_reason_but_one(published: Published) -> None:
    """Rows in Scotland are those of British Transport Police, too few to be scored."""
    rows = rows_of(published.folder / "internal" / "reconciliation.csv")
    found = {name for name in BECAME if any(int(r[f"{name}_12m"]) for r in rows)}
    assert found == set(BECAME) - {"outside_area"}
