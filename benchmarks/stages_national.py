"""What is measured of a nation, stage by stage: ours and the rivals turn about."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import commands
from benchmarks import feed as feeds
from benchmarks.commands import up
from benchmarks.measure import Cost, cost_of
from benchmarks.national import MONTHS, Nation, next_release


_PORT = 4291
# A command that names its task runner runs the flow, even where it finds all is done.
_AS_A_FLOW = "--task-runner", "threads"
# pandas takes a kilobyte a row: at 20 million, more than most machines have
_ALL_IN_MEMORY = ("pandas", "script", "SQL windows")
_ROWS_IN_MEMORY = 2_000_000
_GRID_CELLS = {
    20_000: 10_000,
    200_000: 100_000,
    2_000_000: 1_000_000,
    20_000_000: 1_000_000,
}


@dataclass
class Bench:
    """The costs of one nation's stages, in a folder of their own."""

    nation: Nation
    folder: Path
    with_rivals: bool = True
    costs: dict[str, list[Cost]] = field(default_factory=dict)

    def ours(self, name: str, work: str, *given: object) -> None:
        """Measure a piece of work of ours once more."""
        took = cost_of(work, *given)
        self.costs.setdefault(name, []).append(took)
        sys.stderr.write(
            f"{self.nation.folder.name}: {name}: {took.cpu_s:.2f} CPU s,"
            f" {took.wall_s:.2f} s, {took.peak_mb:.0f} MB; {took.said}\n"
        )

    def rival(self, name: str, work: str, *given: object) -> None:
        """The same of a rival, where it is asked for and the machine can hold it."""
        fits = self.nation.rows <= _ROWS_IN_MEMORY or name not in _ALL_IN_MEMORY
        if self.with_rivals and fits:
            self.ours(name, work, *given)

    def median(self, name: str, of: str = "cpu_s") -> float | None:
        """The median of a measure; None where it was not measured."""
        taken = self.costs.get(name)
        return median(getattr(c, of) for c in taken) if taken else None

    def fresh(self, name: str) -> Path:
        """A folder with nothing in it."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    @property
    def home(self) -> Path:
        """A home with all of the nation in it, scored and published."""
        folder = self.folder / "home"
        if not (folder / "publications").exists():
            whole(self)
        return folder


Stage = Callable[[Bench], None]


def ingest(bench: Bench) -> None:
    """All of it, all of it again, and one month more than 35."""
    nation = bench.nation
    bench.rival("count(*)", "rivals.count_rows", nation.csvs)
    home = bench.fresh("ingested")
    bench.ours("ingest", "ours.ingest", home, nation.source)
    bench.ours("ingest again", "ours.ingest", home, nation.source)
    shutil.rmtree(home)
    out = bench.fresh("pandas")
    bench.rival("pandas", "rivals.pandas_ingest", nation.zip, out)
    shutil.rmtree(out)
    before = bench.folder / "before"
    if not before.exists():
        cost_of("ours.ingest", before, nation.source, str(MONTHS[-2]))
    after = bench.fresh("after")
    shutil.copytree(before, after, dirs_exist_ok=True)
    bench.ours("one new month", "ours.ingest", after, nation.source)
    shutil.rmtree(after)


def whole(bench: Bench) -> None:
    """Zip to publication, each of the three stages in its process."""
    home = bench.fresh("home")
    bench.ours("whole: ingest", "ours.ingest", home, bench.nation.source)
    bench.ours("score", "ours.score", home)
    bench.ours("publish", "ours.publication", home)
    out = bench.fresh("script")
    bench.rival("script", "rivals.users_script", bench.nation.zip, out)


def release(bench: Bench) -> None:
    """The next release, in a home of this one and in a fresh home: the same files."""
    changed = [str(month) for month in next_release(bench.nation)]
    after, anew = bench.fresh("released"), bench.fresh("anew")
    shutil.copytree(bench.home, after, dirs_exist_ok=True)
    for kind, home in (("next", after), ("anew", anew)):
        bench.ours(f"{kind}: ingest", "ours.ingest", home, bench.nation.next_source)
        bench.ours(f"{kind}: score", "ours.score", home)
        bench.ours(f"{kind}: publish", "ours.publication", home)
    scored = bench.costs["next: score"][-1].said.partition("as-ofs ")[2].split()
    if scored != changed:
        raise SystemExit(f"rows changed in {changed}, and scored was {scored}")
    from benchmarks.ours import (
        published,  # loads all of ours: not before it is measured
    )

    mine, theirs = published(after), published(anew)
    if mine != theirs:
        other = sorted(n for n in mine | theirs if mine.get(n) != theirs.get(n))
        raise SystemExit(f"the release gave other files than a fresh home: {other}")
    shutil.rmtree(after)
    shutil.rmtree(anew)


def cells(bench: Bench) -> None:
    """Incidents to cells."""
    bench.ours("cells", "ours.indexed", bench.nation.source)
    bench.rival("h3 loop", "rivals.h3_loop", bench.nation.csvs)


def windows(bench: Bench) -> None:
    """36 as-ofs x four windows x every group."""
    bench.ours("windows", "ours.windows", bench.home)
    bench.rival("SQL windows", "rivals.dense_windows", bench.home)


def gi_star(bench: Bench) -> None:
    """Gi* and the rate of false discoveries."""
    count = _GRID_CELLS[bench.nation.rows]
    bench.ours("Gi*", "ours.gi_star", count)
    bench.rival("esda", "rivals.esda_gi_star", count)


def geoparquet(bench: Bench) -> None:
    """Cells with their hexagons on disk."""
    count = _GRID_CELLS[bench.nation.rows] // 2
    out = bench.fresh("cells")
    bench.ours("GeoParquet", "ours.geoparquet", count, out / "ours.parquet")
    bench.rival("geopandas", "rivals.geopandas_cells", count, out / "theirs.parquet")


def prefect(bench: Bench) -> None:
    """What the flows add where 44 forces have nothing to do, start apart."""
    home, source = str(bench.home), bench.nation.source
    words = "ingest", "--source", str(source), "--home", home, *_AS_A_FLOW
    bench.ours("direct", "ours.ingest", bench.home, source)
    bench.ours("flow", "commands.command", *words, "--all-forces")
    bench.ours("flow of one", "commands.command", *words, "--force", "city-of-london")


def waits(bench: Bench) -> None:
    """What a person waits for."""
    home = str(bench.home)
    source = "--source", str(bench.nation.source)
    words = "ingest", "--force", "city-of-london", *source, "--home", home
    words += _AS_A_FLOW
    bench.ours("help", "commands.command", "--help")
    bench.rival("import prefect", "commands.python", "import prefect")
    bench.ours("status", "commands.command", "status", "--home", home)
    bench.ours("run", "commands.command", *words)
    nation = "run", "--all-forces", *source, "--home", home
    commands.command(*nation)()  # what is new for the command: its own settings
    bench.ours("run of all", "commands.command", *nation)
    with up(bench.home, _PORT):
        bench.ours("run beside up", "commands.command", *words)


def feed(bench: Bench) -> None:
    """Every quarter of an hour of a force's own feed, whatever the nation's size."""
    if not bench.with_rivals:  # it was measured for the other size
        return
    drops, new = feeds.made(feeds.DAYS)
    took = feeds.measured(bench.fresh("feed"), drops[feeds.ONE_LARGE], new, 1)
    for name, costs in took.items():
        bench.costs.setdefault(name, []).extend(costs)


def look(bench: Bench) -> None:
    """A look at a programme of one force, beside the past lists of all 44."""
    home = bench.folder / "tracked"
    if not (home / "programmes").exists():
        shutil.rmtree(home, ignore_errors=True)
        # nothing writes into a file of a lake
        shutil.copytree(bench.home, home, copy_function=os.link)
        cost_of("ours.started", home)
    bench.ours("look", "ours.look", home)


STAGES: dict[str, Stage] = {
    "ingest": ingest,
    "whole": whole,
    "release": release,
    "cells": cells,
    "windows": windows,
    "gi_star": gi_star,
    "geoparquet": geoparquet,
    "prefect": prefect,
    "waits": waits,
    "feed": feed,
    "look": look,
}
