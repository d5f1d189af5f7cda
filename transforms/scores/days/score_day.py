"""Daily scores: incidents expected in the next day and the next week."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.checksums import refuse_damaged
from transforms.lake.data_files import DataFile, read_files
from transforms.lake.lake import Lake
from transforms.lake.tables import TABLES
from transforms.reference.days import DAYS, HORIZONS_DAYS, Day, day_clock
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.reference.score_settings import Scoring
from transforms.scores.days.strands import Strand
from transforms.scores.days.view import day_views
from transforms.scores.hotspots import Spots
from transforms.scores.inputs import inputs_sha256, unscorable
from transforms.scores.methods import Method
from transforms.scores.panel import Panel
from transforms.scores.score_view import score_view, with_value
from transforms.scores.stage import Stage, bring_up_to_date


TABLE = "day_scores"
_GROUPS = "with an incident"  # which groups have scores: part of their identity
COMPARED_DAYS = 7  # before a day: hot spots of longer ago are no news


@dataclass(frozen=True)
class ScoredDay:
    """The stored scores of a force's day."""

    is_new: bool  # False where nothing they rest on had changed
    sha256: str  # of their file
    rows: pa.Table  # as DAY_SCORES


def day_sha256(
    record_files: Sequence[str],
    supplied: Sequence[Day],
    as_of: Day,
    method: Method,
    scoring: Scoring,
    own: Sequence[Strand] = (),
) -> str:
    """The identity of scores of a force's own records.

    `record_files` are the hashes of the files that the records are stored in.
    """
    days = [str(day) for day in supplied if day <= as_of]
    incidents: list[object] = [sorted(record_files), days, _GROUPS]
    incidents += [strand.identity(as_of) for strand in own]
    return inputs_sha256(incidents, as_of, method, scoring, DAYS)


def score_force_day(
    lake: Lake,
    force: str,
    as_of: Day,
    mark: str,
    panel: Callable[[], Panel],  # made only where something is computed
    supplied: Sequence[Day],
    method: Method,
    scoring: Scoring,
    own: Sequence[Strand] = (),
) -> ScoredDay:
    """A force's scores of a day, computed unless the stored ones are current.

    `mark` is the hash of the inputs: stored scores with the same mark are current.
    """

    def score(day: Day, _: Day | None, earlier: Spots) -> tuple[pa.Table, Spots]:
        return score_day(panel(), supplied, day, method, scoring, force, earlier, own)

    stage = Stage(
        table=TABLE,
        force=force,
        clock=DAYS,
        as_of=as_of,
        wanted={as_of: mark},
        score=score,
    )
    done, _ = bring_up_to_date(lake, lake.pinned(), stage)
    files = lake.files(TABLE, force)
    [file] = [f for f in files if f.partition["as_of"] == str(as_of)]
    refuse_damaged(TABLE, [file])
    return ScoredDay(bool(done), file.sha256, read_files([file], TABLES[TABLE]))


def stored_before(lake: Lake, force: str, as_of: Day) -> list[tuple[Day, DataFile]]:
    """The stored scores of the seven days before a day, oldest first."""
    files = {Day.parse(f.partition["as_of"]): f for f in lake.files(TABLE, force)}
    recent = [day for day in files if 0 < as_of.since(day) <= COMPARED_DAYS]
    return [(day, files[day]) for day in sorted(recent)]


def score_day(
    panel: Panel,
    supplied: Sequence[Day],
    as_of: Day,
    method: Method,
    scoring: Scoring,
    force: str,
    earlier: Spots,
    own: Sequence[Strand] = (),
) -> tuple[pa.Table, Spots]:
    """The score rows of a force's groups on one day, at both horizons; its hot spots.

    Both horizons have the same ranking, and so the same hot spots. A group without one
    incident has no rows: its cells would be ranked by nothing. The user's own groups
    come after the shipped ones, and change nothing of them.
    """
    settings = (as_of, method, scoring, force, earlier)
    parts = [_score_groups((), panel, supplied, *settings)]
    for strand in own:
        if unscorable(strand.supplied, as_of, DAYS):
            continue
        counted, days = strand.panel(), strand.supplied
        if sent := _groups_sent(counted, days, as_of, strand.groups):
            parts.append(_score_groups(sent, counted, days, *settings))
    tables = [tables[at] for at in range(len(HORIZONS_DAYS)) for tables, _ in parts]
    return (
        pa.concat_tables(tables, promote_options="default"),
        {slug: named for _, spots in parts for slug, named in spots.items()},
    )


def _score_groups(
    own: tuple[CrimeGroup, ...],
    panel: Panel,
    supplied: Sequence[Day],
    as_of: Day,
    method: Method,
    scoring: Scoring,
    force: str,
    earlier: Spots,
) -> tuple[list[pa.Table], Spots]:
    """The rows of the shipped groups, or of the user's own, at each horizon."""
    tables, spots = [], earlier
    sent = _groups_sent(panel, supplied, as_of, own or tuple(GROUPS.values()))
    slugs = pa.array([group.slug for group in sent], pa.string())
    [view] = day_views(panel, supplied, [as_of], DAYS, own)
    for days in HORIZONS_DAYS:
        view = view.for_term(day_clock(days))
        rows, spots = score_view(view, method, scoring, force, earlier)
        rows = rows.filter(pc.is_in(rows["crime_group"].cast(pa.string()), slugs))
        tables.append(with_value(rows, "horizon_days", days).unify_dictionaries())
    return tables, spots


def groups_not_scored(rows: pa.Table, own: Iterable[CrimeGroup] = ()) -> list[str]:
    """The groups that have no scores, since no incident of them was sent."""
    scored = set(pc.unique(rows["crime_group"].cast(pa.string())).to_pylist())
    slugs = [*GROUPS, *(group.slug for group in own)]
    return [slug for slug in slugs if slug not in scored]


def _groups_sent(
    panel: Panel, supplied: Sequence[Day], as_of: Day, groups: Sequence[CrimeGroup]
) -> tuple[CrimeGroup, ...]:
    """The groups with an incident in a cell on a supplied day up to the as-of."""
    columns = [panel.row_of[day] for day in supplied if day <= as_of]
    by_slot = np.asarray(panel.counts[:, columns].sum(axis=1))
    numbers = by_slot.reshape(len(panel.categories), -1).sum(axis=1)
    some = {c for c, n in zip(panel.categories, numbers, strict=True) if n}
    return tuple(group for group in groups if some & set(group.categories))
