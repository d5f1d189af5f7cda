"""Quarantined rows that the force has sent again, in a later drop, as good records."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import FileRejectedError, LakeError
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.lake.lake import Lake
from transforms.records.homes import ForceHome
from transforms.records.ledger import Entry
from transforms.records.tables import of_drops, stored_records


_Came = tuple[datetime, str]  # when a drop came, and its name


def not_sent_again(
    home: ForceHome, lake: Lake, taken: Sequence[Entry], quarantine: pa.Table
) -> pa.Table:
    """The quarantined rows but for those whose references came later, and good.

    Of drops whose raw bytes cannot be read, every row stays.
    """
    came = {str(e.raw_sha256): (e.received_at, e.name) for e in taken if e.raw_sha256}
    rest = []
    for digest in pc.unique(quarantine["raw_sha256"]).to_pylist():
        rows = quarantine.filter(of_drops(quarantine, {digest}))
        with suppress(LakeError, FileRejectedError):
            references = _references(home, digest, rows)
            good = _good_later(home, lake, set(references.values()), came, digest)
            again = [line for line, one in references.items() if one in good]
            is_again = pc.is_in(rows["raw_line"], pa.array(again, pa.int32()))
            rows = rows.filter(pc.invert(is_again))
        rest.append(rows)
    return pa.concat_tables(rest) if rest else quarantine


def _references(home: ForceHome, digest: str, rows: pa.Table) -> Mapping[int, str]:
    """The reference in each of those lines of a raw drop, where it can be read."""
    mapping, lines = home.mapping, set(rows["raw_line"].to_pylist())
    raw = DROP_FORMATS[mapping.format].raw(home.raw.read(digest, "a drop"), mapping)
    found = {
        number: row.get(mapping.columns.reference, "").strip()
        for number, row, _ in raw.rows()
        if row is not None and number in lines
    }
    return {number: reference for number, reference in found.items() if reference}


def _good_later(
    home: ForceHome,
    lake: Lake,
    references: Collection[str],
    came: Mapping[str, _Came],
    digest: str,
) -> set[str]:
    """Those of which a record is stored that came after that raw drop."""
    rows = stored_records(lake, home.force, "reference", "raw_sha256").reveal()
    named = pa.array(sorted(references), pa.string())
    rows = rows.filter(pc.is_in(rows["reference"], value_set=named))
    pairs = (rows[name].to_pylist() for name in ("reference", "raw_sha256"))
    return {
        reference
        for reference, raw in zip(*pairs, strict=True)
        if raw in came and came[raw] > came[digest]
    }
