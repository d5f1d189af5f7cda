"""A lake says its layout, and another layout is refused in one line."""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.transforms.operations.maintenance.made_runs import put
from transforms.errors import LakeError, UsageError
from transforms.homes.home import open_any_layout, open_home
from transforms.lake.lake import Lake
from transforms.lake.layout import LAYOUT, LAYOUT_FILE, layout_of, write_layout
from transforms.lake.tables import TABLES


def test_a_home_that_holds_nothing_is_of_the_newest_layout(tmp_path: Path) -> None:
    assert layout_of(tmp_path / "lake") == LAYOUT
    assert open_home(tmp_path / "home").root == tmp_path / "home"
    assert not (tmp_path / "home").exists()


def test_the_first_table_brings_the_number_and_no_later_one(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    put(lake, "2024-01", 3)
    assert (lake.root / LAYOUT_FILE).read_text() == f'{{"layout": {LAYOUT}}}'
    (lake.root / LAYOUT_FILE).unlink()
    lake.commit("stops", "kent", [], ["2024-01"])
    assert layout_of(lake.root) == 1


def test_an_older_home_is_refused_with_the_mend(tmp_path: Path) -> None:
    put(Lake(tmp_path / "lake"), "2024-01", 3)
    (tmp_path / "lake" / LAYOUT_FILE).unlink()
    with pytest.raises(UsageError, match=r"layout 1; .* then run hexbeat migrate"):
        open_home(tmp_path)
    assert len(open_any_layout(tmp_path).lake.read("incidents")) == 3


def test_a_newer_home_is_refused(tmp_path: Path) -> None:
    write_layout(tmp_path / "lake", LAYOUT + 1)
    with pytest.raises(UsageError, match="written by a newer hexbeat") as caught:
        open_home(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_number_that_is_none_is_told(tmp_path: Path) -> None:
    write_layout(tmp_path / "lake")
    (tmp_path / "lake" / LAYOUT_FILE).write_text("{}")
    with pytest.raises(LakeError, match="does not say which layout"):
        open_home(tmp_path)


def test_other_columns_are_another_layout() -> None:
    """Whoever changes a stored column raises LAYOUT and adds a step to `migrations`."""
    columns = [
        (name, field.name, field.nullable)
        for name, spec in TABLES.items()
        for field in spec.stored
    ]
    told = sha256(repr(columns).encode()).hexdigest()[:12]
    assert (LAYOUT, told) == (5, "1db277a7f00c"), (
        "raise LAYOUT (transforms/lake/layout.py), add a step to STEPS"
        " (transforms/lake/migrations.py), then pin both here"
    )
