"""A text that a spreadsheet would run leaves no publication."""

import re
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from tests.transforms.conftest import AS_OF, Simulated, make_home
from transforms.publications.formulas import SAFE_PATTERN, withhold_formulas
from transforms.publish import publish
from transforms.schemas import PUBLISHED
from transforms.scores import DEFAULT_METHOD, METHODS


LABEL = PUBLISHED.field("place_label")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_label_that_starts_as_a_formula_does_is_left_empty(start: str) -> None:
    labels = [f"{start}1+1", "High Street", None, f"A{start}", f"A {start}1"]
    table = pa.table({"place_label": labels}).cast(pa.schema([LABEL]))
    kept = withhold_formulas(table)
    assert kept.schema == table.schema
    assert kept["place_label"].to_pylist() == [None, *labels[1:]]
    assert not re.match(SAFE_PATTERN, labels[0] or "")


def test_a_formula_where_no_null_may_be_is_our_fault() -> None:
    schema = pa.schema([pa.field("force", pa.string(), nullable=False)])
    table = pa.table({"force": ["=kent"]}, schema=schema)
    with pytest.raises(pa.ArrowInvalid, match="force holds what looks like a formula"):
        withhold_formulas(table)


def test_a_formula_in_the_feed_reaches_no_published_file(
    simulated: Simulated, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    formula = "=HYPERLINK(1)"
    for path in simulated.source.glob("*.zip"):
        with (
            zipfile.ZipFile(path) as clean,
            zipfile.ZipFile(source / path.name, "w") as tainted,
        ):
            for name in clean.namelist():
                if "avonmere" in name:
                    data = clean.read(name).decode()
                    data = re.sub("On or near [^,]*", f"On or near {formula}", data)
                    tainted.writestr(name, data)
    home = make_home(tmp_path / "home", source)
    done = publish(home, AS_OF, METHODS[DEFAULT_METHOD])
    for path in (done.folder / "internal").iterdir():
        assert formula.encode() not in path.read_bytes(), path.name
    for name, column in (("hotspot_cells", "place_label"), ("hotspots", "name")):
        table = pacsv.read_csv(done.folder / "internal" / f"{name}.csv")
        assert table[column].null_count == len(table) > 0
