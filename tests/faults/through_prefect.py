"""kill -9 of the command with its flows, tasks and server, and the same one again."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.kills import AT_ONCE
from tests.faults.outcomes import Outcome
from tests.flows.servers import ROOT, clean_environment, with_database
from transforms.homes.home import create_demo_home, open_home
from transforms.homes.runs.seal import latest_run
from transforms.incidents.coverage import entries
from transforms.operations.verify import verify
from transforms.simulator import simulate


_DONE_SECONDS = 300
_RANGE = ("--all-forces", "--from", "2025-01", "--to", "2025-12")
What = tuple[str | None, list[tuple[str, ...]], int]


def prefect_kills(kills: int, broken: str | None = None) -> Outcome:
    """So many backfills killed at a random moment, each in a home of its own."""
    outcome = Outcome("kill -9 of a backfill through Prefect")
    with TemporaryDirectory() as name:
        source = Path(name) / "source"
        simulate(source, size=0.1)
        whole, seconds = _undisturbed(Path(name) / "whole", source)

        def kill(number: int) -> None:
            dice = random.Random(f"prefect {number}")  # noqa: S311
            after = dice.uniform(0.2, 1.0) * seconds
            _one(Path(name) / str(number), source, after, whole, broken, outcome)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(kill, range(kills)))
    return outcome


def _undisturbed(folder: Path, source: Path) -> tuple[What, float]:
    home = _new_home(folder)
    before = time.monotonic()
    _finish(_started(home, source, None))
    return _what_is_held(home), time.monotonic() - before


def _one(
    folder: Path,
    source: Path,
    after: float,
    whole: What,
    broken: str | None,
    outcome: Outcome,
) -> None:
    home = _new_home(folder)
    process = _started(home, source, broken)
    time.sleep(after)
    if process.poll() is None:
        outcome.injected += 1
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    before = time.monotonic()
    try:
        _finish(_started(home, source, broken))
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        outcome.manual += 1
        outcome.notes.append(str(error)[-200:])
        return
    outcome.seconds.append(time.monotonic() - before)
    found = _what_is_held(home)
    outcome.lost += max(0, whole[2] - found[2]) + len(set(whole[1]) - set(found[1]))
    outcome.duplicated += max(0, found[2] - whole[2])
    outcome.torn += found[0] != whole[0] or bool(verify(open_home(home)).differs)


def _new_home(folder: Path) -> Path:
    home = create_demo_home(folder / "home").root
    with_database(home / "prefect")
    return home


def _started(home: Path, source: Path, broken: str | None) -> subprocess.Popen[str]:
    code = "from flows.command.cli import main; main()"
    if broken:
        apply = f"from tests.faults.broken import BROKEN; BROKEN[{broken!r}].apply()"
        code = f"{apply}; {code}"
    command = [sys.executable, "-c", code, "backfill", *_RANGE]
    return subprocess.Popen(
        [*command, "--home", str(home), "--source", str(source)],
        env=clean_environment(), cwd=ROOT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _finish(process: subprocess.Popen[str]) -> None:
    _, err = process.communicate(timeout=_DONE_SECONDS)
    if process.returncode != 0 or "Traceback" in err:
        raise RuntimeError(err)


def _what_is_held(home: Path) -> What:
    opened = open_home(home)
    ledger = [
        (e.force, e.feed, e.month, e.release, e.observed, str(e.raw_sha256))
        for e in entries(opened.lake.read("coverage"))
    ]
    rows = opened.lake.read("incidents").num_rows
    return latest_run(opened.publications), ledger, rows
