"""The order of what is forced to disk: data, log, folders, and the ledger last."""

import json
import os
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.children import done
from tests.faults.journey import travel
from tests.faults.made_source import shared_source
from tests.faults.outcomes import Outcome
from transforms.lake.crash_points import listen


Event = tuple[str, str]  # flushed, renamed or a point; the path, or the point's name


def order_of_flushes(commands: int, broken: str | None = None) -> Outcome:
    """Every commit and every rename of so many commands, as the system calls came."""
    outcome = Outcome("power loss: order of fsync in each commit and rename")
    with TemporaryDirectory() as name:
        seen = done(broken, _watched, Path(name), shared_source(), commands)
    outcome.injected = seen["steps"]
    outcome.lost = seen.total() - seen["steps"]
    outcome.notes = [f"{what}: {n}" for what, n in seen.items() if what != "steps"]
    return outcome


def _watched(folder: Path, source: Path, commands: int) -> Counter[str]:
    """A journey's commits and renames, and by what they break how many of them do."""
    watch = Watch(folder)
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        watch.flushed.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))

    os.fsync = fsync
    sys.addaudithook(watch.renamed)
    listen(watch.passed)
    travel(folder, source, commands)
    watch.at_end()
    return watch.seen


class Watch:
    """What is on disk for certain, as far as fsync has been called for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.flushed: set[str] = set()
        self.seen: Counter[str] = Counter()
        self.known: set[Path] = set()  # log entries
        self.unsafe: set[Path] = set()  # log entries whose commit is not yet over
        self.open_renames: set[str] = set()  # folders that a name has come to
        self.busy = False

    def renamed(self, event: str, args: tuple[object, ...]) -> None:
        """A file gets its name: its bytes must be safe by then."""
        if event != "os.rename" or self.busy:
            return
        old, new = Path(str(args[0])), Path(str(args[1]))
        if not new.is_relative_to(self.folder) or not old.is_file():
            return
        self.seen["steps"] += 1
        if str(old) not in self.flushed:
            self.seen["renamed before it was flushed"] += 1
        self.flushed.discard(str(new.parent))
        self.open_renames.add(str(new.parent))

    def passed(self, point: str) -> None:
        """A point of the journey."""
        if point == "commit-made":
            self._commit_made()
        elif point == "commit-flushed":
            self.seen["log entry not flushed"] += sum(
                str(entry) not in self.flushed or str(entry.parent) not in self.flushed
                for entry in self.unsafe
            )
            self.unsafe.clear()
        elif point == "commit-decided":
            logs = {str(entry.parent) for entry in self.known}
            self.flushed -= logs  # each new entry has to be made safe anew
            self.at_end()

    def _commit_made(self) -> None:
        lake = self.folder / "home" / "lake"
        new = set(lake.glob("*/_delta_log/*.json")) - self.known
        self.known |= new
        for entry in new:
            actions = [json.loads(line) for line in entry.read_bytes().splitlines()]
            added = [action["add"]["path"] for action in actions if "add" in action]
            self.seen["steps"] += bool(added)
            table = entry.parent.parent
            for path in added:
                file = table / path
                folders = [f for f in file.parents if f.is_relative_to(lake)]
                safe = all(str(f) in self.flushed for f in (file, *folders))
                self.seen["data file not flushed"] += not safe
            self.unsafe.add(entry)
            if table.name == "coverage" and added:
                self._rows_are_safe(actions, lake)

    def _rows_are_safe(self, actions: list[dict[str, object]], lake: Path) -> None:
        """The ledger's commit comes after that of the rows which it tells of."""
        entries = [
            entry for entry in self.known if entry.parent.parent != lake / "coverage"
        ]
        tables = {entry.parent.parent.name for entry in entries}
        self.seen["ledger before its rows"] += "incidents" not in tables or any(
            str(entry) not in self.flushed for entry in entries
        )

    def at_end(self) -> None:
        """By now, every folder that a name has come to must be safe."""
        self.seen["renamed, folder not flushed"] += len(
            self.open_renames - self.flushed
        )
        self.open_renames.clear()
