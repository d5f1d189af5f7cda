"""Verification: a publication and all that it was made from, hashed again.

Three layers, each compared with what the next one says of it: the published files, the
lake's data files, and the raw files. Nothing is changed, and nothing is trusted.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from transforms.errors import FileRejectedError, ForceError, LakeError, UsageError
from transforms.homes.home import Home
from transforms.homes.runs.catalog import (
    CATALOG,
    catalog_text,
    newest_public,
    run_folder,
)
from transforms.homes.runs.public_pointer import public_pointer_text
from transforms.homes.runs.seal import (
    LATEST,
    MANIFEST,
    OLDER_SCHEMA_VERSIONS,
    PUBLIC,
    TIER,
    is_installed,
    json_text,
    pointer_to,
)
from transforms.homes.runs.seal_check import check_tier, content, inputs_of, parsed
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.lake.checksums import damage, where
from transforms.lake.storage import is_remote
from transforms.lake.tables import TABLES
from transforms.operations.raw_check import RawCheck
from transforms.operations.verify_programmes import check_programmes
from transforms.profiles.make import all_profiles
from transforms.programmes.kept_folder import damaged_files


_RUN_ID = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?-[0-9a-f]{12}")


@dataclass
class Verified:
    """What verifying found."""

    run_id: str | None = None
    checked: Counter[str] = field(default_factory=Counter)  # files hashed, by layer
    differs: list[str] = field(default_factory=list)  # one line each
    notes: list[str] = field(default_factory=list)  # what could not be looked at

    @property
    def whole(self) -> bool:
        """Whether everything that could be looked at is as it was written."""
        return not self.differs


def verify(
    home: Home,
    run_id: str | None = None,
    source: Path | None = None,
    release: str | None = None,
) -> Verified:
    """Hash a publication again, the one pointed at or that run, and what it rests on.

    `source` is where raw files may still be; `release` as ingest takes it.
    """
    found = Verified(run_id)
    _check_pointer(home, found)
    if found.run_id is None:
        return found
    of_programmes = check_programmes(home)
    found.checked.update(of_programmes.folders)
    found.differs += of_programmes.differs
    _check_profiles(home, found)
    folder = home.publications / "runs" / found.run_id
    if not (folder / TIER).is_dir():
        if run_id:
            run_folder(home.publications, run_id)  # says what became of it
        found.differs.append(f"latest.json: it names {found.run_id}, which is gone")
        return found
    _check_catalog(home, found)
    for tier in sorted(path for path in folder.iterdir() if path.is_dir()):
        if is_remote(folder) and not is_installed(folder, tier.name):
            found.notes.append(f"{tier.name}: not whole yet, and not out")
            continue
        files, differs = check_tier(tier, found.run_id)
        if left_out := parsed(tier / MANIFEST).get("left_out"):
            found.notes.append(f"{tier.name}: left out were {', '.join(left_out)}")
        found.checked["published"] += files
        found.differs += differs
    try:
        if _check_lake(home, found):
            inputs = inputs_of(folder / TIER)
            if inputs is None:
                found.differs.append(
                    f"{TIER}/provenance.json: the run's name is not the hash of it"
                )
            _check_raw(RawCheck(home, source, release), inputs or [], found)
        else:
            found.notes.append("raw files: not looked at, the ledger is damaged")
    except LakeError as error:
        found.differs.append(f"lake: {error}")
    return found


def _check_profiles(home: Home, found: Verified) -> None:
    """Each problem profile against its manifest."""
    if is_remote(home.root):
        return
    _check_kept(all_profiles(home), "profiles", found)


def _check_kept(folders: Iterable[Path], kind: str, found: Verified) -> None:
    """Each folder of a kind against its manifest."""
    for folder in folders:
        found.checked[kind] += 1
        found.differs += [
            f"{folder / name}: not as it was written" for name in damaged_files(folder)
        ]


def _newest(home: Home) -> str:
    """The newest publication, for those who look for another."""
    try:
        pointer = json.loads((home.publications / "latest.json").read_text())
        return f"; the newest is {pointer['run_id']}"
    except (OSError, ValueError, KeyError):
        return f": there is none in {home.publications} yet"


def _check_pointer(home: Home, found: Verified) -> None:
    """latest.json against the manifest; it names the run where none is named."""
    if found.run_id and not _RUN_ID.fullmatch(found.run_id):
        raise UsageError(f"there is no publication {found.run_id!r}{_newest(home)}")
    pointer = home.publications / "latest.json"
    if not pointer.exists():
        if found.run_id is None:
            raise UsageError(f"there is no publication in {home.publications} yet")
        found.notes.append("latest.json: absent")
        return
    named = parsed(pointer).get("run_id")
    if not isinstance(named, str) or not _RUN_ID.fullmatch(named):
        found.differs.append("latest.json: it names no run")
        return
    if found.run_id in (None, named):
        found.run_id = named
        found.checked["published"] += 1
        manifest = home.publications / "runs" / named / TIER / "manifest.json"
        version = str(parsed(manifest).get("schema_version"))
        digest = sha256(content(manifest)).hexdigest()
        if content(pointer) != json_text(pointer_to(named, digest, version)).encode():
            found.differs.append("latest.json: it does not fit the manifest")


def _check_catalog(home: Home, found: Verified) -> None:
    """catalog.json against what the runs themselves say."""
    file = home.publications / CATALOG
    written_by = str(parsed(file).get("schema_version"))
    try:
        older = catalog_text(home.publications, written_by)
        catalog = catalog_text(home.publications)
    except LakeError as error:
        found.differs.append(str(error))
        return
    _check_public_pointer(home, found)
    if content(file) == catalog.encode():
        return
    if written_by in OLDER_SCHEMA_VERSIONS and content(file) == older.encode():
        found.notes.append("catalog.json: an older hexbeat's; publish writes it anew")
        return
    found.differs.append("catalog.json: not what the runs say; publish mends it")


def _check_public_pointer(home: Home, found: Verified) -> None:
    """public/latest.json against the public tiers that are out."""
    pointer = home.publications / PUBLIC / LATEST
    newest = newest_public(home.publications)
    text = public_pointer_text(home.publications, newest) if newest else ""
    if newest and not pointer.exists():
        found.notes.append(f"{PUBLIC}/{LATEST}: absent; publish writes it")
    elif content(pointer) != text.encode():
        found.differs.append(
            f"{PUBLIC}/{LATEST}: not what the runs say; publish mends it"
        )


def _check_lake(home: Home, found: Verified) -> bool:
    """Every live data file against its hash; whether the ledger can be read.

    If it can, the ledger is compared with the lake as well.
    """
    damaged = set()
    for name in TABLES:
        home.lake.refuse_damaged_log(name)
        for file in home.lake.files(name):
            found.checked["lake"] += 1
            if what := damage(file):
                found.differs.append(f"lake {name} {where(file)}: {what}")
                damaged.add(name)
    if "coverage" in damaged:
        return False
    for force in stored_forces(home.lake, home.registry):
        try:
            force_coverage(home.lake, force)
        except ForceError as error:
            found.differs.append(f"lake {error}")
    return True


def _check_raw(
    check: RawCheck, inputs: Iterable[dict[str, Any]], found: Verified
) -> None:
    """The raw files of the run, where they are still to be had."""
    try:
        check.members  # noqa: B018  a source that cannot be listed is reported once
    except FileRejectedError as error:
        found.differs.append(f"source {error}")
        return
    for raw in inputs:
        if raw["raw_sha256"] is None:
            continue
        named = f"raw {raw['force']} {raw['month']} of release {raw['release']}"
        try:
            digest = check.sha256_of(raw)
        except FileRejectedError as error:
            found.differs.append(f"{named}: {error}")
            continue
        if digest is None:
            found.checked["raw not here"] += 1
            continue
        found.checked["raw"] += 1
        if digest != raw["raw_sha256"]:
            found.differs.append(f"{named}: its SHA-256 is not the one it was read by")
