"""A text that a spreadsheet would run leaves no publication."""

import re
import zipfile
from itertools import cycle
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from tests.transforms.simulated_home import AS_OF, Simulated, make_home
from transforms.publications.formulas import (
    SAFE_PATTERN,
    TEXT_PATTERN,
    is_safe,
    withhold_code,
    withhold_formulas,
)
from transforms.publications.publish import publish
from transforms.publications.schemas import HOTSPOTS, PUBLISHED
from transforms.scores.methods import DEFAULT_METHOD, METHODS


LABEL = PUBLISHED.field("place_label")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_label_that_starts_as_a_formula_does_is_left_empty(start: str) -> None:
    labels = [f"{start}1+1", "High Street", None, f"A{start}", f"A {start}1"]
    table = pa.table({"place_label": labels}).cast(pa.schema([LABEL]))
    kept = withhold_formulas(table)
    assert kept.schema == table.schema
    assert kept["place_label"].to_pylist() == [None, *labels[1:]]
    assert not re.match(SAFE_PATTERN, labels[0] or "")


def test_our_own_text_may_be_long_and_is_never_code() -> None:
    cells = HOTSPOTS.field("h3_cells")
    ids = " ".join(["89195dba423ffff"] * 18)  # of a hot spot as large as they get
    table = pa.table({"h3_cells": [ids]}).cast(pa.schema([cells]))
    assert withhold_code(table) == table
    with pytest.raises(pa.ArrowInvalid, match="h3_cells"):
        withhold_code(pa.table({"h3_cells": ["=1+1"]}).cast(pa.schema([cells])))


HOSTILE = (
    "<img src=x onerror=alert(1)>", "a <b", "a > b", "[x](javascript:alert(1)) <x>",
    "High\x1b[31m Street", "High\nStreet", "High\x0bStreet", "\u202eteertS hgiH",
    "High\u200bStreet", "High Street\ufeff", "A\x85B", "=1+1",
    "A" * 256, "Ŵ " * 200,
)  # fmt: skip
HARMLESS = (
    "High Street", "St. Mary's & \"Sons\"", "Heol y Bont Ŵ", "A=1", "Naïve–Road (2)",
    "Straße", "日本通り", "Marks #1, [x]",
    "Ŵ" * 255,
)  # fmt: skip


def test_a_label_that_a_page_a_terminal_or_a_parser_would_act_on_is_left_empty() -> (
    None
):
    table = pa.table({"place_label": [*HOSTILE, *HARMLESS, None]})
    kept = withhold_code(table.cast(pa.schema([LABEL])))["place_label"].to_pylist()
    assert kept == [*[None] * len(HOSTILE), *HARMLESS, None]
    for label in (*HOSTILE, *HARMLESS):
        assert (
            is_safe(label)
            == (label in HARMLESS)
            == bool(re.fullmatch(TEXT_PATTERN, label))
        ), label
    assert not is_safe("High\0Street")


def test_a_formula_where_no_null_may_be_is_our_fault() -> None:
    schema = pa.schema([pa.field("force", pa.string(), nullable=False)])
    table = pa.table({"force": ["=kent"]}, schema=schema)
    with pytest.raises(
        pa.ArrowInvalid, match="force contains what looks like a formula"
    ):
        withhold_formulas(table)


def test_a_formula_or_script_in_the_feed_reaches_no_published_file(
    simulated: Simulated, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    hostile = cycle(["=HYPERLINK(1)", "<script>alert(1)</script>"])
    for path in simulated.source.glob("*.zip"):
        with (
            zipfile.ZipFile(path) as clean,
            zipfile.ZipFile(source / path.name, "w") as tainted,
        ):
            for name in clean.namelist():
                if "avonmere" in name:
                    data = clean.read(name).decode()
                    data = re.sub(
                        "On or near [^,]*",
                        lambda _: f"On or near {next(hostile)}",
                        data,
                    )
                    tainted.writestr(name, data)
    home = make_home(tmp_path / "home", source)
    done = publish(home, AS_OF, METHODS[DEFAULT_METHOD])
    for path in (done.folder / "internal").iterdir():
        text = path.read_bytes()
        assert b"=HYPERLINK(1)" not in text, path.name
        assert b"alert(1)" not in text, path.name
    for name, column in (("hotspot_cells", "place_label"), ("hotspots", "name")):
        table = pacsv.read_csv(done.folder / "internal" / f"{name}.csv")
        assert table[column].null_count == len(table) > 0
