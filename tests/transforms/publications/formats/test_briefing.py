"""The briefing: one tagged page a force that says what its tables say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.transforms.conftest import AS_OF, Simulated
from transforms.gather import gather
from transforms.publications.briefing import TOP_SPOTS, write_briefings
from transforms.publications.edition import Edition
from transforms.scores import DEFAULT_METHOD, METHODS


SECTIONS = (
    "Highest hot spots, all crime",
    "What it rests on",
    "Serious violence (proxy)",
    "What changed",
    "How well it has done",
)
# A line of the structure tree as poppler prints it: a tag, or words inside of one.
TAG = re.compile(
    r' *([A-Z][A-Za-z0-9]*)(?: ".*")?(?: <\w+>)?(?: \((?:block|inline)\))?:?'
)
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


def _tree(page: Path) -> list[tuple[str, str]]:
    """Each tag of the page in reading order, with the words that stand in it."""
    tags: list[tuple[str, str]] = []
    for line in _told("pdfinfo", page, "-struct-text").splitlines():
        words = line.strip()
        if words.startswith('"'):
            tags[-1] = (tags[-1][0], tags[-1][1] + words.strip('"'))
        elif found := TAG.fullmatch(line):
            tags.append((found[1], ""))
        elif words == "/Scope /Column":
            tags[-1] = (f"{tags[-1][0]} of a column", "")
    return tags


def _cells(tags: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The cells of tables, with the words of what stands inside of them."""
    held: list[tuple[str, str]] = []
    for tag, text in tags:
        if tag.startswith(("TH ", "TD")):
            held.append((tag, text))
        elif tag == "Span" and held:
            held[-1] = (held[-1][0], held[-1][1] + text)
    return held


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
def test_its_headings_come_in_order_and_skip_no_level(
    pages: list[Path], edition: Edition
) -> None:
    for page, force in zip(pages, edition.scored, strict=True):
        headings = [(tag, text) for tag, text in _tree(page) if re.match(r"H\d", tag)]
        title = ("H1", f"Hot spots: {force.force.name}")
        assert headings == [title, *(("H2", section) for section in SECTIONS)]


@needs_poppler
def test_its_table_has_headers_with_words_and_a_row_for_each_hot_spot(
    pages: list[Path], edition: Edition
) -> None:
    for page, force in zip(pages, edition.scored, strict=True):
        tags = _cells(_tree(page))
        headers = [text for tag, text in tags if tag == "TH of a column"]
        assert headers == ["no.", "around", "expected", "last 12 m"]
        top = [
            row
            for row in edition.hotspots.to_pylist()
            if (row["force"], row["crime_group"]) == (force.force.id, "all-crime")
        ][:TOP_SPOTS]
        told = [text for tag, text in tags if tag == "TD"]
        assert told[::4] == [str(row["hotspot_rank"]) for row in top]
        assert told[1::4] == [row["name"] for row in top]
        assert told[3::4] == [f"{row['n_12m']:,}" for row in top]


@needs_poppler
def test_its_one_picture_is_told_in_words_and_its_language_is_set(
    pages: list[Path],
) -> None:
    for page in pages:
        assert [tag for tag, _ in _tree(page)].count("Figure") == 1
        # poppler's tools print neither of these two
        raw = page.read_bytes().decode("latin-1")
        [alt] = re.findall(r"/StructElem/S/Figure\b[^<>]*?/Alt\((.*?)(?<!\\)\)", raw)
        assert alt.startswith(
            "Map of the highest cells of all crime, with hot spots 1 "
        )
        assert re.search(r"/Type/Catalog[^\n]*/Lang\(en-GB\)", raw)
        assert "<pdfuaid:part>1<" in _told("pdfinfo", page, "-meta")


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
