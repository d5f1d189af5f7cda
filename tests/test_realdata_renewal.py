"""Real forces over the renewal of all map points in July 2022, and beside none."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from transforms.feeds.police_uk import street
from transforms.incidents.epochs import read_epochs
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import force_coverage
from transforms.incidents.request import resolve
from transforms.lake.lake import Lake
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import FORCES
from transforms.reference.groups import ALL_CRIME, GROUPS
from transforms.reference.months import Month
from transforms.reference.score_settings import Scoring
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.panel import Panel
from transforms.scores.score_months import force_panel
from transforms.scores.view import view_at


ARCHIVE = Path(__file__).parent.parent.parent / "shared/data/police_uk/archive"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not ARCHIVE.exists(), reason="the real archive is not beside the checkout"
    ),
]
RENEWED = Month(2022, 7)


def _lake(folder: Path, force: str) -> Lake:
    lake = Lake(folder / "lake")
    request = resolve(ARCHIVE, FORCES, [force], start="2010-12")
    now = datetime(2026, 1, 2, tzinfo=UTC)
    [known] = request.forces
    ingest_force(lake, street, known, request.members, request.months, now)
    return lake


def _epochs(lake: Lake, force: str) -> tuple[Month, ...]:
    return read_epochs([file.path for file in lake.files("incidents", force)])


@pytest.mark.parametrize(
    ("force", "epochs"),
    [
        ("cheshire", ()),  # 2016-02 to 2017-02
        ("city-of-london", (RENEWED,)),  # to 2020-11, and from 2024-01
        ("gwent", ()),  # from 2024-01
    ],
)
def test_only_the_known_renewal_is_found(
    tmp_path: Path, force: str, epochs: tuple[Month, ...]
) -> None:
    assert _epochs(_lake(tmp_path, force), force) == epochs


@pytest.fixture(scope="module")
def bedfordshire(tmp_path_factory: pytest.TempPathFactory) -> tuple[Panel, list[Month]]:
    lake = _lake(tmp_path_factory.mktemp("renewal"), "bedfordshire")
    months = force_coverage(lake, FORCES["bedfordshire"])
    panel = force_panel(lake, FORCES["bedfordshire"], Scoring())
    return panel, supplied_periods(months)


def test_bedfordshire_has_the_renewal_of_july_2022(
    bedfordshire: tuple[Panel, list[Month]],
) -> None:
    assert tuple(bedfordshire[0].epochs) == (RENEWED,)


@pytest.mark.parametrize("as_of", [Month(2022, 11), Month(2023, 3), Month(2023, 6)])
def test_no_top_cell_rests_on_what_was_before(
    bedfordshire: tuple[Panel, list[Month]], as_of: Month
) -> None:
    panel, supplied = bedfordshire

    def empty_tops(panel: Panel) -> int:
        """Cells among the highest 2 % without an incident since the renewal."""
        seen = view_at(panel, supplied, as_of)
        since = [month for month in seen.supplied if month >= RENEWED]
        counts = seen.sums([dict.fromkeys(since, 1.0)])[:, :, 0]
        held = seen.of(counts, GROUPS[ALL_CRIME].categories)
        mean = METHODS[DEFAULT_METHOD].expect(seen)[ALL_CRIME].mean
        top = np.argsort(-mean)[: len(mean) // 50]
        return int((held[top] == 0).sum())

    assert empty_tops(replace(panel, epochs=())) >= 2
    assert empty_tops(panel) == 0
