"""The shapes that an archive comes in: as published, re-zipped, or as loose files.

The published one is `<month>/<month>-<force>-<kind>.csv`. Who extracts and zips again
adds a folder about it, drops the folders of the months, or has backslashes. A file's
own name says all that its folder does.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile, ZipFile


_MOST_FOLDERS = 3
_MONTH_CHARACTERS = len("YYYY-MM")
_EXAMPLES = 3
_LOOKED_AT = 10_000
WANTED = "<YYYY-MM>-<force>-street.csv, as in 2024-04-kent-street.csv"


def as_published(name: str) -> str | None:
    """The path that a file has in the published archive; None for any other file.

    Whether the file is one of the archive is for its pattern to say.
    """
    *folders, file = name.replace("\\", "/").split("/")
    month = file[:_MONTH_CHARACTERS]
    if len(folders) > _MOST_FOLDERS or any(map(_leads_elsewhere, folders)):
        return None
    if folders and _is_month_like(folders[-1]) and folders[-1] != month:
        return None
    return f"{month}/{file}"


def _leads_elsewhere(folder: str) -> bool:
    """The root, the folder itself, the one above, or a drive."""
    return folder in ("", ".", "..") or folder.endswith(":")


def _is_month_like(folder: str) -> bool:
    year, _, month = folder.partition("-")
    return len(folder) == _MONTH_CHARACTERS and (year + month).isdigit()


def loose_files(source: Path) -> Iterator[Path]:
    """The CSVs of a folder: right in it, or up to two folders further down."""
    for pattern in ("*.csv", "*/*.csv", "*/*/*.csv"):
        yield from sorted(source.glob(pattern))


def why_not_found(source: Path) -> str:
    """What a source has in place of street files, and what is wanted: for people."""
    names = list(islice(_names(source), _LOOKED_AT))
    shown = ", ".join(repr(name) for name in names[:_EXAMPLES])
    more = ", …" if len(names) > _EXAMPLES else ""
    files = "1 file" if len(names) == 1 else f"{len(names):,} files"
    found = f"it has {files} ({shown}{more})" if names else "it is empty"
    return f"{found}; wanted are files named {WANTED}"


def _names(source: Path) -> Iterator[str]:
    """The files of a zip, or of a folder and of the zips in it."""
    if source.is_file():
        yield from _in_zip(source)
        return
    for path in sorted(source.glob("*")):
        name = path.name
        if path.suffix == ".zip" and path.is_file():
            yield from (f"{name}: {member}" for member in _in_zip(path))
        elif path.is_dir():
            yield from (f"{name}/{p.name}" for p in sorted(path.glob("*.*")))
        else:
            yield name


def _in_zip(path: Path) -> Iterator[str]:
    try:
        with ZipFile(path) as opened:
            yield from (n for n in opened.namelist() if not n.endswith("/"))
    except (BadZipFile, OSError, NotImplementedError, ValueError):
        yield path.name
