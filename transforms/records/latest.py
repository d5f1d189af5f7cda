"""The state of a force's records: the latest word on each, whatever came when.

Latest is the greatest of (time of its last change, name of the drop, line), a record
without such a time being the earliest; of two that tie a deletion wins. So bringing
drops in is idempotent and of no order, and a crash needs no repair.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.restricted import Restricted


# raw_sha256 tells apart what the others do not: two drops of one name
ORDER = ("updated_at", "drop", "raw_line", "deleted", "raw_sha256")

_BEFORE_ALL = -(2**63)


@dataclass(frozen=True)
class Latest:
    """The state after some records came, and the months that differ from before."""

    records: Restricted
    months: list[str]


def latest(held: Restricted, new: Restricted) -> Latest:
    """The latest word on each reference of what was held and what came."""
    before, came = held.reveal(), new.reveal()
    # what is held comes last among equals, and so stays as it is
    together = pa.concat_tables([came, before])
    keys = pa.table({n: _sortable(together[n]) for n in ("reference", *ORDER)})
    by = [(name, "ascending") for name in keys.column_names]
    order = pc.sort_indices(keys, sort_keys=by).to_numpy()
    references = keys["reference"].combine_chunks().dictionary_encode()
    codes = references.indices.to_numpy()[order]
    is_last = np.append(codes[1:] != codes[:-1], True)[: len(codes)]
    wins = np.zeros(len(together), dtype=bool)
    wins[order[is_last]] = True
    is_held = np.arange(len(together)) >= len(came)
    moved = together["month"].filter(pa.array(wins != is_held))
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
