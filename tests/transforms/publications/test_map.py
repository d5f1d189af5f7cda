"""The map page: what it carries, what it may do, and that a browser draws it."""

import base64
import hashlib
import html
import json
import re
import tomllib
import zlib
from pathlib import Path
from typing import Any

import h3
import pyarrow as pa
import pytest

from tests.transforms.publications import browser
from transforms.publications import map as page


HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
CENTRES = {"north": (54.0, -1.5), "middle": (52.5, -1.9), "coast": (50.8, -0.2)}
STATUS = "document.getElementById('status').textContent"
# How many pixels of the canvas are all but opaque: nothing else is drawn there.
INKED = """(() => {
  const canvas = document.querySelector("#map canvas");
  const [wide, high] = [canvas.width, canvas.height];
  const { data } = canvas.getContext("2d").getImageData(0, 0, wide, high);
  let inked = 0;
  for (let i = 3; i < data.length; i += 4) inked += data[i] > 200;
  return inked;
})()"""


def cells_of(force: str, rings: int = 6) -> list[dict[str, object]]:
    middle = h3.latlng_to_cell(*CENTRES[force], 9)
    ids = sorted(h3.grid_disk(middle, rings))
    return [row(force, cell, rank, len(ids)) for rank, cell in enumerate(ids, 1)]


def row(force: str, cell: str, rank: int, of: int) -> dict[str, object]:
    shares = zip(page.BANDS, (0.01, 0.02, 0.05, 0.20, 1.0), strict=True)
    return {
        "force": force,
        "h3_cell": cell,
        "n_1m": None if force == "coast" else rank % 4,
        "n_3m": rank % 9,
        "n_12m": rank % 30,
        "n_36m": rank % 80,
        "n_prev_12m": rank % 31,
        "score": 40.0 / rank,
        "score_lo": 0.0,
        "score_hi": float(2 + 80 // rank),
        "score_rank": rank,
        "score_band": next(band for band, share in shares if rank <= share * of + 1),
        "place_label": HOSTILE if rank == 1 else f"On or near Heol Maes-Yr-Hâf {rank}",
        "lsoa21cd": None if rank % 7 == 0 else "E01000001",
    }


def table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=page.SCHEMA)


def facts(**changes: object) -> page.MapFacts:
    forces = tuple(
        page.ForceFact(name, name.title(), 900, 11, "2024-04") for name in CENTRES
    )
    given = {
        "run_id": "2024-04-0123456789ab",
        "as_of": "2024-04",
        "crime_group": "burglary",
        "crime_group_label": "Burglary",
        "excluded": "Left out before scoring: nothing",
        "attribution": "Contains public sector information (OGL v3.0)",
        "method": "decayed count",
        "forces": forces,
    }
    return page.MapFacts(**(given | changes))


@pytest.fixture
def cells() -> pa.Table:
    return table([row for force in CENTRES for row in cells_of(force)])


def unpacked(text: str) -> Any:
    packed = re.search(r'id="payload"[^>]*>([^<]*)<', text)
    assert packed
    return json.loads(zlib.decompress(base64.b64decode(packed[1])))


def without_scripts(text: str) -> str:
    return re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)


def test_vendored_files_are_those_of_the_packages() -> None:
    vendor = page.WEB.joinpath("vendor")
    packages = tomllib.loads(vendor.joinpath("vendor.toml").read_text()).values()
    listed = {
        name: file["sha256"]
        for package in packages
        for name, file in package["files"].items()
    }
    held = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in vendor.iterdir()
        if file.name != "vendor.toml"
    }
    assert held == listed


def test_page_asks_for_nothing_from_elsewhere(cells: pa.Table) -> None:
    text = page.render(cells, facts())
    markup = without_scripts(text)
    ours = page.WEB.joinpath("map.js").read_text(encoding="utf-8")
    address = r"""(?:src|href|action|data|poster)\s*=\s*["']?(?!["']?(?:data:,|\#))"""
    assert re.findall(address, markup) == []
    assert re.findall(r"url\(|@import", markup) == []
    assert re.findall(r"fetch\(|import\(|XMLHttpRequest|innerHTML", ours) == []
    assert "sourceMappingURL" not in text


def test_policy_allows_these_scripts_and_this_style_only(cells: pa.Table) -> None:
    text = page.render(cells, facts())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", text, re.DOTALL)
    digests = [hashlib.sha256(code.encode()).digest() for code in inline]
    allowed = re.findall(r"'sha256-([^']*)'", policy[1])
    assert sorted(allowed) == sorted(base64.b64encode(d).decode() for d in digests)
    assert len(allowed) == 4
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]


def test_hostile_words_stay_words(cells: pa.Table) -> None:
    coast = page.ForceFact("coast", HOSTILE, 900, 0, None, HOSTILE)
    forces = (*facts().forces[:2], coast)
    text = page.render(cells, facts(forces=forces, crime_group_label=HOSTILE))
    assert HOSTILE not in text
    assert html.escape(HOSTILE) in text
    assert HOSTILE in unpacked(text)["words"]["place_label"]
    assert text.count("<script") == text.count("</script") == 4


def test_same_input_gives_the_same_bytes_in_any_order(cells: pa.Table) -> None:
    mixed = cells.take(list(reversed(range(cells.num_rows))))
    assert page.render(cells, facts()) == page.render(mixed, facts())


def test_what_was_not_supplied_is_null_and_never_nought(cells: pa.Table) -> None:
    columns = unpacked(page.render(cells, facts()))["columns"]
    pairs = zip(columns["force"], columns["n_1m"], strict=True)
    coast = [count for force, count in pairs if force == list(CENTRES).index("coast")]
    assert coast
    assert set(coast) == {None}


def test_a_cell_without_a_score_is_refused(cells: pa.Table) -> None:
    unscored = cells.slice(0, 1).to_pylist()[0] | {"score": None}
    with pytest.raises(ValueError, match="null in \\['score'\\]"):
        page.render(table([unscored]), facts())


def test_a_force_without_facts_is_refused(cells: pa.Table) -> None:
    with pytest.raises(ValueError, match="coast"):
        page.render(cells, facts(forces=facts().forces[:2]))


@pytest.mark.skipif(browser.CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_draws_it_from_a_file_and_asks_for_nothing(
    cells: pa.Table, tmp_path: Path
) -> None:
    file = tmp_path / "map.html"
    file.write_text(page.render(cells, facts()), encoding="utf-8")
    with browser.opened(file, tmp_path / "profile") as tab:
        shown = f"Showing all {cells.num_rows} cells in view."
        assert tab.value(STATUS).startswith(shown)
        assert tab.value(INKED) > 100
        tab.value("document.querySelector('#top button').click()")
        panel = tab.value("document.getElementById('panel').innerText")
        assert tab.value("document.images.length") == 0
        assert tab.complaints() == []
        assert tab.requests() == [file.as_uri()]
    assert HOSTILE in panel
    assert "1 of 900 cells" in panel


@pytest.mark.skipif(browser.CHROMIUM is None, reason="no Chromium on this machine")
def test_a_page_with_no_cells_still_opens(cells: pa.Table, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    file.write_text(page.render(cells.slice(0, 0), facts()), encoding="utf-8")
    with browser.opened(file, tmp_path / "profile") as tab:
        assert tab.complaints() == []
        assert tab.value(STATUS) == "No cells in view."
