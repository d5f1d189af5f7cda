"""What hexbeat does, stage by stage, without Prefect."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.measure import Work, newest_as_of
from benchmarks.national import MONTHS
from benchmarks.shapes import counts_of, hexagon_table, patch
from flows.garbage import collect_less
from transforms.feeds.archive.members import read_member
from transforms.feeds.files.csv_bytes import read_rows
from transforms.feeds.police_uk import street
from transforms.feeds.police_uk import street as police_uk
from transforms.feeds.police_uk.archive_file import ArchiveFile
from transforms.homes.home import open_home
from transforms.impact.track import LOOKS, track
from transforms.incidents.ingest import Ingested, ingest_force
from transforms.incidents.lake_check import stored_forces
from transforms.incidents.request import resolve
from transforms.lake.checksums import file_sha256
from transforms.programmes.freeze import freeze
from transforms.programmes.programme import open_programme
from transforms.programmes.register import start
from transforms.programmes.rule import Rule
from transforms.publications.formats.geoparquet import write_cells
from transforms.publications.formats.registry import FORMATS
from transforms.publications.publish import publish
from transforms.reference import cells, clocks
from transforms.reference.forces import Force
from transforms.reference.groups import GROUPS
from transforms.scores.labels.gi_star import gi_star_z, significant
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.panel import Panel
from transforms.scores.score_months import Scored, force_panel, score_force
from transforms.scores.view import view_at


METHOD = METHODS[DEFAULT_METHOD]
AT_ONCE = 2  # forces, as the flows do
_LOOK_MONTHS = 3
_LISTS = ("manifest.json", "datapackage.json")


def ingest(folder: Path, source: Path, last: str | None = None) -> Work:
    """Everything of a source up to a month, or to its end."""

    def do() -> str:
        collect_less()  # as every command does
        home = open_home(folder)
        request = resolve(
            source, home.registry, all_forces=True, start=str(MONTHS[0]), end=last
        )

        def one(force: Force) -> Ingested:
            return ingest_force(
                home.lake,
                street,
                force,
                request.members,
                request.months,
                datetime.now(UTC),
            )

        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = list(pool.map(one, request.forces))
        refused = sum(len(d.rejected) + (d.error is not None) for d in done)
        rows = sum(d.total("rows_accepted") for d in done)
        return f"{rows:,} rows, {refused} files refused"

    return do


def score(folder: Path) -> Work:
    """All forces at the newest twelve as-of months."""

    def do() -> str:
        collect_less()  # as every command does
        home = open_home(folder)
        as_of = newest_as_of(home)

        def one(force: Force) -> Scored:
            return score_force(home.lake, force, as_of, METHOD, home.scoring)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = list(pool.map(one, stored_forces(home.lake, home.registry)))
        months = sorted({month for scored in done for month in scored.as_ofs})
        rows = sum(scored.rows for scored in done)
        return f"{rows:,} rows, as-ofs {' '.join(months)}"

    return do


def publication(folder: Path) -> Work:
    """One publication of all forces, in every format."""

    def do() -> str:
        collect_less()  # as every command does
        home = open_home(folder)
        done = publish(home, newest_as_of(home), METHOD).folder / "internal"
        return f"{sum(f.stat().st_size for f in done.iterdir()) / 1e6:,.0f} MB"

    return do


def started(folder: Path) -> Work:
    """A programme frozen when the newest three months were not known, and started."""

    def do() -> str:
        home = open_home(folder)
        as_of = newest_as_of(home) + -_LOOK_MONTHS
        for name in [name for name, row in FORMATS.items() if not row.needed]:
            del FORMATS[name]  # a programme reads the cells alone
        # in a home of another version the scores are not of its method
        score_force(home.lake, home.registry["kent"], as_of, METHOD, home.scoring)
        run = publish(home, as_of, METHOD).run_id
        rule = Rule(force="kent", group="all-crime", top=20, spacing=3)
        given = run, 100.0, datetime.now(UTC), "benchmark"
        programme = freeze(home, "measured", rule, *given).programme
        start(home, programme, (as_of + 1).first_day, datetime.now(UTC), "benchmark")
        return f"{len(programme.places)} places"

    return do


def look(folder: Path) -> Work:
    """A look at it, made anew each time."""
    home = open_home(folder)
    programme = open_programme(home, "measured")
    shutil.rmtree(programme.folder / LOOKS, ignore_errors=True)

    def do() -> str:
        now = datetime.now(UTC)
        done = track(home, programme, None, _LOOK_MONTHS, now, "benchmark")
        forces = {one.force for one in done.look.past}
        return f"{len(done.look.past)} past lists of {len(forces)} forces"

    return do


def published(folder: Path) -> dict[str, str]:
    """The hash of each file of a home's newest publication.

    No two analyst's databases have the same bytes: it and the sums are left out, and
    the lists of files are hashed without those that are not the same for it.
    """
    publications = open_home(folder).publications
    newest = json.loads((publications / "latest.json").read_text())["run_id"]
    files = sorted((publications / "runs" / newest / "internal").iterdir())
    hashes = {f.name: file_sha256(f) for f in files if f.suffix != ".duckdb"}
    del hashes["SHA256SUMS"]
    for file in files:
        if file.name in _LISTS:
            lasting = json.dumps(_without_database(json.loads(file.read_text())))
            hashes[file.name] = sha256(lasting.encode()).hexdigest()
    return hashes


def _without_database(listed: dict[str, Any]) -> dict[str, Any]:
    """A list of files without those that differ with the database."""
    varying = ("hotspots.duckdb", *_LISTS)
    for name in ("files", "resources"):
        of_files = listed.get(name, ())
        listed[name] = [file for file in of_files if file["path"] not in varying]
    return listed


def indexed(source: Path) -> Work:
    """Cells of two resolutions of every row, file by file."""
    files = []
    home = open_home(source / "none")
    for member in police_uk.street_members(source):
        rows = read_rows(read_member(member), police_uk.STREET_HEADER, "", ["Crime ID"])
        coded = {name: rows.coded[name] for name in ("Longitude", "Latitude")}
        rows = replace(rows, coded=coded, plain={})
        files.append(ArchiveFile(member, home.registry[member.force], rows, ""))

    def do() -> str:
        sums = np.zeros(2, dtype=np.int64)
        for file in files:
            sums += [int(np.bitwise_xor.reduce(c)) for c in police_uk._indexed(file)]
        return f"{sum(len(f.rows.lines) for f in files):,} rows"

    return do


def panels(folder: Path) -> list[Panel]:
    """The panel of every force."""
    home = open_home(folder)
    return [
        force_panel(home.lake, force, home.scoring_of(force.id))
        for force in stored_forces(home.lake, home.registry)
    ]


def windows(folder: Path) -> Work:
    """36 as-of months x four windows x every group, over each force's universe."""
    seen = panels(folder)

    def do() -> str:
        total = np.zeros(len(clocks.MONTHS.windows))
        for panel in seen:
            for month in panel.periods:
                known = view_at(panel, panel.periods, month)
                for group in GROUPS.values():
                    for i, name in enumerate(clocks.MONTHS.windows):
                        values = known.windows[name]
                        total[i] += known.of(values, group.categories).sum()
        return f"sums {total.astype(int).tolist()}"

    return do


def gi_star(count: int) -> Work:
    """Neighbours, Gi* and which are significant, of one count of so many cells."""
    chosen = patch(count)
    values = counts_of(chosen)

    def do() -> str:
        links = cells.ring(chosen, 1)
        found = significant(gi_star_z(values, links))
        return f"{len(chosen):,} cells, {np.count_nonzero(found):,} significant"

    return do


def geoparquet(count: int, path: Path) -> Work:
    """The published cells with their hexagons."""
    edition = SimpleNamespace(cells=hexagon_table(count))

    def do() -> str:
        write_cells(edition, path)  # type: ignore[arg-type]
        return f"{path.stat().st_size / 1e6:.0f} MB"

    return do
