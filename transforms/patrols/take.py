"""Takes a patrol log into the lake: its visits, and which rows were held back.

The log itself is not kept: it may name officers in columns that nobody reads. What is
stored of it is the mapped columns, and the hash of its bytes. The same log taken again
changes nothing; with another mapping, its visits are replaced.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.feeds.files.packed import refuse_packed
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.sources.one_file import whole_file
from transforms.homes.home import Home
from transforms.patrols.ground import ground_of
from transforms.patrols.log_file import LogFile, keys_of
from transforms.patrols.mapping import VisitMapping
from transforms.patrols.sift import sift_log
from transforms.patrols.visit_rows import (
    QUARANTINE_TABLE,
    VISITS_TABLE,
    of_file,
    replace_rows,
    stored_visits,
)
from transforms.programmes.programme import Programme, open_programme
from transforms.programmes.register import Register


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What taking a file did, in numbers."""

    programme: str
    rows_in: int
    accepted: int
    quarantined: Counter[str] = field(default_factory=Counter)  # rows by rule
    left_out: Sequence[str] = ()  # columns of the file that were dropped
    repairs: Sequence[str] = ()
    first_day: date | None = None
    last_day: date | None = None
    minutes: float = 0.0
    changed: bool = True  # False if all of it was stored before

    @property
    def held_back(self) -> int:
        """How many rows were held back."""
        return self.quarantined.total()


def started(home: Home, programme: Programme) -> date:
    """The day on which a programme began; `UsageError` if it has not."""
    starts = Register(home).standing(programme.id).starts
    if starts is None:
        raise UsageError(
            f"{programme.id} has not started: hexbeat programme start {programme.id}"
            " --on DATE"
        )
    return starts


def take_visits(home: Home, path: Path, mapping: VisitMapping, now: datetime) -> Taken:
    """Store the visits of a log; `FileRejectedError` for what is not such a log."""
    programme = open_programme(home, mapping.programme)
    starts = started(home, programme)
    ground = ground_of(programme)
    if unknown := sorted(set(mapping.places.values()) - set(ground.place_ids)):
        raise UsageError(
            f"[places] {unknown[0]!r} is no place of {programme.id}: it has"
            f" {ground.place_ids[0]} to {ground.place_ids[-1]}"
        )
    data, where = whole_file(path), path.name
    refuse_packed(data, where)
    drop = DROP_FORMATS[mapping.format].read(data, mapping, where)
    force, lake = programme.rule.force, home.lake
    digest = sha256(data).hexdigest()
    is_own = partial(of_file, programme=programme.id, digest=digest)
    stored = stored_visits(lake, force, programme.id)
    others = stored.filter(pc.invert(is_own(stored)))
    file = LogFile(mapping, drop, ground, starts, now, keys_of(others))
    sifted = sift_log(file, digest, force, programme.id, where)
    # the visits last: what is cut off before is done again, with the same result
    changed = replace_rows(lake, QUARANTINE_TABLE, force, is_own, sifted.quarantined)
    changed |= replace_rows(lake, VISITS_TABLE, force, is_own, sifted.visits)
    days = pc.min_max(sifted.visits["day"]).as_py()
    return Taken(
        programme=programme.id,
        rows_in=sifted.rows_in,
        accepted=len(sifted.visits),
        quarantined=Counter(sifted.quarantined["rule"].to_pylist()),
        left_out=sifted.left_out,
        repairs=sifted.repairs,
        first_day=days["min"],
        last_day=days["max"],
        minutes=pc.sum(sifted.visits["minutes"]).as_py() or 0.0,
        changed=changed,
    )
