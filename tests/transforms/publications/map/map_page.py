"""Made-up cells for pages of the map, and a slow reader of what a page carries."""

import base64
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

import h3
import numpy as np
import pyarrow as pa

from transforms.publications.map.facts import (
    ForceFact,
    GroupFact,
    HotspotFact,
    MapFacts,
)
from transforms.publications.map.rows import PAST, SCHEMA, Past
from transforms.reference.bands import SLUGS, TOP_5


HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
CENTRES = {"north": (54.0, -1.5), "middle": (52.5, -1.9), "coast": (50.8, -0.2)}
AS_OFS = tuple(f"2023-{m:02}" for m in range(5, 13)) + tuple(
    f"2024-{m:02}" for m in range(1, 5)
)
GROUPS = (
    GroupFact("all-crime", "All crime", "All but three categories", True, False),
    GroupFact("burglary", "Burglary", "Burglary", False),
)
MISSING = 3  # the as-of month that no force supplied
UNSCORED = 1  # one that was supplied, and has no score
SPOT = "north-all-crime-89197218bafffff"


def rows() -> list[dict[str, object]]:
    """The cells of all three forces."""
    return [row for force in CENTRES for row in cells_of(force)]


def cells_of(
    force: str, rings: int = 6, resolution: int = 9
) -> list[dict[str, object]]:
    """All cells of a force in one group, and its top 5 % in the other."""
    middle = h3.latlng_to_cell(*CENTRES[force], resolution)
    ids = sorted(h3.grid_disk(middle, rings))
    rows = [row(force, cell, rank, len(ids)) for rank, cell in enumerate(ids, 1)]
    burgled = [r | {"crime_group": "burglary", "hotspot_id": None} for r in rows]
    return rows + [r for r in burgled if r["score_band"] in TOP_5]


def row(force: str, cell: str, rank: int, of: int) -> dict[str, object]:
    """A cell of that rank among so many."""
    shares = zip(SLUGS, (0.01, 0.02, 0.05, 0.20, 1.0), strict=True)
    return {
        "force": force,
        "crime_group": "all-crime",
        "h3_cell": cell,
        "n_1m": None if force == "coast" else rank % 4,
        "n_12m": 10 + rank % 30,
        "n_prev_12m": rank % 31,
        "score": 40.0 / rank,
        "expected_12m": 11 * 44.0 / rank,
        "score_lo": 0,
        "score_hi": 2 + 80 // rank,
        "score_rank": rank,
        "score_band": next(band for band, share in shares if rank <= share * of + 1),
        "p_top1": 1.0 / rank,
        "hotspot_class": "persistent_hot" if rank == 1 else "none",
        "hotspot_id": SPOT if force == "north" and rank < 4 else None,
        "harm_top_share_12m": 0.75 if rank == 1 else None,
        "place_label": HOSTILE if rank == 1 else f"On or near Heol Maes-Yr-Hâf {rank}",
        "lsoa21cd": None if rank % 7 == 0 else "E01000001",
    }


def table(rows: list[dict[str, object]]) -> pa.Table:
    """Rows as the page wants them."""
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def facts(**changes: object) -> MapFacts:
    """What the page says besides."""
    supplied = tuple(at != MISSING for at in range(len(AS_OFS)))
    ranked = tuple(900 * (at != UNSCORED) for at in range(len(AS_OFS)))
    forces = tuple(
        ForceFact(
            force=name,
            name=name.title(),
            universe_cells=900,
            months_12m=11,
            newest_month="2024-04",
            note=None,
            months_prev_12m=12,
            supplied=supplied,
            ranked=ranked,
        )
        for name in CENTRES
    )
    given: dict[str, Any] = {
        "run_id": "2024-04-0123456789ab",
        "as_ofs": AS_OFS,
        "groups": GROUPS,
        "excluded": "Left out before scoring: nothing",
        "attribution": "Contains public sector information (OGL v3.0)",
        "method": "decayed count",
        "forces": forces,
        "hotspots": (HotspotFact(SPOT, "Heol y Bont"),),
    }
    return MapFacts(**(given | changes))


def pasts(cells: pa.Table, without: str | None = None) -> Iterator[Past]:
    """Scores of earlier as-ofs: half as high each month back; one cell is unlisted."""
    for force in CENTRES:
        mine = [r for r in cells.to_pylist() if r["force"] == force]
        for back, month in enumerate(reversed(AS_OFS[:-1]), 1):
            at = len(AS_OFS) - 1 - back
            if at == UNSCORED:
                continue
            rows = [
                {
                    "crime_group": r["crime_group"],
                    "h3_cell": int(r["h3_cell"], 16),
                    "score": r["score"] / 2**back,
                    "score_band": r["score_band"],
                    "n_1m": None if at == MISSING else r["score_rank"] % (back + 2),
                }
                for r in mine
                if r["h3_cell"] != without
            ]
            yield Past(force, month, pa.Table.from_pylist(rows, schema=PAST))


def unpacked(text: str) -> dict[str, Any]:
    """What a page carries, read a number at a time; null is None."""
    found = re.search(r'id="payload"[^>]*>([^<]*)<', text)
    assert found
    raw = zlib.decompress(base64.b64decode(found[1]))
    length = int.from_bytes(raw[:4], "little")
    head = json.loads(raw[4 : 4 + length])
    at, columns = 4 + length, {}
    for name, kind, planes, n in head["columns"]:
        part, at = raw[at : at + planes * n], at + planes * n
        coded = [
            sum(part[plane * n + i] << 8 * plane for plane in range(planes))
            for i in range(n)
        ]
        columns[name] = _decoded(name, kind, coded, columns)
    assert at == len(raw)
    return head | {"columns": columns}


