"""Which runs have had their time."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from transforms.homes.home import Home
from transforms.homes.runs.catalog import retire, runs, withdrawn
from transforms.homes.runs.seal import PUBLIC, latest_run
from transforms.lake.unused_files import Unneeded
from transforms.publications.judging import waiting_runs


RETIRED = "files of retired runs"


def runs_to_retire(home: Home) -> list[str]:
    """The runs past the number to keep, but for those that are still needed.

    Needed are the run that latest.json names; one whose public tier is out, since what
    it has published binds the next; and one whose forecast waits to be judged.
    """
    if home.retention.runs_kept is None:
        return []
    there = [run for run in runs(home.publications) if not run.retired]
    past = there[: -home.retention.runs_kept]
    waiting = waiting_runs(home) if past else set()
    return [
        run.run_id
        for run in past
        if run.run_id not in waiting and not _is_needed(home, run.run_id)
    ]


def _is_needed(home: Home, run_id: str) -> bool:
    """Whether a run is pointed at, or its public tier is out."""
    folder = home.publications / "runs" / run_id
    is_out = (folder / PUBLIC).exists() and withdrawn(folder) is None
    return is_out or latest_run(home.publications) == run_id


def retired_files(
    home: Home, old: list[str], now: datetime, dry_run: bool
) -> Iterator[Unneeded]:
    """The files of those runs; unless it is a dry run, out of their place already."""
    why = f"hexbeat.toml says runs_kept = {home.retention.runs_kept}"
    for run_id in old:
        folder = home.publications / "runs" / run_id
        if not dry_run:
            if _is_needed(home, run_id):  # it has come to be since
                continue
            folder = retire(home.publications, run_id, why, now)
        yield from _tiers(folder, dry_run)


def _tiers(folder: Path, dry_run: bool) -> Iterator[Unneeded]:
    tiers = [path for path in folder.iterdir() if path.is_dir()] if dry_run else []
    for path in tiers or [folder]:
        yield Unneeded(RETIRED, path)
