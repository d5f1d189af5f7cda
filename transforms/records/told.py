"""Which faults have been reported: each is news once, and a state from then on.

An unattended feed meets the same refused drop at every pull. It is a memory only: if it
is lost, what stands is reported again, and nothing else differs. It is written last, so
what a run that was cut off met is reported by the next. It is keyed, because it would
outlive an erasure.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from transforms.lake.storage import replace_flushed
from transforms.records.homes import ForceHome
from transforms.records.tombstones import Tombstones


_MEMORY = TypeAdapter(frozenset[str])


@dataclass
class Told:
    """What earlier runs have reported, and what stands now."""

    path: Path
    tombstones: Tombstones  # for their key
    before: frozenset[str]
    now: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, home: ForceHome, about: Literal["drops", "days"]) -> "Told":
        """What the home remembers; nothing where that cannot be read."""
        path = home.home.root / f"told-{about}.json"
        try:
            before = _MEMORY.validate_json(path.read_bytes())
        except (FileNotFoundError, ValueError):
            before = frozenset()
        return cls(path, home.tombstones, before)

    def knows(self, *fault: str) -> bool:
        """Whether an earlier run has reported that."""
        return self._mark(fault) in self.before

    def is_news(self, *fault: str) -> bool:
        """Whether no earlier run has reported that; it stands now."""
        self.now.add(self._mark(fault))
        return not self.knows(*fault)

    def write(self) -> None:
        """Remember what stands, and forget what does not any more."""
        if self.now != self.before:
            replace_flushed(self.path, json.dumps(sorted(self.now)))

    def _mark(self, fault: tuple[str, ...]) -> str:
        return self.tombstones.mark("\n".join(("told", *fault)).encode())
