"""A tier of a run put in its place: whole or not at all, even if another does the same.

On a disk it is built under another name and renamed. In a store it is put file by
file, the manifest last: a tier is there when its manifest is.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from transforms.homes.runs.seal import MANIFEST
from transforms.lake.crash_points import crash_point
from transforms.lake.storage import flush_folder, is_remote, make_folder, put_new


Step = Callable[[Path], None]  # does something to the folder of the tier


def install(folder: Path, tier: str, write: Step, seal: Step) -> bool:
    """Build a tier of the run in `folder`; False if another writer was first.

    `write` makes its files, and `seal` lists and hashes them, the manifest among them.
    """
    if is_remote(folder):
        return _upload(folder / tier, write, seal)
    make_folder(folder.parent)
    part = folder.with_name(f".tmp-{folder.name}-{uuid4().hex[:8]}")
    built = part / tier
    built.mkdir(parents=True)
    try:
        write(built)
        crash_point("tier-written")
        seal(built)
        flush_folder(part)
        crash_point("tier-sealed")
        # a run that exists, even a retired one, keeps its folder and what is in it
        whole, place = (built, folder / tier) if folder.exists() else (part, folder)
        try:
            whole.rename(place)
        except OSError:
            if not place.exists():
                raise
            return False
        crash_point("tier-placed")
        flush_folder(place.parent)
        return True
    finally:
        if part.exists():
            shutil.rmtree(part)


def _upload(place: Path, write: Step, seal: Step) -> bool:
    with TemporaryDirectory() as scratch:
        built = Path(scratch) / place.name
        built.mkdir()
        write(built)
        for file in sorted(built.iterdir()):
            _put(file, place / file.name)
        before = set(built.iterdir())
        seal(built)
        for file in sorted(set(built.iterdir()) - before):
            if file.name != MANIFEST:
                _put(file, place / file.name)
        for left in _listed(place) - {file.name for file in built.iterdir()}:
            (place / left).unlink()
        return put_new(place / MANIFEST, (built / MANIFEST).read_bytes())


def _put(file: Path, place: Path) -> None:
    """Put a file where the manifest of the tier is not yet.

    One that is there is another writer's, who is at the same, or was left by an attempt
    that was cut off, and may have had other settings: where it differs, ours counts. Of
    a DuckDB file no two are of the same bytes, so the first stays, and is listed.
    """
    data = file.read_bytes()
    if put_new(place, data):
        return
    there = place.read_bytes()
    if file.suffix == ".duckdb":
        file.write_bytes(there)
    elif there != data:
        place.write_bytes(data)


def _listed(place: Path) -> set[str]:
    return {file.name for file in place.iterdir()} if place.exists() else set()
