"""What a run scores, after which as-of it names hot spots, and what it drops."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from transforms.lake.lake import Lake
from transforms.lake.schemas import DAY_SCORES, plain
from transforms.reference.clocks import Clock
from transforms.reference.days import DAYS, Day
from transforms.scores.hotspots import Spots
from transforms.scores.stage import Stage, bring_up_to_date


IN_SEQUENCE = replace(DAYS, in_sequence=True)  # as months are
FIRST = Day.parse("2025-01-06")
_STAGE_S_OWN = ("force", "as_of", "inputs_sha256")
A_ROW = pa.table(
    {
        field.name: pa.array(["0"]).cast(plain(field).type)
        for field in DAY_SCORES
        if field.name not in _STAGE_S_OWN
    }
)


def run(
    lake: Lake,
    wanted: dict[int, str],
    unscored: Collection[int] = (),
    rescore: bool = False,
    clock: Clock = IN_SEQUENCE,
) -> list[tuple[int, int | None]]:
    """The days that were scored, numbered from the first, and the one before each."""
    calls: list[tuple[int, int | None]] = []

    def score(day: Day, before: Day | None, _: Spots) -> tuple[pa.Table, Spots]:
        numbered = None if before is None else before.since(FIRST)
        calls.append((day.since(FIRST), numbered))
        return A_ROW, {}

    stage = Stage(
        table="day_scores",
        force="kent",
        clock=clock,
        as_of=FIRST + max(wanted),
        wanted={FIRST + day: mark for day, mark in wanted.items()},
        unscored=[FIRST + day for day in unscored],
        score=score,
    )
    done, _ = bring_up_to_date(lake, lake.pinned(), stage, rescore)
    assert done == [str(FIRST + day) for day, _ in calls]
    return calls


def stored(lake: Lake) -> list[int]:
    as_ofs = [file.partition["as_of"] for file in lake.files("day_scores", "kent")]
    return sorted(Day.parse(as_of).since(FIRST) for as_of in as_ofs)


def test_only_what_rests_on_other_inputs_is_scored(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert run(lake, {0: "a", 1: "a"}) == [(0, None), (1, 0)]
    assert run(lake, {0: "a", 1: "a"}) == []
    assert run(lake, {0: "a", 1: "b"}) == [(1, 0)]
    assert run(lake, {0: "a", 1: "b"}, rescore=True) == [(0, 0), (1, 0)]


def test_hot_spots_are_named_after_the_newest_as_of_before_or_else_their_own(
    tmp_path: Path,
) -> None:
    lake = Lake(tmp_path)
    assert run(lake, {5: "a"}) == [(5, None)]
    assert run(lake, {9: "a"}) == [(9, 5)]  # days between were never scored
    assert run(lake, {9: "b"}) == [(9, 5)]
    assert run(lake, {5: "b"}) == [(5, 5)]
    assert run(lake, {2: "a"}) == [(2, None)]
    assert run(lake, {7: "a", 9: "c"}) == [(7, 5), (9, 7)]


def test_an_as_of_that_is_scored_alone_keeps_its_own_names(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert run(lake, {5: "a"}, clock=DAYS) == [(5, None)]
    assert run(lake, {9: "a"}, clock=DAYS) == [(9, 5)]
    assert run(lake, {9: "b"}, clock=DAYS) == [(9, 9)]
    assert run(lake, {7: "a"}, clock=DAYS) == [(7, 5)]


def test_as_ofs_that_a_run_no_longer_keeps_are_dropped(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    run(lake, {0: "a", 1: "a", 27: "a"})
    assert stored(lake) == [0, 1, 27]
    assert run(lake, {27: "a"}, unscored=[1, 3]) == []
    assert stored(lake) == [0, 27]
    run(lake, {29: "a"})
    assert stored(lake) == [0, 27, 29]  # the newest stored kept it until now
    run(lake, {30: "a"})
    assert stored(lake) == [27, 29, 30]
    run(lake, {0: "b"})  # an old day, and the newest stored
    assert stored(lake) == [0, 27, 29, 30]


def test_of_as_ofs_scored_alone_the_newest_are_kept_at_any_rhythm(
    tmp_path: Path,
) -> None:
    lake = Lake(tmp_path)
    weeks = [7 * week for week in range(30)]
    for day in weeks:
        run(lake, {day: "a"}, clock=DAYS)
    assert stored(lake) == weeks[-28:]
    assert run(lake, {3: "a"}, clock=DAYS) == [(3, None)]  # older than all kept
    assert stored(lake) == [3, *weeks[-28:]]
    assert run(lake, {3: "a"}, clock=DAYS) == []
    assert stored(lake) == [3, *weeks[-28:]]
    run(lake, {weeks[-1] + 1: "a"}, clock=DAYS)
    assert stored(lake) == [*weeks[-27:], weeks[-1] + 1]
