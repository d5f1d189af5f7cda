"""`hexbeat maintain` as people meet it, and the account that its task gives."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from prefect.logging import disable_run_logger

from flows.tasks import maintain_home
from tests.flows.commands import hexbeat, hexbeat_here
from tests.transforms.operations.maintenance.made_runs import (
    NOW,
    home_with,
    made_run,
    on_disk,
    put,
)
from transforms.homes.home import Home
from transforms.incidents.coverage import Entry, as_table


LONG_AGO = NOW.timestamp() - 30 * 24 * 3600


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a run to retire and a raw file that was cut off long ago."""
    home = home_with(tmp_path / "home", runs_kept=1)
    file = put(home.lake, "2024-01", 3)
    ledger = [
        Entry(
            force="kent",
            feed="police_uk",
            month="2024-01",
            release="2024-04",
            observed="supplied",
            received_at=NOW,
            raw_sha256=file.mark,
            rows_accepted=3,
        )
    ]
    told = home.lake.write("coverage", {"force": "kent"}, as_table(ledger))
    home.lake.commit("coverage", "kent", [told])
    for month in ("2024-01", "2024-02"):
        made_run(home, month, [file])
    left = home.root / "raw" / "police_uk" / "ab" / ".part-cut-off"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"0" * 100)
    os.utime(left, (LONG_AGO, LONG_AGO))
    return home


def account_of(home: Home, dry_run: bool) -> dict[str, Any]:
    with disable_run_logger():
        result = maintain_home.fn(home.root, dry_run)
    return result if isinstance(result, dict) else dict(result.data)


def test_the_task_tells_kinds_files_and_bytes(home: Home) -> None:
    told = account_of(home, dry_run=True)
    assert account_of(home, dry_run=False) == told
    assert [(each["kind"], each["files"]) for each in told["removed"]] == [
        ("files of retired runs", 2),
        ("cut-off raw files", 1),
    ]
    assert told["removed"][1]["bytes"] == 100
    assert account_of(home, dry_run=False)["changed"] is False


def test_a_damaged_run_fails_the_task_in_one_line(home: Home) -> None:
    for file in home.publications.glob("runs/*/internal/provenance.json"):
        file.write_text("{}")
    told = account_of(home, dry_run=False)
    assert "provenance.json is damaged" in told["failed"]
    assert "\n" not in told["failed"]


@pytest.mark.system
def test_a_dry_run_says_it_and_the_real_one_does_it(
    home: Home, prefect: dict[str, str]
) -> None:
    before = {n for n in on_disk(home) if not n.startswith("prefect/")}
    dry = hexbeat("maintain", "--dry-run", "--home", home.root, env=prefect)
    assert (dry.returncode, dry.stderr) == (0, "maintain 1/1 home\n")
    assert "1 cut-off raw files, 0.0 MB, would be removed" in dry.stdout
    assert dry.stdout.endswith("Dry run: nothing was removed.\n")
    assert before == {n for n in on_disk(home) if not n.startswith("prefect/")}

    done = hexbeat("maintain", "--home", home.root, "--json", env=prefect)
    account = json.loads(done.stdout)
    assert (account["exit_code"], account["outcome"]) == (0, "done")
    [run] = account["facts"]["retired"]
    again = hexbeat("maintain", "--home", home.root, env=prefect)
    assert again.stdout.endswith("Nothing to remove: everything is still needed.\n")
    assert again.returncode == 0

    asked = hexbeat_here("verify", run, "--home", home.root)
    assert asked.returncode == 2
    assert f"the files of run {run} were removed on" in asked.stderr
    assert asked.stderr.count("\n") == 1
