"""One tier of a publication compared with its own seal."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from transforms.homes.runs.seal import sums_text
from transforms.lake.checksums import file_sha256


_SUM = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")


def check_tier(tier: Path, run_id: str) -> tuple[int, list[str]]:
    """How many files were hashed, and a line for each that is not as sealed.

    Compares every file with SHA256SUMS and the manifest; reports extra and missing
    ones.
    """
    there = {
        path.relative_to(tier).as_posix(): file_sha256(path)
        for path in tier.rglob("*")
        if path.is_file()
    }
    files = len(there)
    there.pop("SHA256SUMS", None)
    differs = []
    text = content(tier / "SHA256SUMS").decode(errors="replace")
    sums = {name: digest for digest, name in _SUM.findall(text)}
    if not sums or sums_text(sums) != text:
        differs.append(f"{tier.name}/SHA256SUMS: it is not as it was written")
    manifest = parsed(tier / "manifest.json")
    if manifest.get("run_id") != run_id:
        differs.append(f"{tier.name}/manifest.json: it is not of this run")
    # the manifest cannot contain its own hash
    listed = {"manifest.json": there.get("manifest.json", "")} | {
        f["path"]: f["sha256"]
        for f in manifest.get("files", ())
        if isinstance(f, dict) and {"path", "sha256"} <= f.keys()
    }
    stated = {"SHA256SUMS": sums, "manifest.json": listed}
    differs += [
        f"{tier.name}/{name}: {what}"
        for name in sorted(there.keys() | sums.keys() | listed.keys())
        if (what := _difference(name, there.get(name), stated))
    ]
    return files, differs


def _difference(
    name: str, digest: str | None, stated: dict[str, dict[str, str]]
) -> str | None:
    """How one file differs from the lists of its tier, in one line."""
    lists = [by for by, names in stated.items() if name in names]
    if digest is None:
        return f"missing, though listed in {' and '.join(lists)}"
    if len(lists) < len(stated):
        unlisted = " and ".join(by for by in stated if by not in lists)
        return f"extra, not listed in {unlisted}"
    wrong = [by for by in lists if stated[by][name] != digest]
    return f"its SHA-256 is not the one in {' and '.join(wrong)}" if wrong else None


def provenance_of(tier: Path) -> dict[str, Any] | None:
    """What identifies the run; None if its name is not the hash of that."""
    facts = parsed(tier / "provenance.json")
    named = facts.pop("run_id", None)
    text = json.dumps(facts, sort_keys=True)
    if str(named).rpartition("-")[2] != sha256(text.encode()).hexdigest()[:12]:
        return None
    return facts


def inputs_of(tier: Path) -> list[dict[str, Any]] | None:
    """The files that the run was made from; None if that cannot be trusted."""
    facts = provenance_of(tier)
    return None if facts is None else list(facts.get("inputs", ()))


def content(path: Path) -> bytes:
    """A file's bytes; empty if it is missing."""
    return path.read_bytes() if path.is_file() else b""


def parsed(path: Path) -> dict[str, Any]:
    """A JSON file's object; an empty one if the file has none."""
    try:
        value = json.loads(content(path))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
