"""A folder that is written once, whole or not at all, and named by what is in it."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from transforms.homes.runs.seal import MANIFEST, file_facts, json_text
from transforms.lake.crash_points import crash_point
from transforms.lake.storage import flush_files, flush_folder, make_folder
from transforms.records.sheets import retired


@dataclass(frozen=True)
class Kept:
    """A folder in its place."""

    folder: Path
    created: bool  # False if it was there before


def keep(
    parent: Path,
    write: Callable[[Path], str],
    rest: Callable[[Path], None] = lambda _: None,
) -> Kept:
    """Make a folder in `parent`, unless one of its name is there and not retired.

    `write` makes what identifies it and returns its name; `rest` makes the other files,
    and is called only where the folder is new.
    """
    make_folder(parent)
    built = parent / f".tmp-{uuid4().hex[:8]}"
    built.mkdir()
    try:
        place = parent / write(built)
        created = not place.exists() or retired(place) is not None
        if created:
            rest(built)
            crash_point("kept-written")
            flush_files(built)
            crash_point("kept-flushed")
            if place.exists():
                shutil.rmtree(place)
            built.rename(place)
            crash_point("kept-placed")
            flush_folder(parent)
    finally:
        if built.exists():
            shutil.rmtree(built)
    return Kept(place, created)


def write_manifest(folder: Path) -> None:
    """List all files of a folder, with their sizes and hashes."""
    facts = [file_facts(file) for file in sorted(folder.iterdir())]
    (folder / MANIFEST).write_text(json_text({"files": facts}))


def damaged_files(folder: Path) -> list[str]:
    """The files of a kept folder that are missing, or not as its manifest says.

    None of one that was retired.
    """
    if retired(folder) is not None:
        return []
    try:
        listed = json.loads((folder / MANIFEST).read_bytes())["files"]
        named = {str(fact["path"]): fact for fact in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return [MANIFEST]
    return [name for name, fact in named.items() if not _is_as_kept(folder, name, fact)]


def _is_as_kept(folder: Path, name: str, fact: Mapping[str, object]) -> bool:
    file = folder / name
    return file.is_file() and file_facts(file) == fact
