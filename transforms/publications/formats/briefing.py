"""`briefing-<force>.pdf`: one tagged page a force, for a screen or a wall."""

import json
from datetime import UTC, datetime, time
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import typst

from transforms.backtest.report import headline, summary
from transforms.coverage import MonthCoverage
from transforms.data_files import DataFile, read_files
from transforms.groups import ALL_CRIME, GROUPS
from transforms.months import window
from transforms.publications.briefing_map import draw_map
from transforms.publications.edition import Edition
from transforms.publications.force_edition import ForceEdition
from transforms.table_specs import TABLES


PROXY = "serious-violence-proxy"
TOP_SPOTS = 12
_LISTED = 5
_ACCURACY_GROUPS = (ALL_CRIME, PROXY, "burglary", "vehicle-crime")
_STANDARD: Literal["ua-1"] = (
    "ua-1"  # PDF/UA: tagged, with a title and words for the picture
)


def write_briefings(edition: Edition, path: Path) -> None:
    """A page for each scored force, named after `path` and the force."""
    source = files("transforms.publications").joinpath("typst/briefing.typ")
    for force in edition.scored:
        with TemporaryDirectory() as folder:
            beside = Path(folder)
            (beside / "briefing.typ").write_bytes(source.read_bytes())
            cells = _of(edition.cells, force, ALL_CRIME)
            spots = _of(edition.hotspots, force, ALL_CRIME).to_pylist()[:TOP_SPOTS]
            (beside / "map.svg").write_bytes(draw_map(cells, spots, edition.run_id))
            words = json.dumps(_words(edition, force, spots))
            (beside / "briefing.json").write_text(words)
            typst.compile(
                beside / "briefing.typ",
                output=path.with_name(f"{path.stem}-{force.force.id}.pdf"),
                root=beside,
                ignore_system_fonts=True,  # the same page on every machine
                pdf_standards=_STANDARD,
                timestamp=int(
                    datetime.combine(edition.as_of.last_day, time(), UTC).timestamp()
                ),
            )


def _of(rows: pa.Table, force: ForceEdition, slug: str) -> pa.Table:
    mine = pc.and_(
        pc.equal(rows["force"], force.force.id), pc.equal(rows["crime_group"], slug)
    )
    return rows.filter(mine)


def _words(
    edition: Edition, force: ForceEdition, spots: list[dict[str, Any]]
) -> dict[str, Any]:
    names = ", ".join(f"{s['hotspot_rank']} {_named(s)}" for s in spots)
    return {
        "title": f"Hot spots: {force.force.name}",
        "subtitle": (
            f"Counts to the end of {edition.as_of.in_words}. Expected: how many"
            " incidents the next month is likely to bring."
        ),
        "map_alt": f"Map of the highest cells of all crime, with hot spots {names}",
        "map_note": (
            "Cells of about 0.1 km² by what is expected of all crime: the darkest,"
            " outlined, are the top 1 % of the area, then 2, 5 and 20 %. Numbers as in"
            " the list."
        ),
        "top_title": "Highest hot spots, all crime",
        "top_header": ["no.", "around", "expected", "last 12 m"],
        "top": [
            [
                str(s["hotspot_rank"]),
                _named(s),
                f"{s['expected']:.0f}",
                f"{s['n_12m']:,}" if s["n_12m"] is not None else "–",
            ]
            for s in spots
        ],
        "sections": [
            {"title": "Serious violence (proxy)", "lines": _proxy(edition, force)},
            {"title": "What changed", "lines": _changed(edition, force)},
            {"title": "What it rests on", "lines": _rests_on(edition, force)},
            {"title": "How well it has done", "lines": _accuracy(edition, force)},
        ],
        "footer": (
            f"Run {edition.run_id}. {edition.method.LABEL}. {edition.attribution}."
            " Places, not people: being in a hot spot is no reason to suspect anyone."
        ),
    }


def _named(spot: dict[str, Any]) -> str:
    return str(spot["name"] or spot["top_cell"])


def _proxy(edition: Edition, force: ForceEdition) -> list[str]:
    spots = _of(edition.hotspots, force, PROXY).to_pylist()[:_LISTED]
    return [
        f"{_named(s)}: {s['expected']:.1f} expected, {_count(s['n_12m'])} in 12 months"
        for s in spots
    ] or ["No incident recorded."]


def _count(number: int | None) -> str:
    return "not supplied" if number is None else f"{number:,}"


def _changed(edition: Edition, force: ForceEdition) -> list[str]:
    """Hot spots of all crime that are new or gone, by their ids."""
    now = _of(edition.hotspots, force, ALL_CRIME).to_pylist()
    if len(force.history) < 2:
        return ["No earlier month to compare with."]
    before = _ids(force.history[-2])
    new = [s for s in now if s["hotspot_id"] not in before]
    gone = len(before - {s["hotspot_id"] for s in now})
    since = force.history[-2].partition["as_of"]
    lines = [f"Since {since}: {len(new)} hot spots of {len(now)} are new, {gone} gone."]
    return lines + [
        f"New: {_named(s)}, {s['expected']:.0f} expected" for s in new[: _LISTED - 2]
    ]


def _ids(scores: DataFile) -> set[str]:
    rows = read_files([scores], TABLES["scores"])
    rows = rows.filter(pc.equal(rows["crime_group"].cast(pa.string()), ALL_CRIME))
    return set(rows["hotspot_id"].drop_null().to_pylist())


def _rests_on(edition: Edition, force: ForceEdition) -> list[str]:
    recent = window(edition.as_of, 12)
    odd = [
        f"{month} {_status(force.months.get(month))}"
        for month in recent
        if _status(force.months.get(month)) != "supplied"
    ]
    number = sum(
        r["incidents_12m"]
        for r in edition.excluded.to_pylist()
        if r["force"] == force.force.id
    )
    supplied = f"{force.supplied(edition.as_of, 12)} of the last 12 months supplied"
    return [
        f"{supplied}; not counted: {', '.join(odd)}." if odd else f"{supplied}.",
        f"{number:,} incidents at excluded places were left out (exclusions.csv).",
        "A month and a map point near the place: no hour, no address.",
        "A place that was very high is likely to fall by itself.",
    ]


def _status(covered: MonthCoverage | None) -> str:
    return covered.status.replace("_", " ") if covered else "not held"


def _accuracy(edition: Edition, force: ForceEdition) -> list[str]:
    rows = edition.accuracy_rows
    mine = rows.filter(
        pc.and_(
            pc.equal(rows["force"], force.force.id), pc.equal(rows["horizon_months"], 1)
        )
    )
    told = {
        (r["crime_group"], r["method"]): r for r in headline(summary(mine)).to_pylist()
    }
    found = [told.get((slug, edition.method.NAME)) for slug in _ACCURACY_GROUPS]
    lines = [
        f"{GROUPS[r['crime_group']].label}: 1 % of the area held {r['hit_rate']:.0%} of"
        f" the next month's, {100 * r['gain']:+.1f} points on the best rolling count"
        f" ({r['force_months']} months)."
        for r in found
        if r and r["gain"] is not None
    ]
    return lines or ["Not backtested on these data: hexbeat backtest."]
