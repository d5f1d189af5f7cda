"""The recipes of CONTRIBUTING name places that exist, and each row has all of its."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
import yaml

from flows.command.cli import app
from tests.oracles import methods as oracles
from transforms.feeds import EVERY_FEED
from transforms.lake.layout import LAYOUT
from transforms.lake.migrations import STEPS
from transforms.lake.schemas import DAY_SCORES, SCORES
from transforms.lake.tables import TABLES
from transforms.publications.edition.cells import _DECIMALS
from transforms.publications.formats.format import CSV, FILE, PARQUET
from transforms.publications.formats.registry import FORMATS
from transforms.reference.clocks import MONTHS
from transforms.scores.methods import METHODS


ROOT = Path(__file__).parents[1]
# Fractions that are published with all their digits.
EXACT = {"score", "score_pctile", "score_size", "universe_area_m2"}
# Columns that say of what a row is, and by what it was made.
NAMING = {
    "force", "as_of", "h3_res", "h3_cell", "crime_group", "method", "universe_cells",
    "universe_area_m2", "inputs_sha256",
}  # fmt: skip


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


RECIPES = {
    text.partition("\n")[0]: text
    for text in read("CONTRIBUTING.md").partition("## Recipes")[2].split("\n### ")[1:]
}
STEP = re.compile(r"^(?:\d+\.|-) ", re.MULTILINE)
_FILE = re.compile(r"[\w*./-]*\w(?:\.(?:py|md|toml|yaml|js|sql)|/)|CHANGELOG\.md|sql/")
_CONSTANT = re.compile(r"_?[A-Z][A-Z_]{2,}")


def steps(recipe: str) -> Iterator[tuple[list[str], list[str]]]:
    """Of each step the files that it names, and the constants in them."""
    for step in STEP.split(recipe)[1:]:
        quoted = re.findall(r"`([^`]+)`", step.split("\n\n")[0])
        files = [q for q in quoted if _FILE.fullmatch(q)]
        names = [q for q in quoted if _CONSTANT.fullmatch(q) and q != "NAME"]
        yield files, names


def text_of(path: str) -> str | None:
    """The text of a file, of a folder's modules, or of all that NAME may stand for."""
    pattern = re.sub(r"\bNAME\b", "*", path)
    if pattern.endswith("/"):
        pattern += "*.*"
    found = [p for p in ROOT.glob(pattern) if p.suffix in _TEXTS]
    return "\n".join(p.read_text(encoding="utf-8") for p in found) if found else None


_TEXTS = {".py", ".md", ".toml", ".yaml", ".js", ".sql"}


@pytest.mark.parametrize("name", RECIPES)
def test_the_places_of_a_recipe_exist(name: str) -> None:
    for files, constants in steps(RECIPES[name]):
        texts = {file: text_of(file) for file in files}
        assert None not in texts.values(), [f for f, t in texts.items() if t is None]
        together = "\n".join(text for text in texts.values() if text)
        for constant in constants:
            assert re.search(rf"\b{constant}\b", together), (files, constant)


def test_a_recipe_that_names_a_lost_place_is_caught() -> None:
    assert text_of("transforms/scores/methods/nowhere.py") is None
    [(files, names)] = steps("### X\n1. `sql/NAME.sql`, `a/b.py`: `ROW` and `NAME`.\n")
    assert (files, names) == (["sql/NAME.sql", "a/b.py"], ["ROW"])
    assert {"A force", "A method", "A format", "A command"} <= RECIPES.keys()


def _method(name: str) -> Iterator[str]:
    if MONTHS.unit in METHODS[name].UNITS and name not in oracles.METHODS:
        yield "tests/oracles/methods.py: METHODS"
    # Rolling counts are a family, of which the page names the first.
    named = "rolling_count" if name.startswith("rolling_count_") else name
    if f"`{named}`" not in read("docs/methods.md"):
        yield "docs/methods.md"


def _format(name: str) -> Iterator[str]:
    row, registry = FORMATS[name], "transforms/publications/formats/registry.py"
    for contents in filter(None, (row.months, row.days)):
        if (row.media_type in (CSV, PARQUET)) != bool(contents.schema):
            yield f"{registry}: schema and keys"
        elif contents.schema and not {*contents.keys} <= {*contents.schema.names}:
            yield f"{registry}: keys"
    alike = [r for n, r in FORMATS.items() if Path(n).suffix == Path(name).suffix]
    if {r.media_type for r in alike} != {row.media_type}:
        yield f"{registry}: one media type for a suffix"
    pages = {"docs/using-the-outputs.md": row.months, "docs/force-feed.md": row.days}
    for page, contents in pages.items():
        if contents and f"`{name.replace('*', '<force>')}`" not in read(page):
            yield page


def _feed(name: str) -> Iterator[str]:
    feed = EVERY_FEED[name]
    for table in {feed.TABLE, feed.QUARANTINE} - TABLES.keys():
        yield f"transforms/lake/tables.py: {table}"
    if feed.KIND not in read("docs/data.md"):
        yield "docs/data.md"


