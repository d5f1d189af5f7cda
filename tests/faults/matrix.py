"""The experiments, and how much of each is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.faults.flips import bit_flips, cut_logs
from tests.faults.kills import named_kills, random_kills
from tests.faults.order import order_of_flushes
from tests.faults.outcomes import Outcome
from tests.faults.patrolled import patrol_kills
from tests.faults.readers import many_readers, many_writers
from tests.faults.through_prefect import prefect_kills


Experiment = Callable[[str | None], Outcome]  # of a build that is broken so, or of ours


@dataclass(frozen=True)
class Sizes:
    """How often each fault is injected."""

    kills: int
    chained_kills: int  # in the life of one home
    named_times: int | None  # a kill at each point that often; None: all in two homes
    patrol_kills_every: int  # so-manieth time that a point is passed
    prefect_kills: int
    readers: int
    publishes: int
    commits: int
    flips: int
    cut_kinds: int
    commands: int  # of which the order of flushes is watched


FULL = Sizes(180, 2, 3, 1, 20, 50, 100, 500, 300, 4, 15)
SHORT = Sizes(2, 2, None, 11, 0, 10, 5, 20, 18, 0, 4)
SEEN = Sizes(
    3, 1, None, 3, 1, 10, 15, 40, 90, 1, 15
)  # enough for a broken build to show


def matrix(sizes: Sizes) -> Mapping[str, Experiment]:
    """Every experiment by its short name."""
    return {
        "random": lambda b: random_kills(sizes.kills, sizes.chained_kills, b),
        "named": lambda b: named_kills(sizes.named_times, b),
        "patrols": lambda b: patrol_kills(sizes.patrol_kills_every, b),
        "prefect": lambda b: prefect_kills(sizes.prefect_kills, b),
        "readers": lambda b: many_readers(sizes.readers, sizes.publishes, b),
        "writers": lambda b: many_writers(sizes.commits, b),
        "flips": lambda b: bit_flips(sizes.flips, b),
        "cuts": lambda b: cut_logs(sizes.cut_kinds, b),
        "order": lambda b: order_of_flushes(sizes.commands, b),
    }
