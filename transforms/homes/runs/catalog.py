"""The runs of a home: which are published, which were withdrawn and why.

`catalog.json` lists them for machines, oldest first. A run is never changed: the note
that withdraws it is next to its tiers, and the pointer moves on. A retired run has lost
its files but stays in the list, so that a link to it can still be explained.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home
from transforms.homes.retirement import RETIRED, record_retirement
from transforms.homes.runs.public_pointer import point_public
from transforms.homes.runs.seal import (
    PUBLIC,
    SCHEMA_VERSION,
    TIER,
    is_installed,
    json_text,
    latest_run,
    point_latest,
)
from transforms.homes.runs.seal_check import parsed
from transforms.lake.crash_points import crash_point
from transforms.lake.storage import flush_folder, replace_flushed


CATALOG = "catalog.json"
_WITHDRAWN = "withdrawn.json"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One publication, as the catalogue lists it."""

    run_id: str
    as_of: str
    tiers: list[str]
    forces: list[str]  # scored
    method: str
    withdrawn: str | None  # why
    retired: str | None = None  # when and why its files were removed
    left_out: list[str] = field(default_factory=list)  # what could not be written

    def as_listed(self) -> dict[str, Any]:
        """The run as the catalogue has it: most have left nothing out."""
        row = asdict(self)
        return row if self.left_out else {k: row[k] for k in row if k != "left_out"}


def runs(publications: Path) -> list[Run]:
    """All runs, in the order in which they were made."""
    folder = publications / "runs"
    known = {run: at for at, run in enumerate(_listed(publications))}
    found = sorted(
        (path for path in folder.glob("[0-9]*") if _is_run(path)),
        key=lambda path: (known.get(path.name, len(known)), path.stat().st_mtime),
    )
    return [_run(path) for path in found]


def _is_run(folder: Path) -> bool:
    """Whether it is, or was, a whole run: a store can contain part of one."""
    return is_installed(folder, TIER) or (folder / RETIRED).exists()


def withdrawn(folder: Path) -> str | None:
    """Why a run was withdrawn; None if it was not."""
    file = folder / _WITHDRAWN
    return str(json.loads(file.read_text())["why"]) if file.exists() else None


def retired(folder: Path) -> str | None:
    """When and why a run's files were removed; None if they were not."""
    file = folder / RETIRED
    if is_installed(folder, TIER) or not file.exists():
        return None
    note = json.loads(file.read_text())
    return f"{note['at'][:10]}: {note['why']}"


def _unknown(publications: Path, run_id: str) -> UsageError:
    """That there is no such run, and which is the newest."""
    known = runs(publications)
    newest = f"; the newest is {known[-1].run_id}" if known else " yet"
    return UsageError(f"there is no publication {run_id} in {publications}{newest}")


def run_folder(publications: Path, run_id: str) -> Path:
    """The folder of a run that has its files; `UsageError` says what became of it."""
    folder = publications / "runs" / run_id
    if Path(run_id).name != run_id or not _is_run(folder):
        raise _unknown(publications, run_id)
    if when := retired(folder):
        raise UsageError(f"the files of run {run_id} were removed on {when}")
    return folder


def retire(publications: Path, run_id: str, why: str, now: datetime) -> Path:
    """Keep only a run's row in the catalogue; returns the folder to remove.

    The files leave their place at once: a reader sees all of them or none.
    """
    folder = run_folder(publications, run_id)
    row = _run(folder).as_listed() | {"at": now.isoformat(), "why": why}
    record_retirement(folder, json_text(row))
    gone = folder.with_name(f".tmp-{run_id}-{uuid4().hex[:8]}")
    gone.mkdir()
    # the internal tier last: while it is there, the run is
    tiers = [path for path in folder.iterdir() if path.is_dir()]
    for tier in sorted(tiers, key=lambda path: path.name == TIER):
        tier.rename(gone / tier.name)
    crash_point("retirement-moved")
    flush_folder(folder)
    return gone


def write_catalog(publications: Path) -> None:
    """Bring the catalogue, and the public pointer, up to date: each swapped in."""
    point_public(publications, newest_public(publications))
    text = catalog_text(publications)
    file = publications / CATALOG
    if not file.exists() or file.read_bytes() != text.encode():
        replace_flushed(file, text)


