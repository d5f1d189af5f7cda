"""The summary of a run: for the terminal, for `--json` and for the Prefect UI."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

from transforms.plain_text import plain_values


Outcome = Literal["done", "nothing to do", "gaps", "failed"]
QUORUM_SHARE = 0.8
QUORUM_FROM_FORCES = 5
_LEAST = 40  # characters of a reason
_FEWEST_TOLD = 3  # reasons, however little room there is; of others, the names
# In order of weight: a run of several stages ends as the worst of them.
EXIT_CODES: dict[Outcome, int] = {
    "nothing to do": 0,
    "done": 0,
    "gaps": 3,
    "failed": 1,
}


@dataclass(kw_only=True)
class Summary:
    """The account of one stage: what was done, and one line for each failure."""

    OF: ClassVar[tuple[str, str]] = ("force", "forces")  # what is asked for
    stage: str
    asked: list[str] = field(default_factory=list)  # forces
    failed: dict[str, str] = field(default_factory=dict)  # force: one line why
    lost: list[str] = field(default_factory=list)  # failed with nothing to show
    notes: list[str] = field(default_factory=list)  # passed over, and why
    facts: dict[str, Any] = field(default_factory=dict)
    changed: bool = False
    stages: list[dict[str, Any]] = field(default_factory=list)  # of a run of several

    def add(self, account: dict[str, Any]) -> None:
        """Take in a stage's account."""
        self.stages.append(account)
        self.failed |= {
            f"{account['stage']} {what}": why for what, why in account["failed"].items()
        }
        self.notes += [n for n in account["notes"] if n not in self.notes]
        self.changed |= account["changed"]

    @property
    def outcome(self) -> Outcome:
        """Done, with gaps, or failed: under the quorum the run has failed.

        A force with a refused file, and others that landed, is a gap but is not lost.
        """
        if self.stages:
            return max((s["outcome"] for s in self.stages), key=list(EXIT_CODES).index)
        if not self.failed:
            return "done" if self.changed else "nothing to do"
        good = len(self.asked) - len(self.lost)
        enough = (
            QUORUM_SHARE * len(self.asked)
            if len(self.asked) >= QUORUM_FROM_FORCES
            else 1
        )
        return "gaps" if good >= enough else "failed"

    def headline(self, most: int) -> str:
        """What was published and what failed, in a line of so many characters."""
        parts = [*_work_of(self.stages or [{"facts": self.facts}]), *self._gaps(most)]
        return _cut("; ".join(parts) or self.outcome, most)

    def _gaps(self, most: int) -> list[str]:
        """How many things failed, and of as many as there is room for, why."""
        if not self.failed:
            return []
        number = len(self.failed)
        if self.failed.keys() <= set(self.asked) and "publication" not in self.asked:
            how_many = f"{number} of {counted(len(self.asked), *self.OF)}"
        else:
            how_many = counted(number, "gap", "gaps")
        told = list(self.failed.items())[: max(_FEWEST_TOLD, most // 2 // _LEAST)]
        room = most if len(told) == number else most // 2  # the rest is for names
        each = max(_LEAST, room // len(told))
        said = [
            _cut(why if why.startswith(what.split()[-1]) else f"{what}: {why}", each)
            for what, why in told
        ]
        if rest := [what.split()[-1] for what in self.failed][len(told) :]:
            said.append(f"and {len(rest):,} more: {', '.join(rest)}")
        return [f"{how_many}: {'; '.join(said)}"]

    def as_json(self) -> dict[str, Any]:
        """The account as plain values, whose texts are plain lines."""
        account: dict[str, Any] = plain_values(asdict(self))
        return account | {"outcome": self.outcome}


class OfProgrammes(Summary):
    """The account of a stage that is about programmes."""

    OF = ("programme", "programmes")


def _work_of(stages: list[dict[str, Any]]) -> Iterator[str]:
    """What was read and what was published, of the stages that say so."""
    for stage in stages:
        facts = stage["facts"]
        if files := facts.get("files"):
            yield f"{counted(files, 'file', 'files')} read"
        if facts.get("created"):
            yield f"{facts['run_id']} published"


def counted(number: int, one: str, more: str) -> str:
    """So many, such as `1 drop is` or `1,200 drops are`."""
    return f"{number:,} {one if number == 1 else more}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
