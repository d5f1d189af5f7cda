"""Bits that turn, and logs that lose their end: found before anything rests on them."""

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from tests.faults.children import LONG_SECONDS, begun, done
from tests.faults.held import Held, compare, what_is_held
from tests.faults.journey import (
    FEED,
    METHOD,
    OF_A_RELEASE,
    OF_RELEASES,
    WHEN,
    travel,
)
from tests.faults.made_source import FORCES, RELEASES, SPAN, shared_source
from tests.faults.outcomes import Outcome
from transforms.errors import HexbeatError
from transforms.feeds.archive.members import read_member
from transforms.feeds.archive.raw import Raw
from transforms.homes.home import Home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.lake.tables import TABLES
from transforms.operations.log_repair import repair
from transforms.operations.verify import verify
from transforms.publications.publish import publish
from transforms.reference.months import Month


FOUND, HARMLESS, MISSED = "found", "harmless", "missed"
_KINDS = ("source", "raw", "data", "log", "published", "pointers")


def bit_flips(flips: int, broken: str | None = None) -> Outcome:
    """So many turned bits, over all kinds of file."""
    outcome = Outcome("one bit flipped in a raw, data, log or published file")
    with TemporaryDirectory() as name:
        folder = Path(name)
        done(None, travel, folder, shared_source(), OF_RELEASES)
        whole = done(None, what_is_held, folder)
        child = begun(broken, _flip_all, folder, flips, whole)
        seen = child.result(LONG_SECONDS)
    outcome.injected = seen.total()
    outcome.undetected = sum(
        n for (_, came), n in seen.items() if came.startswith(MISSED)
    )
    by_kind = [
        f"{kind}: {seen[kind, FOUND]} found, {seen[kind, HARMLESS]} harmless"
        for kind in _KINDS
    ]
    outcome.notes += by_kind
    outcome.notes += [f"{k} {c}" for k, c in seen if c not in (FOUND, HARMLESS)]
    return outcome


def _flip_all(folder: Path, flips: int, whole: Held) -> Counter[tuple[str, str]]:
    """What came of each flip, by kind of file."""
    seen: Counter[tuple[str, str]] = Counter()
    source = Path(shutil.copytree(shared_source(), folder / "source"))
    home = open_home(folder / "home")
    expected = _ingested(folder / "expected", source)
    kept = {path: path.read_bytes() for path in home.publications.glob("*.json")}
    for run in home.publications.glob("runs/*"):
        kept[run] = b""
    for number in range(flips):
        dice = random.Random(f"flip {number}")  # noqa: S311
        kind = _KINDS[number % len(_KINDS)]
        files = _files(kind, home, source)
        file = files[dice.randrange(len(files))]
        with _flipped(file, dice):
            if kind == "source":
                came = _source_verdict(folder / f"lake {number}", source, expected)
            else:
                came = _home_verdict(folder, home, whole)
        _reset(home, kept)
        seen[kind, came] += 1
    return seen


def _files(kind: str, home: Home, source: Path) -> list[Path]:
    lake, publications = home.root / "lake", home.publications
    match kind:
        case "source":
            return sorted(source.glob("*.zip"))
        case "raw":
            found = [
                *home.root.glob("raw/**/*.gz"),
                *home.root.glob("raw/*/names/**/*"),
            ]
        case "data":
            found = [Path(f.path) for name in TABLES for f in home.lake.files(name)]
        case "log":
            found = list(lake.glob("*/_delta_log/*.*"))
        case "published":
            found = list(publications.glob("runs/2024-06-*/internal/*"))
        case _:
            found = [*publications.glob("*.json"), lake / "layout.json"]
    return sorted(path for path in found if path.is_file())