def _decoded(
    name: str, kind: str, coded: list[int], columns: dict[str, Any]
) -> list[Any]:
    if kind == "ids":
        return [f"{cell:x}" for cell in np.cumsum(coded).tolist()]
    steps = [-(c + 1) // 2 if c % 2 else c // 2 for c in coded]
    if kind == "plain":
        values = [c - 1 for c in coded]
    elif kind == "steps":
        values = [int(v) - 1 for v in np.cumsum(steps)]
    elif name == "expected_12m":  # beside eleven months of the score, in tenths
        guess = [score * 11 // 10 for score in columns["score"]]
        values = [g + step for g, step in zip(guess, steps, strict=True)]
    else:
        series, month = name.split(".")
        newer = columns.get(f"{series}.{int(month) + 1}") or _newest(series, columns)
        values = [
            (-1 if new is None else new) + step
            for new, step in zip(newer, steps, strict=True)
        ]
    return [None if v < 0 else v for v in values]


def _newest(series: str, columns: dict[str, Any]) -> list[Any]:
    if series == "band":
        return list(columns["score_band"])
    return [int((v / 100) ** 0.5 * 16 + 0.5) for v in columns["score"]]


def many(
    cells: int, forces: int, seed: int = 7
) -> tuple[pa.Table, list[Past], MapFacts]:
    """So many cells of one group in so many forces, as unevenly as crime lies."""
    chance = np.random.default_rng(seed)
    names = [f"force-{i}" for i in range(forces)]
    made = [_force_of(chance, name, i, cells // forces) for i, name in enumerate(names)]
    newest = pa.concat_tables([rows for rows, _ in made])
    of = newest.num_rows // forces * 5  # a universe is mostly cells without a row
    said = tuple(
        ForceFact(
            force=name,
            name=name.title(),
            universe_cells=of,
            months_12m=12,
            newest_month="2024-04",
            note=None,
            months_prev_12m=12,
            supplied=(True,) * 12,
            ranked=(of,) * 12,
        )
        for name in names
    )
    spots = newest["hotspot_id"].drop_null().unique().sort().to_pylist()
    named = tuple(HotspotFact(spot, f"High Street, {spot}") for spot in spots)
    past = [one for _, pasts_of in made for one in pasts_of]
    return newest, past, facts(forces=said, hotspots=named)


def _force_of(
    chance: np.random.Generator, name: str, place: int, n: int
) -> tuple[pa.Table, list[Past]]:
    centre = h3.latlng_to_cell(51.0 + place % 4, -3.5 + place // 4, 9)
    disk = np.array(h3.grid_disk(centre, int(n**0.5)))
    ids = np.sort(chance.choice(disk, n, replace=False))
    months = chance.poisson(chance.gamma(0.3, 1.5, n)[:, None], (n, 48))
    weight = 0.95 ** np.arange(36)[::-1]
    frames = [
        _frame(
            ids,
            (months[:, at : at + 36] @ weight + 0.5) / (weight.sum() + 1),
            months[:, at + 35],
        )
        for at in range(1, 13)
    ]
    past = [
        Past(name, month, pa.table(frame).select(PAST.names).cast(PAST))
        for month, frame in zip(AS_OFS[:-1], frames[:-1], strict=True)
    ]
    return _newest_of(chance, name, ids, frames[-1], months), past


def _frame(ids: Any, score: Any, count: Any) -> dict[str, Any]:
    order = np.argsort(-score, kind="stable")
    rank = np.empty(len(ids), np.int32)
    rank[order] = np.arange(1, len(ids) + 1)
    limits = np.array([0.01, 0.02, 0.05, 0.20]) * 5 * len(ids)
    return {
        "crime_group": np.full(len(ids), "all-crime"),
        "h3_cell": np.array([int(cell, 16) for cell in ids], np.uint64),
        "score": score,
        "score_band": np.array(SLUGS)[np.searchsorted(limits, rank)],
        "score_rank": rank,
        "n_1m": count.astype(np.int32),
    }


def _newest_of(
    chance: np.random.Generator, name: str, ids: Any, frame: dict[str, Any], months: Any
) -> pa.Table:
    n, score = len(ids), frame["score"]
    # about two neighbouring cells to a street
    street = np.cumsum(chance.integers(0, 2, n))
    words = chance.integers(10**6, size=n)
    spot = np.where(frame["score_rank"] <= n // 20, np.arange(n) // 100, -1)
    made = frame | {
        "force": np.full(n, name),
        "h3_cell": ids,
        "place_label": [f"On or near Street {words[i]}" for i in street],
        "lsoa21cd": [f"E01{name[6:]:0>2}{i // 9:04}" for i in range(n)],
        "expected_12m": 12 * score * chance.uniform(0.9, 1.1, n),
        "score_lo": np.floor(score * 0.3).astype(np.int32),
        "score_hi": np.ceil(score * 1.5 + 1).astype(np.int32),
        "n_12m": months[:, -12:].sum(axis=1).astype(np.int32),
        "n_prev_12m": months[:, -24:-12].sum(axis=1).astype(np.int32),
        "p_top1": 1 / (1 + np.exp(8 - score * chance.uniform(0.5, 2, n))),
        "hotspot_class": np.where(score > 4, "persistent_hot", "none"),
        "hotspot_id": [f"{name}-spot-{i:03}" if i >= 0 else None for i in spot],
        "harm_top_share_12m": chance.uniform(0, 1, n),
    }
    return pa.table(made).select(SCHEMA.names).cast(SCHEMA)
