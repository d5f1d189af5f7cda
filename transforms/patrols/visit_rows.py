"""Visits in the lake: read, and replaced by the file that they are of."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import LakeError
from transforms.lake.lake import Lake, NewFile, SupersededError
from transforms.lake.schemas import plain
from transforms.lake.tables import TABLES


VISITS_TABLE, QUARANTINE_TABLE = "visits", "visits_quarantine"
LOG, PINGS = "log", "pings"
_ATTEMPTS = 20
_ORDER = {
    VISITS_TABLE: (
        "day", "starts", "place_id", "programme", "source", "raw_sha256", "raw_line",
        "ends", "role", "officers",
    ),
    QUARANTINE_TABLE: ("programme", "raw_sha256", "raw_line", "rule"),
}  # fmt: skip


def stored_visits(lake: Lake, force: str, programme: str) -> pa.Table:
    """The visits to the places of a programme."""
    return _of(programme, _stored(lake, VISITS_TABLE, force))


def held_back(lake: Lake, force: str, programme: str) -> pa.Table:
    """The rows that were held back: file, line, rule and day, never a text."""
    return _of(programme, _stored(lake, QUARANTINE_TABLE, force))


def of_file(rows: pa.Table, programme: str, digest: str) -> pa.ChunkedArray:
    """Which rows are a programme's of a file, by its hash."""
    own = pc.equal(rows["programme"], programme)
    return pc.fill_null(pc.and_(own, pc.equal(rows["raw_sha256"], digest)), False)


def replace_rows(
    lake: Lake,
    name: str,
    force: str,
    gone: Callable[[pa.Table], pa.ChunkedArray],
    rows: pa.Table,
) -> bool:
    """Put rows in the place of those that are `gone`; whether that changed anything.

    Decided again where another writer was faster.
    """
    for _ in range(_ATTEMPTS):
        stored = _stored(lake, name, force)
        others = stored.filter(pc.invert(gone(stored)))
        together = pa.concat_tables([others, _plain(rows).select(stored.column_names)])
        wanted = _sorted(name, together)
        if wanted.equals(stored):
            return False
        try:
            _commit(lake, name, force, stored, wanted)
        except SupersededError:
            continue
        return True
    raise LakeError(f"the {name} table is too busy; run the same command again")


def _commit(
    lake: Lake, name: str, force: str, stored: pa.Table, wanted: pa.Table
) -> None:
    """Write the partitions that differ, and make them count together."""
    added: list[NewFile] = []
    replaced: list[str] = []
    if name == QUARANTINE_TABLE:
        added.append(lake.write(name, {"force": force}, wanted))
    else:
        both = pa.concat_tables([stored, wanted])
        for month in sorted(pc.unique(both["month"]).to_pylist()):
            rows = _month(wanted, month)
            if rows.equals(_month(stored, month)):
                continue
            replaced.append(month)
            if len(rows):
                added.append(lake.write(name, {"force": force, "month": month}, rows))

    def still_valid() -> bool:
        return bool(_stored(lake, name, force).equals(stored))

    lake.commit(name, force, added, replaced, still_valid)


def _month(rows: pa.Table, month: str) -> pa.Table:
    return rows.filter(pc.equal(rows["month"], month)).combine_chunks()


def _of(programme: str, rows: pa.Table) -> pa.Table:
    return rows.filter(pc.equal(rows["programme"], programme))


def _stored(lake: Lake, name: str, force: str) -> pa.Table:
    return _sorted(name, _plain(lake.read(name, force)))


def _plain(rows: pa.Table) -> pa.Table:
    """Without dictionaries, which neither sort nor compare across files."""
    return rows.cast(pa.schema([plain(field) for field in rows.schema]))


def _sorted(name: str, rows: pa.Table) -> pa.Table:
    """In a stable order: the same rows make the same file."""
    keys = [(column, "ascending") for column in _ORDER[name]]
    schema = pa.schema([plain(field) for field in TABLES[name].schema])
    ordered = rows.take(pc.sort_indices(rows, keys)).combine_chunks()
    return ordered.select(schema.names).cast(schema)
