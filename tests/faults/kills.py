"""kill -9 at random moments, and at each named point: then the same command again."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.children import begun, done
from tests.faults.held import Held, compare, is_torn, what_is_held
from tests.faults.journey import travel
from tests.faults.made_source import shared_source
from tests.faults.outcomes import Outcome
from transforms.lake.crash_points import CRASH_POINTS, arm, listen


AT_ONCE = 2


@dataclass(frozen=True)
class Undisturbed:
    """A journey that nobody disturbs."""

    held: Held
    seconds: float
    points: Counter[str] = field(default_factory=Counter)  # how often it came to each


@cache
def undisturbed() -> Undisturbed:
    """What it leaves, how long it takes, and where it passes."""
    with TemporaryDirectory() as name:
        first, second = Path(name) / "first", Path(name) / "second"
        points = done(None, _counted, first, shared_source())
        held = done(None, what_is_held, first)
        before = time.monotonic()  # all is imported now
        done(None, travel, second, shared_source())
        return Undisturbed(held, time.monotonic() - before, points)


def random_kills(kills: int, chained: int, broken: str | None = None) -> Outcome:
    """So many kills at random moments, `chained` of them in the life of one home."""
    outcome = Outcome("kill -9 at a random moment of a stage")
    seeds = count()
    undisturbed()

    def go_on(_: int) -> None:
        while outcome.injected < kills and not outcome.manual:
            _random_life(next(seeds), chained, broken, outcome)

    _each(go_on, range(AT_ONCE))
    return outcome


def named_kills(times: int | None, broken: str | None = None) -> Outcome:
    """A kill at each named point: so many times a point, each in a home of its own.

    With None they are all in the lives of few homes, one after another.
    """
    outcome = Outcome(f"kill -9 at each of {len(CRASH_POINTS)} named points")
    passed = undisturbed().points
    if times is None:
        _chained_lives(broken, outcome)
        return outcome
    wanted = [
        f"{name}:{nth}"
        for name, often in sorted(passed.items())
        for nth in sorted({1 + often * part // times for part in range(times)})
    ]
    _each(lambda where: _life([where], broken, outcome), wanted)
    return outcome


def _each(work: Callable[..., None], over: Sequence[object]) -> None:
    undisturbed()  # before the clock runs for others
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, over))


def _random_life(seed: int, kills: int, broken: str | None, outcome: Outcome) -> None:
    dice = random.Random(f"life {seed}")  # noqa: S311 (not a secret)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(kills):
            child = begun(broken, travel, folder, shared_source())
            time.sleep(dice.uniform(0, undisturbed().seconds / (0.8 + kills / 3)))
            if not child.kill():
                break  # it had come to its end
            outcome.injected += 1
            outcome.torn += is_torn(folder)
        _recover(folder, broken, outcome)


def _life(points: Sequence[str], broken: str | None, outcome: Outcome) -> None:
    """Be killed at those points, one after another."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for where in points:
            child = begun(broken, _travel_to, where, folder, shared_source())
            if child.ended():
                outcome.injected += 1
                outcome.torn += is_torn(folder)
        _recover(folder, broken, outcome)


def _chained_lives(broken: str | None, outcome: Outcome) -> None:
    """All points in two homes, each in the order in which a journey comes to them."""
    names = list(undisturbed().points)
    # once more where a release revises what is held, which the first does not
    at = names.index("publication-listed") + 1
    names[at:at] = ["rows-landed", "rows-landed"]  # in either home
    with ThreadPoolExecutor(AT_ONCE) as pool:
        halves = [names[::2], names[1::2]]
        list(pool.map(lambda half: _life(half, broken, outcome), halves))


def _recover(folder: Path, broken: str | None, outcome: Outcome) -> None:
    """The same command again, and all after it; then what is held is held against."""
    try:
        before = time.monotonic()
        done(broken, _next_command, folder, shared_source())
        outcome.seconds.append(time.monotonic() - before)
        done(broken, travel, folder, shared_source())
        held = done(None, what_is_held, folder)
    except RuntimeError as error:
        outcome.manual += 1
        outcome.notes.append(str(error)[:200])
        return
    compare(held, undisturbed().held, outcome)


def _counted(folder: Path, source: Path) -> Counter[str]:
    """A journey that notes the points that it passes."""
    passed: Counter[str] = Counter()
    listen(lambda name: passed.update([name]))
    travel(folder, source)
    return passed


def _travel_to(where: str, folder: Path, source: Path) -> None:
    arm(where)
    travel(folder, source)


def _next_command(folder: Path, source: Path) -> None:
    """The command that was cut off, and no more."""
    journal = folder / "journal"
    at = journal.stat().st_size if journal.exists() else 0
    travel(folder, source, at + 1)
