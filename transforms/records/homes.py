"""The home of one force's own feed: made, opened, and used by one command at a time."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

from transforms.errors import UsageError
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.mapping_file import read_mapping
from transforms.homes.chained_log import CREATE, ChainedLog
from transforms.homes.feed_settings import ERASURE, KEY, PRIVATE, HomeFeed
from transforms.homes.home import SETTINGS_FILE, Home, open_feed_home
from transforms.homes.home_paths import home_path
from transforms.homes.private import keep_to_the_owner
from transforms.lake.addresses import refuse_secrets
from transforms.lake.checksums import file_sha256
from transforms.lake.lake import Lake
from transforms.lake.storage import is_remote, replace_flushed
from transforms.plain_text import plain
from transforms.records.home_key import HomeKey
from transforms.records.raw_drops import RawDrops
from transforms.records.tombstones import Tombstones
from transforms.reference.forces import DEMO_FORCES
from transforms.reference.groups import CrimeGroup
from transforms.reference.own_groups import own_groups, unknown_kind
from transforms.reference.toml_files import text_of


_MAPPING = "mapping.toml"
_AUDIT = "audit.jsonl"
_LOCK = "feed.lock"
_REFUSED = "refused"  # of the audit log's lines: how many erasures are known


def _in_silence(_: str) -> None:
    """Nobody is there to read why a command waits."""


@dataclass(frozen=True)
class ForceHome:
    """A home of a force's own feed, with what is in it."""

    home: Home
    feed: HomeFeed
    mapping: ForceMapping
    mapping_sha256: str
    waits: Callable[[str], None] = _in_silence  # is given a line before it waits

    @property
    def force(self) -> str:
        """The force whose feed it is."""
        return self.mapping.force

    @cached_property
    def groups(self) -> tuple[CrimeGroup, ...]:
        """The groups that its settings name, which are scored beside the shipped."""
        return own_groups(self.feed.groups, self.mapping.calls.kinds)

    @property
    def lake(self) -> Lake:
        """The lake at its newest."""
        return self.home.lake

    @property
    def settings_sha256(self) -> str:
        """The SHA-256 of its settings, for the audit log."""
        return file_sha256(self.home.root / SETTINGS_FILE)

    @property
    def raw(self) -> RawDrops:
        """The drops' bytes."""
        return RawDrops(self.home.root / "raw" / "force_feed")

    @property
    def tombstones(self) -> Tombstones:
        """What has been erased."""
        key, least = HomeKey(self.feed.key), lambda: self.audit.newest(_REFUSED)
        return Tombstones(self.home.root / ERASURE, key, least)

    @property
    def audit(self) -> ChainedLog:
        """Who did what."""
        return ChainedLog(self.home.root / _AUDIT)

    def log(self, at: datetime, who: str, action: str, what: Mapping[str, Any]) -> None:
        """Add what was done to the audit log, and how many erasures are known by then.

        The count reveals an older copy of their list.
        """
        counted = {**what, _REFUSED: self.tombstones.count}
        self.audit.append(at, who, action, counted)

    def source_of(self, given: str | None) -> str:
        """Where its drops come from: as given, else as its settings say."""
        source = given or self.feed.source
        if source is None:
            raise UsageError(
                f"{self.home.root}: no source; name one, or write it as source in the"
                " [feed] of its hexbeat.toml"
            )
        return source

    @contextmanager
    def alone(self, doing: str) -> Iterator[None]:
        """Keep others from changing this home; the kernel unlocks it after a kill.

        `doing` is what those who wait are shown.
        """
        with (self.home.root / _LOCK).open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.waits(f"{self.force}: waiting for {_other(lock)}")
                fcntl.flock(lock, fcntl.LOCK_EX)
            lock.truncate(0)
            lock.write(doing)
            lock.flush()
            yield

    @contextmanager
    def changed(self, doing: str) -> Iterator[None]:
        """The same for what is to be in the audit log: refused where that is lost."""
        with self.alone(doing):
            self.audit.refuse_lost()
            yield


def _other(lock: TextIO) -> str:
    """What runs in a home, and since when: the lock's file was written at its start."""
    lock.seek(0)
    what = plain(lock.read()) or "another command"
    since = datetime.fromtimestamp(os.fstat(lock.fileno()).st_mtime, UTC)
    return f"{what}, which runs in this home since {since:%Y-%m-%d %H:%M:%S} UTC"


def open_force_home(
    address: str | Path, waits: Callable[[str], None] = _in_silence
) -> ForceHome:
    """The home at that folder, its mapping read; `UsageError` where it is none.

    `waits` is given one line when a command has to wait for another in this home.
    """
    home = open_feed_home(address)
    if home.feed is None:  # as mypy sees it
        raise UsageError(f"{home.root} is not a home of a force's own feed")
    text = text_of(home.feed.mapping)
    mapping = read_mapping(text, str(home.feed.mapping))
    if wrong := unknown_kind(home.feed.groups, mapping.calls.kinds):
        raise UsageError(f"{home.root / SETTINGS_FILE}: [feed.groups] {wrong}")
    sha = sha256(text.encode()).hexdigest()
    return ForceHome(home, home.feed, mapping, sha, waits)


def create_force_home(
    address: str | Path,
    mapping: Path,
    source: str | None,
    who: str,
    now: datetime,
    key: Path | None = None,
) -> Path:
    """A new home for the feed that a mapping reads, closed to others; its folder.

    Its key lies in it, or at `key`. Raises `UsageError` for a mapping that is none, and
    a folder that is not empty.
    """
    root = home_path(address)
    if is_remote(root):
        raise UsageError(f"{root}: a force's own feed lives in a local folder alone")
    refuse_secrets("source", source or "")  # it is written down below
    text = text_of(mapping)
    read = read_mapping(text, str(mapping))
    keep_to_the_owner()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(f"{root} is there already: give the feed a new folder")
    root.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    root.chmod(PRIVATE)
    place = key.resolve() if key else root / KEY
    Tombstones(root / ERASURE, HomeKey(place)).create()
    replace_flushed(root / _MAPPING, text)
    # before the folder is a home: so each home has a log, and one without has lost it
    what = {"force": read.force, "mapping_sha256": sha256(text.encode()).hexdigest()}
    ChainedLog(root / _AUDIT).append(now, who, CREATE, what)
    # last: it makes the folder a home; JSON's texts are TOML's
    feed = f"mapping = {json.dumps(_MAPPING)}\n"
    feed += f"source = {json.dumps(source)}\n" if source else ""
    feed += f"key = {json.dumps(str(place))}\n" if key else ""
    kind = '[home]\nregistry = "demo"\n\n' if read.force in DEMO_FORCES else ""
    replace_flushed(root / SETTINGS_FILE, f"{kind}[feed]\n{feed}")
    return root
