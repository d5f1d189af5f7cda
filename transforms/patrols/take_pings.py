"""Takes a file of pings into a force's own home, and makes visits of them.

Only there: pings say where officers are. Units are hashed with the home's key as they
are read, and neither they nor coordinates are in any visit.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.errors import UsageError
from transforms.feeds.files.packed import refuse_packed
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.sources.one_file import whole_file
from transforms.lake.schemas import PING_DAYS, VISITS, conform, plain
from transforms.patrols.ground import around, ground_of
from transforms.patrols.mapping import ACTIVITIES
from transforms.patrols.ping_file import read_pings
from transforms.patrols.ping_mapping import PingMapping
from transforms.patrols.take import started
from transforms.patrols.visit_rows import PINGS, VISITS_TABLE, replace_rows
from transforms.programmes.programme import open_programme
from transforms.records.homes import ForceHome
from transforms.records.pings import (
    kept_from,
    remove_old_pings,
    replace_pings,
    stored_pings,
)
from transforms.reference.days import LONDON
from transforms.restricted import Restricted


PING_DAYS_TABLE = "ping_days"
MOST_BUFFER_M = 100.0
_CAP_US, _MERGE_US, _CLASSED_US = 300_000_000, 120_000_000, 180_000_000
_ONE_DAY = timedelta(days=1)
_KEY = ["programme", "unit", "reported_at"]


@dataclass(frozen=True, kw_only=True)
class TakenPings:
    """What taking a file did, in numbers."""

    programme: str
    rows_in: int
    pings: int
    new: int  # that were not stored before
    dropped: Counter[str]
    left_out: Sequence[str]
    days: Sequence[date]
    stays: int


def take_pings(
    home: ForceHome,
    path: Path,
    mapping: PingMapping,
    who: str,
    now: datetime,
    buffer_m: float = 0.0,
) -> TakenPings:
    """Store the pings of a file, and make the visits of its days again.

    A ping within `buffer_m` of a place is at it, since radios are some metres off.
    """
    if not 0 <= buffer_m <= MOST_BUFFER_M:
        raise UsageError(f"--gps-buffer-m {buffer_m:g}: 0 to {MOST_BUFFER_M:g}")
    programme = open_programme(home.home, mapping.programme)
    started(home.home, programme)
    if programme.rule.force != home.force:
        raise UsageError(
            f"{programme.id} is of {programme.rule.force}, not {home.force}"
        )
    data, where = whole_file(path), path.name
    refuse_packed(data, where)
    drop = DROP_FORMATS[mapping.format].read(data, mapping, where)
    with home.changed("the taking of pings"):
        remove_old_pings(home, now)
        first = kept_from(home, now)
        of_all = {"force": home.force, "programme": programme.id}
        key = home.tombstones.key
        ground = around(ground_of(programme), buffer_m)
        read = read_pings(drop, mapping, ground, key, of_all, (first, now))
        rows, erased = _not_erased(home, read.pings.reveal())
        dropped = read.dropped + Counter({"past": erased})
        days = sorted(
            date.fromisoformat(day) for day in pc.unique(rows["day"]).to_pylist()
        )
        new = _merge(home, days, rows)
        touched = {day + _ONE_DAY * step for day in days for step in (-1, 0, 1)}
        made = {
            day: _make_visits(home, programme.id, day)
            for day in sorted(touched)
            if day > first  # the first is context: the day before it is gone
        }
        counts = {"pings": len(rows), "new": new, "dropped": dict(dropped)}
        home.log(now, who, "pings", counts)
    return TakenPings(
        programme=programme.id,
        rows_in=drop.rows_in,
        pings=len(rows),
        new=new,
        dropped=dropped
        + Counter({k: len(v) for k, v in drop.broken.items() if len(v)}),
        left_out=drop.left_out,
        days=days,
        stays=sum(made.get(day, 0) for day in days),
    )


def _not_erased(home: ForceHome, rows: pa.Table) -> tuple[pa.Table, int]:
    gone = pa.array([False] * len(rows), pa.bool_())
    for first, last in home.tombstones.days():
        within = pc.and_(
            pc.greater_equal(rows["day"], str(first)),
            pc.less_equal(rows["day"], str(last)),
        )
        gone = pc.or_(gone, within)
    return rows.filter(pc.invert(gone)), int(pc.sum(gone).as_py() or 0)


def _merge(home: ForceHome, days: Sequence[date], rows: pa.Table) -> int:
    """Add what is not stored of those days; how many pings that is."""
    stored = stored_pings(home, days).reveal()
    new = rows.join(stored.select(_KEY), _KEY, join_type="left anti")
    new = new.select(stored.column_names).cast(stored.schema)
    if len(new):
        replace_pings(home, days, Restricted(pa.concat_tables([stored, new])))
    return len(new)


def _make_visits(home: ForceHome, programme: str, day: date) -> int:
    """The visits of a day, from its pings and those about its midnights; how many."""
    pings = stored_pings(home, [day - _ONE_DAY, day, day + _ONE_DAY]).reveal()
    pings = pings.filter(pc.equal(pings["programme"], programme))
    first, end = (
        datetime.combine(each, time(), LONDON) for each in (day, day + _ONE_DAY)
    )
    margin = timedelta(microseconds=2 * _CAP_US)
    at = pings["reported_at"]
    near = pc.and_(
        pc.greater_equal(at, pa.scalar(first - margin, at.type)),
        pc.less(at, pa.scalar(end + margin, at.type)),
    )
    number = int(pc.sum(pc.equal(pings["day"], str(day))).as_py() or 0)
    if not number:
        return 0
    stays = sql.run(
        "ping_stays",
        {"pings": pings.filter(near)},
        first_us=_microseconds(first),
        end_us=_microseconds(end),
        cap_us=_CAP_US,
        merge_us=_MERGE_US,
        classed_us=_CLASSED_US,
    )
    of_all = {"force": home.force, "programme": programme, "source": PINGS}
    of_all["month"] = f"{day:%Y-%m}"
    columns = {
        **{name: stays[name] for name in stays.column_names},
        **{name: pa.repeat(text, len(stays)) for name, text in of_all.items()},
        "day": pa.repeat(pa.scalar(day), len(stays)),
        **{
            name: pa.nulls(len(stays), VISITS.field(name).type)
            for name in ("raw_sha256", "raw_line", *ACTIVITIES)
        },
    }
    visits = conform(pa.table({f.name: columns[f.name] for f in VISITS}), VISITS)

    def is_own(rows: pa.Table) -> pa.ChunkedArray:
        own = pc.and_(
            pc.equal(rows["programme"], programme), pc.equal(rows["day"], day)
        )
        return pc.and_(own, pc.equal(rows["source"], PINGS))

    replace_rows(home.lake, VISITS_TABLE, home.force, is_own, visits)
    _note_day(home, programme, day, number)
    return len(visits)


def _note_day(home: ForceHome, programme: str, day: date, number: int) -> None:
    """Keep, when the pings are gone, that a day had some: it is supplied."""
    schema = pa.schema([plain(field) for field in PING_DAYS])
    stored = home.lake.read(PING_DAYS_TABLE, home.force).cast(schema)
    mine = pc.and_(
        pc.equal(stored["programme"], programme), pc.equal(stored["day"], day)
    )
    row = {"force": home.force, "programme": programme, "day": day, "pings": number}
    others = stored.filter(pc.invert(mine))
    rows = pa.concat_tables([others, pa.Table.from_pylist([row], schema=schema)])
    rows = rows.sort_by([("programme", "ascending"), ("day", "ascending")])
    if not rows.equals(stored):
        file = home.lake.write(PING_DAYS_TABLE, {"force": home.force}, rows)
        home.lake.commit(PING_DAYS_TABLE, home.force, [file])


def _microseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000
