"""The one door through which excluded places leave: what scores and counts may see.

Every count of incidents takes them from here, a force's own records among them.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import sql
from transforms.reference.exclusions import Exclusion
from transforms.reference.months import Month, window


# All that scores read of an incident; cells and area follow from the point.
SCORED = ("category", "offence_code", "longitude", "latitude", "in_area", "place_label")
_WINDOWS_MONTHS = (12, 36)
_RULES = pa.schema([("id", pa.string()), ("label", pa.string()), ("cell", pa.int64())])


def scored_incidents(
    incidents: sql.Relation, exclusions: Sequence[Exclusion], force: str
) -> pa.Table:
    """A force's incidents without those at excluded places.

    Their columns are those that kept_incidents.sql names, as far as there are any.
    """
    inputs = {"incidents": incidents, "rules": _rules(exclusions, force)}
    return sql.run("kept_incidents", inputs, labels=_labels(exclusions, force))


def scored_sha256(incidents: pa.Table) -> str:
    """The hash of all that scores read of a month's incidents, in any order of rows.

    What they do not read (outcomes, Crime IDs, LSOAs, the file and its lines) leaves it
    as it is.
    """
    digest = sha256()
    codes = []
    for name in SCORED:
        values, code = _coded(incidents[name])
        digest.update(json.dumps(values).encode())
        codes.append(code)
    digest.update(np.stack(codes)[:, np.lexsort(codes)].tobytes())
    return digest.hexdigest()


def _coded(column: pa.ChunkedArray) -> tuple[list[Any], NDArray[np.int64]]:
    """A column's values in their order, and which of them each row has; -1 for none."""
    encoded = column.combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    values = encoded.dictionary.to_pylist()
    used = encoded.indices.fill_null(len(values)).to_numpy()
    order = sorted({*used.tolist()} - {len(values)}, key=values.__getitem__)
    rank = np.full(len(values) + 1, -1)
    rank[order] = np.arange(len(order))
    return [values[i] for i in order], rank[used]


def removed_incidents(
    incidents: sql.Relation, exclusions: Sequence[Exclusion], force: str, as_of: Month
) -> list[dict[str, Any]]:
    """What each rule that applies to a force removed, ordered by the rules' ids.

    Rows of `id` and, for the 12 and 36 months to the as-of, `incidents_12m` and
    `incidents_36m`; an incident that two rules meet counts with both.
    """
    inputs = {"incidents": incidents, "rules": _rules(exclusions, force)}
    first = {f"first_{n}m": str(window(as_of, n)[0]) for n in _WINDOWS_MONTHS}
    labels = _labels(exclusions, force)
    removed = sql.run(
        "excluded_incidents", inputs, labels=labels, last_month=str(as_of), **first
    )
    return list(removed.to_pylist())


def _rules(exclusions: Sequence[Exclusion], force: str) -> pa.Table:
    """Those that apply to a force, as the queries join them."""
    rows = [
        {"id": r.id, "label": r.label, "cell": int(r.cell, 16) if r.cell else None}
        for r in _of(exclusions, force)
    ]
    return pa.Table.from_pylist(rows, schema=_RULES)


def _labels(exclusions: Sequence[Exclusion], force: str) -> str | None:
    """One regular expression for the labels of those rules; None if there are none."""
    labels = [f"(?:{r.label})" for r in _of(exclusions, force) if r.label]
    return "|".join(labels) or None


def _of(exclusions: Sequence[Exclusion], force: str) -> list[Exclusion]:
    return [rule for rule in exclusions if rule.force in (None, force)]
