"""Each drop format can be read, erased and named, and is tested like the others."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from tests.transforms.feeds.force.made_drops import HANDS
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.drop_formats.drop import DropFormat
from transforms.feeds.force.mapping import ForceMapping


PAGE = Path(__file__).parents[4] / "docs" / "force-feed.md"
_GENERATED = re.compile(r"<!-- [\w ]+: written by .*?<!-- end -->", re.DOTALL)


@pytest.mark.parametrize("name", DROP_FORMATS)
def test_a_format_offers_reading_and_erasing(name: str) -> None:
    assert isinstance(DROP_FORMATS[name], DropFormat), (
        f"{DROP_FORMATS[name]} lacks a part of DropFormat (drop_formats/drop.py)"
    )


def test_a_mapping_can_name_every_format_and_no_other() -> None:
    listed = get_args(get_type_hints(ForceMapping)["format"])
    assert set(listed) == set(DROP_FORMATS), (
        "ForceMapping.format (feeds/force/mapping.py) is to list DROP_FORMATS"
    )


@pytest.mark.parametrize("name", DROP_FORMATS)
def test_a_format_is_documented(name: str) -> None:
    page, parts = _GENERATED.subn("", PAGE.read_text(encoding="utf-8"))
    assert parts > 0
    assert re.search(rf"\b{name}\b", page), "docs/force-feed.md"


def test_the_tests_write_every_format() -> None:
    """Blanking, erasure, fuzz and the same truth run over HANDS."""
    untested = {
        name
        for name, module in DROP_FORMATS.items()
        if module not in [DROP_FORMATS[hand] for hand in HANDS]
    }
    assert not untested, (
        "write it in HANDS (tests/transforms/feeds/force/made_drops.py)"
    )
