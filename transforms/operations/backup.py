"""A copy of a home as it is at one moment, made while anything else runs.

The moment is one version of every table at which the rows of each force are those of
its ledger. Versions never change, so it does not matter how long copying takes: log
entries up to that version are copied, and what comes after is left out. Data files, raw
files and publications are never edited; only the pointer to the newest publication is,
and it is read before the runs are listed, so that its run is among them.
"""

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from transforms.errors import HexbeatError, UsageError
from transforms.homes.feed_settings import CREDENTIALS
from transforms.homes.home import Home
from transforms.homes.home_paths import home_path
from transforms.homes.runs.catalog import CATALOG, write_catalog
from transforms.incidents.lake_check import unfinished
from transforms.lake.lake import Lake
from transforms.lake.layout import LAYOUT, layout_of
from transforms.lake.storage import is_remote


_ATTEMPTS = 50  # an ingest is between its commits for milliseconds
_POINTERS = ("latest.json", CATALOG)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # what Path leaves of an address
_LEFT_OUT = ("lake", "publications", "prefect")  # two have their own way; run history
_UNFINISHED_SUFFIXES = (".part", ".etag")  # of a download that is going on


@dataclass
class BackedUp:
    """How much was copied."""

    files: int = 0
    bytes: int = 0
    notes: list[str] = field(default_factory=list)  # what a restored home must do again


def backup(home: Home, folder: Path, wait: Callable[[], None]) -> BackedUp:
    """Copy a home to a new folder, whole or not at all.

    `wait` lets a moment pass for an ingest that is between its commits.
    """
    if folder.parts[:1] and _SCHEME.fullmatch(folder.parts[0]):
        raise UsageError(
            "a copy goes into a folder of a disk, and not to an address; from there it"
            " may go elsewhere"
        )
    if is_remote(home.root):
        raise UsageError(f"{home.root}: a store keeps versions of its own")
    if not home.root.is_dir():
        raise UsageError(f"there is no home at {home.root}")
    home_path(folder)  # what is brought back from it is opened there
    if folder.exists():
        raise UsageError(f"{folder} exists: a backup is made in a folder of its own")
    if folder.resolve().is_relative_to(home.root.resolve()):
        raise UsageError(f"{folder} lies within the home that it would be a copy of")
    part = folder.with_name(f".tmp-{folder.name}-{uuid4().hex[:8]}")
    done = BackedUp()
    try:
        part.mkdir(parents=True, mode=stat.S_IMODE(home.root.stat().st_mode))
        lake, done.notes = _whole_moment(home, wait)
        if home.feed:
            done.notes.append("hexbeat feed erase does not reach this copy")
            done.notes.append(
                f"its key is not in it: keep a copy of {home.feed.key} apart from"
                " backups, and put it back after a restore"
            )
            if (home.root / CREDENTIALS).exists():
                done.notes.append(f"{CREDENTIALS} is not in it: write it again")
        for path in [*_lake_files(lake), *_other_files(home)]:
            done.files += 1
            done.bytes += _copy(path, part / path.relative_to(home.root))
        _copy_publications(home.publications, part, done)
        _check(lake, Lake(part / "lake"))
        os.sync()
        part.rename(folder)
    except FileNotFoundError as error:
        raise HexbeatError(
            f"{error.filename} was removed while it was to be copied (by hexbeat"
            " maintain?); run the same command again"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return done


def _whole_moment(home: Home, wait: Callable[[], None]) -> tuple[Lake, list[str]]:
    """The lake at versions that agree, and the forces of which there were none."""
    for attempt in range(_ATTEMPTS):
        lake = home.lake.pinned()
        if layout_of(lake.root) != LAYOUT:
            return lake, ["another version of hexbeat wrote this home: not looked into"]
        left = unfinished(lake, home.registry)
        if not left:
            return lake, []
        if attempt < _ATTEMPTS - 1:
            wait()
    return lake, [f"copied unfinished: {why}" for why in left.values()]


def _lake_files(lake: Lake) -> Iterator[Path]:
    """The files of a lake at its versions, and what older ones kept runs rest on."""
    yield from lake.root.glob("layout.json")
    for name, version in lake.versions().items():
        table = lake.root / name
        for entry in sorted((table / "_delta_log").iterdir()):
            number = entry.name.partition(".")[0]
            if entry.suffix not in (".json", ".parquet") or not number.isdigit():
                continue
            if int(number) <= version:
                yield entry
        yield from sorted(table.glob("force=*/**/*.parquet"))


def _other_files(home: Home) -> Iterator[Path]:
    """Settings, raw files and whatever else lies in a home, but for half files.

    Not the credentials of a force's own feed, nor its key: a copy that lasts would else
    hold both the hashes of what is erased later and what it takes to test a guess by
    them.
    """
    key = home.feed.key.resolve() if home.feed else None
    for top in sorted(home.root.iterdir()):
        if top.name not in (*_LEFT_OUT, CREDENTIALS):
            yield from (p for p in _whole_files(top) if p.resolve() != key)


def _whole_files(top: Path) -> Iterator[Path]:
    for path in [top] if top.is_file() else sorted(top.rglob("*")):
        names = path.relative_to(top.parent).parts
        half = path.suffix in _UNFINISHED_SUFFIXES
        if path.is_file() and not half and not any(n.startswith(".") for n in names):
            yield path


def _copy_publications(publications: Path, part: Path, done: BackedUp) -> None:
    """The runs, and a pointer to one of them."""
    pointers = {
        name: (publications / name).read_bytes()
        for name in _POINTERS
        if (publications / name).exists()
    }
    copied = part / "publications"
    for run in sorted(publications.glob("runs/[0-9]*")):
        for path in _whole_files(run):
            done.files += 1
            done.bytes += _copy(path, copied / path.relative_to(publications))
    for name, content in pointers.items():
        copied.mkdir(exist_ok=True)
        (copied / name).write_bytes(content)
    if (copied / "runs").is_dir():  # a run may be newer than the list of them
        write_catalog(copied)


def _copy(path: Path, to: Path) -> int:
    _make_like(path.parent, to.parent)
    shutil.copy2(path, to)
    return to.stat().st_size


def _make_like(folder: Path, to: Path) -> None:
    """Make a folder, and those above it, as private as the one that it is a copy of."""
    if not to.exists():
        _make_like(folder.parent, to.parent)
        to.mkdir()
        shutil.copymode(folder, to)


def _check(lake: Lake, copied: Lake) -> None:
    """Every table of the copy has the data files of the moment, in their length."""
    for name in lake.versions():
        stored = [(file.partition, file.sha256) for file in lake.files(name)]
        there = copied.files(name)
        if stored != [(file.partition, file.sha256) for file in there] or any(
            Path(file.path).stat().st_size != file.size_bytes for file in there
        ):
            raise HexbeatError(
                f"the copy of the {name} table is not the table: its log was shortened"
                " meanwhile, or a data file is damaged; see hexbeat verify, and run"
                " the same command again"
            )
