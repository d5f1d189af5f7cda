"""A programme as it was frozen: its folder, its identity, its places.

`<home>/programmes/<id>/` is never changed. The id ends with the hash of
`programme.json`, which names the rule, the publication, and the hash of every file that
a tracker reads: a list that somebody edited is not that programme any more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home
from transforms.lake.checksums import file_sha256
from transforms.lake.storage import is_remote
from transforms.programmes.kept_folder import (
    damage_in_words,
    damaged_files,
    refuse_links,
)
from transforms.programmes.past import Past, past_of
from transforms.programmes.rule import Rule
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import DAYS, Day, parse_period
from transforms.reference.exclusions import Exclusion
from transforms.reference.groups import GROUPS, CrimeGroup


IDENTITY = "programme.json"
PLACES_FILE = "places.parquet"
CELLS_FILE = "cells.parquet"
BUFFERS_FILE = "buffers.parquet"
PAST_FILE = "past_lists.parquet"  # grows with the lake: no part of the identity
CONTEXT_FILE = "context.csv"  # where layers were given: an input to nothing
DATA_FILES = (PLACES_FILE, CELLS_FILE, BUFFERS_FILE)


def canonical(content: Mapping[str, Any]) -> str:
    """JSON with one spelling, whose hash anyone can redo."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def programme_id(name: str, identity: Mapping[str, Any]) -> str:
    """The name of a programme's folder."""
    return f"{name}-{sha256(canonical(identity).encode()).hexdigest()[:12]}"


def programmes_folder(home: Home) -> Path:
    """Where a home's programmes are; only on a disk, since their register is a file."""
    if is_remote(home.root):
        raise UsageError(f"{home.root}: programmes need a home in a folder")
    return home.root / "programmes"


@dataclass(frozen=True)
class Programme:
    """A frozen programme, its files checked against its name."""

    folder: Path
    identity: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its name and the start of its hash."""
        return self.folder.name

    @cached_property
    def rule(self) -> Rule:
        """How its places were chosen, or lists like it are."""
        rule = dict(self.identity["rule"])
        lists = {name: tuple(of) for name, of in rule.items() if isinstance(of, list)}
        return Rule(**rule | lists)

    @cached_property
    def group(self) -> CrimeGroup:
        """Its crime group; one of the user's own as it was when it was frozen."""
        own = self.identity.get("group")
        if own is None:
            return GROUPS[self.rule.group]
        lists = {name: tuple(of) for name, of in own.items() if isinstance(of, list)}
        return CrimeGroup(**own | lists)

    @cached_property
    def clock(self) -> Clock:
        """The clock of the feed that it was frozen from."""
        return DAYS if isinstance(self.as_of, Day) else MONTHS

    @cached_property
    def as_of(self) -> Any:
        """The newest month that its forecast knew; of a force's own feed, the day."""
        return parse_period(self.identity["as_of"])

    @cached_property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """The places that were left out of its forecast, and are left out of counts."""
        return tuple(Exclusion(**rule) for rule in self.identity["exclusions"])

    @cached_property
    def places(self) -> pa.Table:
        """Its places, by rank."""
        return pq.read_table(self.folder / PLACES_FILE)

    @cached_property
    def grounds(self) -> list[Cells]:
        """The H3 cells that each place is, all of one resolution."""
        listed = self.places["h3_cells"].to_pylist()
        return [cells.from_text(of_place.split()) for of_place in listed]

    @cached_property
    def cells(self) -> pa.Table:
        """Every scored cell of the force as frozen, places among them."""
        return pq.read_table(self.folder / CELLS_FILE)

    @cached_property
    def buffers(self) -> pa.Table:
        """The cells around its places."""
        return pq.read_table(self.folder / BUFFERS_FILE)

    @cached_property
    def past_lists(self) -> list[Past]:
        """How lists of its rule had done by the time it was frozen.

        `LakeError` where that is not as it was written: no name has its hash.
        """
        if PAST_FILE in damaged_files(self.folder):
            raise LakeError(damage_in_words(self.folder / PAST_FILE))
        return past_of(pq.read_table(self.folder / PAST_FILE))


def all_programmes(home: Home) -> list[Path]:
    """The folders of a home's programmes, by name."""
    files = programmes_folder(home).glob(f"[a-z0-9]*/{IDENTITY}")
    return sorted(file.parent for file in files)


def open_programme(home: Home, name: str) -> Programme:
    """A programme by its name or id; `UsageError` for an unknown one.

    `LakeError` where a file is not as it was frozen.
    """
    known = [folder.name for folder in all_programmes(home)]
    found = [one for one in known if one == name or one.rpartition("-")[0] == name]
    if not found:
        listed = ", ".join(known) or "none"
        raise UsageError(f"{name!r} is not a programme here; there are: {listed}")
    if len(found) > 1:
        raise UsageError(f"{name!r} names several programmes: {', '.join(found)}")
    return _checked(programmes_folder(home) / found[0])


def _checked(folder: Path) -> Programme:
    try:
        refuse_links(folder, folder / IDENTITY)
        identity = json.loads((folder / IDENTITY).read_bytes())
        if programme_id(str(identity["name"]), identity) != folder.name:
            raise ValueError(IDENTITY)
        for name, digest in identity["files"].items():
            refuse_links(folder / name)
            if file_sha256(folder / name) != digest:
                raise ValueError(name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LakeError(
            f"{folder}: not as it was frozen ({error}): bring it back from a backup"
        ) from error
    return Programme(folder, identity)
