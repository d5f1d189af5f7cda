"""Formats stand alone: what two of them need is in a module of neither."""

import ast
import inspect
import re
import sys
from hashlib import sha256
from itertools import chain
from pathlib import Path

from tests.transforms.publications.named_files import named_but_not_there
from transforms.homes.runs.seal import SCHEMA_VERSION
from transforms.lake.schemas import about
from transforms.publications.formats.registry import FORMATS


def test_no_format_imports_another() -> None:
    modules = {inspect.unwrap(one.write).__module__ for one in FORMATS.values()}
    modules.discard("transforms.publications.formats.registry")
    assert len(modules) > 10
    for name in modules:
        tree = ast.parse(inspect.getsource(sys.modules[name]))
        imported = {
            node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        }
        assert imported & modules == set(), name


def test_each_bullet_of_the_method_has_a_line_of_its_own(tier: Path) -> None:
    _, *sections = (tier / "METHOD.md").read_text().split("\n## ")
    lists = [lines for s in sections if (lines := s.split("\n")[2:])[0][:2] == "- "]
    assert len(lists) == 3
    for line in chain.from_iterable(lists):
        assert line == "" or line.startswith(("- ", "  ")), line
        assert not re.search(r"\. - [A-Z]", line), line


def test_other_columns_are_another_schema_version() -> None:
    """Names, types and order, not words: readers of a file go by those."""
    columns = [
        (name, unit, field.name, str(field.type), field.nullable)
        for name, row in FORMATS.items()
        for unit in ("months", "days")
        if (contents := row.contents(unit)) and contents.schema
        for field in contents.schema
    ]
    pinned = sha256(repr(columns).encode()).hexdigest()[:12]
    assert (SCHEMA_VERSION, pinned) == ("1.5", "a36059dc7a17"), (
        "raise SCHEMA_VERSION in transforms/homes/runs/seal.py, then pin both here; for"
        " a new file alone, pin its hash"
    )


def test_every_file_that_a_text_names_is_in_the_same_folder(tier: Path) -> None:
    assert named_but_not_there(tier) == {}


def test_an_area_says_that_it_is_on_a_sphere() -> None:
    """A tenth of a hectare less than a GIS measures, which is on the ellipsoid."""
    schemas = [
        contents.schema
        for row in FORMATS.values()
        for unit in ("months", "days")
        if (contents := row.contents(unit)) and contents.schema
    ]
    areas = {f for schema in schemas for f in schema if f.name.endswith("area_m2")}
    assert len(areas) >= 4
    for field in areas:
        assert "sphere" in about(field)["description"], field.name
