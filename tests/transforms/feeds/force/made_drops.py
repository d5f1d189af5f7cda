"""Made-up incidents of a force, written in several hands, each with its mapping."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import h3
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import sqlalchemy as sa
from convertbng.cutil import convert_bng
from pydantic import SecretStr

from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.mapping_file import read_mapping
from transforms.feeds.force.sift import SiftedDrop, sift_drop
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.opening import open_source


RECEIVED = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def to_grid(longitude: float, latitude: float) -> tuple[float, float]:
    """Easting and northing by OSTN15."""
    east, north = convert_bng(longitude, latitude)
    return float(east[0]), float(north[0])


CODES = """
[categories]
unknown = "quarantine"
[categories.codes]
"30*" = "burglary"
"30D" = "other-crime"
"105A" = "violence-and-sexual-offences"
[categories.harm]
"30*" = 273.75
"105A" = 10
"""
CATEGORY = {
    "30A": "burglary",
    "30D": "other-crime",
    "105A": "violence-and-sexual-offences",
}
HARM = {"30A": 273.75, "30D": 273.75, "105A": 10.0}

CSV_MAPPING = f"""
force = "kent"
format = "csv"
encoding = "cp1252"
delimiter = ";"
crs = "EPSG:27700"
retention_days = 2557
[columns]
reference = "Crime ref"
offence_code = "HO code"
occurred_from = "Date from"
occurred_from_time = "Time from"
occurred_to = "Date to"
occurred_to_time = "Time to"
easting = "E"
northing = "N"
place_label = "Street"
[times]
date_format = "%d/%m/%Y"
time_format = "%H:%M"
time_zone = "Europe/London"
ambiguous = "earlier"
skipped = "quarantine"
{CODES}
[sensitive.domestic]
column = "DA"
yes = ["Y"]
no = ["N", ""]
[tombstone]
column = "State"
yes = ["deleted"]
no = ["live"]
"""
JSON_MAPPING = f"""
force = "kent"
format = "jsonl"
crs = "EPSG:4326"
retention_days = 2557
[columns]
reference = "id"
offence_code = "offence"
occurred_from = "from"
occurred_to = "to"
longitude = "lon"
latitude = "lat"
place_label = "street"
[times]
date_format = "iso"
time_zone = "UTC"
ambiguous = "quarantine"
skipped = "quarantine"
{CODES}
[sensitive.domestic]
column = "domestic"
yes = ["true"]
no = ["false"]
[tombstone]
column = "deleted"
yes = ["true"]
no = ["false"]
"""
PARQUET_MAPPING = (
    JSON_MAPPING.replace('"jsonl"', '"parquet"')
    .replace('longitude = "lon"\n', 'point = "where"\n')
    .replace('latitude = "lat"\n', "")
)
SQL_MAPPING = (
    JSON_MAPPING.replace('"jsonl"', '"sql"')
    .replace('["true"]', '["true", "1"]')
    .replace('["false"]', '["false", "0"]')
    + """
[database]
query = '''
SELECT id, offence, began AS "from", ended AS "to", lon, lat, street, domestic, deleted
FROM crimes
ORDER BY id
'''
"""
)


@dataclass(frozen=True)
class Truth:
    """One incident as it was."""

    reference: str
    offence: str = "30A"
    began: datetime = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    ended: datetime | None = None
    place: tuple[float, float] | None = (0.52, 51.27)
    street: str = "Pudding Lane"
    domestic: bool = False
    deleted: bool = False


def truths(count: int = 300, seed: int = 1) -> list[Truth]:
    """Incidents of the year before they were received, most of them with a place.

    The second of two hours that a clock shows alike has no name on that clock, so none
    is in it; and no point is so near a cell's edge that two metres would move it.
    """
    random = Random(seed)  # noqa: S311
    made = []
    while len(made) < count:
        began = RECEIVED - timedelta(minutes=random.randrange(60, 360 * 1440))
        if random.random() < 0.1:  # the nights when the clocks change
            night = random.choice([datetime(2026, 3, 29), datetime(2026, 10, 24, 23)])
            began = night.replace(tzinfo=UTC) + timedelta(minutes=random.randrange(120))
        ended = began + timedelta(minutes=random.randrange(600))
        place = (random.uniform(-1.0, 0.5), random.uniform(51.2, 52.5))
        if began.astimezone(LONDON).fold or ended.astimezone(LONDON).fold:
            continue
        if near_an_edge(place):
            continue
        made.append(
            Truth(
                reference=f"46/{len(made):06}/26",
                offence=random.choice(list(CATEGORY)),
                began=began,
                ended=ended if random.random() < 0.7 else None,
                place=place if random.random() < 0.9 else None,
                domestic=random.random() < 0.2,
                deleted=random.random() < 0.05,
            )
        )
    return made


def near_an_edge(place: tuple[float, float], metres: float = 5) -> bool:
    """Whether the edge of its resolution 9 cell is no further than that."""
    corners = h3.cell_to_boundary(h3.latlng_to_cell(place[1], place[0], 9))
    ring = shapely.LinearRing([to_grid(lon, lat) for lat, lon in corners])
    return bool(ring.distance(shapely.Point(to_grid(*place))) <= metres)


CSV_COLUMNS = (
    "Crime ref", "HO code", "Date from", "Time from", "Date to", "Time to", "E", "N",
    "Street", "DA", "State", "Notes",
)  # fmt: skip


def csv_row(truth: Truth, **changes: str) -> dict[str, str]:
    """That incident on the clock and the grid of Great Britain."""
    began = truth.began.astimezone(LONDON)
    ended = truth.ended.astimezone(LONDON) if truth.ended else None
    east, north = to_grid(*truth.place) if truth.place else (None, None)
    row = {
        "Crime ref": truth.reference,
        "HO code": truth.offence,
        "Date from": f"{began:%d/%m/%Y}",
        "Time from": f"{began:%H:%M}",
        "Date to": f"{ended:%d/%m/%Y}" if ended else "",
        "Time to": f"{ended:%H:%M}" if ended else "",
        "E": "" if east is None else f"{east:.0f}",
        "N": "" if north is None else f"{north:.0f}",
        "Street": truth.street,
        "DA": "Y" if truth.domestic else "N",
        "State": "deleted" if truth.deleted else "live",
        "Notes": "seen by a neighbour at no 7 \u2013 caf\u00e9",
    }
    return row | {name.replace("_", " "): text for name, text in changes.items()}


def as_csv(rows: Iterable[dict[str, str]]) -> bytes:
    """Those rows, as an export of the force has them."""
    rows, text = list(rows), io.StringIO()
    more = [name for name in rows[0] if name not in CSV_COLUMNS] if rows else []
    writer = csv.DictWriter(text, [*CSV_COLUMNS, *more], delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("cp1252")


def json_row(truth: Truth) -> dict[str, object]:
    """That incident in UTC and degrees."""
    lon, lat = truth.place or (None, None)
    return {
        "id": truth.reference,
        "offence": truth.offence,
        "from": truth.began.isoformat(),
        "to": f"{truth.ended:%Y-%m-%d %H:%M}" if truth.ended else None,
        "lon": lon,
        "lat": lat,
        "street": truth.street,
        "domestic": truth.domestic,
        "deleted": truth.deleted,
        "notes": {"seen": ["by a neighbour"]},
    }


def as_json_lines(rows: Iterable[dict[str, object]]) -> bytes:
    """Those rows, an object a line."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_parquet(made: Iterable[Truth]) -> bytes:
    """Those incidents with the types that they are of, and WKT points."""
    rows = [json_row(truth) for truth in made]
    for row, truth in zip(rows, made, strict=True):
        row |= {"from": truth.began, "to": truth.ended}
        lon, lat = row.pop("lon"), row.pop("lat")
        row["where"] = None if lon is None else f"POINT ({lon!r} {lat!r})"
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue().to_pybytes()


