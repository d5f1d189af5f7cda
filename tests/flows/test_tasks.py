"""Tasks without a server: the accounts that flows and people get from them."""

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.logging import disable_run_logger

from flows import feed_tasks
from flows.publish_tasks import freeze_forecasts, judge_forecasts, publish_edition
from flows.run_stages import final
from flows.summary import Summary
from flows.tasks import Whole, backtest_one, ingest_one, left_out, score_one
from tests.builders import (
    kent_csv,
    months,
    outcome,
    outcomes_csv,
    release_zip,
    stop,
    stops_csv,
)
from transforms.homes.home import open_home
from transforms.incidents.request import resolve
from transforms.publications.layers import LayerFiles
from transforms.reference.forces import FORCES
from transforms.reference.groups import GROUPS
from transforms.scores.methods import DEFAULT_METHOD


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
        result = ingest_one.fn(folder / "home", "kent", Whole(request))
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


def _published(folder: Path, newest: str) -> dict[str, Any]:
    """Ingest a source up to its newest month, score and publish there."""
    home, request = folder / "home", resolve(folder, FORCES, ["kent"])
    with disable_run_logger():
        assert "failed" not in ingest_one.fn(home, "kent", Whole(request))
        assert "failed" not in score_one.fn(home, "kent", newest, DEFAULT_METHOD)
        judged = judge_forecasts.fn(home)
        account = publish_edition.fn(home, newest, DEFAULT_METHOD, LayerFiles())
        frozen = freeze_forecasts.fn(home, account["edition"])
    return {**judged, **account, **frozen}


def test_publishing_freezes_its_forecast_and_judges_it_a_month_later(
    tmp_path: Path,
) -> None:
    span = [str(month) for month in months("2024-01", 4)]
    for release, held in (("2024-05", span[:3]), ("2024-06", span)):
        files = {("kent", month): kent_csv(month, 40) for month in held}
        release_zip(tmp_path, release, files)
        account = _published(tmp_path, held[-1])
        assert account["forecasts_frozen"] == ["kent"]
        assert account["forecasts_judged"] == (0 if release == "2024-05" else 17)
        assert account["notes"] == []
        again = _published(tmp_path, held[-1])
        assert (again["run_id"], again["created"]) == (account["run_id"], False)
        assert (again["forecasts_frozen"], again["forecasts_judged"]) == ([], 0)
    assert len(GROUPS) == 17
    lake = open_home(tmp_path / "home").lake
    [burglary] = [
        row
        for row in lake.read("accuracy_history").to_pylist()
        if row["crime_group"] == "burglary"
    ]
    assert (burglary["incidents"], burglary["hits_1pct"]) == (40, 40)


def test_a_forecast_that_is_lost_is_a_note_and_no_failure(tmp_path: Path) -> None:
    span = [str(month) for month in months("2024-01", 4)]
    files = {("kent", month): kent_csv(month, 40) for month in span[:3]}
    release_zip(tmp_path, "2024-05", files)
    folder = Path(_published(tmp_path, span[2])["folder"])
    folder.rename(tmp_path / "elsewhere")
    release_zip(tmp_path, "2024-06", {("kent", span[3]): kent_csv(span[3], 40)})
    account = _published(tmp_path, span[3])
    assert account["forecasts_judged"] == 0
    assert [note.partition(" of run")[0] for note in account["notes"]] == [
        "kent: the forecast"
    ]


def test_a_backtest_says_what_it_did_and_which_origins_it_left_out(
    tmp_path: Path,
) -> None:
    span = [str(month) for month in months("2024-01", 5)]
    files = {("kent", month): kent_csv(month, 40) for month in span}
    release_zip(tmp_path, "2024-06", files)
    home, request = tmp_path / "home", resolve(tmp_path, FORCES, ["kent"])
    with disable_run_logger():
        ingest_one.fn(home, "kent", Whole(request))
        account = backtest_one.fn(home, "kent", span)
        open_home(home).lake.commit("incidents", "kent", [], ["2024-02"])
        failed = backtest_one.fn(home, "kent", span)
    assert account["origins"] == ["2024-03", "2024-04"]
    assert list(account["left_out"]) == ["2024-01", "2024-02", "2024-05"]
    assert failed.data["failed"].startswith("kent 2024-02: the lake's rows")


CANARY = "reference-canary-41c7"


def _failed() -> dict[str, Exception]:
    """An error with a traceback, as a format would raise it."""
    try:
        raise ValueError(f"unknown to the map: {CANARY}")
    except ValueError as error:
        return {"map.html": error}


@pytest.fixture
def log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> pytest.LogCaptureFixture:
    logger = logging.getLogger("hexbeat-test")
    for module in ("flows.tasks", "flows.feed_tasks"):
        monkeypatch.setattr(f"{module}.get_run_logger", lambda: logger)
    caplog.set_level(logging.INFO)
    return caplog


def test_the_log_says_why_a_public_file_was_not_written(
    log: pytest.LogCaptureFixture,
) -> None:
    assert left_out(_failed()) == {"map.html": "ValueError"}
    assert CANARY in log.text


def test_the_log_of_a_force_s_feed_names_the_file_and_the_kind_of_error_only(
    log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = SimpleNamespace(
        run_id="2026-01-01-0",
        folder=Path("runs"),
        as_of="2026-01-01",
        scored=True,
        created=True,
        rows=1,
        withdrawn=None,
        backtested=[],
        newer_not_whole=[],
        not_whole_is_news=False,
        layer_gaps={},
        not_scored=[],
        unwritten=_failed(),
    )
    opened = SimpleNamespace(
        home=SimpleNamespace(retention=SimpleNamespace(runs_kept=0))
    )
    monkeypatch.setattr(feed_tasks, "open_force_home", lambda *_: opened)
    monkeypatch.setattr(feed_tasks, "run_day", lambda *_: done)
    account = feed_tasks.score_day_of.fn(
        "home", "kent", None, DEFAULT_METHOD, False, "me"
    )
    assert account["left_out"] == {"map.html": "ValueError"}
    assert "map.html: not written (ValueError)" in log.text
    assert CANARY not in log.text
    assert "Traceback" not in log.text


def test_a_failed_state_holds_nothing_that_prefect_takes_for_an_error() -> None:
    """It would log a traceback that says so, at the end of each failed run."""
    summary = Summary(
        stage="score", asked=["kent"], failed={"kent": "the feed is gone"}
    )
    with disable_run_logger():
        state = final(summary, "failed", is_named=True)
    assert (state.is_failed(), state.data) == (True, None)
    assert "the feed is gone" in str(state.message)
