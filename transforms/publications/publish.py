"""Writes an edition as a publication, of months or days: complete or not at all.

It is built under a temporary name, hashed, flushed to disk, renamed into place, and
only then pointed at. Its name is the hash of its inputs, so the same input gives the
same publication.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from transforms.errors import HexbeatError
from transforms.homes.home import Home
from transforms.homes.runs.catalog import withdrawn, write_catalog
from transforms.homes.runs.install import install
from transforms.homes.runs.seal import (
    LATEST,
    MANIFEST,
    TIER,
    file_facts,
    is_installed,
    json_text,
    latest_text,
    sums_text,
)
from transforms.lake.checksums import file_sha256
from transforms.lake.crash_points import crash_point
from transforms.lake.storage import flush_folder, swap
from transforms.publications.apart import UnwrittenError
from transforms.publications.each import Each, here
from transforms.publications.edition.edition import Edition, Identity, run_id_of
from transforms.publications.edition.gather import gather
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats import data_package
from transforms.publications.layers import Layers
from transforms.reference.days import Day
from transforms.reference.months import Month
from transforms.scores.methods import Method


_WRITE = 0o222


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The result of putting an edition in its place."""

    run_id: str
    folder: Path
    created: bool  # False if this publication existed already
    pointed: bool  # whether latest.json points at it
    withdrawn: str | None  # why this publication was withdrawn
    left_out: Sequence[str]  # files that it lacks
    unwritten: Mapping[str, Exception]  # those, and why


@dataclass(frozen=True, kw_only=True)
class Published(Placed):
    """The result of publishing a month."""

    scored: list[str]
    unscored: dict[str, str]
    failed: dict[str, str]  # those that should have a score and have none
    edition: MonthEdition  # what it says
    layer_gaps: Mapping[str, str]  # parts of the user's layers that are missing
    withheld: list[str]  # those that failed because of a hold


def publish(
    home: Home,
    as_of: Month,
    method: Method,
    layers: Layers | None = None,
    each: Each = here,
) -> Published:
    """Publish every force in the lake at that month; a no-op if that exists.

    `each` says where the parts of the forces are computed and files are written.
    """
    return put_in_place(home, gather(home, as_of, method, layers, each))


def put_in_place(home: Home, edition: MonthEdition) -> Published:
    """Publish an edition; a no-op if that exists."""
    placed = place(home.publications, edition.as_of, edition.rests_on, lambda: edition)
    return Published(
        **vars(placed),
        scored=[f.force.id for f in edition.scored],
        unscored={f.force.id: f.unscored for f in edition.forces if f.unscored},
        failed={
            f.force.id: f.unscored for f in edition.forces if f.unscored and f.failed
        },
        edition=edition.lacking(placed.left_out),
        layer_gaps=edition.layer_gaps,
        withheld=[f.force.id for f in edition.forces if f.withheld],
    )


def place(
    publications: Path,
    as_of: Month | Day,
    rests_on: Identity,
    edition: Callable[[], Edition],
) -> Placed:
    """Build the run of that identity, seal it and point at it; a no-op if it exists.

    The edition is only computed if it does not. If files cannot be written, publishes
    an edition that lists them as left out. That is a run of its own: the complete one
    can still be published, and is always tried first.
    """
    unwritten: dict[str, Exception] = {}
    created = False
    while True:
        left_out = sorted(unwritten)
        run_id = run_id_of(as_of, rests_on, left_out)
        folder = publications / "runs" / run_id
        if is_installed(folder, TIER) or withdrawn(folder):
            break
        try:
            created = _build(edition().lacking(left_out), folder)
            break
        except UnwrittenError as error:
            unwritten |= error.why
    crash_point("publication-placed")
    pointed = point_at(publications, run_id, str(as_of), folder)
    crash_point("publication-pointed-at")
    write_catalog(publications)  # even if a killed run left it out of date
    crash_point("publication-listed")
    return Placed(
        run_id=run_id,
        folder=folder,
        created=created,
        pointed=pointed,
        withdrawn=withdrawn(folder),
        left_out=left_out,
        unwritten=unwritten,
    )


def _build(edition: Edition, folder: Path) -> bool:
    # Imported here: the libraries of the formats take half a second to load, and
    # usually the publication exists already.
    from transforms.publications.formats.registry import FORMATS, write_all

    def seal(tier: Path) -> None:
        """Describe every file, and list it in the manifest."""
        files = [file_facts(f) for f in sorted(tier.iterdir())]
        package = data_package.describe(edition, FORMATS.values(), files)
        _write_json(tier / data_package.NAME, package)
        seal_files(tier, _manifest(edition))

    return install(folder, TIER, partial(write_all, edition), seal)


def _manifest(edition: Edition) -> dict[str, object]:
    return {
        **edition.facts,
        "tier": TIER,
        "left_out": list(edition.left_out),
        "forces": edition.force_facts,
    }


def seal_files(tier: Path, manifest: Mapping[str, object]) -> None:
    """List a tier's files in its manifest and sums, flush them, make them read-only."""
    files = [file_facts(file) for file in sorted(tier.iterdir())]
    _write_json(tier / MANIFEST, {**manifest, "files": files})
    sums = {file["path"]: file["sha256"] for file in files}
    sums[MANIFEST] = file_sha256(tier / MANIFEST)
    (tier / "SHA256SUMS").write_text(sums_text(sums))
    for file in tier.iterdir():
        _flush_file(file)
        file.chmod(file.stat().st_mode & ~_WRITE)
    flush_folder(tier)


def point_at(publications: Path, run_id: str, as_of: str, folder: Path) -> bool:
    """Make latest.json name this run, unless it names a later as-of.

    It never names a withdrawn run.
    """
    if withdrawn(folder):
        return False
    pointer, pointed = publications / LATEST, True

    def decide(stored: bytes | None) -> str | None:
        nonlocal pointed
        now = _pointed(pointer, stored) if stored is not None else None
        pointed = now is None or now["as_of"] <= as_of
        if not pointed or (now and now["run_id"] == run_id):
            return None
        return latest_text(publications, run_id)

    swap(pointer, decide)
    return pointed


def _pointed(pointer: Path, text: bytes) -> dict[str, str]:
    try:
        content = json.loads(text)
        return {name: str(content[name]) for name in ("run_id", "as_of")}
    except (ValueError, KeyError, TypeError) as error:
        raise HexbeatError(
            f"{pointer} is not what publishing wrote; move it away and publish again"
        ) from error


def _write_json(path: Path, content: object) -> None:
    path.write_text(json_text(content))


def _flush_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
