"""What a home has published for everyone, remembered even when its files are gone.

Anyone who has copied a public tier can compare it with later ones. So `released.json`,
next to `lake/` and `publications/`, lists which quarters of which force each public
tier contained. A quarter of a run that was withdrawn since, or is no longer here, is
not published again: changed numbers would reveal what was revised, and the same numbers
would republish what was withdrawn.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.errors import HexbeatError
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.homes.home import Home
from transforms.homes.runs.catalog import runs, withdrawn
from transforms.homes.runs.seal import (
    MANIFEST,
    PUBLIC,
    SCHEMA_VERSION,
    is_installed,
    json_text,
)
from transforms.lake.checksums import file_sha256
from transforms.lake.storage import readable, swap
from transforms.publications.public.gate import Release
from transforms.publications.schemas import (
    PUBLIC_ACCURACY,
    PUBLIC_BANDS,
    PUBLIC_CELLS,
    PUBLIC_SEARCHES,
)


PUBLIC_TABLE = "public_cells.parquet"
PUBLIC_BANDS_FILE = "public_bands.parquet"
PUBLIC_ACCURACY_FILE = "public_accuracy.parquet"
PUBLIC_SEARCHES_FILE = "public_searches.parquet"
RELEASED = "released.json"
# Older versions put them into the tier: counts can be worked out from either.
_EXACT = ("accuracy.csv", "accuracy_history.csv")
Quarters = Mapping[str, Sequence[str]]  # by force


@dataclass(frozen=True)
class Out:
    """A public tier that is still public."""

    release: Release
    bands: pa.Table  # as PUBLIC_BANDS


def releases_out(home: Home) -> list[Out]:
    """Every public tier that is still public, in the order in which they were made."""
    return [
        _read(tier, run.run_id)
        for run in runs(home.publications)
        if PUBLIC in run.tiers and run.withdrawn is None
        for tier in [home.publications / "runs" / run.run_id / PUBLIC]
    ]


def remember(home: Home) -> None:
    """List every public tier of the home, even one cut off before it was listed."""

    def decide(stored: bytes | None) -> str | None:
        listed = _parsed(home, stored)
        for manifest in sorted(home.publications.glob(f"runs/*/{PUBLIC}/{MANIFEST}")):
            run_id = manifest.parent.parent.name
            if run_id not in listed:
                listed[run_id] = {
                    "manifest_sha256": file_sha256(manifest),
                    "quarters": _quarters(_column(manifest.parent / PUBLIC_TABLE)),
                }
        text = json_text({"schema_version": SCHEMA_VERSION, "releases": listed})
        return None if stored == text.encode() or not listed else text

    swap(home.root / RELEASED, decide)


def altered(home: Home) -> list[str]:
    """A line for each public tier that is not as it was published.

    Its manifest has the hashes of its files. The next release copies rows from them, so
    they must be what was published.
    """
    return [
        f"the public tier of run {run_id} is not as it was published; restore {tier}"
        " from a backup"
        for run_id, release in _remembered(home).items()
        for tier in [home.publications / "runs" / run_id / PUBLIC]
        if (tier / MANIFEST).exists() and _is_altered(tier, release["manifest_sha256"])
    ]


def _is_altered(tier: Path, manifest_sha256: str) -> bool:
    if file_sha256(tier / MANIFEST) != manifest_sha256:
        return True
    files = json.loads((tier / MANIFEST).read_bytes())["files"]
    return any(
        not (tier / file["path"]).is_file()
        or file_sha256(tier / file["path"]) != file["sha256"]
        for file in files
    )


def withheld(home: Home) -> dict[tuple[str, str], str]:
    """Why a force's quarter is not published again, by force and quarter."""
    remembered, out = _remembered(home), set[tuple[str, str]]()
    gone: dict[tuple[str, str], str] = {}
    for run_id, release in remembered.items():
        folder = home.publications / "runs" / run_id
        keys = [(force, q) for force, qs in release["quarters"].items() for q in qs]
        if withdrawn(folder):
            gone |= dict.fromkeys(keys, f"run {run_id} was withdrawn")
        elif is_installed(folder, PUBLIC):
            out |= set(keys)
        else:
            why = f"run {run_id} is no longer here: restore it from a backup"
            gone |= dict.fromkeys(keys, why)
    return {key: why for key, why in gone.items() if key not in out}


def in_words(quarters_why: Mapping[tuple[str, str], str]) -> list[str]:
    """A line for each force and reason."""
    by_reason = defaultdict[tuple[str, str], list[str]](list)
    for (force, quarter), why in sorted(quarters_why.items()):
        by_reason[force, why].append(quarter)
    return [
        f"{force}: {len(quarters)} quarters from {quarters[0]} to {quarters[-1]} were"
        f" published before and are withheld, since {why}"
        for (force, why), quarters in by_reason.items()
    ]


def released_forces(home: Home) -> list[str]:
    """The forces of which this home has published anything for everyone."""
    releases = _remembered(home).values()
    return sorted({force for release in releases for force in release["quarters"]})


def exact_accuracy(home: Home) -> list[str]:
    """The runs whose public tier is still public and has exact tables of accuracy."""
    files = [f for n in _EXACT for f in home.publications.glob(f"runs/*/{PUBLIC}/{n}")]
    folders = {file.parent.parent for file in files}
    return sorted(folder.name for folder in folders if withdrawn(folder) is None)


def _remembered(home: Home) -> dict[str, dict[str, Any]]:
    file = home.root / RELEASED
    return _parsed(home, file.read_bytes() if file.exists() else None)


def _parsed(home: Home, stored: bytes | None) -> dict[str, dict[str, Any]]:
    if stored is None:
        return {}
    try:
        releases = json.loads(stored)["releases"]
        for release in releases.values():
            _ = release["manifest_sha256"], release["quarters"].items()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HexbeatError(
            f"{home.root / RELEASED} is damaged: it lists what was published for"
            " everyone; restore it from a backup"
        ) from error
    return dict(releases)


def _quarters(cells: pa.Table) -> dict[str, list[str]]:
    by_force = defaultdict[str, set[str]](set)
    for row in cells.group_by(["force", "period"]).aggregate([]).to_pylist():
        by_force[row["force"]].add(row["period"])
    return {force: sorted(quarters) for force, quarters in sorted(by_force.items())}


def _column(path: Path) -> pa.Table:
    return pq.ParquetFile(readable(path)).read(columns=["force", "period"])


def _read(tier: Path, run_id: str) -> Out:
    settings = json.loads((tier / MANIFEST).read_text())["disclosure"]

    def table(name: str, schema: pa.Schema) -> pa.Table:
        return pq.ParquetFile(readable(tier / name)).read().cast(schema)

    def table_if_there(name: str, schema: pa.Schema) -> pa.Table:
        """Tiers of older versions have none, nor has one with nothing to say."""
        there = (tier / name).exists()
        return table(name, schema) if there else schema.empty_table()

    release = Release(
        run_id,
        table(PUBLIC_TABLE, PUBLIC_CELLS),
        DisclosureSettings(**settings),
        table_if_there(PUBLIC_ACCURACY_FILE, PUBLIC_ACCURACY),
        table_if_there(PUBLIC_SEARCHES_FILE, PUBLIC_SEARCHES),
    )
    return Out(release, table(PUBLIC_BANDS_FILE, PUBLIC_BANDS))
