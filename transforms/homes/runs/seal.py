"""The seal of a publication: how its files are listed, summed and pointed at."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transforms.errors import LakeError
from transforms.lake.checksums import file_sha256
from transforms.lake.storage import replace_flushed


TIER = "internal"
PUBLIC = "public"  # the tier for everyone, and the folder of its pointer
MANIFEST = "manifest.json"
LATEST = "latest.json"
SCHEMA_VERSION = "1.5"  # of everything published
OLDER_SCHEMA_VERSIONS = (
    "1.0",
    "1.1",
    "1.2",
    "1.3",
    "1.4",
)  # of which a home may have publications


def is_installed(folder: Path, tier: str) -> bool:
    """Whether a run has that tier."""
    return (folder / tier / MANIFEST).exists()


def file_facts(path: Path) -> dict[str, Any]:
    """A file as the manifest lists it."""
    return {
        "path": path.name,
        "bytes": path.stat().st_size,
        "sha256": file_sha256(path),
    }


def sums_text(sums: Mapping[str, str]) -> str:
    """The text of SHA256SUMS, as `sha256sum --check` reads it."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def pointer_to(
    run_id: str, manifest_sha256: str, schema_version: str
) -> dict[str, str]:
    """What latest.json says when it names that run."""
    path = f"runs/{run_id}/{TIER}"
    return {
        "schema_version": schema_version,
        "run_id": run_id,
        "as_of": run_id.rpartition("-")[0],
        "path": path,
        "manifest": f"{path}/{MANIFEST}",
        "manifest_sha256": manifest_sha256,
    }


def point_latest(publications: Path, run_id: str) -> None:
    """Make latest.json name that run."""
    replace_flushed(publications / LATEST, latest_text(publications, run_id))


def latest_text(publications: Path, run_id: str) -> str:
    """The text of latest.json where it names that run."""
    manifest = publications / "runs" / run_id / TIER / MANIFEST
    version = manifest_version(manifest)
    return json_text(pointer_to(run_id, file_sha256(manifest), version))


def manifest_version(manifest: Path) -> str:
    """The schema version that a run has: an older hexbeat may have published it."""
    try:
        return str(json.loads(manifest.read_bytes())["schema_version"])
    except (ValueError, KeyError, TypeError):
        return SCHEMA_VERSION  # a damaged manifest is for verify to report


def latest_run(publications: Path) -> str | None:
    """The run that latest.json points at, or None before the first."""
    pointer = publications / LATEST
    if not pointer.exists():
        return None
    try:
        return str(json.loads(pointer.read_bytes())["run_id"])
    except (ValueError, KeyError, TypeError) as error:
        raise LakeError(f"{pointer} names no run; hexbeat publish writes it") from error


def json_text(content: object) -> str:
    """How every JSON file of ours is written."""
    return json.dumps(content, indent=1) + "\n"
