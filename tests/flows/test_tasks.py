"""The ingest task, without a server: every kind of file, the street's first."""

from pathlib import Path
from typing import Any

from prefect.logging import disable_run_logger

from flows.tasks import ingest_one
from tests.builders import (
    kent_csv,
    outcome,
    outcomes_csv,
    release_zip,
    stop,
    stops_csv,
)
from transforms.forces import FORCES
from transforms.home import open_home
from transforms.request import resolve


STREET = {("kent", "2024-01"): kent_csv("2024-01", 5)}
STOPS = {
    ("kent", "2024-01", "stop-and-search"): stops_csv([stop(), stop(date="never")])
}
OUTCOMES = ("kent", "2024-01", "outcomes")


def ingested(folder: Path, files: dict[tuple[str, ...], bytes]) -> dict[str, Any]:
    """The account of the task, a failed one's too."""
    release_zip(folder, "2024-04", files)
    request = resolve(folder, FORCES, ["kent"])
    with disable_run_logger():
        result = ingest_one.fn(folder / "home", "kent", request)
    return result if isinstance(result, dict) else result.data


def test_the_account_counts_by_feed_and_itself_counts_incidents(tmp_path: Path) -> None:
    account = ingested(tmp_path, STREET | STOPS | {OUTCOMES: outcomes_csv([outcome()])})
    assert (account["files"], account["rows_in"]) == (1, 5)
    assert [(name, c["rows_in"]) for name, c in account["feeds"].items()] == [
        ("police_uk", 5),
        ("police_uk_outcomes", 1),
        ("police_uk_stop_and_search", 2),
    ]
    stops = account["feeds"]["police_uk_stop_and_search"]
    assert stops["quarantined_by_rule"] == {"date": 1}


def test_a_refused_outcomes_file_fails_the_task_and_nothing_else(
    tmp_path: Path,
) -> None:
    account = ingested(tmp_path, STREET | STOPS | {OUTCOMES: b"<html>busy</html>\n"})
    assert "2024-01-kent-outcomes.csv, line 1" in account["failed"]
    assert account["rows_accepted"] == 5
    lake = open_home(tmp_path / "home").lake
    assert len(lake.read("incidents")) == 5
    assert len(lake.read("stops")) == 1