def newest_public(publications: Path) -> str | None:
    """The run whose public tier is to be shown: of the newest as-of, made last."""
    if not any(publications.glob(f"runs/*/{PUBLIC}/manifest.json")):
        return None  # as in most homes, whose runs need not be read
    out = [run for run in runs(publications) if PUBLIC in run.tiers]
    out = [run for run in reversed(out) if run.withdrawn is None]
    newest = max(out, key=lambda run: run.as_of, default=None)
    return newest.run_id if newest else None


def catalog_text(publications: Path, schema_version: str = SCHEMA_VERSION) -> str:
    """What the catalogue should say; an older hexbeat's has that one's version."""
    listed = {
        "schema_version": schema_version,
        "latest": latest_run(publications),
        "runs": [run.as_listed() for run in runs(publications)],
    }
    return json_text(listed)


def withdraw(home: Home, run_id: str, why: str, now: datetime) -> str | None:
    """Withdraw a run; the run that latest.json names then, None if none is left.

    Its files stay, for those who have used them to look up.
    """
    folder = home.publications / "runs" / run_id
    known = {run.run_id: run for run in runs(home.publications)}
    if run_id not in known:
        raise _unknown(home.publications, run_id)
    if (before := withdrawn(folder)) is not None and _shown_as_withdrawn(home, run_id):
        raise UsageError(f"{run_id} is withdrawn already: {before}")
    if not why.strip():
        raise UsageError("--why must say in words why the run is withdrawn")
    if before is None:  # else it was cut off after that
        note = {"run_id": run_id, "why": " ".join(why.split()), "at": now.isoformat()}
        replace_flushed(folder / _WITHDRAWN, json_text(note))
    crash_point("withdrawal-recorded")
    del known[run_id]
    out = [run for run in known.values() if not run.withdrawn and not run.retired]
    newest = max(out, key=lambda run: run.as_of, default=None)
    if newest and latest_run(home.publications) == run_id:
        point_latest(home.publications, newest.run_id)
    elif newest is None:
        (home.publications / "latest.json").unlink(missing_ok=True)
    crash_point("withdrawal-pointed-away")
    write_catalog(home.publications)
    return latest_run(home.publications)


def _shown_as_withdrawn(home: Home, run_id: str) -> bool:
    """Whether both the pointer and the catalogue show a withdrawn run as withdrawn."""
    listed = parsed(home.publications / CATALOG).get("runs", ())
    out = [run.get("run_id") for run in listed if not run.get("withdrawn")]
    return run_id not in out and latest_run(home.publications) != run_id


def _listed(publications: Path) -> Iterator[str]:
    """Runs in the order of the catalogue; none if it is unreadable."""
    try:
        listed = json.loads((publications / CATALOG).read_text())
        yield from (str(run["run_id"]) for run in listed["runs"])
    except (OSError, ValueError, KeyError, TypeError):
        return


def _run(folder: Path) -> Run:
    """A run by its own files; `LakeError` where they cannot be read."""
    try:
        return _read_run(folder)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LakeError(
            f"run {folder.name}: what it says about itself is damaged; bring"
            f" {folder} back from a backup, or move it away"
        ) from error


def _read_run(folder: Path) -> Run:
    if (when := retired(folder)) is not None:
        row = json.loads((folder / RETIRED).read_text())
        facts = {name: row[name] for name in ("run_id", "as_of", "forces", "method")}
        left_out = list(row.get("left_out", ()))
        gone = withdrawn(folder)
        return Run(**facts, tiers=[], withdrawn=gone, retired=when, left_out=left_out)
    manifest: dict[str, Any] = json.loads((folder / TIER / "manifest.json").read_text())
    return Run(
        run_id=folder.name,
        as_of=manifest["as_of"],
        tiers=sorted(
            tier.name for tier in folder.iterdir() if is_installed(folder, tier.name)
        ),
        forces=[f["force"] for f in manifest["forces"] if not f["unscored"]],
        method=manifest["method"],
        withdrawn=withdrawn(folder),
        left_out=list(manifest.get("left_out", ())),
    )
