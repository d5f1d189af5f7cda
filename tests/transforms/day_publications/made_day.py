"""A day to publish: 400 days of a force's made-up records, all at noon."""

from pathlib import Path

from tests.transforms.scores.days.made_records import FIRST, scored_day, some_records
from transforms.day_publications.edition import DayInputs
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.publish import Placed, place
from transforms.reference.coverage import PeriodCoverage
from transforms.reference.days import Day
from transforms.reference.forces import FORCES
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.days.panel import day_panel
from transforms.scores.methods import METHODS


DAYS = month_range(FIRST, FIRST + 399)
COVERAGE: dict[Day, PeriodCoverage[Day, None]] = {
    day: PeriodCoverage(day, "supplied") for day in DAYS
}
RECORDS = some_records(1, 400, 1500)


def made_inputs() -> DayInputs:
    """What the publication of the last day is made from."""
    scoring = Scoring()
    panel = day_panel(RECORDS, DAYS, "kent", scoring)
    return DayInputs(
        force=FORCES["kent"],
        as_of=DAYS[-1],
        method=METHODS["point_exposure"],
        scoring=scoring,
        scores=scored_day(panel, DAYS),
        scores_hmac="b" * 64,
        records=RECORDS,
        coverage=COVERAGE,
        overrides={},
        accuracy=[],
        accepted=[],
        drops=["a" * 64],
    )


def published(folder: Path, edition: DayEdition) -> Placed:
    """That edition, in a folder of publications."""
    return place(folder, edition.as_of, edition.rests_on, lambda: edition)
