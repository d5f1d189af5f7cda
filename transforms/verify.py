"""Verification: a publication and all that it was made from, hashed again.

Three layers, each held against what the next one said of it: the published files, the
lake's data files, and the raw files. Nothing is changed, and nothing is trusted.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from transforms.checksums import damage, file_sha256, where
from transforms.errors import FileRejectedError, ForceError, LakeError, UsageError
from transforms.home import Home
from transforms.lake import TABLES
from transforms.ledger import force_coverage, forces_held
from transforms.raw_check import RawCheck
from transforms.seal import TIER, json_text, pointer_to, sums_text


_RUN_ID = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9a-f]{12}")
_SUM = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")


@dataclass
class Verified:
    """What verifying found."""

    run_id: str | None = None
    checked: Counter[str] = field(default_factory=Counter)  # files hashed, by layer
    differs: list[str] = field(default_factory=list)  # one line each
    notes: list[str] = field(default_factory=list)  # what could not be looked at

    @property
    def whole(self) -> bool:
        """Whether everything that could be looked at is as it was written."""
        return not self.differs


def verify(
    home: Home,
    run_id: str | None = None,
    source: Path | None = None,
    release: str | None = None,
) -> Verified:
    """Hash a publication again, the one pointed at or that run, and what it rests on.

    `source` is where raw files may still be; `release` as ingest takes it.
    """
    found = Verified(run_id)
    _check_pointer(home, found)
    if found.run_id is None:
        return found
    folder = home.publications / "runs" / found.run_id
    if not (folder / TIER).is_dir():
        if run_id:
            raise UsageError(f"there is no publication {run_id} in {home.publications}")
        found.differs.append(f"latest.json: it names {found.run_id}, which is gone")
        return found
    for tier in sorted(folder.iterdir()):
        _check_tier(tier, found)
    try:
        if _check_lake(home, found):
            told = _provenance(folder / TIER, found).get("inputs", [])
            _check_raw(RawCheck(home, source, release), told, found)
        else:
            found.notes.append("raw files: not looked at, the ledger is damaged")
    except LakeError as error:
        found.differs.append(f"lake: {error}")
    return found


def _check_pointer(home: Home, found: Verified) -> None:
    """latest.json against the manifest; it names the run where none is asked for."""
    if found.run_id and not _RUN_ID.fullmatch(found.run_id):
        raise UsageError(f"{found.run_id!r} is not a run: write one as in latest.json")
    pointer = home.publications / "latest.json"
    if not pointer.exists():
        if found.run_id is None:
            raise UsageError(f"there is no publication in {home.publications} yet")
        found.notes.append("latest.json: absent")
        return
    named = _parsed(pointer).get("run_id")
    if not isinstance(named, str) or not _RUN_ID.fullmatch(named):
        found.differs.append("latest.json: it names no run")
        return
    if found.run_id in (None, named):
        found.run_id = named
        found.checked["published"] += 1
        manifest = home.publications / "runs" / named / TIER / "manifest.json"
        version = str(_parsed(manifest).get("schema_version"))
        digest = sha256(_bytes(manifest)).hexdigest()
        if _bytes(pointer) != json_text(pointer_to(named, digest, version)).encode():
            found.differs.append("latest.json: it does not fit the manifest")


def _check_tier(tier: Path, found: Verified) -> None:
    """Every file against SHA256SUMS and the manifest; none extra, none missing."""
    there = {
        path.relative_to(tier).as_posix(): file_sha256(path)
        for path in tier.rglob("*")
        if path.is_file()
    }
    found.checked["published"] += len(there)
    there.pop("SHA256SUMS", None)
    text = _bytes(tier / "SHA256SUMS").decode(errors="replace")
    sums = {name: digest for digest, name in _SUM.findall(text)}
    if not sums or sums_text(sums) != text:
        found.differs.append(f"{tier.name}/SHA256SUMS: it is not as it was written")
    manifest = _parsed(tier / "manifest.json")
    if manifest.get("run_id") != found.run_id:
        found.differs.append(f"{tier.name}/manifest.json: it is not of this run")
    listed = {"manifest.json": there.get("manifest.json", "")} | {
        f["path"]: f["sha256"]
        for f in manifest.get("files", ())
        if isinstance(f, dict) and {"path", "sha256"} <= f.keys()
    }
    said = {"SHA256SUMS": sums, "manifest.json": listed}
    for name in sorted(there.keys() | sums.keys() | listed.keys()):
        if what := _difference(name, there.get(name), said):
            found.differs.append(f"{tier.name}/{name}: {what}")


def _difference(
    name: str, digest: str | None, said: dict[str, dict[str, str]]
) -> str | None:
    """How one file is not what the lists of its tier say, in one line."""
    lists = [by for by, names in said.items() if name in names]
    if digest is None:
        return f"missing, though listed in {' and '.join(lists)}"
    if len(lists) < len(said):
        unlisted = " and ".join(by for by in said if by not in lists)
        return f"extra, not listed in {unlisted}"
    wrong = [by for by in lists if said[by][name] != digest]
    return f"its SHA-256 is not the one in {' and '.join(wrong)}" if wrong else None


def _provenance(tier: Path, found: Verified) -> dict[str, Any]:
    """What the run was made from, if that is still what its name was made of."""
    facts = _parsed(tier / "provenance.json")
    named = facts.pop("run_id", None)
    text = json.dumps(facts, sort_keys=True)
    if str(named).rpartition("-")[2] != sha256(text.encode()).hexdigest()[:12]:
        found.differs.append("provenance.json: the run's name is not the hash of it")
        return {}
    return facts


def _check_lake(home: Home, found: Verified) -> bool:
    """Every live data file against its hash; whether the ledger can be read.

    If it can, the ledger is held against the lake as well.
    """
    for name in TABLES:
        for file in home.lake.files(name):
            found.checked["lake"] += 1
            if what := damage(file):
                found.differs.append(f"lake {name} {where(file)}: {what}")
    if any(line.startswith("lake coverage") for line in found.differs):
        return False
    for force in forces_held(home.lake, home.registry):
        try:
            force_coverage(home.lake, force)
        except ForceError as error:
            found.differs.append(f"lake {error}")
    return True


def _check_raw(
    check: RawCheck, inputs: Iterable[dict[str, Any]], found: Verified
) -> None:
    """The raw files of the run, where they are still to be had."""
    try:
        check.members  # noqa: B018  a source that cannot be listed is told once
    except FileRejectedError as error:
        found.differs.append(f"source {error}")
        return
    for told in inputs:
        if told["raw_sha256"] is None:
            continue
        named = f"raw {told['force']} {told['month']} of release {told['release']}"
        try:
            digest = check.sha256_of(told)
        except FileRejectedError as error:
            found.differs.append(f"{named}: {error}")
            continue
        if digest is None:
            found.checked["raw not held here"] += 1
            continue
        found.checked["raw"] += 1
        if digest != told["raw_sha256"]:
            found.differs.append(f"{named}: its SHA-256 is not the one it was read by")


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _parsed(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(_bytes(path))
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