@contextmanager
def _flipped(file: Path, dice: random.Random) -> Iterator[None]:
    data, mode = file.read_bytes(), file.stat().st_mode
    turned = bytearray(data)
    turned[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    file.chmod(0o644)
    file.write_bytes(turned)
    try:
        yield
    finally:
        file.write_bytes(data)
        file.chmod(mode)


def _home_verdict(folder: Path, home: Home, whole: Held) -> str:
    """Found is what publishing refuses, or verifying tells, before anyone reads it."""
    try:
        return _verdict(folder, home, whole)
    except HexbeatError:
        return FOUND
    except Exception as error:  # a traceback is no answer
        return f"{MISSED}: {type(error).__name__}"


def _verdict(folder: Path, home: Home, whole: Held) -> str:
    told = bool(verify(open_home(home.root)).differs)
    run = publish(open_home(home.root), Month.parse(RELEASES[-1]), METHOD)
    if run.failed or (told and not run.created):
        return FOUND
    if run.created:
        return MISSED
    outcome = Outcome("")
    compare(what_is_held(folder), whole, outcome)
    same = not (outcome.lost or outcome.duplicated)
    # other bytes that say the same: a name that leads nowhere is fetched anew
    same = same and all(_is_of_no_matter(note) for note in outcome.notes)
    return HARMLESS if same and _raw_is_right(home) else MISSED


def _reset(home: Home, kept: Mapping[Path, bytes]) -> None:
    """Take back what was published without a damaged force."""
    for run in home.publications.glob("runs/*"):
        if run not in kept:
            shutil.rmtree(run)
    for path, data in kept.items():
        if path.suffix == ".json":
            path.write_bytes(data)


def _is_of_no_matter(note: str) -> bool:
    """A kept raw file is judged by what it unpacks to, not by its frame."""
    return note.startswith("raw/")


def _raw_is_right(home: Home) -> bool:
    raw = Raw(home.root / "raw" / FEED.NAME)
    members = FEED.members(shared_source())
    return all(
        read_member(member) == read_member(replace(member, raw=raw))
        for member in members[:6]
    )


def _source_verdict(root: Path, source: Path, expected: list[object]) -> str:
    """A refused file, or a month told as missing; or the very rows."""
    try:
        rows = _ingested(root, source)
    except HexbeatError:
        return FOUND
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return HARMLESS if rows == expected else MISSED


def _ingested(root: Path, source: Path) -> list[object]:
    """The rows of a source in a new lake; an error where anything of it is refused."""
    home = open_home(root)
    members = FEED.members(source)
    wanted = {(force, str(m)) for force in FORCES for m in SPAN}
    for force in FORCES:
        run = ingest_force(home.lake, FEED, home.registry[force], members, SPAN, WHEN)
        if run.error or run.rejected:
            raise HexbeatError("refused")
    held = home.lake.files("incidents")
    if wanted - {tuple(f.partition.values()) for f in held}:
        raise HexbeatError("told as missing in the ledger")
    keys = ("force", "month", "raw_line")
    table = home.lake.read("incidents").sort_by([(key, "ascending") for key in keys])
    return [table.num_rows, *_texts(table)]


def _texts(table: pa.Table) -> list[str]:
    return [str(row) for row in table.to_pylist()]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda data: b"",
    "halved": lambda data: data[: len(data) // 2],
    "zeroed": lambda data: bytes(len(data)),
    "one line left": lambda data: data.partition(b"\n")[0],
}


def cut_logs(damages: int, broken: str | None = None) -> Outcome:
    """The newest log entry of each table damaged, and mended as is documented."""
    outcome = Outcome(
        "newest log entry of a table truncated, repaired by `hexbeat doctor --repair`",
        mended_by_hand=True,
    )
    with TemporaryDirectory() as name:
        whole = Path(name) / "whole"
        whole.mkdir()
        done(None, travel, whole, shared_source(), OF_RELEASES)
        held = done(None, what_is_held, whole)
        for what in list(DAMAGES)[:damages]:
            for table in TABLES:
                if (whole / "home" / "lake" / table).exists():
                    _cut(table, what, whole, held, broken, outcome)
    return outcome


def _cut(
    table: str,
    what: str,
    whole: Path,
    held: Held,
    broken: str | None,
    outcome: Outcome,
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(shutil.copytree(whole, Path(name) / "folder"))
        log = folder / "home" / "lake" / table / "_delta_log"
        entry = max(log.glob("*.json"))
        entry.write_bytes(DAMAGES[what](entry.read_bytes()))
        outcome.injected += 1
        try:
            told = done(broken, _mended, folder)
        except RuntimeError as error:
            outcome.notes.append(f"{table} {what}: {error}")
            outcome.torn += 1
            return
        outcome.undetected += not told
        outcome.manual += told
        compare(done(None, what_is_held, folder), held, outcome)


def _mended(folder: Path) -> bool:
    """Publish, which must be refused; repair; and the newest release again."""
    told = False
    try:
        publish(open_home(folder / "home"), Month.parse(RELEASES[-1]), METHOD)
    except HexbeatError as error:
        told = "--repair" in str(error)
    list(repair(open_home(folder / "home")))
    journal = folder / "journal"
    journal.write_bytes(b"." * (OF_RELEASES - OF_A_RELEASE))
    travel(folder, shared_source(), OF_RELEASES)
    return told
