"""The map: one page that opens from a file, with no server, network or WebGL."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import zlib
from dataclasses import asdict, dataclass
from importlib import resources
from string import Template
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


BANDS = ("top_1pct", "top_2pct", "top_5pct", "top_20pct", "rest")
COUNTS = ("n_1m", "n_3m", "n_12m", "n_36m", "n_prev_12m")
SCORES = ("score", "score_lo", "score_hi")
REQUIRED = ("force", "h3_cell", "score", "score_rank", "score_band")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("h3_cell", "force", "score_band")]
    + [(name, pa.string()) for name in ("place_label", "lsoa21cd")]
    + [(name, pa.int32()) for name in (*COUNTS, "score_rank")]
    + [(name, pa.float64()) for name in SCORES]
)
WEB = resources.files("transforms.publications").joinpath("web")


@dataclass(frozen=True)
class ForceFact:
    """What stands beside a force's cells; a force without a scored cell has it too."""

    force: str
    name: str
    universe_cells: int
    months_12m: int
    newest_month: str | None
    note: str | None = None
    # supplied months of the other windows, where known
    months_3m: int | None = None
    months_36m: int | None = None
    months_prev_12m: int | None = None


@dataclass(frozen=True)
class MapFacts:
    run_id: str
    as_of: str
    crime_group: str
    crime_group_label: str
    attribution: str
    method: str
    excluded: str
    forces: tuple[ForceFact, ...]


def render(cells: pa.Table, facts: MapFacts) -> str:
    """The page as text, for the scored cells of one crime group at one as-of month."""
    style = _css("vendor/leaflet-1.9.4.css") + _css("map.css")
    leaflet = _script("vendor/leaflet-1.9.4.js")
    h3 = _script("vendor/h3-js-4.5.0.umd.js")
    page = _script("map.js")
    return Template(_text("map.html")).substitute(
        {name: html.escape(text) for name, text in _words(facts).items()},
        csp=_policy(style, [leaflet, h3, page]),
        style=style,
        leaflet=leaflet,
        h3=h3,
        page=page,
        forces="\n".join(_force_row(force) for force in facts.forces),
        payload=_packed(_payload(cells, facts)),
    )


def _words(facts: MapFacts) -> dict[str, str]:
    return {
        "run_id": facts.run_id,
        "as_of": facts.as_of,
        "crime_group_label": facts.crime_group_label,
        "crime_group": facts.crime_group,
        "attribution": facts.attribution,
        "method": facts.method,
        "excluded": facts.excluded,
        "leaflet_licence": _text("vendor/LICENSE.leaflet"),
        "h3_notice": _text("vendor/NOTICE.h3-js"),
        "h3_licence": _text("vendor/LICENSE.h3-js"),
    }


def _force_row(force: ForceFact) -> str:
    values = (
        f"{force.universe_cells:,}",
        f"{force.months_12m} of 12",
        force.newest_month or "none",
        force.note or "",
    )
    name = f'<th scope="row">{html.escape(force.name)}</th>'
    return f"<tr>{name}{''.join(f'<td>{html.escape(v)}</td>' for v in values)}</tr>"


def _payload(cells: pa.Table, facts: MapFacts) -> dict[str, Any]:
    """Columns, not rows: neighbouring ids and small numbers compress far better."""
    rows = cells.select(SCHEMA.names).cast(SCHEMA)
    rows = rows.sort_by([("h3_cell", "ascending"), ("force", "ascending")])
    if empty := [name for name in REQUIRED if rows[name].null_count]:
        raise ValueError(f"the map takes scored cells only; null in {empty}")
    columns = {name: rows[name].to_pylist() for name in (*COUNTS, "score_rank")}
    columns |= {name: pc.round(rows[name], 3).to_pylist() for name in SCORES}
    columns["h3_cell"] = rows["h3_cell"].to_pylist()
    columns["force"] = _codes(rows["force"], [fact.force for fact in facts.forces])
    columns["score_band"] = _codes(rows["score_band"], list(BANDS))
    words = {}
    for name in ("place_label", "lsoa21cd"):
        coded = rows[name].combine_chunks().dictionary_encode()
        words[name] = coded.dictionary.to_pylist()
        columns[name] = coded.indices.to_pylist()
    return asdict(facts) | {"bands": BANDS, "words": words, "columns": columns}


def _codes(column: pa.ChunkedArray, known: list[str]) -> list[int]:
    codes = pc.index_in(column, value_set=pa.array(known, pa.string()))
    if codes.null_count:
        strange = sorted(set(column.to_pylist()) - set(known))
        raise ValueError(f"unknown to the map: {strange}")
    return list(codes.to_pylist())


def _packed(payload: dict[str, Any]) -> str:
    text = json.dumps(
        payload, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    # zlib's own wrapper: gzip's header also holds a clock and an operating system.
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def _policy(style: str, scripts: list[str]) -> str:
    """Nothing may load, and only these very scripts and this style may act."""
    allowed = " ".join(_digest(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_digest(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _css(name: str) -> str:
    # Leaflet's layer and marker pictures are not used; an address would be a fetch.
    return re.sub(r"url\([^)]*\)", "none", _text(name))


def _script(name: str) -> str:
    text = re.sub(r"^//# sourceMappingURL=.*$", "", _text(name), flags=re.M)
    return text.replace("</script", r"<\/script").replace("<!--", r"<\!--")


def _text(name: str) -> str:
    # As text, so that line ends are \n, which is how a browser hashes what it reads.
    return WEB.joinpath(name).read_text(encoding="utf-8")
