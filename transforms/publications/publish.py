"""The third stage: from scores to a publication, whole or not at all.

Built beside, hashed, flushed to disk, renamed into place, and only then pointed at. Its
name is the hash of everything it says, so the same input is the same publication.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from transforms.catalog import withdrawn, write_catalog
from transforms.checksums import file_sha256
from transforms.crash_points import crash_point
from transforms.errors import HexbeatError
from transforms.gather import gather
from transforms.home import Home
from transforms.install import install
from transforms.months import Month
from transforms.publications import data_package
from transforms.publications.edition import Edition
from transforms.publications.layers import Layers
from transforms.scores import Method
from transforms.seal import (
    LATEST,
    MANIFEST,
    SCHEMA_VERSION,
    TIER,
    file_facts,
    is_installed,
    json_text,
    latest_text,
    sums_text,
)
from transforms.storage import flush_folder, swap


@dataclass(frozen=True)
class Published:
    """What publishing did."""

    run_id: str
    folder: Path
    created: bool  # False where this very publication existed
    pointed: bool  # whether latest.json points at it
    withdrawn: str | None  # why this very publication is no longer out
    scored: list[str]
    unscored: dict[str, str]
    failed: dict[str, str]  # of those without a score, the ones that should have one
    edition: Edition  # what it says


def publish(
    home: Home, as_of: Month, method: Method, layers: Layers | None = None
) -> Published:
    """Publish every force in the lake at that month; a no-op where that stands."""
    edition = gather(home, as_of, method, layers)
    folder = home.publications / "runs" / edition.run_id
    there = is_installed(folder, TIER) or withdrawn(folder)
    created = not there and _build(edition, folder)
    crash_point("publication-placed")
    pointed = point_at(home.publications, edition.run_id, str(edition.as_of), folder)
    crash_point("publication-pointed-at")
    write_catalog(home.publications)  # also where a run was killed before it had
    crash_point("publication-listed")
    return Published(
        edition.run_id,
        folder,
        created,
        pointed,
        withdrawn(folder),
        [f.force.id for f in edition.scored],
        {f.force.id: f.unscored for f in edition.forces if f.unscored},
        {f.force.id: f.unscored for f in edition.forces if f.unscored and f.failed},
        edition,
    )


def _build(edition: Edition, folder: Path) -> bool:
    # Here, for the libraries of the formats take a second to load, and mostly the
    # publication stands already.
    from transforms.publications.formats import FORMATS

    def write(tier: Path) -> None:
        for name, writer in FORMATS.items():
            writer(edition, tier / name)

    return install(folder, TIER, write, lambda tier: _seal(edition, tier))


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
        "excluded": edition.excluded_in_words,
        "harm_weights": edition.scoring.harm.in_words,
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
                "newest_month": f.newest_month(edition.as_of),
            }
            for f in edition.forces
        ],
    }
    seal_files(tier, manifest)


def seal_files(tier: Path, manifest: Mapping[str, object]) -> None:
    """List a tier's files in its manifest and sums, flush them, make them read-only."""
    files = [file_facts(file) for file in sorted(tier.iterdir())]
    _write_json(tier / MANIFEST, {**manifest, "files": files})
    sums = {f.name: file_sha256(f) for f in tier.iterdir()}
    (tier / "SHA256SUMS").write_text(sums_text(sums))
    for file in tier.iterdir():
        _flush_file(file)
        file.chmod(0o444)
    flush_folder(tier)


def point_at(publications: Path, run_id: str, as_of: str, folder: Path) -> bool:
    """Let latest.json name this run, unless it names a later as-of.

    A withdrawn run is never pointed at.
    """
    if withdrawn(folder):
        return False
    pointer, pointed = publications / LATEST, True

    def decide(held: bytes | None) -> str | None:
        nonlocal pointed
        now = _pointed(pointer, held) if held is not None else None
        pointed = now is None or now["as_of"] <= as_of
        if not pointed or (now and now["run_id"] == run_id):
            return None
        return latest_text(publications, run_id)

    swap(pointer, decide)
    return pointed


def _pointed(pointer: Path, text: bytes) -> dict[str, str]:
    try:
        held = json.loads(text)
        return {name: str(held[name]) for name in ("run_id", "as_of")}
    except (ValueError, KeyError, TypeError) as error:
        raise HexbeatError(
            f"{pointer} is not what publishing wrote; move it away and publish again"
        ) from error


def _write_json(path: Path, content: object) -> None:
    path.write_text(json_text(content))


def _flush_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