class Hand(NamedTuple):
    """How one format is written, and the mapping that reads it."""

    written: Callable[[Sequence[Truth]], bytes]
    mapping: str
    first_line: int = 1  # that is a row
    is_text: bool = True
    in_metres: bool = False  # whole ones, of the grid


# Of every drop format: what is tested of one is tested of all.
HANDS = {
    "csv": Hand(
        lambda made: as_csv(map(csv_row, made)), CSV_MAPPING, 2, in_metres=True
    ),
    "jsonl": Hand(lambda made: as_json_lines(map(json_row, made)), JSON_MAPPING),
    "parquet": Hand(as_parquet, PARQUET_MAPPING, is_text=False),
}


def in_hand(form: str, made: Sequence[Truth]) -> tuple[bytes, str]:
    """Those incidents in a format, and the text of its mapping."""
    return HANDS[form].written(made), HANDS[form].mapping


CRIMES = sa.Table(
    "crimes",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("offence", sa.Text),
    sa.Column("began", sa.DateTime(timezone=True)),
    sa.Column("ended", sa.DateTime(timezone=True)),
    sa.Column("lon", sa.Float),
    sa.Column("lat", sa.Float),
    sa.Column("street", sa.Text),
    sa.Column("domestic", sa.Boolean),
    sa.Column("deleted", sa.Boolean),
)


def fill_database(url: str, made: Iterable[Truth]) -> None:
    """Those incidents as the only rows of a table."""
    rows = []
    for truth in made:
        lon, lat = truth.place or (None, None)
        kept = {k: v for k, v in vars(truth).items() if k in CRIMES.columns}
        rows.append({**kept, "id": truth.reference, "lon": lon, "lat": lat})
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        CRIMES.drop(connection, checkfirst=True)
        CRIMES.create(connection)
        connection.execute(CRIMES.insert(), rows)
    engine.dispose()


def asked_of_database(url: str, text: str = SQL_MAPPING) -> bytes:
    """What the mapping's query gives there."""
    access = Access(database_url=SecretStr(url))
    [drop] = open_source("sql", mapping(text), access, RECEIVED).offered()
    return drop.read()


def mapping(text: str = CSV_MAPPING) -> ForceMapping:
    """A mapping's text, read."""
    return read_mapping(text, "kent.toml")


def sifted(data: bytes, text: str = CSV_MAPPING) -> SiftedDrop:
    """A drop, sifted."""
    return sift_drop(data, mapping(text), RECEIVED, "drop")


def one(**changes: str) -> dict[str, str]:
    """A good CSV row but for those changes."""
    return csv_row(replace(Truth("46/1/26"), ended=None), **changes)


def example_with_calls() -> bytes:
    """The drop of crimes and calls that the documentation shows."""
    rows = [csv_row(truth) for truth in truths(60, seed=8)]
    live = [row for row in rows if row["State"] == "live"]
    for n, row in enumerate(live[:25]):
        code = ("D1", "D2", "N4")[n % 3]
        rows.append(row | {"Crime ref": f"CAD-{n}", "HO code": code})
    return as_csv(rows)


def example() -> bytes:
    """The drop that the documentation shows: most of it good, some of it not."""
    rows = [csv_row(truth) for truth in truths(200, seed=7)]
    rows[30]["HO code"] = "999"
    rows[31]["HO code"] = "998"
    rows[77]["Date from"] = "13/31/2026"
    rows[120]["E"] = ""
    rows[150] |= {"Date from": "29/03/2026", "Time from": "01:15", "Date to": ""}
    rows[150]["Time to"] = ""
    return as_csv(rows)
