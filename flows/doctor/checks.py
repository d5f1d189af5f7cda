"""What `hexbeat doctor` checks: versions, settings, the home, the Prefect server.

Prefect is not imported: the doctor must be quick, and work even if Prefect is broken.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal
from uuid import uuid4

import httpx

from flows.doctor.finding import Finding
from flows.doctor.patrols import OTHERS, check_patrols
from flows.doctor.versions import PACKAGES, refusals
from flows.server.answers import Answer, ask
from flows.server.prefect_settings import prefect_folder
from flows.server.standing import (
    LOCK_FILE,
    is_locked,
    left_open,
    standing_api,
    use_standing,
)
from flows.settings import Settings, checked
from transforms.errors import ForceError, HexbeatError
from transforms.homes.home import Home, open_either_home, open_home
from transforms.homes.home_paths import home_path
from transforms.homes.runs.seal import latest_run
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.lake.addresses import AUTH_INSTEAD, refuse_secrets
from transforms.lake.storage import is_remote, is_store_error
from transforms.operations.log_repair import repair
from transforms.plain_text import plain
from transforms.programmes.programme import (
    all_programmes,
    open_programme,
    programmes_folder,
)
from transforms.programmes.register import Register
from transforms.records.homes import open_force_home


LOW_DISK_BYTES = 1 << 30


def examine(address: str | None, repairing: bool = False) -> Iterator[Finding]:
    """All findings about the home at that address; default: that of the settings.

    If `repairing`, damaged newest entries of the lake's logs are moved aside first.
    """
    settings = checked(Settings, {})
    root = home_path(address or settings.home)
    yield from check_versions(installed())
    yield Finding("ok", "home", f"{root}{'' if address else ' (HEXBEAT_HOME)'}")
    yield Finding("ok", "source", plain(settings.source or "none (HEXBEAT_SOURCE)"))
    yield Finding("ok", "workers", str(settings.workers))
    if repairing:
        yield from repaired(root)
    yield from check_home(root)
    yield from check_addresses(settings.source or "")
    yield from check_prefect(os.environ.get("PREFECT_API_URL"), root)


def installed() -> dict[str, str]:
    """The version of each package that matters, as its metadata says."""
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def check_versions(installed: dict[str, str]) -> Iterator[Finding]:
    """What is installed, what is not, and what does not go together."""
    listed = ", ".join(f"{package} {number}" for package, number in installed.items())
    yield Finding("ok", "versions", listed)
    for package in PACKAGES:
        if package not in installed:
            fix = "build the environment again with make"
            yield Finding("bad", "versions", f"{package} is not installed; {fix}")
    for line in refusals(installed):
        yield Finding("bad", "versions", line)


def repaired(root: Path) -> Iterator[Finding]:
    """What was moved aside of damaged logs, and what has to be done again."""
    try:
        for line in repair(open_home(root)):
            yield Finding("note", "repair", line)
    except HexbeatError as error:
        yield Finding("bad", "repair", str(error))


def check_home(root: Path) -> Iterator[Finding]:
    """Whether the home can be written, and what it contains."""
    room = list(_check_room(root)) if is_remote(root) or root.exists() else []
    yield from room
    if not any(found.level == "bad" for found in room) and not root.exists():
        yield Finding("note", "home", "does not exist yet; the first run creates it")
        return
    if is_remote(root) and any(found.level == "bad" for found in room):
        return  # nothing else can be read of it
    try:
        home = open_either_home(root)
        yield Finding("ok", "registry", home.registry_name)
        if home.feed:
            yield from _check_feed(home)
        yield from _check_lake(home)
        yield from _check_publications(home)
        yield from _check_public(home)
        yield from _check_programmes(home)
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
    except Exception as error:  # those of a store are its libraries' own
        if not (isinstance(error, OSError) or is_store_error(error)):
            raise
        why = getattr(error, "strerror", None) or error
        yield Finding("bad", "home", f"cannot be written: {plain(why)}")
    if not is_remote(root):
        free = shutil.disk_usage(root).free
        level: Literal["ok", "bad"] = "ok" if free >= LOW_DISK_BYTES else "bad"
        yield Finding(level, "disk", f"{free / 1e9:,.1f} GB free")


def _check_lake(home: Home) -> Iterator[Finding]:
    versions = home.lake.versions()
    for name in versions:
        home.lake.refuse_damaged_log(name)
    listed = ", ".join(f"{name} at {number}" for name, number in versions.items())
    first = "hexbeat feed pull" if home.feed else "hexbeat ingest"
    yield Finding("ok", "lake", listed or f"empty; run {first}")
    for force in stored_forces(home.lake, home.registry):
        try:
            force_coverage(home.lake, force)
        except ForceError as error:
            yield Finding("bad", "lake", str(error))


def _check_feed(home: Home) -> Iterator[Finding]:
    """What only a force's own feed has: a mapping, an audit log, removals."""
    feed = open_force_home(home.root)
    yield Finding("ok", "feed", f"of {feed.force}")
    audited = feed.audit.verify()
    if audited.fault:
        yield Finding("bad", "audit", audited.fault)
    else:
        yield Finding("ok", "audit", f"{audited.lines:,} lines, unchanged")
    if feed.tombstones.begun() is not None:
        text = "an erasure or retention was interrupted; hexbeat feed pull finishes it"
        yield Finding("note", "removal", text)


