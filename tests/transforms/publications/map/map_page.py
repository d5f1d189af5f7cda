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
    BEFORE,
    MISSING,
    SUPPLIED,
    ForceFact,
    GroupFact,
    HotspotFact,
    MapFacts,
)
from transforms.publications.map.rows import (
    COUNTED,
    PAST,
    SCHEMA,
    Counted,
    Earlier,
    Past,
)
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
GAP = 3  # the as-of month that no force supplied
UNSCORED = 1  # one that was supplied, and has no score
MONTHS = (
    tuple(f"2022-{m:02}" for m in range(5, 13))
    + tuple(f"2023-{m:02}" for m in range(1, 5))
    + AS_OFS
)
KEPT_FROM = 6  # the first of those months that is stored
SPOT = "north-all-crime-89197218bafffff"
GONE = "north-all-crime-89197218bbfffff"


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
    looks = tuple(look(at) for at in range(len(MONTHS)))
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
            looks=looks,
            ranked=ranked,
        )
        for name in CENTRES
    )
    given: dict[str, Any] = {
        "run_id": "2024-04-0123456789ab",
        "as_ofs": AS_OFS,
        "months": MONTHS,
        "groups": GROUPS,
        "excluded": "Left out before scoring: nothing",
        "attribution": "Contains public sector information (OGL v3.0)",
        "method": "decayed count",
        "forces": forces,
        "hotspots": (
            HotspotFact(
                SPOT, "Heol y Bont", rank=1, expected=73.33, expected_12m=806.7,
                harm_12m=120.5, harm_score=10.0, low=50, high=99,
            ),
        ),
    }  # fmt: skip
    return MapFacts(**(given | changes))


def look(at: int) -> str:
    """What the month at that place is, of every force."""
    if at < KEPT_FROM:
        return BEFORE
    return MISSING if at == GAP + 12 else SUPPLIED


def count_of(rank: int, at: int) -> int:
    """Incidents of the cell of that rank in the month at that place."""
    return rank % (len(MONTHS) - at + 1)


def pasts(cells: pa.Table, without: str | None = None) -> Iterator[Earlier]:
    """Scores of earlier as-ofs: half as high each month back; one cell is unlisted.

    Then the counts of every month.
    """
    kept = [r for r in cells.to_pylist() if r["h3_cell"] != without]
    for force in CENTRES:
        yield Counted(force, counted([r for r in kept if r["force"] == force]))
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
                    # until the slider is at the third as-of, another one was here
                    "hotspot_id": GONE
                    if r["hotspot_id"] and at < 3
                    else r["hotspot_id"],
                }
                for r in mine
                if r["h3_cell"] != without
            ]
            yield Past(force, month, pa.Table.from_pylist(rows, schema=PAST))


def counted(rows: list[dict[str, Any]]) -> pa.Table:
    """Incidents of those rows in every month, also in those that do not count."""
    made = [
        {
            "crime_group": r["crime_group"],
            "h3_cell": int(r["h3_cell"], 16),
            "month": month,
            "incidents": count_of(r["score_rank"], at),
        }
        for r in rows
        for at, month in enumerate(MONTHS[:-1])
        if count_of(r["score_rank"], at)
    ]
    return pa.Table.from_pylist(made, schema=COUNTED)


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
    _take_apart(head, columns)
    return head | {"columns": columns}


def _take_apart(head: dict[str, Any], columns: dict[str, Any]) -> None:
    """Counts as a column for each month, and ranks by row."""
    recent, months = len(head["as_ofs"]), len(head["months"])
    counts, before = columns.pop("n"), iter(columns.pop("n_before"))
    rows = len(columns["score"])
    found: list[list[Any]] = []
    for row in range(rows):
        top = columns["score_band"][row] < 3
        early = [next(before) for _ in range(months - recent)] if top else []
        late = counts[row * recent : (row + 1) * recent]
        found.append((early or [None] * (months - recent)) + late)
    for at in range(months):
        columns[f"n.{at}"] = [of_row[at] for of_row in found]
    ranks = list(columns["score_rank"])
    for _, _, start, stop in head["blocks"]:
        order = sorted(range(start, stop), key=lambda row: -columns["score"][row])
        for place, row in enumerate(order):
            columns["score_rank"][row] = ranks[start + place]


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
    elif name == "n_12m":
        months = len(columns["n"]) // len(coded)
        year = [
            sum(n or 0 for n in columns["n"][i * months : (i + 1) * months])
            for i in range(len(coded))
        ]
        values = [n + step for n, step in zip(year, steps, strict=True)]
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
    if series == "spot":
        raise AssertionError("the newest hot spots come before the earlier ones")
    return [int((v / 100) ** 0.5 * 16 + 0.5) for v in columns["score"]]


def many(
    cells: int, forces: int, seed: int = 7
) -> tuple[pa.Table, list[Earlier], MapFacts]:
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
            looks=(SUPPLIED,) * len(MONTHS),
            ranked=(of,) * 12,
        )
        for name in names
    )
    spots = newest["hotspot_id"].drop_null().unique().sort().to_pylist()
    named = tuple(
        HotspotFact(spot, f"High Street, {spot}", rank=at, expected=1000.0 / at)
        for at, spot in enumerate(spots, 1)
    )
    past = [one for _, pasts_of in made for one in pasts_of]
    return newest, past, facts(forces=said, hotspots=named)


def _force_of(
    chance: np.random.Generator, name: str, place: int, n: int
) -> tuple[pa.Table, list[Earlier]]:
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
    newest = _newest_of(chance, name, ids, frames[-1], months)
    past: list[Earlier] = [
        Past(
            name,
            month,
            pa.table(frame)
            .append_column("hotspot_id", newest["hotspot_id"])
            .select(PAST.names)
            .cast(PAST),
        )
        for month, frame in zip(AS_OFS[:-1], frames[:-1], strict=True)
    ]
    cell, month_at = np.nonzero(months[:, -len(MONTHS) :])
    rows = {
        "crime_group": np.full(len(cell), "all-crime"),
        "h3_cell": np.array([int(one, 16) for one in ids], np.int64)[cell],
        "month": np.array(MONTHS)[month_at],
        "incidents": months[:, -len(MONTHS) :][cell, month_at],
    }
    past.append(Counted(name, pa.table(rows).cast(COUNTED)))
    return newest, past


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
