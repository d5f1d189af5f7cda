"""`python -m tests.whole_run FOLDER`: everything that hexbeat computes, in small.

Made-up feeds, monthly and daily, from their first byte to publications of both: for
`tests/test_same_bytes.py`, which runs it as one processor and as another.
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather

from tests.transforms.scores.days.made_records import as_timed, scored_day
from transforms.backtests.days.origins import backtest_days, origins_of
from transforms.backtests.days.report import accuracy
from transforms.backtests.origins import backtest_force
from transforms.day_publications.edition import DayInputs
from transforms.feeds.police_uk import street
from transforms.homes.home import create_demo_home
from transforms.incidents.ingest import ingest_force
from transforms.lake.data_files import read_files
from transforms.lake.tables import TABLES
from transforms.publications.public.publish import publish_public
from transforms.publications.publish import place, publish
from transforms.reference.coverage import PeriodCoverage
from transforms.reference.days import Day, day_clock
from transforms.reference.forces import FORCES
from transforms.reference.months import Month, month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.days.panel import day_panel
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force
from transforms.simulator import simulate
from transforms.simulator.timed import simulate_timed, write_drops


RECEIVED_AT = datetime(2026, 1, 2, tzinfo=UTC)
METHOD = METHODS[DEFAULT_METHOD]
FIRST_DAY, DAYS = date(2025, 6, 2), 120


def of_months(folder: Path) -> None:
    """The public feed: a release, its scores, a backtest, both tiers."""
    simulate(folder / "source", size=0.05, months=18)
    months = month_range(Month(2024, 1), Month(2025, 6))
    home, feed = create_demo_home(folder / "home"), street
    members = feed.members(folder / "source")
    for force in home.registry.values():
        ingest_force(home.lake, feed, force, members, months, RECEIVED_AT)
        score_force(home.lake, force, months[-1], METHOD, home.scoring)
        backtest_force(home.lake, force, months[-3:-2], home.scoring)  # every method
        for table in ("scores", "accuracy"):
            held = read_files(home.lake.files(table, force.id), TABLES[table])
            keep(folder / f"{table} {force.id}", held)
    done = publish(home, months[-1], METHOD)
    publish_public(home, done.edition)


def of_days(folder: Path) -> None:
    """A force's own feed: drops, the scores of a day, a backtest, a publication."""
    truth = simulate_timed(3, FIRST_DAY, DAYS, 0.1)
    write_drops(truth, folder / "drops", "csv")
    records, force, scoring = as_timed(truth), FORCES["kent"], Scoring()
    days = month_range(Day.of(FIRST_DAY), Day.of(FIRST_DAY) + (DAYS - 1))
    panel = day_panel(records, days, force.id, scoring)
    scores = scored_day(panel, days)
    clock = day_clock(7)
    origins = origins_of(days, clock, None, None)[-3:]
    found = list(backtest_days(panel, days, origins, clock))
    (folder / "day_accuracy").write_text("\n".join(map(repr, accuracy(found))))
    inputs = DayInputs(
        force=force,
        as_of=days[-1],
        method=METHOD,
        scoring=scoring,
        scores=scores,
        scores_hmac="b" * 64,
        records=records,
        coverage={day: PeriodCoverage(day, "supplied") for day in days},
        overrides={},
        accuracy=[],
        accepted=[],
        drops=["a" * 64],
    )
    place(folder / "days", days[-1], inputs.identity, inputs.edition)


def keep(file: Path, table: pa.Table) -> None:
    """A table with every digit that it has."""
    feather.write_feather(table, file, compression="uncompressed")


if __name__ == "__main__":
    of_months(Path(sys.argv[1]))
    of_days(Path(sys.argv[1]))
