"""From one file's rows to incidents: each row accepted, or quarantined with its rule.

What every feed shares: rules in order, the quarantine's shape, and the identity
`rows in = accepted + quarantined`, without which a file is not taken at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.errors import FileRejectedError
from transforms.feeds.files.csv_bytes import Rows, line_offsets, too_many
from transforms.reference.arrays import Marks, Mask


File = TypeVar("File")


@dataclass(frozen=True)
class Rule(Generic[File]):
    """A reason to quarantine a row: which rows break it, and the reason in words."""

    id: str
    text: str
    broken: Callable[[File], Mask]


@dataclass(frozen=True)
class FileRule(Generic[File]):
    """A reason to refuse a whole file: too large a share of its rows say so."""

    id: str
    text: str
    share: float
    counts: Callable[[File], tuple[int, int]]  # rows that say so, among how many


# Rules that a line breaks before it is a row.
MISSHAPEN = "columns"
UNREADABLE = "encoding"
LINE_RULES = {
    MISSHAPEN: "it has more or fewer fields than the header",
    UNREADABLE: "it is not UTF-8",
}


@dataclass(frozen=True)
class Sifted:
    """One file, every line of it accounted for."""

    raw_sha256: str
    rows_in: int
    accepted: pa.Table  # but for force and month, which are the file's
    quarantined: pa.Table
    repairs: Sequence[str] = ()  # what was mended in the whole file, in words

    @property
    def rows_located(self) -> int:
        """Accepted rows with a place."""
        return int(self.accepted.num_rows - self.accepted["longitude"].null_count)


def first_broken(file: File, rules: Sequence[Rule[File]], count: int) -> Marks:
    """The number of the rule that each row breaks first; -1 where it breaks none."""
    verdict = np.full(count, -1, dtype=np.int8)
    for index, rule in enumerate(rules):
        verdict[(verdict < 0) & rule.broken(file)] = index
    return verdict


def sort_out(
    file: File, rules: Sequence[Rule[File]], rows: Rows
) -> tuple[Mask, NDArray[np.int32], list[str]]:
    """Which rows are good, and the others' lines with the rule each broke first."""
    verdict = first_broken(file, rules, len(rows.lines))
    bad = verdict >= 0
    lines = [rows.lines[bad], rows.misshapen_lines, rows.unreadable_lines]
    broken = [rules[i].id for i in verdict[bad]]
    broken += [MISSHAPEN] * len(rows.misshapen_lines)
    broken += [UNREADABLE] * len(rows.unreadable_lines)
    return ~bad, np.concatenate(lines), broken


def refuse_by(
    rules: Sequence[FileRule[File]], file: File, where: str, to_do: str = ""
) -> None:
    """`FileRejectedError` by the first rule that too many of the file's rows break."""
    for rule in rules:
        bad, among = rule.counts(file)
        if too_many(bad, among, rule.share):
            raise FileRejectedError(
                f"{where}: {rule.text} ({rule.id}: {bad:,} of {among:,} rows){to_do}"
            )


def repeated(text: str, count: int) -> pa.Array:
    """A column of one text, dictionary-encoded."""
    codes = pa.array(np.zeros(count, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(codes, [text])


def quarantine(
    data: bytes, raw_sha256: str, lines: NDArray[np.int32], rules: Sequence[str]
) -> pa.Table:
    """The quarantine's rows, in file order: never their text."""
    order = np.argsort(lines, kind="stable")
    lines = lines[order]
    offsets = line_offsets(data, lines) if len(lines) else np.empty(0, np.int64)
    return pa.table(
        {
            "raw_sha256": repeated(raw_sha256, len(lines)),
            "raw_line": lines,
            "byte_offset": offsets,
            "rule": pa.array([rules[i] for i in order], pa.string()),
        }
    )


def check_identity(sifted: Sifted, where: str) -> Sifted:
    """The file itself, or `FileRejectedError` if a line of it went astray."""
    kept = sifted.accepted.num_rows + sifted.quarantined.num_rows
    if sifted.rows_in != kept:
        raise FileRejectedError(
            f"{where}: {sifted.rows_in:,} rows in, but {kept:,} accounted for"
        )
    return sifted
