"""The briefing: one tagged page a force that says what its tables say."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from tests.transforms.simulated_home import AS_OF, Simulated
from transforms.publications.apart import UnwrittenError
from transforms.publications.edition.gather import gather
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats import briefing, briefing_page
from transforms.publications.formats.briefing import TOP_SPOTS, write_briefings
from transforms.publications.formats.briefing_map import draw_map
from transforms.publications.formats.glyphs import all_shown, has_glyph, shown
from transforms.scores.methods import DEFAULT_METHOD, METHODS


SECTIONS = (
    "Highest hot spots, all crime",
    "What it is based on",
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
def edition(simulated: Simulated) -> MonthEdition:
    return gather(simulated.home, AS_OF, METHODS[DEFAULT_METHOD])


@pytest.fixture(scope="module")
def pages(
    edition: MonthEdition, tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    folder = tmp_path_factory.mktemp("briefing")
    write_briefings(edition, folder / "briefing-*.pdf")
    return sorted(folder.iterdir())


def printed(tool: str, page: Path, *last: str) -> str:
    done = subprocess.run(
        [tool, str(page), *last], capture_output=True, text=True, check=True
    )
    return done.stdout


def _tree(page: Path) -> list[tuple[str, str]]:
    """Each tag of the page in reading order, with the words that stand in it."""
    tags: list[tuple[str, str]] = []
    for line in printed("pdfinfo", page, "-struct-text").splitlines():
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
    pages: list[Path], edition: MonthEdition
) -> None:
    assert [page.name for page in pages] == [
        f"briefing-{force.force.id}.pdf" for force in edition.scored
    ]


@needs_poppler
def test_each_is_one_tagged_page_with_a_title(pages: list[Path]) -> None:
    for page in pages:
        facts = dict(
            line.split(":", 1) for line in printed("pdfinfo", page).splitlines()
        )
        assert facts["Pages"].strip() == "1"
        assert facts["Tagged"].strip() == "yes"
        assert facts["Title"].strip().startswith("Hot spots: ")


@needs_poppler
def test_its_headings_come_in_order_and_skip_no_level(
    pages: list[Path], edition: MonthEdition
) -> None:
    for page, force in zip(pages, edition.scored, strict=True):
        headings = [(tag, text) for tag, text in _tree(page) if re.match(r"H\d", tag)]
        title = ("H1", f"Hot spots: {force.force.name}")
        assert headings == [title, *(("H2", section) for section in SECTIONS)]


@needs_poppler
def test_its_table_has_headers_with_words_and_a_row_for_each_hot_spot(
    pages: list[Path], edition: MonthEdition
) -> None:
    for page, force in zip(pages, edition.scored, strict=True):
        tags = _cells(_tree(page))
        headers = [text for tag, text in tags if tag == "TH of a column"]
        assert headers == ["no.", "around", "expected", "likely range", "last 12 m"]
        top = [
            row
            for row in edition.hotspots.to_pylist()
            if (row["force"], row["crime_group"]) == (force.force.id, "all-crime")
        ][:TOP_SPOTS]
        told = [text for tag, text in tags if tag == "TD"]
        assert told[::5] == [str(row["hotspot_rank"]) for row in top]
        assert told[1::5] == [row["name"] for row in top]
        assert told[3::5] == [
            f"{row['expected_lo']:,} to {row['expected_hi']:,}" for row in top
        ]
        assert told[4::5] == [f"{row['n_12m']:,}" for row in top]


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
        assert "<pdfuaid:part>1<" in printed("pdfinfo", page, "-meta")


@needs_poppler
def test_it_says_what_the_tables_say(pages: list[Path], edition: MonthEdition) -> None:
    text = " ".join(printed("pdftotext", pages[0], "-").split())
    [top] = [
        row
        for row in edition.hotspots.to_pylist()
        if (row["force"], row["crime_group"], row["hotspot_rank"])
        == (edition.scored[0].force.id, "all-crime", 1)
    ]
    assert top["name"] in text
    assert f"{top['n_12m']:,}" in text
    assert edition.run_id in text
    assert "not a reason to suspect" in text
    assert "Not backtested on these data" in text


def test_the_same_edition_gives_the_same_bytes(
    pages: list[Path], edition: MonthEdition, tmp_path: Path
) -> None:
    write_briefings(edition, tmp_path / "briefing-*.pdf")
    for page in pages:
        assert (tmp_path / page.name).read_bytes() == page.read_bytes()


def test_every_character_that_is_let_through_has_a_glyph(
    edition: MonthEdition, tmp_path: Path
) -> None:
    letters = [chr(n) for n in range(0x10000) if has_glyph(chr(n))]
    assert {*"ŵŷÂéß–’€&<Жω"} <= set(letters)
    rows = edition.hotspots
    force = edition.scored[0].force.id
    names = ["".join(letters[at::8]) for at in range(8)]
    _briefed(
        edition, [*names, "日本通り", "\U0001f600", "ﬁsh ①", "a\x07b\u202e"], tmp_path
    )
    assert (tmp_path / f"briefing-{force}.pdf").stat().st_size > 10_000
    assert edition.hotspots is rows


def _briefed(edition: MonthEdition, names: list[str], folder: Path) -> None:
    """The briefings of an edition whose hot spots have those names."""
    rows = edition.hotspots
    called = [names[at % len(names)] for at in range(len(rows))]
    at = rows.schema.get_field_index("name")
    column = pa.array(called, pa.string()).cast(rows.schema.field(at).type)
    other = replace(edition)
    other.__dict__["cells"] = edition.cells
    other.__dict__["hotspots"] = rows.set_column(at, rows.schema.field(at), column)
    write_briefings(other, folder / "briefing-*.pdf")


def test_a_character_without_a_glyph_gives_way_to_its_like_or_a_sign() -> None:
    assert shown("ﬁsh ①") == "fish 1"
    assert shown("日本 Street") == "\ufffd\ufffd Street"
    assert shown("Ｈigh\u3000Street") == "High Street"
    assert shown("Heol y Bônt ŵ – 2") == "Heol y Bônt ŵ – 2"
    assert all_shown({"a": ["日", 1, None]}) == {"a": ["\ufffd", 1, None]}


def test_one_forces_page_that_fails_fails_alone(
    edition: MonthEdition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*given: object) -> bytes:
        if given[0]["force"][0].as_py() == "northfell":  # type: ignore[index]
            raise ValueError("no picture")
        return draw_map(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(briefing_page, "draw_map", draw)
    with pytest.raises(UnwrittenError, match=r"^briefing-northfell\.pdf$"):
        write_briefings(edition, tmp_path / "briefing-*.pdf")
    others = {f"briefing-{f.force.id}.pdf" for f in edition.scored}
    others.remove("briefing-northfell.pdf")
    assert {f.name for f in tmp_path.iterdir()} == others
    tmp_path.joinpath("again").mkdir()
    less = replace(edition, left_out=["briefing-northfell.pdf"])
    write_briefings(less, tmp_path / "again" / "briefing-*.pdf")
    assert {f.name for f in (tmp_path / "again").iterdir()} == others


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 0.04, "better than simple counting"),
        (-0.01, 0.04, "level with simple counting"),
        (-0.04, -0.01, "worse than simple counting"),
        (None, None, "level with simple counting"),  # too few months for an interval
    ],
)
def test_better_is_said_only_where_it_is_more_than_chance(
    low: float | None, high: float | None, words: str
) -> None:
    assert briefing._beside_counting({"gain_lo": low, "gain_hi": high}) == words
