"""A year of pings of 60 units every ten seconds, measured on a share of it.

`python -m benchmarks.pings [DAYS DAYS]`: the stays of so many days and of more;
the slope between them says what a year takes. And days read from their files.
"""

import sys
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

import sql
from benchmarks.measure import Work, cost
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.patrols.ground import Ground
from transforms.patrols.ping_file import read_pings
from transforms.patrols.ping_mapping import read_ping_mapping
from transforms.records.home_key import HomeKey
from transforms.reference import cells


UNITS, EVERY_S, PLACES = 60, 10, 20
DAYS = 2, 20
YEAR_DAYS = 365
_FIRST = datetime(2026, 10, 5, tzinfo=UTC)
_DAY_S = 86_400
_MAPPING = """
kind = "pings"
programme = "autumn"
format = "csv"
crs = "EPSG:4326"
officers = 2
role = "police"

[columns]
unit = "unit"
at = "at"
longitude = "lon"
latitude = "lat"

[times]
date_format = "iso"
time_zone = "UTC"
ambiguous = "earlier"
skipped = "shift"
"""


class _Key(HomeKey):
    """A key that needs no file."""

    def mark(self, data: bytes) -> str:
        """Any hash will do."""
        return f"{hash(data) & (1 << 64) - 1:016x}" * 4


def _walk(seed: int) -> tuple[pa.Array, np.ndarray, np.ndarray, np.ndarray]:
    """Unit, second, longitude and latitude of the pings of a day on the move."""
    draw = np.random.default_rng(seed)
    steps = _DAY_S // EVERY_S
    seconds = np.tile(np.arange(0, _DAY_S, EVERY_S), UNITS)
    moves = draw.normal(0, 0.02, (2, UNITS, steps)).cumsum(axis=2)
    moves = 0.1 * np.sin(moves)
    longitude, latitude = 1.0 + moves[0].ravel(), 51.2 + moves[1].ravel()
    units = pa.array([f"u{n}" for n in range(UNITS)]).take(
        pa.array(np.repeat(np.arange(UNITS), steps))
    )
    return units, seconds, longitude, latitude


def _ground() -> Ground:
    draw = np.random.default_rng(1)
    points = draw.uniform(-0.08, 0.08, (2, PLACES))
    ids = cells.index_points(1.0 + points[0], 51.2 + points[1], 9)
    return Ground(
        [f"p{n:02}" for n in range(PLACES)], [ids[[n]] for n in range(PLACES)]
    )


def _stays(days: int) -> Work:
    """The stays of so many days, each made before."""
    ground = _ground()
    made = []
    for seed in range(min(days, 2)):  # two days that alternate: what differs is no cost
        units, seconds, longitude, latitude = _walk(seed)
        place = ground.places_at(longitude, latitude)
        count = len(seconds)
        made.append(
            {
                "unit": units.cast(pa.binary()),
                "reported_at": seconds,
                "place_id": pa.array(ground.place_ids).take(
                    pa.array(place, mask=place < 0)
                ),
                "officers": pa.repeat(2, count),
                "role": pa.repeat("police", count),
                "mode": pa.nulls(count, pa.string()),
                "background": pa.repeat(False, count),
            }
        )

    def work(*_: object) -> str:
        stays = pings = 0
        for day in range(days):
            first = int((_FIRST + timedelta(days=day)).timestamp()) * 1_000_000
            columns = dict(made[day % len(made)])
            moments = columns["reported_at"] * 1_000_000 + first
            columns["reported_at"] = pa.array(moments, pa.timestamp("us", "UTC"))
            found = sql.run(
                "ping_stays",
                {"pings": pa.table(columns)},
                first_us=first,
                end_us=first + _DAY_S * 1_000_000,
                cap_us=300_000_000,
                merge_us=120_000_000,
                classed_us=180_000_000,
            )
            stays, pings = stays + len(found), pings + len(moments)
        return f"{pings:,} pings, {stays:,} stays"

    return work


def _reading(days: int) -> Work:
    """So many days read from the bytes of a CSV."""
    units, seconds, longitude, latitude = _walk(0)
    names = units.to_pylist()
    lines = ["unit,at,lon,lat"]
    for unit, second, lon, lat in zip(names, seconds, longitude, latitude, strict=True):
        at = _FIRST + timedelta(seconds=int(second))
        lines.append(f"{unit},{at:%Y-%m-%dT%H:%M:%SZ},{lon:.6f},{lat:.6f}")
    data, ground = "\n".join([*lines, ""]).encode(), _ground()
    mapping = read_ping_mapping(_MAPPING, "pings.toml")

    def work(*_: object) -> str:
        rows = 0
        for _day in range(days):
            drop = DROP_FORMATS["csv"].read(data, mapping, "pings.csv")
            of_all = {"force": "kent", "programme": "autumn-1"}
            kept = date(2026, 10, 1), _FIRST + timedelta(days=9)
            read = read_pings(drop, mapping, ground, _Key(None), of_all, kept)  # type: ignore[arg-type]
            rows += len(read.pings)
        return f"{rows:,} pings read"

    return work


def main() -> None:
    """Print a row for each share, and what a year comes to."""
    few, many = (int(text) for text in sys.argv[1:3]) if sys.argv[2:] else DAYS
    sys.stdout.write("| work | days | CPU s | wall s | peak MB | done |\n")
    sys.stdout.write("|---|---|---|---|---|---|\n")
    for name, work in (("stays", _stays), ("reading", _reading)):
        took = {}
        for days in (few, many if name == "stays" else few * 2):
            took[days] = cost(work, days)
            one = took[days]
            sys.stdout.write(
                f"| {name} | {days} | {one.cpu_s:.1f} | {one.wall_s:.1f} |"
                f" {one.peak_mb:,.0f} | {one.said} |\n"
            )
        (low, first), (high, last) = sorted(took.items())
        slope = (last.cpu_s - first.cpu_s) / (high - low)
        sys.stdout.write(
            f"\n{name}: {slope:.2f} CPU s a day, {slope * YEAR_DAYS / 60:.1f} CPU"
            " minutes a year\n\n"
        )


if __name__ == "__main__":
    main()
