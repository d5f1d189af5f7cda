"""The briefing: one tagged page a force that says what its tables say."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.transforms.conftest import AS_OF, Simulated
from transforms.gather import gather
from transforms.publications.briefing import write_briefings
from transforms.publications.edition import Edition
from transforms.scores import DEFAULT_METHOD, METHODS


needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="no pdftotext: install poppler-utils"
)


@pytest.fixture(scope="module")
def edition(simulated: Simulated) -> Edition:
    return gather(simulated.home, AS_OF, METHODS[DEFAULT_METHOD])


@pytest.fixture(scope="module")
def pages(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("briefing")
    write_briefings(edition, folder / "briefing.pdf")
    return sorted(folder.iterdir())


def _told(tool: str, page: Path, *last: str) -> str:
    done = subprocess.run(
        [tool, str(page), *last], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_there_is_a_page_for_each_scored_force(
    pages: list[Path], edition: Edition
) -> None:
    assert [page.name for page in pages] == [
        f"briefing-{force.force.id}.pdf" for force in edition.scored
    ]


@needs_poppler
def test_each_is_one_tagged_page_with_a_title(pages: list[Path]) -> None:
    for page in pages:
        facts = dict(line.split(":", 1) for line in _told("pdfinfo", page).splitlines())
        assert facts["Pages"].strip() == "1"
        assert facts["Tagged"].strip() == "yes"
        assert facts["Title"].strip().startswith("Hot spots: ")


@needs_poppler
def test_it_says_what_the_tables_say(pages: list[Path], edition: Edition) -> None:
    text = " ".join(_told("pdftotext", pages[0], "-").split())
    [top] = [
        row
        for row in edition.hotspots.to_pylist()
        if (row["force"], row["crime_group"], row["hotspot_rank"])
        == (edition.scored[0].force.id, "all-crime", 1)
    ]
    assert top["name"] in text
    assert f"{top['n_12m']:,}" in text
    assert edition.run_id in text
    assert "no reason to suspect anyone" in text
    assert "Not backtested on these data" in text


def test_the_same_edition_gives_the_same_bytes(
    pages: list[Path], edition: Edition, tmp_path: Path
) -> None:
    write_briefings(edition, tmp_path / "briefing.pdf")
    for page in pages:
        assert (tmp_path / page.name).read_bytes() == page.read_bytes()