def _column(name: str) -> Iterator[str]:
    kind = SCORES.field(name).type
    if pa.types.is_floating(kind) and name not in {*_DECIMALS, *EXACT}:
        yield "transforms/publications/edition/cells.py: _DECIMALS"
    compared = read("tests/transforms/scores/test_against_oracle.py")
    if name not in NAMING and name.replace("months_", "n_") not in compared:
        yield "tests/transforms/scores/test_against_oracle.py"


_COMMAND_PAGES = {
    "": "docs/commands.md",
    "feed": "docs/force-feed.md",
    "programme": "docs/programmes.md",
    "dosage": "docs/dosage.md",
    "trial": "docs/trials.md",
    "patrol": "docs/patrol.md",
}


def _command(name: str) -> Iterator[str]:
    group, _, own = name.rpartition(" ")
    page = _COMMAND_PAGES[group]
    if not re.search(rf"hexbeat {name}\b", read(page)):
        yield page
    command = (app[group] if group else app)[own]
    if not command.help:
        yield "flows/command/: a docstring, which is the help"
    pages = "\n".join(p.read_text() for p in (ROOT / "tests/flows").rglob("*.py"))
    if not re.search(rf'(?:(?<![\w\])])\[|[(,])\s*"{own}"|hexbeat {name}\b', pages):
        yield "tests/flows/: a test that runs it"


def _deployment(name: str) -> Iterator[str]:
    if f"\n| `{name}` |" not in read("docs/operations.md"):
        yield "docs/operations.md: its row"


def _commands() -> Iterator[str]:
    for name in app:
        if not name.startswith("-"):
            yield name
            inner = [n for n in app[name] if not n.startswith("-")]
            yield from (f"{name} {one}" for one in inner)


def _deployments() -> list[str]:
    return [
        each["name"]
        for each in yaml.safe_load(read("deploy/prefect.yaml"))["deployments"]
    ]


ROWS: dict[str, tuple[Callable[[], list[str]], Callable[[str], Iterator[str]]]] = {
    "A method": (lambda: list(METHODS), _method),
    "A format": (lambda: list(FORMATS), _format),
    "A feed": (lambda: list(EVERY_FEED), _feed),
    "A column": (lambda: SCORES.names, _column),
    "A command": (lambda: list(_commands()), _command),
    "A deployment": (_deployments, _deployment),
}


@pytest.mark.parametrize(
    ("recipe", "name"),
    [(r, name) for r, (names, _) in ROWS.items() for name in names()],
)
def test_a_row_has_all_its_places(recipe: str, name: str) -> None:
    missing = list(ROWS[recipe][1](name))
    assert not missing, f"{name}: see {recipe!r} in CONTRIBUTING.md: {missing}"


def test_a_planted_row_lacks_each_of_its_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    format_ = SimpleNamespace(name="mandrake", media_type=CSV, months=FILE, days=FILE)
    monkeypatch.setitem(FORMATS, "mandrake", format_)
    planted = SimpleNamespace(
        UNITS=("months",), TABLE="none", QUARANTINE="none", KIND="mandrake"
    )
    for registry in (METHODS, EVERY_FEED):
        monkeypatch.setitem(registry, "mandrake", planted)
    monkeypatch.setattr(f"{__name__}.SCORES", pa.schema([("mandrake", pa.float64())]))
    app.command(lambda: None, name="mandrake")
    try:
        lacks = {
            recipe: list(lacking("mandrake")) for recipe, (_, lacking) in ROWS.items()
        }
    finally:
        del app["mandrake"]
    assert lacks == {
        "A method": ["tests/oracles/methods.py: METHODS", "docs/methods.md"],
        "A format": [
            "transforms/publications/formats/registry.py: schema and keys",
            "transforms/publications/formats/registry.py: schema and keys",
            "docs/using-the-outputs.md",
            "docs/force-feed.md",
        ],
        "A feed": ["transforms/lake/tables.py: none", "docs/data.md"],
        "A column": [
            "transforms/publications/edition/cells.py: _DECIMALS",
            "tests/transforms/scores/test_against_oracle.py",
        ],
        "A command": [
            "docs/commands.md",
            "flows/command/: a docstring, which is the help",
            "tests/flows/: a test that runs it",
        ],
        "A deployment": ["docs/operations.md: its row"],
    }


def test_only_rolling_counts_are_documented_as_a_family(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planted = SimpleNamespace(UNITS=("days",))
    for name in ("ewma_2m", "rolling_count_2m"):
        monkeypatch.setitem(METHODS, name, planted)
    assert list(_method("ewma_2m")) == ["docs/methods.md"]
    assert list(_method("rolling_count_2m")) == []


def test_each_layout_has_a_step_to_the_next() -> None:
    assert list(STEPS) == list(range(1, LAYOUT)), "transforms/lake/migrations.py: STEPS"


def test_both_clocks_have_a_column_or_it_is_said_here() -> None:
    """Windows differ in name; of the rest a day has one column more, its horizon."""

    def plain(names: list[str]) -> set[str]:
        return {re.sub(r"_?\d+[md]$|months|days", "", name) for name in names}

    assert plain(DAY_SCORES.names) - plain(SCORES.names) == {"horizon_"}
    assert plain(SCORES.names) == plain(DAY_SCORES.names) - {"horizon_"}
