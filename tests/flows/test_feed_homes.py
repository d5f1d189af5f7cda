"""What is the same for both kinds of homes works on a force's own feed's as well."""

import json
import shutil
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from prefect.logging import disable_run_logger

from flows.command import running
from flows.command.cli import app
from flows.command.viewer import LOOPBACK, server_of
from flows.doctor.checks import check_home
from flows.feed_tasks import score_day_of
from flows.tasks import maintain_home
from transforms.day_publications.run import DayRun, run_day
from transforms.errors import ForceError, UsageError
from transforms.feeds.force.sources import settling
from transforms.feeds.force.sources.folder import DropFolder
from transforms.homes.runs.catalog import runs
from transforms.homes.runs.seal import latest_run
from transforms.lake.storage import located
from transforms.records.homes import create_force_home, open_force_home
from transforms.records.pull import pull
from transforms.reference.cells import as_text
from transforms.reference.days import Day
from transforms.scores.methods import METHODS
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS


NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIRST, DAYS = date(2025, 9, 1), 60
NEWEST = Day.of(FIRST) + (DAYS - 1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of a feed, and two days of it published."""
    folder = tmp_path_factory.mktemp("feed")
    write_drops(simulate_timed(3, FIRST, DAYS, 0.1), folder / "drops", "csv")
    (folder / "mapping.toml").write_text(HANDS["csv"].mapping)
    home = create_force_home(folder / "home", folder / "mapping.toml", None, "me", NOW)
    pull(open_force_home(home), DropFolder(folder / "drops", lambda _: None), "me", NOW)
    for day in (NEWEST + -1, NEWEST):
        run(home, day)
    return home


def run(root: Path, day: Day) -> DayRun:
    return run_day(open_force_home(root), METHODS["rolling_count_28d"], "me", NOW, day)


def hexbeat(*words: object) -> object:
    return app(
        [str(word) for word in words],
        exit_on_error=False,
        print_error=False,
        result_action="return_value",
    )


def test_the_doctor_finds_a_sound_feed_home_sound(root: Path) -> None:
    findings = list(check_home(root))
    assert [f for f in findings if f.level == "bad" and f.about != "disk"] == []
    assert {f.about for f in findings} >= {"feed", "audit", "lake", "latest"}


def test_the_doctor_names_a_changed_audit_log(root: Path) -> None:
    log = root / "audit.jsonl"
    before = log.read_bytes()
    log.write_bytes(before.replace(b'"who": "me"', b'"who": "he"', 1))
    try:
        [bad] = [f for f in check_home(root) if f.level == "bad" and f.about != "disk"]
    finally:
        log.write_bytes(before)
    assert bad.about == "audit"


def test_a_day_is_withdrawn_and_stays_so(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = open_force_home(root)
    newer, older = run(root, NEWEST), run(root, NEWEST + -1)
    assert latest_run(home.home.publications) == newer.run_id
    assert hexbeat("verify", "--home", root) == 0
    with pytest.raises(UsageError, match="are of the public feed's homes"):
        hexbeat("verify", "--home", root, "--source", root)
    words = ("withdraw", newer.run_id, "--why", "a wrong mapping", "--home", root)
    assert hexbeat(*words) == 0
    assert f"latest    {older.run_id}" in capsys.readouterr().out
    again = run(root, NEWEST)
    assert (again.created, again.withdrawn) == (False, "a wrong mapping")
    assert latest_run(home.home.publications) == older.run_id
    last = json.loads((root / "audit.jsonl").read_text().splitlines()[-2])
    assert (last["action"], last["what"]["run_id"]) == ("withdraw", newer.run_id)
    assert home.audit.verify().fault is None
    with pytest.raises(UsageError, match="withdrawn already"):
        hexbeat(*words)


def test_a_feed_s_files_are_shown_to_those_alone_who_have_the_address(
    root: Path,
) -> None:
    run_id = latest_run(root / "publications")
    folder = root / "publications" / "runs" / str(run_id) / "internal"
    with server_of(folder, 0, "secret") as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        port = server.server_address[1]
        try:
            asked = {
                path: _status(port, path)
                for path in ("/secret/", "/secret/map.html", "/", "/map.html", "/x/")
            }
        finally:
            server.shutdown()
            thread.join()
    assert list(asked.values()) == [200, 200, 404, 404, 404]


def test_view_opens_a_feed_s_home_with_a_secret(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[object, ...]] = []

    def serve(*given: object) -> int:
        told.append(given)
        return 0

    monkeypatch.setattr("flows.command.viewer.serve", serve)
    assert hexbeat("view", "--home", root) == 0
    [(publications, run_id, _, secret)] = told
    assert (publications, run_id) == (root / "publications", None)
    assert len(str(secret)) > 30


def test_a_cell_of_a_feed_is_explained_by_its_counts(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(root, NEWEST)
    home = open_force_home(root)
    rows = home.lake.read("day_scores", home.force).to_pylist()
    top = next(
        row
        for row in rows
        if (row["as_of"], row["crime_group"]) == (str(NEWEST), "all-crime")
        and (row["score_rank"], row["horizon_days"]) == (1, 7)
    )
    [cell] = as_text(np.array([top["h3_cell"]]))
    asked = ("explain", cell, "--as-of", NEWEST, "--home", root)
    assert hexbeat(*asked) == 0
    words = capsys.readouterr().out
    assert f"Expected in 7 days: {top['score']:.2f}" in words
    days = f"{top['days_28d']} supplied of the last 28 days"
    assert f"Recorded: {top['n_28d']:,} in the {days}." in words
    assert hexbeat(*asked, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["horizon_days"] for row in told["rows"]] == [1, 7]
    assert told["rows"][1]["n_365d"] == top["n_365d"]
    with pytest.raises(UsageError, match="no scores of 2024-01-01"):
        hexbeat("explain", cell, "--as-of", "2024-01-01", "--home", root)
    with pytest.raises(UsageError, match="no score of all-crime"):
        hexbeat("explain", "8a194ad32b07fff", "--home", root)
    [file] = [
        file
        for file in home.lake.files("day_scores", home.force)
        if file.partition["as_of"] == str(NEWEST)
    ]
    path = located(file.path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    with pytest.raises(ForceError, match="SHA-256"):
        hexbeat(*asked)
    path.write_bytes(whole)


def test_old_runs_of_a_feed_are_retired(root: Path) -> None:
    home = open_force_home(root)
    for days in (2, 1, 0):  # the newest last: latest.json names it
        run(root, NEWEST + (-days - 3))
    settings = root / "hexbeat.toml"
    settings.write_text(settings.read_text() + "\n[retention]\nruns_kept = 1\n")
    left = root / "publications" / "runs" / ".tmp-cut-off"
    left.mkdir()
    lines = home.audit.verify().lines
    before = [r.run_id for r in runs(home.home.publications) if not r.retired]
    with disable_run_logger():
        dry = maintain_home.fn(str(root), True)
        assert [
            r.run_id for r in runs(home.home.publications) if not r.retired
        ] == before
        done = maintain_home.fn(str(root), False)
    assert isinstance(dry, dict)
    assert isinstance(done, dict)
    kept = [r.run_id for r in runs(home.home.publications) if not r.retired]
    latest = latest_run(home.home.publications)
    assert set(kept) == {before[-1], latest}
    assert (
        sorted(done["retired"]) == sorted(dry["retired"]) == sorted({*before} - {*kept})
    )
    assert left.exists()  # it may be of a run that is at work
    assert home.audit.verify().lines == lines + 1
    assert hexbeat("verify", "--home", root) == 0
    run(root, NEWEST + -1)


def test_a_new_run_retires_those_past_the_number_to_keep(
    root: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "home"
    shutil.copytree(root, copy)
    publications, settings = copy / "publications", copy / "hexbeat.toml"
    text = settings.read_text().partition("\n[retention]")[0]
    settings.write_text(text)

    def kept(method: str) -> list[str]:
        with disable_run_logger():
            score_day_of.fn(str(copy), "avonmere", None, method, False, "me")
        return [r.run_id for r in runs(publications) if not r.retired]

    before = len(kept("rolling_count_7d"))
    settings.write_text(text + "\n[retention]\nruns_kept = 1\n")
    assert len(kept("rolling_count_7d")) == before  # no new run
    assert kept("rolling_count_91d") == [latest_run(publications)]


def _status(port: int, path: str) -> int:
    connection = HTTPConnection(LOOPBACK, port, timeout=5)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_pull_that_finds_nothing_new_runs_no_flow(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_flow(*_: object) -> int:
        raise AssertionError("a flow was run")

    monkeypatch.setattr(running, "run_flow", no_flow)
    monkeypatch.setattr(settling, "BETWEEN_LOOKS_SECONDS", 0)
    pull_it = ("feed", "pull", "--home", root, "--source", root.parent / "drops")
    assert hexbeat(*pull_it) == 0
    printed = capsys.readouterr().out
    assert f"{DAYS} already stored" in printed
    assert "Nothing to do" in printed
    method = "rolling_count_91d"  # of no other test: its run stands
    run_day(open_force_home(root), METHODS[method], "me", NOW)
    monkeypatch.chdir(root.parent)
    run_it = ("feed", "run", "--home", root.name, *pull_it[4:], "--method", method)
    assert hexbeat(*run_it, "--json") == 0
    [_, scored] = json.loads(capsys.readouterr().out)["stages"]
    assert scored["outcome"] == "nothing to do"
    run_id = latest_run(root / "publications")
    assert scored["facts"]["run_id"] == run_id
    there = root / "publications" / "runs" / str(run_id)
    assert scored["facts"]["folder"] == str(there)
    (root.parent / "drops" / "new.csv").write_bytes(b"Crime ref")
    try:
        with pytest.raises(AssertionError, match="a flow was run"):
            hexbeat(*pull_it)
    finally:
        (root.parent / "drops" / "new.csv").unlink()
