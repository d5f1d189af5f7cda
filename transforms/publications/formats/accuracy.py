"""The files that say how well the scores have done: backtest, kept forecasts."""

from pathlib import Path

from transforms.backtests.report import calibration
from transforms.publications.edition.cells import rounded
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.schemas import PUBLISHED_HISTORY


def write_accuracy(edition: Edition, path: Path) -> None:
    """Each contestant's share of next month's crime; no file without a backtest."""
    if len(edition.accuracy):
        write_csv(rounded(edition.accuracy), path)


def write_calibration(edition: MonthEdition, path: Path) -> None:
    """Expected and observed incidents, and how often the interval contained them."""
    if len(rows := calibration(edition.accuracy_rows)):
        write_csv(rounded(rows), path)


def write_accuracy_history(edition: MonthEdition, path: Path) -> None:
    """How each published forecast did, as first counted; never rewritten."""
    rows = edition.history.select(PUBLISHED_HISTORY.names)
    order = [
        (name, "ascending") for name in ("as_of", "force", "run_id", "crime_group")
    ]
    write_csv(rows.cast(PUBLISHED_HISTORY).sort_by(order), path)
