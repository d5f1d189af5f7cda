"""What has been erased: by a keyed hash, so that nobody learns a reference from it.

Without the key a reference could be found by trying: they are short and in order. What
retention removes has no tombstone, so that it can be taken again.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from transforms.errors import LakeError
from transforms.homes.feed_settings import PRIVATE
from transforms.lake.storage import flush_folder, make_folder, replace_flushed
from transforms.records.home_key import HomeKey


@dataclass(frozen=True)
class Tombstones:
    """The keyed hashes of erased references, and a removal that is going on."""

    root: Path
    key: HomeKey
    least: Callable[[], int] = lambda: 0  # how many there were, by the audit log

    def create(self) -> None:
        """A key of its own, and nothing refused."""
        self.root.mkdir(mode=PRIVATE)
        make_folder(self.key.path.parent)
        self.key.create()
        self._write({"references": [], "days": []})

    def mark(self, data: bytes) -> str:
        """The keyed hash of some bytes."""
        return self.key.mark(data)

    def of(self, reference: str) -> str:
        """The tombstone of a reference."""
        return self.mark(b"reference:" + reference.strip().encode())

    def all(self) -> frozenset[str]:
        """All tombstones."""
        return frozenset(self._refused()["references"])

    def days(self) -> list[tuple[date, date]]:
        """The spans of days that were erased, first and last."""
        return [
            (date.fromisoformat(first), date.fromisoformat(last))
            for first, last in self._refused()["days"]
        ]

    @property
    def count(self) -> int:
        """How many references and spans of days are refused: they never get fewer."""
        return _count(self._refused())

    def add(
        self, references: Iterable[str], days: tuple[date, date] | None = None
    ) -> None:
        """Refuse these references from now on; of those days, in drops taken again."""
        before = self._refused()
        marks = {self.of(reference) for reference in references}
        spans = [[str(day) for day in days]] if days else []
        together = {
            "references": sorted({*before["references"], *marks}),
            "days": before["days"] + [s for s in spans if s not in before["days"]],
        }
        if together != before:
            self._write(together)

    def begun(self) -> dict[str, Any] | None:
        """What an unfinished removal was to do."""
        path = self.root / "begun.json"
        return dict(json.loads(path.read_text())) if path.exists() else None

    def begin(self, what: dict[str, Any]) -> None:
        """Note that a removal has begun, for the next command if it is cut off."""
        replace_flushed(self.root / "begun.json", json.dumps(what))

    def end(self) -> None:
        """Note that it is done."""
        (self.root / "begun.json").unlink(missing_ok=True)
        flush_folder(self.root)

    def renew_form(self) -> None:
        """Seal what an older hexbeat wrote; the renewed key is written last."""
        if self.key.is_old:
            self._write(self._refused())
            self.key.renew_form()
        self._of_old.unlink(missing_ok=True)

    @property
    def _of_old(self) -> Path:
        return self.root / "tombstones"

    def _refused(self) -> dict[str, Any]:
        """References and days; `LakeError` where the list is not as it was written.

        A list that is gone or shortened would let what was erased come back. An older
        copy bears a seal as well: it has fewer entries than there were.
        """
        path, least = self.root / "refused.json", self.least()
        if self.key.is_old:
            old = self._of_old
            references = old.read_text().split() if old.exists() else []
            return {"references": sorted(references), "days": []}
        try:
            refused = dict(json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError):
            refused = {}
        if refused.pop("seal", None) != self._seal(refused):
            raise LakeError(
                f"{path} is gone, not as it was written, or of another key, and what"
                " was erased could come back: bring it back from a backup"
            )
        if _count(refused) < least:
            raise LakeError(
                f"{path} is an older copy ({_count(refused):,} entries, {least:,} by"
                " the audit log), and what was erased since could come back: bring the"
                " newest back, or the whole home from one backup, and erase again what"
                " was erased since"
            )
        return refused

    def _write(self, refused: dict[str, Any]) -> None:
        sealed = refused | {"seal": self._seal(refused)}
        replace_flushed(self.root / "refused.json", json.dumps(sealed))

    def _seal(self, refused: dict[str, Any]) -> str:
        return self.mark(b"refused:" + json.dumps(refused, sort_keys=True).encode())


def _count(refused: dict[str, Any]) -> int:
    return len(refused["references"]) + len(refused["days"])
