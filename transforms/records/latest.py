"""The state of a force's records: the latest version of each, in any order of arrival.

The latest is the greatest by (time of its last change, name of the drop, line). A
record without such a time is the earliest; if two tie, a deletion wins. So ingesting
drops is idempotent and independent of their order, and a crash needs no repair.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.restricted import Restricted


# raw_sha256 distinguishes two drops of one name
ORDER = ("updated_at", "drop", "raw_line", "deleted", "raw_sha256")

_BEFORE_ALL = -(2**63)


@dataclass(frozen=True)
class Latest:
    """The state after some records came, and the months that differ from before."""

    records: Restricted
    months: list[str]


def latest(stored: Restricted, new: Restricted) -> Latest:
    """The latest version of each reference among what was stored and what came."""
    before, came = stored.reveal(), new.reveal()
    # what is stored comes last among equals, and so stays as it is
    together = pa.concat_tables([came, before])
    keys = pa.table({n: _sortable(together[n]) for n in ("reference", *ORDER)})
    by = [(name, "ascending") for name in keys.column_names]
    order = pc.sort_indices(keys, sort_keys=by).to_numpy()
    references = keys["reference"].combine_chunks().dictionary_encode()
    codes = references.indices.to_numpy()[order]
    is_last = np.append(codes[1:] != codes[:-1], True)[: len(codes)]
    wins = np.zeros(len(together), dtype=bool)
    wins[order[is_last]] = True
    is_stored = np.arange(len(together)) >= len(came)
    moved = together["month"].filter(pa.array(wins != is_stored))
    return Latest(
        Restricted(together.filter(pa.array(wins))),
        sorted(pc.unique(moved).to_pylist()),
    )


def _sortable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as plain values, a time that is not known before all others."""
    if pa.types.is_timestamp(column.type):
        return pc.fill_null(column.cast(pa.int64()), _BEFORE_ALL)
    coded = pa.types.is_dictionary(column.type)
    return column.cast(column.type.value_type) if coded else column
