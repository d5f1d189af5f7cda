"""Readers who follow the pointer while publications come, and writers of one table."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.builders import kent_csv, member
from tests.faults.children import LONG_SECONDS, begun, done
from tests.faults.journey import METHOD, travel
from tests.faults.made_source import RELEASES, shared_source
from tests.faults.outcomes import Outcome
from transforms.feeds.police_uk import street
from transforms.feeds.police_uk.street import sift
from transforms.homes.home import open_any_layout
from transforms.lake.lake import Lake
from transforms.publications.formats.registry import FORMATS
from transforms.publications.publish import publish
from transforms.reference.forces import FORCES
from transforms.reference.months import Month, month_range


_READERS_A_PROCESS = 10
_WRITERS = 4
_PUBLISHED = 4  # commands of a journey up to its first publication
_ROWS = 3


def many_readers(readers: int, publishes: int, broken: str | None = None) -> Outcome:
    """So many readers during so many publications."""
    outcome = Outcome(f"{readers} readers during {publishes} publications (reads)")
    with TemporaryDirectory() as name:
        folder = Path(name)
        done(None, travel, folder, shared_source(), _PUBLISHED)
        processes = -(-readers // _READERS_A_PROCESS)
        children = [
            begun(None, _read_on, folder, min(readers, _READERS_A_PROCESS))
            for _ in range(processes)
        ]
        try:
            publisher = begun(broken, _publish_on, folder, publishes)
            made = publisher.result(LONG_SECONDS)
        except RuntimeError as error:
            made = 0
            outcome.notes.append(str(error))
        (folder / "stop").touch()
        seen: Counter[str] = sum((c.result() for c in children), Counter())
    outcome.injected = seen["reads"]
    outcome.torn = seen["torn"]
    outcome.lost = publishes - made
    outcome.notes.append(f"{seen['runs']} different runs were seen by their readers")
    return outcome


def _publish_on(folder: Path, publishes: int) -> int:
    """Publish that often, something else each time."""
    for name in set(FORMATS) - {"hotspot_cells.csv", "hotspots.csv", "provenance.json"}:
        if name != "hotspot_cells.parquet":
            del FORMATS[name]
    home = open_any_layout(folder / "home")
    made = set()
    for number in range(publishes):
        street.ATTRIBUTION = f"publication {number}"
        run = publish(home, Month.parse(RELEASES[0]), METHOD)
        assert run.created and run.pointed
        made.add(run.run_id)
    return len(made)


def _read_on(folder: Path, readers: int) -> Counter[str]:
    with ThreadPoolExecutor(readers) as pool:
        looks = [pool.submit(_read_until_stopped, folder) for _ in range(readers)]
        return sum((look.result() for look in looks), Counter())


def _read_until_stopped(folder: Path) -> Counter[str]:
    publications = folder / "home" / "publications"
    seen: Counter[str] = Counter()
    runs = set()
    while not (folder / "stop").exists():
        seen["reads"] += 1
        try:
            runs.add(_read(publications))
        except (OSError, ValueError, KeyError, AssertionError):
            seen["torn"] += 1
        time.sleep(0.05)
    seen["runs"] = len(runs)
    return seen


def _read(publications: Path) -> str:
    """One publication as its users are told to read it: the pointer, then all of it."""
    pointer = json.loads((publications / "latest.json").read_bytes())
    manifest = (publications / pointer["manifest"]).read_bytes()
    assert sha256(manifest).hexdigest() == pointer["manifest_sha256"]
    for file in json.loads(manifest)["files"]:
        data = (publications / pointer["path"] / file["path"]).read_bytes()
        assert sha256(data).hexdigest() == file["sha256"]
    return str(pointer["run_id"])


def many_writers(commits: int, broken: str | None = None) -> Outcome:
    """So many commits to one table by four processes at once."""
    outcome = Outcome(f"commits of {_WRITERS} writers at once to one table")
    each = commits // _WRITERS
    forces = sorted(FORCES)[:_WRITERS]
    with TemporaryDirectory() as name:
        root = Path(name) / "lake"
        before = time.monotonic()
        children = [begun(broken, _write_on, root, force, each) for force in forces]
        for child in children:
            try:
                outcome.injected += child.result(LONG_SECONDS)
            except RuntimeError as error:
                outcome.injected += each
                outcome.notes.append(str(error))
        took = time.monotonic() - before
        held = done(None, _partitions, root)
    wanted = Counter({(force, str(m)): _ROWS for force in forces for m in _span(each)})
    outcome.lost = (wanted - held).total()
    outcome.duplicated = (held - wanted).total()
    outcome.notes.append(f"{outcome.injected / took:.0f} commits a second")
    return outcome


def _span(count: int) -> list[Month]:
    return month_range(Month(2000, 1), Month(2000, 1) + (count - 1))


def _write_on(root: Path, force: str, commits: int) -> int:
    lake = Lake(root)
    rows = sift(kent_csv("2024-01", _ROWS), member(), FORCES["kent"]).accepted
    for month in _span(commits):
        file = lake.write("incidents", {"force": force, "month": str(month)}, rows)
        lake.commit("incidents", force, [file], [str(month)])
    return commits


def _partitions(root: Path) -> Counter[tuple[str, str]]:
    """The rows of each partition."""
    lake = Lake(root)
    lake.refuse_damaged_log("incidents")
    held: Counter[tuple[str, str]] = Counter()
    for file in lake.files("incidents"):
        held[file.partition["force"], file.partition["month"]] += file.rows
    return held
