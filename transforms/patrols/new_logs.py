"""Which files of the folders in a home's settings are new, and that they were taken.

A log is not kept, and of pings no hash is, so what was taken is in a small file: the
SHA-256 of each log, and of the mapping by which it was read. With another mapping it is
read again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from transforms.errors import LakeError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.homes.home import Home
from transforms.lake.checksums import file_sha256
from transforms.lake.storage import replace_flushed
from transforms.programmes.programme import programmes_folder


TAKEN_FILE = "logs-taken.json"


@dataclass(frozen=True)
class NewLog:
    """A file that was not taken by that mapping yet."""

    path: Path
    mapping: Path

    @property
    def marks(self) -> dict[str, str]:
        """What is kept of it: the hashes of the file and of its mapping."""
        return {file_sha256(self.path): file_sha256(self.mapping)}


def new_logs(home: Home) -> Iterator[NewLog]:
    """The whole files of all folders that are new, by name.

    `SourceError` for a folder that is not there; a file that still grows waits for the
    next run.
    """
    for entry in home.patrol.logs:
        folder, mapping = home.root / entry.folder, home.root / entry.mapping
        for offered in DropFolder(folder).offered():
            log = NewLog(folder / offered.name, mapping)
            if not log.marks.items() <= _taken(home).items():
                yield log


def note_taken(home: Home, log: NewLog) -> None:
    """Keep that a file was taken."""
    text = json.dumps(_taken(home) | log.marks, sort_keys=True, indent=1)
    replace_flushed(_file(home), f"{text}\n")


def _file(home: Home) -> Path:
    return programmes_folder(home) / TAKEN_FILE


def _taken(home: Home) -> dict[str, str]:
    file = _file(home)
    if not file.exists():
        return {}
    try:
        return dict(json.loads(file.read_bytes()))
    except (ValueError, TypeError) as error:
        raise LakeError(
            f"{file}: cannot be read: delete it, and all logs of the folders are taken"
            " again, which changes nothing"
        ) from error
