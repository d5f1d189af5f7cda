"""Whether patrols were made as drawn, where a log of visits says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from transforms.programmes.kept_folder import refuse_damaged
from transforms.programmes.programme import Programme
from transforms.reference.arrays import Floats, Mask
from transforms.trials.design import Design


DOSAGE_FILE = "dosage_days.parquet"
PRESENT_MINUTES = 3.0  # on a day without patrol: more is contamination


@dataclass(frozen=True)
class Compliance:
    """How many place-days were as drawn, of those that the log covers."""

    visited: int  # drawn for patrol, with a visit of ten minutes or more
    drawn: int
    present: int  # not drawn, with three minutes of programme patrol or more
    not_drawn: int

    @property
    def compliance(self) -> float:
        """Share of days drawn for patrol that had one."""
        return self.visited / self.drawn if self.drawn else 0.0

    @property
    def contamination(self) -> float:
        """Share of other days that had one all the same."""
        return self.present / self.not_drawn if self.not_drawn else 0.0


def newest_dosage(programme: Programme) -> Path | None:
    """The newest account of what was delivered, if there is any.

    `LakeError` where it is not as it was written.
    """
    found = sorted((programme.folder / "dosage").glob(f"[0-9]*/{DOSAGE_FILE}"))
    if not found:
        return None
    refuse_damaged(found[-1].parent)
    return found[-1]


def delivered_minutes(
    programme: Programme,
    design: Design,
    days: Sequence[date],
    measure: str = "patrol_minutes",
) -> Floats | None:
    """Minutes of patrol at each place (row) on each day (column), as in a report.

    Or another measure of the report, such as `background_minutes`, those of other work.
    NaN where no log covers the day; None where nothing was reported.
    """
    file = newest_dosage(programme)
    if file is None:
        return None
    rows = pq.read_table(file, columns=["place_id", "day", measure])
    known = {(r["place_id"], r["day"]): r[measure] for r in rows.to_pylist()}
    found = [[known.get((p, day), np.nan) for day in days] for p in design.places]
    return np.array(found, dtype=np.float64)


def compliance_of(
    programme: Programme, design: Design, days: list[date], assigned: Mask
) -> Compliance | None:
    """How patrols compare with the draw; None where no log tells it of both kinds."""
    file = newest_dosage(programme)
    if file is None:
        return None
    rows = pq.read_table(file).to_pylist()
    logged = {(row["place_id"], str(row["day"])): row for row in rows}
    covered = {day for _, day in logged}
    found = [0, 0, 0, 0]
    for column, day in enumerate(map(str, days)):
        if day not in covered:
            continue
        for number, place in enumerate(design.places):
            drawn = bool(assigned[number, column])
            as_seen = _long_enough(logged.get((place, day)), drawn)
            if as_seen is not None:
                found[0 if drawn else 2] += as_seen
                found[1 if drawn else 3] += 1
    made = Compliance(*found)
    return made if made.drawn and made.not_drawn else None


def _long_enough(row: dict[str, Any] | None, drawn: bool) -> bool | None:
    """Whether a place had a visit on a covered day; None where that is not known.

    Pings that come seldom tell minutes, and not how long each visit was.
    """
    if row is None:
        return False
    if not drawn:
        return (row["patrol_minutes"] or 0) >= PRESENT_MINUTES
    return None if row["visits_10_plus"] is None else bool(row["visits_10_plus"])
