"""The map page: what it carries, what it may do, and how heavy it is."""

import base64
import hashlib
import html
import re
import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.transforms.publications.grown_home import Grown
from tests.transforms.publications.map.map_page import (
    AS_OFS,
    CENTRES,
    GAP,
    HOSTILE,
    MONTHS,
    UNSCORED,
    cells_of,
    facts,
    many,
    pasts,
    table,
    unpacked,
)
from transforms.publications import formulas
from transforms.publications.map import page
from transforms.publications.map import write as web_map
from transforms.publications.map.facts import MISSING, ForceFact
from transforms.publications.map.rows import mapped
from transforms.publications.map.web_files import WEB
from transforms.publications.public import page as public_page
from transforms.reference.bands import SLUGS


@pytest.fixture
def cells() -> pa.Table:
    return table([row for force in CENTRES for row in cells_of(force)])


def rendered(cells: pa.Table, **changes: object) -> str:
    return page.render(cells, pasts(cells), facts(**changes))


def without_scripts(text: str) -> str:
    return re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)


def test_vendored_files_are_those_of_the_packages() -> None:
    vendor = WEB.joinpath("vendor")
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
    text = rendered(cells)
    markup = without_scripts(text)
    ours = "".join(WEB.joinpath(name).read_text("utf-8") for name in page.OURS)
    address = r"""(?:src|href|action|data|poster)\s*=\s*["']?(?!["']?(?:data:,|\#))"""
    assert re.findall(address, markup) == []
    assert re.findall(r"url\(|@import", markup) == []
    unsafe = (
        r"fetch\(|import\(|XMLHttpRequest|innerHTML|outerHTML|insertAdjacent|eval\("
    )
    assert re.findall(unsafe, ours) == []
    assert "sourceMappingURL" not in text


def test_policy_allows_these_scripts_and_this_style_only(cells: pa.Table) -> None:
    text = rendered(cells)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", text, re.DOTALL)
    digests = [hashlib.sha256(code.encode()).digest() for code in inline]
    allowed = re.findall(r"'sha256-([^']*)'", policy[1])
    assert sorted(allowed) == sorted(base64.b64encode(d).decode() for d in digests)
    assert len(allowed) == len(page.SCRIPTS) + 1
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]


def test_every_script_of_ours_is_in_the_page() -> None:
    held = {f.name for f in WEB.iterdir() if f.name.endswith(".js")}
    assert held == {*page.OURS, *public_page.OURS}


def test_hostile_words_stay_words(cells: pa.Table) -> None:
    coast = ForceFact(
        force="coast",
        name=HOSTILE,
        universe_cells=900,
        months_12m=0,
        newest_month=None,
        note=HOSTILE,
        months_prev_12m=0,
        looks=(MISSING,) * len(MONTHS),
        ranked=(0,) * 12,
    )
    forces = (*facts().forces[:2], coast)
    text = rendered(cells, forces=forces, title=HOSTILE)
    assert HOSTILE not in text
    assert html.escape(HOSTILE) in text
    assert HOSTILE in unpacked(text)["words"]["place_label"]
    assert text.count("<script") == text.count("</script") == len(page.SCRIPTS) + 1


def test_same_input_gives_the_same_bytes_in_any_order(cells: pa.Table) -> None:
    mixed = cells.take(list(reversed(range(cells.num_rows))))
    past = list(pasts(cells))
    text = page.render(cells, past, facts())
    assert text == page.render(mixed, reversed(past), facts())


def test_what_was_not_supplied_is_null_and_never_nought(cells: pa.Table) -> None:
    found = unpacked(rendered(cells))
    columns, last = found["columns"], len(MONTHS) - 1
    coast = list(CENTRES).index("coast")
    for _, force, start, stop in found["blocks"]:
        newest = columns[f"n.{last}"][start:stop]
        assert newest
        assert (set(newest) == {None}) == (force == coast)
    assert set(columns[f"n.{GAP + 12}"]) == {None}


def test_every_row_is_there_with_its_numbers(cells: pa.Table) -> None:
    found = unpacked(rendered(cells))
    columns = found["columns"]
    label = [found["words"]["place_label"][code] for code in columns["place_label"]]
    said = {}
    for group, force, start, stop in found["blocks"]:
        for at in range(start, stop):
            cell = columns["cell"][at]
            said[
                found["groups"][group]["slug"],
                found["forces"][force]["force"],
                columns["cell_id"][cell],
            ] = (
                columns["score"][at],
                SLUGS[columns["score_band"][at]],
                label[cell],
                columns["expected_12m"][at],
                *(columns[name][at] for name in ("score_rank", "n_12m", "score_hi")),
            )
    assert said == {
        (row["crime_group"], row["force"], row["h3_cell"]): (
            int(row["score"] * 100 + 0.5),
            row["score_band"],
            row["place_label"],
            int(row["expected_12m"] * 10 + 0.5),
            *(row[name] for name in ("score_rank", "n_12m", "score_hi")),
        )
        for row in cells.to_pylist()
    }


