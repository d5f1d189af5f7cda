"""Formats of a force's drops: a format is a module, and one line here.

All formats end up alike, so that one set of rules reads them all. Only the columns that
the mapping names are read.
"""

from transforms.feeds.force.drop_formats import csv_drop, json_lines, parquet_drop
from transforms.feeds.force.drop_formats.drop import DropFormat


DROP_FORMATS: dict[str, DropFormat] = {
    "csv": csv_drop,
    "jsonl": json_lines,
    "parquet": parquet_drop,
    "sql": json_lines,  # as which a database's answer is written down
}
