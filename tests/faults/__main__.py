"""python -m tests.faults [--short] [--broken] [--write] [experiment …]."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.broken import BROKEN
from tests.faults.matrix import FULL, SEEN, SHORT, matrix
from tests.faults.outcomes import Outcome, table


_SLOW = ("prefect", "cuts")  # tests of their own have a few
DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"


def main() -> None:
    """Run what is asked for; exit code 1 where anything is not as it must be."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults")
    asked.add_argument("--short", action="store_true", help="some of each")
    asked.add_argument("--broken", action="store_true", help="of builds broken so")
    asked.add_argument("--write", action="store_true", help="to docs/reliability.md")
    asked.add_argument("names", nargs="*", help="experiments, or broken builds")
    given = asked.parse_args()
    if given.broken:
        missed = list(_of_broken_builds(given.names, given.write))
        sys.exit(f"not seen: {', '.join(missed)}" if missed else 0)
    bad = list(_of_ours(given.names, given.short, given.write))
    sys.exit(f"not as it must be: {', '.join(bad)}" if bad else 0)


def _of_ours(names: Sequence[str], short: bool, write: bool) -> Iterator[str]:
    """Run the matrix, writing after each experiment; the names of what went wrong."""
    found: list[Outcome] = []
    for name, experiment in matrix(SHORT if short else FULL).items():
        if (names and name not in names) or (short and name in _SLOW):
            continue
        before = time.monotonic()
        outcome = experiment(None)
        found.append(outcome)
        took = time.monotonic() - before
        _say(f"{outcome.row} {took:.0f} s; {'; '.join(outcome.notes[:8])}")
        if write:
            _put("matrix", table(found))
        if not outcome.clean:
            yield name


def _of_broken_builds(names: Sequence[str], write: bool) -> Iterator[str]:
    """Run what must see each broken build; what did not."""
    lines = ["| broken on purpose | seen by |", "|---|---|"]
    for name, build in BROKEN.items():
        if names and name not in names:
            continue
        seen = []
        for experiment in build.seen_by:
            try:
                outcome = matrix(SEEN)[experiment](name)
            except RuntimeError as error:  # it did not even come to a figure
                outcome = Outcome(experiment, notes=[str(error)])
            if outcome.clean:
                yield f"{name} by {experiment}"
            else:
                seen.append(experiment)
            _say(f"{name}: {outcome.row} {'; '.join(outcome.notes[:3])[:200]}")
        lines.append(f"| {build.what} | {', '.join(seen) or 'nothing'} |")
        if write:
            _put("broken", "\n".join(lines) + "\n")


def _put(part: str, text: str) -> None:
    """Put a table where the document has a place for it."""
    start, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(start)
    _, _, after = rest.partition(end)
    DOCUMENT.write_text(f"{before}{start}{text}{end}{after}", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
