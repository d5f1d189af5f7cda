"""A patrol log sifted: each row a visit, or held back by a rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import FileRejectedError
from transforms.feeds.force.moments import as_utc
from transforms.feeds.rules import first_broken, refuse_by
from transforms.lake.schemas import VISITS, VISITS_QUARANTINE, conform
from transforms.patrols.log_file import LogFile
from transforms.patrols.log_rules import FILE_RULES, RULES
from transforms.patrols.mapping import ACTIVITIES
from transforms.reference.arrays import Mask


@dataclass(frozen=True, kw_only=True)
class SiftedLog:
    """One log, every line of it accounted for."""

    rows_in: int
    visits: pa.Table  # as VISITS
    quarantined: pa.Table  # as VISITS_QUARANTINE
    left_out: Sequence[str]  # columns of the file that nobody read
    repairs: Sequence[str]


def sift_log(
    file: LogFile, digest: str, force: str, programme: str, where: str
) -> SiftedLog:
    """A log's rows as visits and quarantine.

    Raises `FileRejectedError`, naming `where`, for what is not a log of that mapping.
    """
    refuse_by(FILE_RULES, file, where)
    verdict = first_broken(file, RULES, file.count)
    of_all = {"force": force, "programme": programme, "raw_sha256": digest}
    visits = _visits(file, of_all).filter(pa.array(verdict < 0))
    days = [day for day, at in zip(file.days, verdict, strict=True) if at >= 0]
    lines = np.concatenate([file.drop.lines[verdict >= 0], *file.drop.broken.values()])
    rules = [RULES[at].id for at in verdict[verdict >= 0]]
    rules += [rule for rule, broken in file.drop.broken.items() for _ in broken]
    quarantined = pa.table(
        {
            **{name: pa.repeat(text, len(rules)) for name, text in of_all.items()},
            "raw_line": pa.array(lines, pa.int32()),
            "rule": pa.array(rules, pa.string()),
            "day": pa.array([*days, *[None] * (len(rules) - len(days))], pa.date32()),
        }
    )
    rows = len(visits) + len(quarantined)
    if file.drop.rows_in != rows:
        raise FileRejectedError(
            f"{where}: {file.drop.rows_in:,} rows in, but {rows:,} accounted for"
        )
    return SiftedLog(
        rows_in=rows,
        visits=conform(visits, VISITS),
        quarantined=conform(quarantined, VISITS_QUARANTINE),
        left_out=file.drop.left_out,
        repairs=file.drop.repairs,
    )


def _visits(file: LogFile, of_all: dict[str, str]) -> pa.Table:
    """A visit of every row, the broken ones too: those are taken out afterwards."""
    count, day = file.count, pa.array(file.days, pa.date32())
    timed = np.full(count, file.is_timed)
    ended = file.ended or file.began
    columns: dict[str, Any] = {
        **{name: pa.repeat(text, count) for name, text in of_all.items()},
        "month": pc.strftime(day, format="%Y-%m"),
        "source": pa.repeat("log", count),
        "raw_line": pa.array(file.drop.lines, pa.int32()),
        "place_id": pa.array([file.place_id(at) for at in file.place.tolist()]),
        "day": day,
        "starts": as_utc(file.began.first, timed & file.began.known),
        "ends": as_utc(ended.first, timed & ended.known),
        "minutes": pa.array(file.minutes),
        "minutes_se": pa.nulls(count, pa.float64()),
        "classed": pa.array(np.ones(count, dtype=bool)),
        "officers": pa.array(file.officers),
        "role": pa.array(file.roles, pa.string()),
        "mode": pa.array(file.modes, pa.string()),
        "background": pa.array(file.background),
    }
    for name in ACTIVITIES:
        numbers, given = file.activities.get(name, _none(count))
        columns[name] = pa.array(numbers, pa.int32(), mask=~given)
    return pa.table({field.name: columns[field.name] for field in VISITS})


def _none(count: int) -> tuple[np.ndarray[Any, Any], Mask]:
    return np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
