"""The seal of a publication: how its files are listed, summed and pointed at."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from transforms.checksums import file_sha256
from transforms.errors import LakeError
from transforms.lake import flush_folder


TIER = "internal"
SCHEMA_VERSION = "1.0"  # of everything published


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
        "manifest": f"{path}/manifest.json",
        "manifest_sha256": manifest_sha256,
    }


def point_latest(publications: Path, run_id: str) -> None:
    """Let latest.json name that run: written beside, flushed, and swapped in."""
    manifest = publications / "runs" / run_id / TIER / "manifest.json"
    wanted = pointer_to(run_id, file_sha256(manifest), SCHEMA_VERSION)
    replace_flushed(publications / "latest.json", json_text(wanted))


def replace_flushed(path: Path, text: str) -> None:
    """Put a file's new text in place at once: readers see the old or the new one."""
    beside = path.with_name(f".{path.stem}-{uuid4().hex[:8]}{path.suffix}")
    with beside.open("w") as sink:
        sink.write(text)
        sink.flush()
        os.fsync(sink.fileno())
    beside.replace(path)
    flush_folder(path.parent)


def latest_run(publications: Path) -> str | None:
    """The run that latest.json points at, or None before the first."""
    pointer = publications / "latest.json"
    if not pointer.exists():
        return None
    try:
        return str(json.loads(pointer.read_bytes())["run_id"])
    except (ValueError, KeyError, TypeError) as error:
        raise LakeError(f"{pointer} names no run; hexbeat publish writes it") from error


def json_text(content: object) -> str:
    """How every JSON file of ours is written."""
    return json.dumps(content, indent=1) + "\n"
