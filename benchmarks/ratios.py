"""The table: each stage beside its rival or floor, and whether its target is met."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import feed
from benchmarks.national import MONTHS
from benchmarks.stages_national import Bench


@dataclass(frozen=True)
class Line:
    """A figure of the table."""

    stage: str
    what: str
    target: float
    ours: str
    rival: str | None = None  # None: the target is of the figure itself
    of: str = "cpu_s"
    unit: str = "x"
    rows: int | None = None  # of the nation that the target is for; None: of any
    beside: str | None = None  # shown as the rival is, but not what the target is of

    def figure(self, bench: Bench) -> float | None:
        """The ratio or the figure; None where something of it was not measured."""
        if self.rows not in (None, bench.nation.rows):
            return None
        mine = bench.median(self.ours, self.of)
        if self.rival is None or mine is None:
            return mine
        theirs = bench.median(self.rival, self.of)
        return None if theirs is None else mine / theirs


PULL, IDLE, NEWS = "feed pull, nothing new", "feed run, nothing new", feed.WITH_NEWS
UP_IDLE, UP_NEWS = feed.UP_IDLE, feed.UP_NEWS
CPU, WALL, PEAK = "cpu_s", "wall_s", "peak_mb"
_WAIT: dict[str, Any] = {"of": WALL, "unit": "s", "beside": "import prefect"}
LINES = [
    Line("ingest", "zip to lake / count(*), CPU", 8, "ingest", "count(*)"),
    Line("ingest", "zip to lake / pandas, wall", 0.6, "ingest", "pandas", WALL),
    Line("ingest", "peak memory of it", 1000, "ingest", None, PEAK, "MB"),
    Line("ingest", "unchanged archive again / full", 0.02, "ingest again", "ingest"),
    Line("ingest", "one new month of 36 / full", 0.06, "one new month", "ingest"),
    Line("cells", "incidents to cells / h3 loop", 0.2, "cells", "h3 loop"),
    Line("windows", "36 as-ofs, windows, groups / SQL", 0.05, "windows", "SQL windows"),
    Line("gi_star", "Gi* and FDR / esda and its graph", 0.1, "Gi*", "esda"),
    Line("geoparquet", "GeoParquet / geopandas", 0.25, "GeoParquet", "geopandas"),
    Line("whole", "score, CPU", 20, "score", None, CPU, "s", 2_000_000),
    Line("whole", "publish, CPU", 12, "publish", None, CPU, "s", 2_000_000),
    Line("waits", "a run with no server, wall", 4.5, "run", **_WAIT),
    Line("waits", "a run beside hexbeat up, wall", 2, "run beside up", **_WAIT),
    Line("waits", "of all forces, nothing to do", 6, "run of all", **_WAIT),
    Line("look", "a look, past lists of 44 forces, CPU", 30, "look", None, CPU, "s"),
    Line("look", "peak memory of it", 1000, "look", None, PEAK, "MB"),
    Line("feed", "feed pull, nothing new, CPU", 4, PULL, None, CPU, "s"),
    Line("feed", "feed run, nothing new, CPU", 4, IDLE, None, CPU, "s"),
    Line("feed", "feed run, 500 new rows, CPU", 8, NEWS, None, CPU, "s"),
    Line("feed", "the same under up, nothing new, CPU", 4, UP_IDLE, None, CPU, "s"),
    Line("feed", "the same under up, 500 new rows, CPU", 8, UP_NEWS, None, CPU, "s"),
    Line("waits", "hexbeat --help, wall", 0.6, "help", None, WALL, "s"),
    Line("waits", "hexbeat status, wall", 2, "status", None, WALL, "s"),
]
SLOPE = 1.05
MEMORY_GROWTH = 1.3
WHOLE = 0.25
NATION_ROWS, NATION_CPU_S, NATION_MB = 20_000_000, 200, 1_200
NEW_MONTH_CPU_S = 1.5  # beside reading its rows
RELEASE = 0.3
PREFECT = 0.02
_STAGES_BY_FORCE = 2  # ingest and score; a publication is one task
_WHOLE = ("whole: ingest", "score", "publish")
_NEXT = ("next: ingest", "next: score", "next: publish")
_ANEW = ("anew: ingest", "anew: score", "anew: publish")
_GROWS = (
    "ingest", "whole: ingest", "score", "publish", "cells", "windows", "Gi*",
    "GeoParquet",
)  # fmt: skip


def rows(bench: Bench, smaller: Bench | None) -> Iterator[str]:
    """The lines of the table for what was measured."""
    yield "| stage | figure | target | met | ours | rival |"
    yield "|---|---|---|---|---|---|"
    for line in LINES:
        figure = line.figure(bench)
        if figure is not None:
            other = line.rival or line.beside
            rival = bench.median(other, line.of) if other else None
            mine = bench.median(line.ours, line.of)
            yield _row(line.what, figure, line.target, line.unit, mine, rival)
    yield from _sums(bench)
    if smaller:
        yield from _growth(bench, smaller)


def _sums(bench: Bench) -> Iterator[str]:
    whole = _sum(bench, _WHOLE) or 0.0
    yield from _nation(bench, whole)
    if (new := bench.median("one new month")) and (full := bench.median("ingest")):
        rows = full / len(MONTHS)
        what = "one new month beside its rows, CPU"
        yield _row(what, new - rows, NEW_MONTH_CPU_S, "s", new, rows)
    if (after := _sum(bench, _NEXT)) and (anew := _sum(bench, _ANEW)):
        what = "the next release / a fresh home"
        yield _row(what, after / anew, RELEASE, "x", after, anew)
    if theirs := bench.median("script"):
        what = "zip to publication / the user's script"
        yield _row(what, whole / theirs, WHOLE, "x", whole, theirs)
    flow, alone = bench.median("flow"), bench.median("flow of one")
    again = bench.median("direct")
    if flow and alone and again and whole:
        # of 44 forces with nothing to do, less a run of one, less the work itself
        added = _STAGES_BY_FORCE * max(flow - alone - again, 0.0)
        what = "Prefect in a national backfill, start apart"
        yield _row(what, added / whole, PREFECT, "x", added, whole)


def _nation(bench: Bench, whole: float) -> Iterator[str]:
    """Zips to publication of the largest nation."""
    peaks = [bench.median(name, PEAK) for name in _WHOLE]
    if whole and bench.nation.rows == NATION_ROWS:
        peak = max(p for p in peaks if p is not None)
        yield _row("zip to publication, CPU", whole, NATION_CPU_S, "s", whole, None)
        yield _row("peak memory of it", peak, NATION_MB, "MB", peak, None)
        for name, mb in zip(_WHOLE, peaks, strict=True):
            cpu_s = bench.median(name)
            yield _row(f"{name}, CPU", cpu_s or 0.0, NATION_CPU_S, "s", cpu_s, None)
            yield _row(f"peak memory of {name}", mb or 0.0, NATION_MB, "MB", mb, None)


def _sum(bench: Bench, names: Sequence[str]) -> float | None:
    """The CPU seconds of several pieces of work; None where one was not measured."""
    stages = [bench.median(name) for name in names]
    known = [seconds for seconds in stages if seconds is not None]
    return sum(known) if len(known) == len(stages) else None


def _growth(bench: Bench, smaller: Bench) -> Iterator[str]:
    times = bench.nation.rows / smaller.nation.rows
    for name in _GROWS:
        big, small = bench.median(name), smaller.median(name)
        if big and small:
            slope = math.log(big / small) / math.log(times)
            yield _row(f"growth of {name} with rows", slope, SLOPE, "", big, small)
    for name in ("ingest", *_WHOLE):
        big, small = bench.median(name, PEAK), smaller.median(name, PEAK)
        if big and small:
            what = f"growth of the memory of {name}, {times:.0f} x rows"
            yield _row(what, big / small, MEMORY_GROWTH, "x", big, small)


def _row(
    what: str,
    figure: float,
    target: float,
    unit: str,
    ours: float | None,
    rival: float | None,
) -> str:
    met = "yes" if figure <= target else "no"
    cells = ["" if value is None else f"{value:.2f}" for value in (ours, rival)]
    digits = f"{figure:.0f}" if figure >= 1000 else f"{figure:.3g}"
    shown = f"{digits} {unit}".strip()
    return f"| {what} | {shown} | ≤ {target:g} | {met} | {' | '.join(cells)} |"
