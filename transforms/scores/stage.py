"""The second stage, for months and days: bring a force's scores up to date.

Each (force, as-of) has a hash of everything it is based on: with an equal hash there is
nothing to do. Neither a score nor its universe uses anything later than its as-of.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.lake.crash_points import crash_point
from transforms.lake.data_files import DataFile
from transforms.lake.lake import Lake
from transforms.lake.storage import readable
from transforms.reference.clocks import Clock, Period
from transforms.scores.hotspots import Spots
from transforms.scores.score_view import with_value


P = TypeVar("P", bound=Period)


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[P]):
    """The scores of one force that a run is to have, and how they are computed."""

    table: str
    force: str
    clock: Clock
    as_of: P  # the newest of the run
    wanted: Mapping[P, str]  # by as-of, oldest first: the hash of its inputs
    unscored: Collection[P] = ()  # as-ofs of the run that can have no score
    # score an as-of, given the previous as-of and its hot spots
    score: Callable[[P, P | None, Spots], tuple[pa.Table, Spots]]


def bring_up_to_date(
    lake: Lake, pinned: Lake, stage: Stage[P], rescore: bool = False
) -> tuple[list[str], int]:
    """Score the as-ofs whose inputs have changed, in one commit.

    `pinned` is the pinned lake whose rows are scored. With `rescore`, also compute what
    has not changed. Returns the as-ofs that were scored, and their number of rows.
    """
    stored = _stored(pinned, stage)
    stale = [*stage.wanted] if rescore else _stale(stored, stage)
    rows, actions = 0, []
    for as_of, table in _scored(stage, stored, stale):
        marked = with_value(table, "inputs_sha256", stage.wanted[as_of])
        partition = {"force": stage.force, "as_of": str(as_of)}
        actions.append(lake.write(stage.table, partition, marked))
        rows += table.num_rows
    done = [str(as_of) for as_of in stale]
    dropped = _dropped(stored, stage)
    if done or dropped:
        crash_point("scores-written")
        lake.commit(stage.table, stage.force, actions, [*done, *dropped])
    return done, rows


def is_up_to_date(pinned: Lake, stage: Stage[P]) -> bool:
    """Whether `bring_up_to_date` would find nothing to do."""
    stored = _stored(pinned, stage)
    return not (_stale(stored, stage) or _dropped(stored, stage))


def _stored(pinned: Lake, stage: Stage[P]) -> dict[str, DataFile]:
    return {f.partition["as_of"]: f for f in pinned.files(stage.table, stage.force)}


def _stale(stored: Mapping[str, DataFile], stage: Stage[P]) -> list[P]:
    """The as-ofs that are not stored, or whose inputs have changed since."""
    return [
        as_of
        for as_of, mark in stage.wanted.items()
        if str(as_of) not in stored or stored[str(as_of)].mark != mark
    ]


def _dropped(stored: Mapping[str, DataFile], stage: Stage[P]) -> set[str]:
    """The stored as-ofs that are to go."""
    return _expired(stored, stage) | ({*map(str, stage.unscored)} & stored.keys())


def _scored(
    stage: Stage[P], stored: Mapping[str, DataFile], stale: list[P]
) -> Iterator[tuple[P, pa.Table]]:
    """The rows of each as-of, oldest first; each passes its hot spots to the next."""
    computed: dict[P, Spots] = {}
    for as_of in stale:
        before, earlier = _spots_before(as_of, stored, computed, stage.clock)
        rows, computed[as_of] = stage.score(as_of, before, earlier)
        yield as_of, rows


def _spots_before(
    as_of: P, stored: Mapping[str, DataFile], computed: Mapping[P, Spots], clock: Clock
) -> tuple[P | None, Spots]:
    """The hot spots that an as-of takes its ids from, and the as-of they belong to.

    Scored in sequence, those of the newest as-of before it, else those of its own
    previous scores; scored alone, its own first. So a new method or a revision does not
    change ids needlessly.
    """
    earlier = [p for text in stored if (p := as_of.parse(text)) <= as_of]
    if clock.in_sequence:
        earlier = [p for p in earlier if p < as_of]
    before = max([*earlier, *computed], default=as_of)
    if before in computed:
        return before, computed[before]
    if str(before) not in stored:
        return None, {}
    columns = ["crime_group", "hotspot_id", "h3_cell"]
    path = readable(stored[str(before)].path)
    return before, _named_cells(pq.ParquetFile(path).read(columns=columns))


def _named_cells(rows: pa.Table) -> Spots:
    """By crime group, the cells of each hot spot in score rows."""
    cells: dict[str, dict[str, set[int]]] = {}
    for row in rows.filter(rows["hotspot_id"].is_valid()).to_pylist():
        of_group = cells.setdefault(row["crime_group"], {})
        of_group.setdefault(row["hotspot_id"], set()).add(row["h3_cell"])
    return {
        group: {name: frozenset(of) for name, of in spots.items()}
        for group, spots in cells.items()
    }


def _expired(stored: Collection[str], stage: Stage[P]) -> set[str]:
    """As-ofs whose scores the clock no longer keeps."""
    as_ofs = [stage.as_of.parse(text) for text in stored]
    kept = stage.clock.keeps(stage.as_of, as_ofs)
    return {str(as_of) for as_of in as_ofs if as_of not in kept}
