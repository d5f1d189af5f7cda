"""A drop sifted: each row a record of the force, or held back by a rule.

A row whose record the force has deleted only has to say which: nothing else of it is
kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.csv_bytes import line_offsets
from transforms.errors import FileRejectedError
from transforms.feeds.force.drop_file import DropFile
from transforms.feeds.force.drops import read_drop
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.record_rows import record_rows
from transforms.feeds.force.rules import FILE_RULES, RULES
from transforms.incidents import first_broken, refuse_by
from transforms.record_schemas import FORCE_QUARANTINE, FORCE_RECORDS
from transforms.restricted import Restricted
from transforms.schemas import conform


@dataclass(frozen=True)
class SiftedDrop:
    """One drop, every line of it accounted for."""

    rows_in: int
    records: Restricted  # as FORCE_RECORDS
    quarantined: pa.Table  # as FORCE_QUARANTINE: never a row's text
    ambiguous: int  # rows in an hour that the clock showed twice
    skipped: int  # rows in an hour that it never showed
    repairs: Sequence[str]


def sift_drop(
    data: bytes, mapping: ForceMapping, received_at: datetime, where: str
) -> SiftedDrop:
    """A file's bytes as records and quarantine.

    Raises `FileRejectedError`, naming `where`, for what is no drop of that mapping.
    """
    drop = read_drop(data, mapping, where)
    file = DropFile(mapping, drop, received_at)
    refuse_by(FILE_RULES, file, where)
    verdict = first_broken(file, RULES, len(drop.lines))
    raw_sha256 = sha256(data).hexdigest()
    records = record_rows(file, raw_sha256).filter(pa.array(verdict < 0))
    held = _quarantine(file, raw_sha256, verdict, data)
    if drop.rows_in != len(records) + len(held):
        raise FileRejectedError(
            f"{where}: {drop.rows_in:,} rows in, but {len(records) + len(held):,}"
            " accounted for"
        )
    return SiftedDrop(
        drop.rows_in,
        Restricted(conform(records, FORCE_RECORDS)),
        held,
        int(file.odd_hours("ambiguous").sum()),
        int(file.odd_hours("skipped").sum()),
        drop.repairs,
    )


def _quarantine(
    file: DropFile, raw_sha256: str, verdict: NDArray[np.int8], data: bytes
) -> pa.Table:
    """The rows held back, in the file's order."""
    drop, bad = file.drop, verdict >= 0
    lines = np.concatenate([drop.lines[bad], *drop.held.values()]).astype(np.int32)
    rules = [RULES[i].id for i in verdict[bad]]
    rules += [rule for rule, held in drop.held.items() for _ in held]
    order = np.argsort(lines, kind="stable")
    lines = lines[order]
    known = drop.has_lines and len(lines) > 0
    offsets = line_offsets(data, lines) if known else pa.nulls(len(lines))
    table = pa.table(
        {
            "force": pa.repeat(file.mapping.force, len(lines)),
            "raw_sha256": pa.repeat(raw_sha256, len(lines)),
            "raw_line": lines,
            "byte_offset": offsets,
            "rule": pa.array([rules[i] for i in order], pa.string()),
        }
    )
    return conform(table, FORCE_QUARANTINE)
