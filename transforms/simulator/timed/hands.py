"""One truth in several hands: as the exports of different forces would write it."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.reference.arrays import Floats
from transforms.simulator.timed.clock import on_the_clock
from transforms.simulator.timed.ground import to_grid
from transforms.simulator.timed.mappings import csv_mapping, instant_mapping


@dataclass(frozen=True)
class Hand:
    """How a day's rows become a file, and the mapping that reads it."""

    suffix: str
    write: Callable[[pa.Table], bytes]
    mapping: str  # TOML


def csv_bytes(sent: pa.Table, encoding: str, delimiter: str) -> bytes:
    """Dates and times of the clock in Great Britain, whole metres of its grid."""
    points = np.column_stack([sent["longitude"], sent["latitude"]])
    metres = np.round(to_grid(points))
    columns = {
        "Crime ref": sent["reference"].to_pylist(),
        "HO code": sent["offence_code"].to_pylist(),
        **_date_and_time(sent, "from"),
        **_date_and_time(sent, "to"),
        "Easting": _whole(metres[:, 0]),
        "Northing": _whole(metres[:, 1]),
        "Street": sent["place_label"].to_pylist(),
        **{name: _words(sent[name.lower().replace(" ", "_")]) for name in _FLAGS},
    }
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode(encoding)


_FLAGS = ("Domestic", "Sexual", "Under 18", "Deleted")


def _date_and_time(sent: pa.Table, end: str) -> dict[str, list[str | None]]:
    """Both columns of one end of the span; nothing on a line says which showing."""
    moments = sent[f"occurred_{end}"]
    known = pc.is_valid(moments).to_numpy()
    plain = pc.fill_null(moments.cast(pa.int64()), 0).to_numpy()
    shown = on_the_clock(plain.astype("datetime64[us]"))
    shown = pa.array(shown, mask=~known).cast(pa.timestamp("s"))
    return {
        f"Date {end}": pc.strftime(shown, "%d/%m/%Y").to_pylist(),
        f"Time {end}": pc.strftime(shown, "%H:%M").to_pylist(),
    }


def _whole(metres: Floats) -> list[str]:
    return ["" if np.isnan(metre) else f"{metre:.0f}" for metre in metres.tolist()]


def _words(flag: pa.ChunkedArray) -> list[str | None]:
    return [{True: "Y", False: "N", None: None}[value] for value in flag.to_pylist()]


def json_lines(sent: pa.Table) -> bytes:
    """An object a line, its instants in UTC to the minute."""
    rows = sent.drop_columns("day").to_pylist()
    for row in rows:
        for name in ("occurred_from", "occurred_to"):
            row[name] = row[name] and f"{row[name]:%Y-%m-%dT%H:%MZ}"
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def sql_rows(sent: pa.Table) -> pa.Table:
    """The rows for a table of the force's database, with the day that wrote each."""
    texts = ("offence_code", "place_label")
    for name in texts:
        at = sent.schema.get_field_index(name)
        sent = sent.set_column(at, name, sent[name].cast(pa.string()))
    at = sent.schema.get_field_index("day")
    return sent.set_column(at, "updated_on", sent["day"])


def _parquet(sent: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(sql_rows(sent), sink)
    return bytes(sink.getvalue())


def _csv(encoding: str, delimiter: str) -> Hand:
    write = partial(csv_bytes, encoding=encoding, delimiter=delimiter)
    return Hand("csv", write, csv_mapping(encoding, delimiter))


HANDS: dict[str, Hand] = {
    "csv": _csv("utf-8", ","),
    "csv-cp1252": _csv("cp1252", ";"),
    "jsonl": Hand("jsonl", json_lines, instant_mapping("jsonl")),
    "sql": Hand("parquet", _parquet, instant_mapping("parquet")),
}
