"""Bands and hot spot classes are the same in every output."""

import re

import numpy as np
import pyarrow as pa

from transforms.publications.formats.briefing_map import PORTRAIT, draw_map
from transforms.publications.formats.qgis_style import qml
from transforms.publications.map.web_files import WEB
from transforms.reference import cells
from transforms.reference.bands import BANDS
from transforms.scores.labels.emerging import IN_WORDS, RULES


def test_the_map_page_has_the_same_bands() -> None:
    text = WEB.joinpath("map-words.js").read_text()
    band = r'(\w+): \{\s+label: .*?share: (\d+),\s+style: \{ fillColor: "(#\w+)"'
    found = re.findall(band, text, re.DOTALL)
    assert found == [(b.slug, str(b.percent), b.colour) for b in BANDS]


def test_the_map_page_has_the_same_words_for_classes() -> None:
    text = WEB.joinpath("map-words.js").read_text()
    kinds = text.partition("const KINDS = {")[2].partition("};")[0]
    assert dict(re.findall(r'(\w+): "([^"]+)"', kinds)) == IN_WORDS
    assert list(IN_WORDS) == list(RULES)


def test_the_briefing_has_the_same_colours() -> None:
    north = np.array([51.5, 51.51, 51.52, 51.53])
    west = np.full(len(north), -0.1)
    ids = cells.index_points(west, north, 9)
    rows = pa.table(
        {
            "h3_cell": cells.as_text(ids),
            "score_band": [band.slug for band in BANDS[:-1]],
            "lon": west,
            "lat": north,
        }
    )
    drawn = draw_map(rows, [], PORTRAIT).decode()
    assert [b.slug for b in BANDS[:-1] if f'fill="{b.colour}"' not in drawn] == []


def test_the_qgis_style_has_the_same_bands() -> None:
    style = qml("months")
    for band in BANDS:
        rgb = ",".join(str(part) for part in bytes.fromhex(band.colour[1:]))
        assert f'value="{band.slug}"' in style
        assert f'value="{rgb},255"' in style
