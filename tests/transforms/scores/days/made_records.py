"""Made-up records of one force on days, as a panel takes them."""

from datetime import UTC, datetime, time
from random import Random

import h3
import pyarrow as pa

from tests.builders import CATEGORY_SLUGS
from transforms.lake.schemas import DAY_SCORES, conform
from transforms.reference.cells import index_points
from transforms.reference.days import Day
from transforms.reference.score_settings import Scoring
from transforms.restricted import Restricted
from transforms.scores.days.score_day import score_day
from transforms.scores.methods import DEFAULT_DAY_METHOD, METHODS
from transforms.scores.panel import Panel
from transforms.scores.score_view import with_value
from transforms.simulator.timed import TimedTruth


FIRST = Day.parse("2025-01-06")
TOWN = h3.latlng_to_cell(52.5, -1.5, 7)
CELLS = sorted(h3.cell_to_children(TOWN, 10))
_TIME = pa.timestamp("us", "UTC")


def some_records(seed: int, days: int, number: int, busy: int = 6) -> Restricted:
    """Half of them in a few busy cells, the others anywhere in the town."""
    random = Random(seed)  # noqa: S311
    favoured = random.sample(CELLS, busy)
    rows = []
    for _ in range(number):
        cell = random.choice(favoured if random.random() < 0.5 else CELLS)
        latitude, longitude = h3.cell_to_latlng(cell)
        day = (FIRST + random.randrange(days)).date
        rows.append(
            {
                "category": random.choice(CATEGORY_SLUGS),
                "occurred_from": datetime.combine(day, time(12), UTC),
                "time_precision": "minute",
                "longitude": longitude,
                "latitude": latitude,
                "in_area": True,
                "place_label": street_of(cell),
                "h3_r9": h3.str_to_int(h3.cell_to_parent(cell, 9)),
                "h3_r10": h3.str_to_int(cell),
            }
        )
    return Restricted(as_records(rows))


def street_of(cell: str) -> str:
    """The street of those records: one for each of the town's seven parts."""
    return f"Street {h3.cell_to_parent(cell, 8)[8:10]}"


def as_records(rows: list[dict[str, object]]) -> pa.Table:
    """Rows with the columns that scores look at."""
    schema = pa.schema(
        {
            "raw_line": pa.int32(),
            "category": pa.string(),
            "offence_code": pa.string(),
            "harm": pa.float64(),
            "occurred_from": _TIME,
            "occurred_to": _TIME,
            "recorded_at": _TIME,
            "time_precision": pa.string(),
            "longitude": pa.float64(),
            "latitude": pa.float64(),
            "in_area": pa.bool_(),
            "h3_r9": pa.int64(),
            "h3_r10": pa.int64(),
            "place_label": pa.string(),
            "domestic": pa.bool_(),
            "sexual": pa.bool_(),
            "under_18": pa.bool_(),
        }
    )
    return pa.Table.from_pylist(rows, schema=schema)


def as_timed(truth: TimedTruth) -> Restricted:
    """The incidents of a simulated feed, as they would be read."""
    held = truth.incidents
    longitude, latitude = (held[n].to_numpy() for n in ("longitude", "latitude"))
    number = len(held)
    given = {
        "raw_line": pa.nulls(number, pa.int32()),
        "recorded_at": pa.nulls(number, _TIME),
        "harm": pa.nulls(number, pa.float64()),
        "time_precision": pa.repeat("minute", number),
        "in_area": pa.repeat(True, number),
        "h3_r9": pa.array(index_points(longitude, latitude, 9)),
        "h3_r10": pa.array(index_points(longitude, latitude, 10)),
    }
    schema = as_records([]).schema
    columns = [given[n] if n in given else held[n] for n in schema.names]
    return Restricted(pa.table(dict(zip(schema.names, columns, strict=True))))


def scored_day(panel: Panel, days: list[Day]) -> pa.Table:
    """Kent's scores of the newest of those days, as the lake stores them."""
    method = METHODS[DEFAULT_DAY_METHOD]
    rows, _ = score_day(panel, days, days[-1], method, Scoring(), "kent", {})
    facts = {"force": "kent", "as_of": str(days[-1]), "inputs_sha256": "mark"}
    for name, value in facts.items():
        rows = with_value(rows, name, value)
    return conform(rows, DAY_SCORES)
