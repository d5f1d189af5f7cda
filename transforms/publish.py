"""The third stage: from scores to a publication, whole or not at all.

Built beside, hashed, flushed to disk, renamed into place, and only then pointed at. Its
name is the hash of everything it says, so the same input is the same publication.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pyarrow.parquet as pq

from transforms.checksums import file_sha256, refuse_damaged
from transforms.errors import ForceError, UsageError
from transforms.feeds import FEEDS
from transforms.forces import Force
from transforms.home import Home
from transforms.lake import DataFile, Lake, flush_folder
from transforms.ledger import force_coverage, forces_held
from transforms.months import Month, window
from transforms.publications import FORMATS, data_package
from transforms.publications.edition import SCHEMA_VERSION, Edition
from transforms.publications.force_edition import ForceEdition
from transforms.score import KEPT_AS_OFS, inputs_sha256, unscorable
from transforms.scores import Method
from transforms.seal import TIER, file_facts, json_text, pointer_to, sums_text


@dataclass(frozen=True)
class Published:
    """What publishing did."""

    run_id: str
    folder: Path
    created: bool  # False where this very publication existed
    pointed: bool  # whether latest.json points at it
    scored: list[str]
    unscored: dict[str, str]
    failed: dict[str, str]  # of those without a score, the ones that should have one


def gather(home: Home, as_of: Month, method: Method) -> Edition:
    """Everything a publication at that month says: every force in the lake."""
    lake = Lake(home.root / "lake", home.lake.versions())
    forces = [
        _gather_force(lake, f, as_of, method) for f in forces_held(lake, home.registry)
    ]
    if not any(f.scores for f in forces):
        reasons = "; ".join(f"{f.force.id}: {f.unscored}" for f in forces)
        raise UsageError(
            f"nothing to publish at {as_of}: {reasons or 'the lake is empty'}"
        )
    attribution = home.attribution_instead or _attribution(forces)
    return Edition(as_of, method, forces, attribution)


def _gather_force(
    lake: Lake, force: Force, as_of: Month, method: Method
) -> ForceEdition:
    try:
        months = force_coverage(lake, force)
        incidents = lake.files("incidents", force.id)
        refuse_damaged("incidents", incidents)
        refuse_damaged("scores", lake.files("scores", force.id))
    except ForceError as error:
        return ForceEdition(force, {}, str(error), None, [], [], 0, failed=True)
    unscored = unscorable(months, as_of)
    current = {
        f.partition["as_of"]: f
        for f in lake.files("scores", force.id)
        if f.mark == inputs_sha256(months, Month.parse(f.partition["as_of"]), method)
    }
    scores = current.get(str(as_of))
    if scores is None and unscored is None:
        unscored = "its scores are not up to date; score it again"
    resolution, cells, area_m2 = _universe(scores) if scores else (0, 0, 0.0)
    kept = [str(m) for m in window(as_of, KEPT_AS_OFS)]
    return ForceEdition(
        force,
        months,
        unscored,
        scores,
        [current[m] for m in kept if m in current],
        incidents,
        resolution,
        cells,
        area_m2,
    )


def _universe(scores: DataFile) -> tuple[int, int, float]:
    """Resolution, cells and area of the universe, which stand on every score row."""
    columns = ["h3_res", "universe_cells", "universe_area_m2"]
    rows = pq.ParquetFile(scores.path).read_row_group(0, columns=columns)
    resolution, cells, area_m2 = (rows[name][0].as_py() for name in columns)
    return resolution, cells, area_m2


def _attribution(forces: list[ForceEdition]) -> str:
    feeds = {c.entry.feed for f in forces for c in f.months.values() if c.entry}
    return "; ".join(FEEDS[feed].ATTRIBUTION for feed in sorted(feeds))


def publish(home: Home, as_of: Month, method: Method) -> Published:
    """Publish every force in the lake at that month; a no-op where that stands."""
    edition = gather(home, as_of, method)
    folder = home.publications / "runs" / edition.run_id
    created = not folder.exists() and _build(edition, folder)
    return Published(
        edition.run_id,
        folder,
        created,
        _point_at(home.publications, edition, folder),
        [f.force.id for f in edition.scored],
        {f.force.id: f.unscored for f in edition.forces if f.unscored},
        {f.force.id: f.unscored for f in edition.forces if f.unscored and f.failed},
    )


def _build(edition: Edition, folder: Path) -> bool:
    """Write everything beside, then rename; False if another writer was first."""
    beside = folder.with_name(f".tmp-{edition.run_id}-{uuid4().hex[:8]}")
    tier = beside / TIER
    tier.mkdir(parents=True)
    try:
        for name, write in FORMATS.items():
            write(edition, tier / name)
        _seal(edition, tier)
        flush_folder(beside)
        try:
            beside.rename(folder)
        except OSError:
            if not folder.exists():
                raise
            return False
        flush_folder(folder.parent)
        return True
    finally:
        if beside.exists():
            shutil.rmtree(beside)


def _seal(edition: Edition, tier: Path) -> None:
    """Hash every file into the manifest, flush them, and make them read-only."""
    files = [file_facts(f) for f in sorted(tier.iterdir())]
    package = tier / data_package.NAME
    _write_json(package, data_package.describe(edition, files))
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "run_id": edition.run_id,
        "tier": TIER,
        "as_of": str(edition.as_of),
        "method": f"{edition.method.NAME} {edition.method.VERSION}",
        "attribution": edition.attribution,
        "forces": [
            {
                "force": f.force.id,
                "name": f.force.name,
                "unscored": f.unscored,
                "h3_res": f.resolution or None,
                "universe_cells": f.universe_cells,
                "universe_area_m2": round(f.universe_area_m2, 1),
                "months_12m": f.supplied(edition.as_of, 12),
                "months_36m": f.supplied(edition.as_of, 36),
                "newest_month": f.newest_month,
            }
            for f in edition.forces
        ],
        "files": sorted([*files, file_facts(package)], key=lambda f: str(f["path"])),
    }
    _write_json(tier / "manifest.json", manifest)
    sums = {f.name: file_sha256(f) for f in tier.iterdir()}
    (tier / "SHA256SUMS").write_text(sums_text(sums))
    for file in tier.iterdir():
        _flush_file(file)
        file.chmod(0o444)
    flush_folder(tier)


def _point_at(publications: Path, edition: Edition, folder: Path) -> bool:
    """Let latest.json name this run, unless it names a later as-of month."""
    pointer = publications / "latest.json"
    manifest_sha256 = file_sha256(folder / TIER / "manifest.json")
    wanted = pointer_to(edition.run_id, manifest_sha256, SCHEMA_VERSION)
    if pointer.exists():
        held = json.loads(pointer.read_text())
        if held == wanted:
            return True
        if held["as_of"] > wanted["as_of"]:
            return False
    beside = publications / f".latest-{uuid4().hex[:8]}.json"
    _write_json(beside, wanted)
    _flush_file(beside)
    beside.replace(pointer)
    flush_folder(publications)
    return True


def _write_json(path: Path, content: object) -> None:
    path.write_text(json_text(content))


def _flush_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
