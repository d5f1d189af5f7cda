"""The runs of a home: which are out, which were withdrawn and why.

`catalog.json` lists them for machines, oldest first. A run is never changed: what
withdraws it stands beside its tiers, and the pointer moves on.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from transforms.errors import UsageError
from transforms.home import Home
from transforms.seal import (
    SCHEMA_VERSION,
    TIER,
    json_text,
    latest_run,
    point_latest,
    replace_flushed,
)


CATALOG = "catalog.json"
_WITHDRAWN = "withdrawn.json"


@dataclass(frozen=True)
class Run:
    """One publication, as the catalogue tells it."""

    run_id: str
    as_of: str
    tiers: list[str]
    forces: list[str]  # scored
    method: str
    withdrawn: str | None  # why


def runs(publications: Path) -> list[Run]:
    """All runs, in the order in which they were made."""
    folder = publications / "runs"
    known = {run: at for at, run in enumerate(_listed(publications))}
    found = sorted(
        (path for path in folder.glob("[0-9]*") if path.is_dir()),
        key=lambda path: (known.get(path.name, len(known)), path.stat().st_mtime),
    )
    return [_run(path) for path in found]


def withdrawn(folder: Path) -> str | None:
    """Why a run's folder was withdrawn; None where it is out."""
    file = folder / _WITHDRAWN
    return str(json.loads(file.read_text())["why"]) if file.exists() else None


def write_catalog(publications: Path) -> None:
    """Write the catalogue anew: beside, flushed, and swapped in."""
    listed = {
        "schema_version": SCHEMA_VERSION,
        "latest": latest_run(publications),
        "runs": [asdict(run) for run in runs(publications)],
    }
    replace_flushed(publications / CATALOG, json_text(listed))


def withdraw(home: Home, run_id: str, why: str, now: datetime) -> str | None:
    """Withdraw a run; the run that latest.json names then, None if none is left.

    Its files stay: who has used them must be able to look them up.
    """
    folder = home.publications / "runs" / run_id
    if not (folder / TIER).is_dir():
        raise UsageError(f"there is no publication {run_id} in {home.publications}")
    if (before := withdrawn(folder)) is not None:
        raise UsageError(f"{run_id} is withdrawn already: {before}")
    if not why.strip():
        raise UsageError("--why must say in words why the run is withdrawn")
    told = {"run_id": run_id, "why": " ".join(why.split()), "at": now.isoformat()}
    replace_flushed(folder / _WITHDRAWN, json_text(told))
    out = [run for run in runs(home.publications) if run.withdrawn is None]
    newest = max(out, key=lambda run: run.as_of, default=None)
    if newest and latest_run(home.publications) == run_id:
        point_latest(home.publications, newest.run_id)
    elif newest is None:
        (home.publications / "latest.json").unlink(missing_ok=True)
    write_catalog(home.publications)
    return latest_run(home.publications)


def _listed(publications: Path) -> Iterator[str]:
    """Runs in the order that the catalogue has kept; none where it is unreadable."""
    try:
        listed = json.loads((publications / CATALOG).read_text())
        yield from (str(run["run_id"]) for run in listed["runs"])
    except (OSError, ValueError, KeyError, TypeError):
        return


def _run(folder: Path) -> Run:
    manifest: dict[str, Any] = json.loads((folder / TIER / "manifest.json").read_text())
    return Run(
        folder.name,
        manifest["as_of"],
        sorted(path.name for path in folder.iterdir() if path.is_dir()),
        [f["force"] for f in manifest["forces"] if not f["unscored"]],
        manifest["method"],
        withdrawn(folder),
    )
