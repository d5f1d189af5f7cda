"""All that a home holds, in no matter what files; and how two homes differ."""

import json
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from tests.faults.outcomes import Outcome
from transforms.homes.home import Home, open_any_layout
from transforms.homes.runs.seal import TIER, latest_run
from transforms.homes.runs.seal_check import check_tier
from transforms.incidents.lake_check import unfinished
from transforms.lake.checksums import file_sha256
from transforms.lake.tables import TABLES
from transforms.operations.verify import verify


@dataclass
class Held:
    """What a home holds."""

    rows: Counter[tuple[str, str]]  # by table, and hash of the row
    files: dict[str, str]  # published and raw, by what they are called
    complaints: list[str]  # what verifying found


def what_is_held(folder: Path) -> Held:
    """Everything in the home of a journey; read in a process of its own."""
    home = open_any_layout(folder / "home")
    rows: Counter[tuple[str, str]] = Counter()
    for name in TABLES:
        for line in plain(home.lake.read(name)).to_pylist():
            text = json.dumps(line, sort_keys=True, default=str)
            rows[name, sha256(text.encode()).hexdigest()] += 1
    found = list(unfinished(home.lake, home.registry).values())
    if latest_run(home.publications):
        found += verify(home).differs
    own = ("raw", "programmes", "profiles")
    tops = (home.publications, *(home.root / name for name in own))
    files = {
        path.relative_to(home.root).as_posix(): file_sha256(path)
        for top in tops
        for path in top.rglob("*")
        if path.is_file() and not _is_leftover(path.relative_to(home.root))
    }
    return Held(rows, files, found)


def plain(table: pa.Table) -> pa.Table:
    """The rows without dictionaries, whose order is of no matter."""
    fields = [
        field.with_type(field.type.value_type)
        if pa.types.is_dictionary(field.type)
        else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _is_leftover(path: Path) -> bool:
    """What a killed run began: nobody reads it, and maintenance removes it."""
    return any(part.startswith(".") for part in path.parts)


def is_torn(folder: Path) -> bool:
    """Whether a reader who follows the pointer now would meet half a publication."""
    home = Home(root=folder / "home", registry_name="forces", overrides={})
    run = latest_run(home.publications)
    if run is None:
        return False
    return bool(check_tier(home.publications / "runs" / run / TIER, run)[1])


def compare(found: Held, whole: Held, outcome: Outcome) -> None:
    """Count in an outcome how what was found differs from what should be."""
    lost, more = whole.rows - found.rows, found.rows - whole.rows
    gone = sorted(whole.files.keys() - found.files.keys())
    other = sorted(
        name for name, digest in found.files.items() if whole.files.get(name) != digest
    )
    outcome.lost += lost.total() + len(gone)
    outcome.duplicated += more.total()
    outcome.torn += len(other) + len(found.complaints)
    tables = sorted({name for name, _ in (lost | more)})
    outcome.notes += [*tables, *gone[:3], *other[:3], *found.complaints[:3]]