def test_a_cell_that_was_not_kept_then_had_nought_and_no_score(cells: pa.Table) -> None:
    gone = cells_of("north")[5]["h3_cell"]
    text = page.render(cells, pasts(cells, without=str(gone)), facts())
    columns = unpacked(text)["columns"]
    rows = [i for i, c in enumerate(columns["cell"]) if columns["cell_id"][c] == gone]
    assert rows
    for row in rows:
        assert columns["n.17"][row] == 0
        assert columns["root.5"][row] is None
        assert columns["band.5"][row] is None
        assert columns[f"n.{GAP + 12}"][row] is None


def test_earlier_scores_are_kept_to_a_sixteenth_of_the_root(cells: pa.Table) -> None:
    columns = unpacked(rendered(cells))["columns"]
    for back in range(1, len(AS_OFS)):
        at = len(AS_OFS) - 1 - back
        roots = columns[f"root.{at}"]
        if at == UNSCORED:
            assert set(roots) == {None}
            continue
        for root, newest in zip(roots, columns["score"], strict=True):
            then = newest / 100 / 2**back
            assert abs((root / 16) ** 2 - then) <= then**0.5 / 15 + 0.02


def test_a_cell_without_a_score_is_refused(cells: pa.Table) -> None:
    unscored = cells.slice(0, 1).to_pylist()[0] | {"score": None}
    with pytest.raises(ValueError, match="null in \\['score'\\]"):
        rendered(table([unscored]))


def test_a_force_without_facts_is_refused(cells: pa.Table) -> None:
    with pytest.raises(ValueError, match="coast"):
        rendered(cells, forces=facts().forces[:2])


def test_two_groups_are_mapped_whole_and_the_others_to_five_in_a_hundred(
    cells: pa.Table,
) -> None:
    several = pa.concat_tables(
        cells.set_column(1, "crime_group", pa.repeat(slug, cells.num_rows))
        for slug in ("all-crime", "burglary")
    )
    kept = mapped(several, web_map.WHOLE_GROUPS)
    burgled = kept.filter(pc.equal(kept["crime_group"], "burglary"))
    assert kept.num_rows - burgled.num_rows == cells.num_rows
    assert set(burgled["score_band"].to_pylist()) == {
        "top_1pct",
        "top_2pct",
        "top_5pct",
    }


@pytest.mark.parametrize(
    ("number", "forces", "most_mb"), [(30_000, 1, 2.0), (300_000, 10, 6.0)]
)
def test_the_page_keeps_its_weight(number: int, forces: int, most_mb: float) -> None:
    text = page.render(*many(number, forces))
    assert len(text.encode()) < most_mb * 1e6


def test_the_most_rows_of_one_page_keep_below_five_megabytes() -> None:
    text = page.render(*many(web_map.MOST_ROWS, 6))
    assert len(text.encode()) < 5e6


def test_an_index_leads_to_the_pages_beside_it() -> None:
    text = page.render_index(facts(), {"north": "map-north.html"})
    assert re.findall(r'<a href="([^"]*)"', text) == ["map-north.html"]
    assert "script-src 'none'" in text
    assert "<script" not in text
    assert "Coast" in text


def test_the_csv_withholds_what_the_tables_withhold() -> None:
    ours = WEB.joinpath("map-csv.js").read_text(encoding="utf-8")
    held = re.search(r"FORMULA = /\^\[(.*)\]/;", ours)
    assert held
    withheld = re.compile(f"^[{held[1]}]")
    safe = re.compile(formulas.SAFE_PATTERN)
    for letter in map(chr, range(0x10000)):
        assert bool(withheld.match(letter)) != bool(safe.match(letter)), letter


def test_the_demo_is_written_as_a_page_or_as_an_index(
    grown: Grown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = grown.now.edition
    web_map.write_map(edition, tmp_path / "map.html")
    assert [f.name for f in tmp_path.iterdir()] == ["map.html"]
    found = unpacked((tmp_path / "map.html").read_text())
    assert {f["force"] for f in found["forces"]} == {f.force.id for f in edition.forces}
    monkeypatch.setattr(web_map, "MOST_ROWS", 0)
    web_map.write_map(edition, tmp_path / "map.html")
    names = {f"map-{force.force.id}.html" for force in edition.scored}
    assert {f.name for f in tmp_path.iterdir()} == {"map.html", *names}
    for name in names:
        assert f'href="{name}"' in (tmp_path / "map.html").read_text()
        assert 'href="map.html"' in (tmp_path / name).read_text()
