"""What the kept publications rest on: a file that one of them names stays."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transforms.errors import LakeError
from transforms.homes.runs.seal import TIER
from transforms.homes.runs.seal_check import provenance_of


_NAMED = {"inputs", "scores", "backtests"}


@dataclass(frozen=True)
class RestsOn:
    """The data files of the lake and the raw files that publications name."""

    marks: frozenset[tuple[str, str, str]]  # (force, month or as-of, mark of the file)
    contents: frozenset[str]  # SHA-256 of score files

    @property
    def raw(self) -> set[str]:
        """The hashes of their raw files; those of backtests among them do no harm."""
        return {mark for _, _, mark in self.marks}


def rests_on(publications: Path, without: Collection[str] = ()) -> RestsOn:
    """What all runs that have their files rest on, but for those named.

    Raises `LakeError` where a run cannot say it: then nothing may be removed.
    """
    marks: set[tuple[str, str, str]] = set()
    contents: set[str] = set()
    for tier in sorted(publications.glob(f"runs/[0-9]*/{TIER}")):
        run = tier.parent.name
        if run in without:
            continue
        facts = provenance_of(tier)
        if facts is None or not facts.keys() >= _NAMED:
            raise LakeError(
                f"run {run}: its provenance.json is damaged or of an older hexbeat, so"
                " that nobody knows what it rests on; bring it back from a backup, or"
                " move the run away; nothing was removed"
            )
        marks |= _marks(facts)
        contents |= set(facts["scores"].values())
    return RestsOn(frozenset(marks), frozenset(contents))


def _marks(facts: dict[str, Any]) -> set[tuple[str, str, str]]:
    backtests = {(force, as_of, mark) for force, as_of, mark in facts["backtests"]}
    inputs = {(i["force"], i["month"], i["raw_sha256"]) for i in facts["inputs"]}
    return backtests | inputs
