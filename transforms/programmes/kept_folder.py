"""A folder that is written once, whole or not at all, and named by what is in it."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

from transforms.errors import LakeError
from transforms.homes.retirement import RETIRED
from transforms.homes.runs.seal import MANIFEST, file_facts, json_text, sums_text
from transforms.lake.checksums import file_sha256
from transforms.lake.crash_points import crash_point
from transforms.lake.storage import flush_files, flush_folder, make_folder
from transforms.records.sheets import retired


SUMS = "SHA256SUMS"


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
    crash_point("kept-unlisted")
    facts = [file_facts(file) for file in sorted(folder.iterdir())]
    (folder / MANIFEST).write_text(json_text({"files": facts}))


def dated_folders(parent: Path) -> dict[date, Path]:
    """The folders that are named by a day, in order; a copy by another name is none."""
    found = {}
    for folder in sorted(parent.glob("[0-9]*")):
        with suppress(ValueError):
            found[date.fromisoformat(folder.name)] = folder
    return {day: folder for day, folder in found.items() if folder.name == str(day)}


def write_sums(folder: Path) -> None:
    """List all files and the manifest, as `sha256sum --check` reads it."""
    sums = {file.name: file_sha256(file) for file in folder.iterdir()}
    (folder / SUMS).write_text(sums_text(sums))


def refuse_links(*paths: Path) -> None:
    """`ValueError` for a link in place of what was kept: it may lead elsewhere."""
    for path in paths:
        if path.is_symlink():
            raise ValueError(f"{path.name} is a link")


def refuse_damaged(folder: Path) -> None:
    """`LakeError` at the first file of a kept folder that is not as it was written."""
    for name in damaged_files(folder):
        raise LakeError(damage_in_words(folder / name))


def damage_in_words(path: Path) -> str:
    """What is said of a kept file, or folder, that is not as it was written."""
    return f"{path}: not as it was written: bring it back from a backup"


def damaged_files(folder: Path) -> list[str]:
    """The files of a kept folder that are missing, or not as its manifest says.

    `.` where the folder is a link, and none where it was retired.
    """
    if folder.is_symlink():
        return ["."]
    try:
        if retired(folder) is not None:
            return []
    except ValueError:
        return [RETIRED]
    try:
        listed = json.loads((folder / MANIFEST).read_bytes())["files"]
        named = {str(fact["path"]): fact for fact in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return [MANIFEST]
    found = [n for n, fact in named.items() if not _is_as_kept(folder, n, fact)]
    return found or _damaged_list(folder, listed)


def _damaged_list(folder: Path, listed: Sequence[Mapping[str, str]]) -> list[str]:
    """The first list of a folder's files with a byte that is not as it was written.

    The files are as listed, so their hashes need not be made again.
    """
    texts = {MANIFEST: json_text({"files": listed})}
    if (folder / SUMS).exists():
        sums = {fact["path"]: fact["sha256"] for fact in listed}
        texts[SUMS] = sums_text(sums | {MANIFEST: file_sha256(folder / MANIFEST)})
    for name, text in texts.items():
        file = folder / name
        if file.is_symlink() or file.read_bytes() != text.encode():
            return [name]
    return []


def _is_as_kept(folder: Path, name: str, fact: Mapping[str, object]) -> bool:
    file = folder / name
    return file.is_file() and not file.is_symlink() and file_facts(file) == fact
