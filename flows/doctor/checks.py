"""What `hexbeat doctor` looks at: versions, settings, the home, the Prefect server.

Prefect is asked for its version and not imported: the doctor must come quickly, and
even where Prefect itself is broken.
"""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import uuid4

from flows.console import checked
from flows.settings import Settings
from flows.versions import PACKAGES, refusals
from transforms.errors import ForceError, HexbeatError
from transforms.home import Home, open_home
from transforms.ledger import force_coverage, forces_held
from transforms.log_repair import repair
from transforms.seal import latest_run
from transforms.storage import is_remote, located


LOW_DISK_BYTES = 1 << 30
_PATIENCE_SECONDS = 3


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what is so, and whether that is good."""

    level: Literal["ok", "note", "bad"]
    about: str
    text: str


def examine(address: str | None, mend: bool = False) -> Iterator[Finding]:
    """All findings, of the home at that folder or of the settings' one.

    To `mend` is to put damaged newest log entries aside before it is looked at.
    """
    settings = checked(Settings, {})
    root = located(address or settings.home)
    yield from check_versions(installed())
    yield Finding("ok", "home", f"{root}{'' if address else ' (HEXBEAT_HOME)'}")
    yield Finding("ok", "source", _bare(settings.source or "none (HEXBEAT_SOURCE)"))
    yield Finding("ok", "workers", str(settings.workers))
    if mend:
        yield from mended(root)
    yield from check_home(root)
    yield check_prefect(os.environ.get("PREFECT_API_URL"))


def installed() -> dict[str, str]:
    """The version of each package that matters, as its metadata says."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def check_versions(held: dict[str, str]) -> Iterator[Finding]:
    """What is installed, what is not, and what does not go together."""
    listed = ", ".join(f"{package} {number}" for package, number in held.items())
    yield Finding("ok", "versions", listed)
    for package in PACKAGES:
        if package not in held:
            mend = "build the environment again with make"
            yield Finding("bad", "versions", f"{package} is not installed; {mend}")
    for line in refusals(held):
        yield Finding("bad", "versions", line)


def mended(root: Path) -> Iterator[Finding]:
    """What was put aside of damaged logs, and what that leaves to do again."""
    try:
        for line in repair(open_home(root)):
            yield Finding("note", "repair", line)
    except HexbeatError as error:
        yield Finding("bad", "repair", str(error))


def check_home(root: Path) -> Iterator[Finding]:
    """Whether the home can be written, and what it holds."""
    if not root.exists():
        yield Finding("note", "home", "does not exist yet; the first run makes it")
        return
    yield from _check_room(root)
    try:
        home = open_home(root)
        yield Finding("ok", "registry", home.registry_name)
        yield from _check_lake(home)
        yield from _check_publications(home)
    except HexbeatError as error:
        yield Finding("bad", "home", str(error))


def _check_room(root: Path) -> Iterator[Finding]:
    try:
        if is_remote(root):
            probe = root / f".doctor-{uuid4().hex[:8]}"
            probe.write_bytes(b"")
            probe.unlink()
        else:
            with tempfile.TemporaryFile(dir=root):
                pass
        yield Finding("ok", "home", "can be written")
    except OSError as error:
        yield Finding("bad", "home", f"cannot be written: {error.strerror or error}")
    if not is_remote(root):
        free = shutil.disk_usage(root).free
        level: Literal["ok", "bad"] = "ok" if free >= LOW_DISK_BYTES else "bad"
        yield Finding(level, "disk", f"{free / 1e9:,.1f} GB free")


def _check_lake(home: Home) -> Iterator[Finding]:
    versions = home.lake.versions()
    for name in versions:
        home.lake.refuse_damaged_log(name)
    listed = ", ".join(f"{name} at {number}" for name, number in versions.items())
    yield Finding("ok", "lake", listed or "empty; run hexbeat ingest")
    for force in forces_held(home.lake, home.registry):
        try:
            force_coverage(home.lake, force)
        except ForceError as error:
            yield Finding("bad", "lake", str(error))


def _check_publications(home: Home) -> Iterator[Finding]:
    run = latest_run(home.publications)
    yield Finding("ok", "latest", run or "nothing published yet")
    for left in sorted((home.publications / "runs").glob(".tmp-*")):
        yield Finding(
            "note",
            "left over",
            f"{left}: a cut-off publication; hexbeat maintain removes it in time",
        )


def check_prefect(url: str | None) -> Finding:
    """Whether someone answers at the Prefect address, if one is set."""
    if not url:
        return Finding("ok", "prefect", "no PREFECT_API_URL: each command has its own")
    shown = _bare(url)
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = parts.hostname or "", port
        with socket.create_connection(address, timeout=_PATIENCE_SECONDS):
            return Finding("ok", "prefect", f"{shown} answers")
    except (OSError, ValueError) as error:
        mend = "start the server, or unset PREFECT_API_URL"
        return Finding("bad", "prefect", f"{shown} does not answer ({error}); {mend}")


def _bare(address: str) -> str:
    """An address without user, password or query: those may be secrets."""
    if "://" not in address:
        return address
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"
