"""A drop sifted: each row a record of the force, or quarantined by a rule.

A row whose record the force has deleted only has to say which: nothing else of it is
kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import numpy as np
import pyarrow as pa

from transforms.errors import FileRejectedError
from transforms.feeds.files.csv_bytes import line_offsets
from transforms.feeds.files.packed import refuse_packed
from transforms.feeds.force.drop_file import DropFile
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.misread_dates import MISREAD_DATES, exchanged_days
from transforms.feeds.force.misread_places import EXCHANGED_AXES, MISREAD_PLACES
from transforms.feeds.force.record_rows import record_rows
from transforms.feeds.force.rules import FILE_RULES, OLD, RULES
from transforms.feeds.rules import first_broken, refuse_by
from transforms.lake.schemas import FORCE_QUARANTINE, FORCE_RECORDS, conform
from transforms.reference.arrays import Marks, Mask
from transforms.reference.calls import is_call
from transforms.restricted import Restricted


# A whole drop that may be right, though it hardly is: somebody can accept it.
_FIRST = [*MISREAD_DATES, *MISREAD_PLACES]
_LAST = [*EXCHANGED_AXES, OLD]
DROP_RULES = [*_FIRST, *FILE_RULES, *_LAST]
_IF_RIGHT = "; if it is right, accept the drop in hexbeat.toml under [[feed.drops]]"


@dataclass(frozen=True, kw_only=True)
class SiftedDrop:
    """One drop, every line of it accounted for."""

    rows_in: int
    records: Restricted  # as FORCE_RECORDS
    quarantined: pa.Table  # as FORCE_QUARANTINE: never a row's text
    ambiguous: int  # rows in an hour that the clock showed twice
    skipped: int  # rows in an hour that it never showed
    repairs: Sequence[str]
    open_ends: int = 0  # records whose end lies after receipt, and counts as unknown
    exchanged_days: tuple[date, date] | None = None  # read with day and month exchanged
    coarse: int = 0  # records whose place is to a hundred metres


def sift_drop(
    data: bytes,
    mapping: ForceMapping,
    received_at: datetime,
    where: str,
    is_accepted: bool = False,
) -> SiftedDrop:
    """A file's bytes as records and quarantine.

    Of a drop that somebody has accepted nothing is doubted. Raises
    `FileRejectedError`, naming `where`, for what is not a drop of that mapping.
    """
    refuse_packed(data, where)
    drop = DROP_FORMATS[mapping.format].read(data, mapping, where)
    file = DropFile(mapping, drop, received_at)
    if not is_accepted:
        refuse_by(_FIRST, file, where, _IF_RIGHT)
    refuse_by(FILE_RULES, file, where)
    if not is_accepted:
        refuse_by(_LAST, file, where, _IF_RIGHT)
    verdict = first_broken(file, RULES, len(drop.lines))
    raw_sha256 = sha256(data).hexdigest()
    records = record_rows(file, raw_sha256).filter(pa.array(verdict < 0))
    quarantined = _quarantine(file, raw_sha256, verdict, data)
    rows = len(records) + len(quarantined)
    if drop.rows_in != rows:
        raise FileRejectedError(
            f"{where}: {drop.rows_in:,} rows in, but {rows:,} accounted for"
        )
    return SiftedDrop(
        rows_in=drop.rows_in,
        records=Restricted(conform(records, FORCE_RECORDS)),
        quarantined=quarantined,
        ambiguous=int(file.odd_hours("ambiguous").sum()),
        skipped=int(file.odd_hours("skipped").sum()),
        repairs=drop.repairs,
        open_ends=int((file.open_ends & (verdict < 0)).sum()),
        exchanged_days=exchanged_days(file),
        coarse=int(
            (file.points.multiples(mapping.crs) & file.live & (verdict < 0)).sum()
        ),
    )


def _quarantine(
    file: DropFile, raw_sha256: str, verdict: Marks, data: bytes
) -> pa.Table:
    """The quarantined rows, in the file's order."""
    drop, bad = file.drop, verdict >= 0
    lines = np.concatenate([drop.lines[bad], *drop.broken.values()]).astype(np.int32)
    rules = [RULES[i].id for i in verdict[bad]]
    rules += [rule for rule, broken in drop.broken.items() for _ in broken]
    order = np.argsort(lines, kind="stable")
    lines, calls = lines[order], np.zeros(len(lines), dtype=bool)
    calls[: bad.sum()] = _calls(file)[bad]
    known = drop.has_lines and len(lines) > 0
    offsets = line_offsets(data, lines) if known else pa.nulls(len(lines))
    table = pa.table(
        {
            "force": pa.repeat(file.mapping.force, len(lines)),
            "raw_sha256": pa.repeat(raw_sha256, len(lines)),
            "raw_line": lines,
            "byte_offset": offsets,
            "rule": pa.array([rules[i] for i in order], pa.string()),
            "call": calls[order],
        }
    )
    return conform(table, FORCE_QUARANTINE)


def _calls(file: DropFile) -> Mask:
    """The rows whose code is of a call, but for those whose record is deleted."""
    category = file.mapping.category
    listed = file.offence.where(lambda text: is_call(category(text.strip()) or ""))
    return listed & ~file.deleted.yes