def _check_publications(home: Home) -> Iterator[Finding]:
    run = latest_run(home.publications)
    yield Finding("ok", "latest", run or "nothing published yet")
    for left in sorted((home.publications / "runs").glob(".tmp-*")):
        yield Finding(
            "note",
            "left over",
            f"{left}: an interrupted publication; hexbeat maintain will remove it",
        )


def check_addresses(source: str) -> Iterator[Finding]:
    """Addresses that contain a secret: every command refuses them."""
    url = os.environ.get("PREFECT_API_URL", "")
    for name, address, instead in (
        ("HEXBEAT_SOURCE", source, None),
        ("PREFECT_API_URL", url, AUTH_INSTEAD),
    ):
        try:
            refuse_secrets(name, address, instead)
        except HexbeatError as error:
            yield Finding("bad", "address", str(error))


def _check_public(home: Home) -> Iterator[Finding]:
    """The public tier: what was published, and what in it gives small counts away."""
    # Here, because its libraries load slowly, and most homes have no public tier.
    from transforms.publications.public import releases as public

    if forces := public.released_forces(home):
        text = "no other home, and no older copy of this one, may publish them"
        yield Finding("ok", "public tier", f"of {', '.join(forces)}; {text}")
    for line in public.altered(home):
        yield Finding("bad", "public tier", line)
    for run_id in public.exact_accuracy(home):
        text = "accuracy gives small counts away; withdraw it with hexbeat withdraw"
        yield Finding("bad", "public tier", f"run {run_id}: its table of {text}")
    for line in public.in_words(public.withheld(home)):
        yield Finding("note", "public tier", line)


def _check_programmes(home: Home) -> Iterator[Finding]:
    """Programmes: their register and files as they were, and none left half done."""
    if is_remote(home.root) or not programmes_folder(home).is_dir():
        return
    folder = programmes_folder(home)
    names = [of.name for of in all_programmes(home)]
    try:
        register = Register(home)
        standings = register.standings()
        for name in names:
            open_programme(home, name)
    except HexbeatError as error:
        yield Finding("bad", "programmes", str(error))
        return
    running = sum(bool(of.starts and not of.ends) for of in standings.values())
    text = f"{len(names)} as they were frozen, {running} running; register unchanged"
    yield Finding("ok", "programmes", text)
    if folder.stat().st_mode & OTHERS:
        text = f"{folder} can be opened by others: chmod 700 {folder}"
        yield Finding("bad", "programmes", text)
    for name in names:
        if name not in standings:
            text = f"{name} is not in the register: freeze it again by the same command"
            yield Finding("note", "programmes", text)
    for left in sorted(folder.rglob(".tmp-*")):
        text = f"{left}: cut off; hexbeat maintain will remove it"
        yield Finding("note", "left over", text)
    for name in names:
        yield from check_patrols(home, open_programme(home, name))


def check_prefect(url: str | None, root: Path) -> Iterator[Finding]:
    """Whether the server that commands use answers, and requires a password."""
    folder = prefect_folder(root)
    if left := left_open(folder):
        yield Finding("note", "prefect", left)
    if url:
        yield _check_answer(url)
        return
    try:
        if standing := standing_api(folder):
            use_standing(folder, standing)
            yield _check_answer(standing)
        elif is_locked(folder / LOCK_FILE):
            text = (
                "hexbeat up runs in this home, but its server does not answer: it is"
                f" starting, or see {folder / 'server.log'}; until then each command"
                " has a server of its own"
            )
            yield Finding("note", "prefect", text)
        else:
            text = "no PREFECT_API_URL and no hexbeat up: each command has its own"
            yield Finding("ok", "prefect", text)
    except HexbeatError as error:
        yield Finding("bad", "prefect", str(error))


def _check_answer(url: str) -> Finding:
    shown = plain(url)
    try:
        answer = ask(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        fix = "start the server, or unset PREFECT_API_URL"
        return Finding("bad", "prefect", f"{shown} does not answer ({error}); {fix}")
    if answer is Answer.OPEN:
        fix = "set its PREFECT_SERVER_API_AUTH_STRING (deploy/README.md)"
        return Finding("bad", "prefect", f"{shown} {answer.value}; {fix}")
    level: Literal["ok", "bad"] = "ok" if answer is Answer.TAKES_OURS else "bad"
    return Finding(level, "prefect", f"{shown} {answer.value}")
