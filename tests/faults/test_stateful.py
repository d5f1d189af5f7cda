"""A small lake in any order of events, crashes among them, against a plain model.

HEXBEAT_TEST_ORDERS says how many; a few short ones in every run.
"""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.builders import kent_csv, months, release_zip
from transforms.errors import UsageError
from transforms.feeds.police_uk import street
from transforms.homes.home import open_home
from transforms.homes.runs.catalog import runs, withdraw
from transforms.homes.runs.seal import latest_run
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import force_coverage
from transforms.lake.crash_points import CRASH_POINTS, listen
from transforms.operations.verify import verify
from transforms.publications.formats.registry import FORMATS
from transforms.publications.publish import publish
from transforms.reference.forces import FORCES
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


A_FEW = 4
EXAMPLES = int(os.environ.get("HEXBEAT_TEST_ORDERS", A_FEW))
KENT, FEED, METHOD = FORCES["kent"], street, METHODS[DEFAULT_METHOD]
WHEN = datetime(2024, 7, 1, tzinfo=UTC)
SPAN = months("2024-01", 4)
FEW = {"hotspot_cells.parquet", "hotspots.csv", "provenance.json"}
ROWS = st.integers(6, 12)
POINTS = st.sampled_from(CRASH_POINTS)


class Crash(BaseException):
    """The process ends here, as far as the code is concerned."""


class AnyOrder(RuleBasedStateMachine):
    """The home, and what it should hold: rows by month, of the newest release."""

    @initialize(rows=st.lists(ROWS, min_size=4, max_size=4))
    def begin(self, rows: list[int]) -> None:
        """A first release, landed."""
        self.folder = Path(mkdtemp(prefix="hexbeat-order-"))
        self.home = open_home(self.folder / "home")
        self.releases: dict[int, dict[Month, int]] = {}
        self.held: dict[Month, tuple[int, int]] = {}  # release, rows
        self.withdrawn: set[str] = set()
        self._release(10, rows)
        self._landed(10, SPAN)

    def teardown(self) -> None:
        """Leave nothing behind."""
        listen(None)
        shutil.rmtree(getattr(self, "folder", ""), ignore_errors=True)

    @rule(rows=st.lists(ROWS, min_size=4, max_size=4))
    def newer_release(self, rows: list[int]) -> None:
        """All months revised."""
        number = max(self.releases) + 1
        self._release(number, rows)
        self._landed(number, SPAN)

    @rule(rows=st.lists(ROWS, min_size=4, max_size=4))
    def older_release(self, rows: list[int]) -> None:
        """One that comes late changes nothing."""
        number = min(self.releases) - 1
        if number > 0:
            self._release(number, rows)
            self._landed(number, SPAN)

    @rule(rows=st.lists(ROWS, min_size=4, max_size=4), last=st.integers(1, 3))
    def backfill_part(self, rows: list[int], last: int) -> None:
        """A newer release, of which only the first months are asked for."""
        number = max(self.releases) + 1
        self._release(number, rows)
        self._landed(number, SPAN[:last])

    @rule(rows=st.lists(ROWS, min_size=4, max_size=4), point=POINTS)
    def crash_in_ingest(self, rows: list[int], point: str) -> None:
        """A crash while a newer release lands; the same command again."""
        number = max(self.releases) + 1
        self._release(number, rows)
        self._crashing(point, lambda: self._ingest(number, SPAN))
        self._landed(number, SPAN)

    @rule(point=POINTS)
    def crash_in_publishing(self, point: str) -> None:
        """A crash while scores or a publication are made."""
        self._crashing(point, self._publish)

    @rule()
    def publish_now(self) -> None:
        """What is out says what is held; the same again is the same."""
        run = self._publish()
        assert self._publish() == run
        if run not in self.withdrawn:
            assert latest_run(self.home.publications) == run

    @precondition(lambda self: self._out())
    @rule(point=st.none() | POINTS)
    def take_back(self, point: str | None) -> None:
        """Withdraw the run that is pointed at, over a crash or not."""
        run = str(latest_run(self.home.publications))

        def withdrawing() -> None:
            withdraw(self.home, run, "wrong", WHEN)

        if point is not None and not self._crashing(point, withdrawing):
            self.withdrawn.add(run)
            return
        try:
            withdrawing()
        except UsageError as error:  # the crash came when all was done
            assert "withdrawn already" in str(error)
        self.withdrawn.add(run)
        assert latest_run(self.home.publications) != run

    @invariant()
    def as_the_model_says(self) -> None:
        """Rows of each month, and nothing but them; what is out is whole."""
        if not hasattr(self, "home"):
            return
        covered = force_coverage(self.home.lake, KENT)
        files = self.home.lake.files("incidents", "kent")
        held = {Month.parse(f.partition["month"]): f.rows for f in files}
        assert held == {month: rows for month, (_, rows) in self.held.items()}
        assert len(files) == len(held)
        assert {month: c.entry.release for month, c in covered.items() if c.entry} == {
            month: _name(release) for month, (release, _) in self.held.items()
        }
        if latest_run(self.home.publications):
            found = verify(self.home).differs
            assert [line for line in found if not line.startswith("catalog")] == []
        told = {run.run_id for run in runs(self.home.publications) if run.withdrawn}
        assert self.withdrawn <= told

    def _release(self, number: int, rows: list[int]) -> None:
        self.releases[number] = dict(zip(SPAN, rows, strict=True))
        files = {
            ("kent", str(month)): kent_csv(str(month), count)
            for month, count in self.releases[number].items()
        }
        release_zip(self.folder / str(number), _name(number), files)

    def _ingest(self, number: int, span: list[Month]) -> None:
        members = FEED.members(self.folder / str(number))
        done = ingest_force(self.home.lake, FEED, KENT, members, span, WHEN)
        assert done.error is None, done.error
        assert done.rejected == []

    def _landed(self, number: int, span: list[Month]) -> None:
        self._ingest(number, span)
        for month in span:
            if number >= self.held.get(month, (0, 0))[0]:
                self.held[month] = number, self.releases[number][month]

    def _publish(self) -> str:
        score_force(self.home.lake, KENT, SPAN[-1], METHOD, self.home.scoring)
        kept = dict(FORMATS)
        try:
            for name in kept.keys() - FEW:
                del FORMATS[name]
            return publish(self.home, SPAN[-1], METHOD).run_id
        finally:
            FORMATS.clear()
            FORMATS.update(kept)

    def _crashing(self, point: str, work: Callable[[], object]) -> bool:
        """Whether the work came to that point, and died there."""

        def crash(name: str) -> None:
            if name == point:
                raise Crash

        listen(crash)
        try:
            work()
        except Crash:
            return True
        finally:
            listen(None)
        return False

    def _out(self) -> bool:
        return hasattr(self, "home") and latest_run(self.home.publications) is not None


def _name(number: int) -> str:
    """A release's name: all of them lie after the months that they hold."""
    return str(Month(2024, 6) + number)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=8 if EXAMPLES == A_FEW else 15,
    deadline=None,
    derandomize=EXAMPLES == A_FEW,
)
