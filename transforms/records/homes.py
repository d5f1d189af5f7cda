"""The home of one force's own feed: made, opened, and used by one command at a time."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from transforms.checksums import file_sha256
from transforms.errors import UsageError
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.mapping_file import read_mapping
from transforms.forces import DEMO_FORCES
from transforms.home import SETTINGS_FILE, Home, open_feed_home
from transforms.home_feed import PRIVATE, HomeFeed
from transforms.lake import Lake
from transforms.records.audit import AuditLog
from transforms.records.raw_drops import RawDrops
from transforms.records.tombstones import Tombstones
from transforms.storage import is_remote, located, replace_flushed


_MAPPING = "mapping.toml"


@dataclass(frozen=True)
class ForceHome:
    """A home of a force's own feed, with what is in it."""

    home: Home
    feed: HomeFeed
    mapping: ForceMapping
    mapping_sha256: str

    @property
    def force(self) -> str:
        """The force whose feed it is."""
        return self.mapping.force

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
        return Tombstones(self.home.root / "erasure")

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        return AuditLog(self.home.root / "audit.jsonl")

    def source_of(self, asked: str | None) -> str:
        """Where its drops come from: as asked, else as its settings say."""
        source = asked or self.feed.source
        if source is None:
            raise UsageError(
                f"{self.home.root}: no source; name one, or write it as source in the"
                " [feed] of its hexbeat.toml"
            )
        return source

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes this home meanwhile; the kernel lets go of a kill."""
        with (self.home.root / "feed.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


def open_force_home(address: str | Path) -> ForceHome:
    """The home at that folder, its mapping read; `UsageError` where it is none."""
    home = open_feed_home(address)
    if home.feed is None:  # as mypy sees it
        raise UsageError(f"{home.root} is no home of a force's own feed")
    text = mapping_text(home.feed.mapping)
    mapping = read_mapping(text, str(home.feed.mapping))
    return ForceHome(home, home.feed, mapping, sha256(text.encode()).hexdigest())


def create_force_home(address: str | Path, mapping: Path, source: str | None) -> Path:
    """A new home for the feed that a mapping reads, closed to others; its folder.

    Raises `UsageError` for a mapping that is none, and a folder that holds anything.
    """
    root = located(address)
    if is_remote(root):
        raise UsageError(f"{root}: a force's own feed lives in a local folder alone")
    text = mapping_text(mapping)
    read = read_mapping(text, str(mapping))
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(f"{root} is there already: give the feed a new folder")
    root.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    root.chmod(PRIVATE)
    Tombstones(root / "erasure").create()
    replace_flushed(root / _MAPPING, text)
    # last: it makes the folder a home; JSON's texts are TOML's
    feed = f"mapping = {json.dumps(_MAPPING)}\n"
    feed += f"source = {json.dumps(source)}\n" if source else ""
    kind = '[home]\nregistry = "demo"\n\n' if read.force in DEMO_FORCES else ""
    replace_flushed(root / SETTINGS_FILE, f"{kind}[feed]\n{feed}")
    return root


def mapping_text(path: Path) -> str:
    """The text of a mapping's file."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not a readable text file") from error
