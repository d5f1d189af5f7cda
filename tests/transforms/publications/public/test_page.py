"""The public page: what it carries is what the files beside it say, and no more."""

import re
from fnmatch import fnmatch
from html.parser import HTMLParser
from pathlib import Path

import h3
import pytest

from tests.oracles import publications as oracles
from tests.transforms.publications.named_files import named_but_not_there
from tests.transforms.publications.public.page_reader import (
    CELL,
    counts_in,
    data_of,
    table_of,
)
from transforms.homes.disclosure_settings import OPERATOR_FIELDS
from transforms.publications.formats.registry import FORMATS
from transforms.publications.public.page import OURS, SCRIPTS
from transforms.publications.public.page_data import TREND_QUARTERS
from transforms.publications.public.page_words import MEASURED, accuracy_in_words
from transforms.scores.methods import METHODS


METHODS_PAGE = Path(__file__).parents[4] / "docs" / "methods.md"


class Reader(HTMLParser):
    """The words of a page, its tables as rows of text, and its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self._silent = self._in_cell = False
        self.feed(text)

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        self._silent = tag in ("script", "style")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True
        if tag == "a":
            self.links.append(dict(attributes)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False
        self._in_cell &= tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        if self._in_cell and data.strip():
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def text(public_tier: Path) -> str:
    return (public_tier / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Reader:
    return Reader(text)


def test_every_file_that_a_text_names_is_in_the_same_folder(public_tier: Path) -> None:
    assert named_but_not_there(public_tier) == {}


def test_it_says_which_share_is_withheld_and_which_is_not_told(text: str) -> None:
    said = " ".join(text.split())
    assert (
        "How many incidents lie in the areas without a count is not published" in said
    )
    assert "Without a count" in said


def test_every_number_is_worked_out_from_the_files_beside_it(public_tier: Path) -> None:
    data = data_of(public_tier / "index.html")
    rows = table_of(public_tier / "public_cells.csv")
    bands = table_of(public_tier / "public_bands.csv")
    assert {
        (r["force"], r["crime_group"], r["period"]): (
            r["published"], r["within"], r["areas"], r["withheld"],
        )
        for r in data["totals"]
    } == oracles.page_totals(rows, 2)  # fmt: skip
    assert {
        (r["force"], r["crime_group"]): (r["quarters"], r["areas"])
        for r in data["trends"]
    } == oracles.page_trends(rows, 2, TREND_QUARTERS)
    assert {
        (r["force"], r["crime_group"], r["period"]): {tuple(one) for one in r["cells"]}
        for r in data["maps"]
    } == oracles.page_maps(rows, bands)
    assert data.keys() == {
        *("forces", "groups", "rounding", "maps", "trends", "totals", "ground"),
        "columns",
    }
    assert data["columns"] == []


def test_no_count_of_it_is_under_the_minimum(public_tier: Path) -> None:
    counts = [n for _, n in counts_in(data_of(public_tier / "index.html"))]
    assert len(counts) > 200
    assert min(n for n in counts if n) >= 10
    assert all(n % 5 == 0 for n in counts)


def test_it_names_no_cell_without_a_count(public_tier: Path) -> None:
    data = data_of(public_tier / "index.html")
    rows = table_of(public_tier / "public_cells.csv")
    told, untold = set(), set()
    for row in rows:
        key = row["force"], row["crime_group"], row["period"], row["h3_cell"]
        (untold if row["suppressed"] else told).add(key)
    for shown in data["maps"]:
        key = shown["force"], shown["crime_group"], shown["period"]
        cells = {(*key, cell) for cell, _, _ in shown["cells"]}
        assert cells <= told
    assert sum(len(shown["cells"]) for shown in data["maps"]) > 50
    for trend in data["trends"]:
        for period in trend["quarters"]:
            key = trend["force"], trend["crime_group"], period
            areas = {(*key, area) for area in trend["areas"]}
            assert not areas & untold
            whole = {(*k[:3], h3.cell_to_parent(k[3], 7)) for k in told}
            assert areas <= whole
    text = (public_tier / "index.html").read_text()
    assert CELL.findall(re.sub(r"<script.*?</script>", "", text, flags=re.S)) == []


def test_the_tables_of_its_text_are_those_of_the_files(
    public_tier: Path, page: Reader
) -> None:
    rows = table_of(public_tier / "public_cells.csv")
    totals = oracles.page_totals(rows, 2)
    newest = max(period for force, _, period in totals if force == "avonmere")
    published, within, areas, withheld = totals["avonmere", "all-crime", newest]
    line = [
        "Avonmere Police", "All crime", newest, f"{published:,}", str(within),
        str(areas), f"{withheld} ({100 * withheld / areas:.0f} %)",
    ]  # fmt: skip
    assert line in page.rows
    for row in table_of(public_tier / "public_accuracy.csv"):
        found = (
            f"{row['found_percent']} %" if not row["suppressed"] else "not published"
        )
        assert any(
            one[1:] == [row["period"], group, found]
            for one in page.rows
            for group in ("All crime", "Anti-social behaviour")
        )
    said = [one[3] for one in page.rows if len(one) == 4 and one[3] != "Found"]
    assert len(said) == len(table_of(public_tier / "public_accuracy.csv"))


def test_it_links_to_the_files_beside_it_and_to_nothing_else(
    public_tier: Path, page: Reader
) -> None:
    files = {link for link in page.links if not link.startswith("#")}
    seal = {"index.html", "manifest.json", "SHA256SUMS"}
    assert files == {file.name for file in public_tier.iterdir()} - seal
    places = {link[1:] for link in page.links if link.startswith("#")}
    text = (public_tier / "index.html").read_text()
    assert all(f'id="{place}"' in text for place in places)


def test_it_names_no_internal_file(text: str) -> None:
    internal = [row.name for row in FORMATS.values() if row.audience == "internal"]
    words = set(re.findall(r"[\w.-]+\.[a-z]+\b", text))
    for name in internal:
        assert not any(fnmatch(word, name) for word in words), name
    assert "internal" not in text.replace("h3Internal", "")


def test_every_column_of_the_data_is_explained(public_tier: Path, page: Reader) -> None:
    explained = {row[0] for row in page.rows}
    for name in ("cells", "bands", "accuracy"):
        [first, *_] = (public_tier / f"public_{name}.csv").read_text().splitlines()
        assert set(first.replace('"', "").split(",")) <= explained


def test_what_the_force_has_not_answered_is_said_above_all(
    text: str, page: Reader
) -> None:
    words = " ".join(page.words)
    assert "has not answered 19 of the 20 questions" in words
    assert text.index('id="banner"') < text.index('id="map"')
    assert words.count("Not answered yet") == len(OPERATOR_FIELDS) - 1
    assert "Police of &lt;b&gt;Avonmere&lt;/b&gt;" in text
    assert "<b>Avonmere" not in text


def test_how_it_compares_with_counting_is_what_was_measured() -> None:
    """The figures are those of docs/methods.md, and the words fit them."""
    table: dict[str, list[str]] = {}
    for line in METHODS_PAGE.read_text().splitlines():
        row = [part.strip() for part in line.strip("|").split("|")]
        if len(row) == 6:  # the first such table is of 1 %, as the page is
            table.setdefault(row[0], row)
    names = {"all-crime": "all crime", "anti-social-behaviour": "anti-social behaviour"}
    for group, said in MEASURED.items():
        _, default, _, rolling, gain, _ = table[names[group]]
        assert (float(default), float(rolling)) == (said.found, said.by_counting)
        points = float(gain.partition(" ")[0])
        verdict = "no better" if points < 0.25 else "hardly better"
        assert said.verdict == f"{verdict} than counting"
        assert points < 1
    assert "no better than counting" in " ".join(accuracy_in_words("point_exposure"))


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"point_exposure"}))
def test_of_no_other_method_is_anything_claimed(method: str) -> None:
    words = " ".join(accuracy_in_words(method))
    assert "was not measured" in words
    assert "better" not in words


def test_its_scripts_are_ours_and_ask_for_nothing(text: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    assert "http" not in policy[1]
    assert policy[1].count("'sha256-") == len(SCRIPTS) + 1
    assert set(OURS) <= set(SCRIPTS)
    assert len(text) < 1_000_000
