"""Each task of the publish flow fails and is retried alone; the next run goes on."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from prefect.logging import disable_run_logger
from prefect.task_runners import ThreadPoolTaskRunner
from prefect_dask.task_runners import DaskTaskRunner

from flows.ingest import ingest
from flows.publish import publish
from flows.task_runner import each_of, parallel
from flows.tasks import Whole, ingest_one, score_one
from tests.builders import kent_csv, months, release_zip
from tests.flows.servers import ROOT, ask, until
from transforms.homes.disclosure_settings import OPERATOR_FIELDS
from transforms.incidents.request import resolve
from transforms.reference.forces import FORCES
from transforms.scores.methods import DEFAULT_METHOD


SCRIPT = """
import json, sys
from pathlib import Path
from flows.server.own import prefect_api

home, name, failures = sys.argv[1], sys.argv[2], int(sys.argv[3])
with prefect_api(Path(home)):
    import flows.tasks
    flows.tasks.PATIENT["retry_delay_seconds"] = 0  # as many tries, without a wait
    import flows.publish_tasks as tasks
    from flows.params import PublishParams
    from flows.publish import publish
    from flows.run_stages import account_of

    usual, calls = getattr(tasks, name), []

    def busy(*given):
        calls.append(given)
        if len(calls) <= failures:
            raise OSError(16, "the disk is busy")
        return usual(*given)

    setattr(tasks, name, busy)
    done = publish(PublishParams(home=home, public=True), return_state=True)
    print(json.dumps(account_of(done)))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with three months of a force, scored."""
    span = [str(month) for month in months("2024-01", 3)]
    files = {("kent", month): kent_csv(month, 40) for month in span}
    release_zip(tmp_path, "2024-04", files)
    folder = tmp_path / "home"
    folder.mkdir()
    answers = "".join(f'{name} = "yes"\n' for name in OPERATOR_FIELDS)
    (folder / "hexbeat.toml").write_text(f"[transparency]\n{answers}")
    with disable_run_logger():
        request = Whole(resolve(tmp_path, FORCES, ["kent"]))
        ingest_one.fn(str(folder), "kent", request)
        score_one.fn(str(folder), "kent", span[-1], DEFAULT_METHOD)
    return folder


@dataclass(frozen=True)
class Steps:
    """The publish flow of a home, and what the server of the tests recorded of it."""

    home: Path
    prefect: dict[str, str]

    def published(self, name: str, failures: int) -> dict[str, Any]:
        """The account of the flow, in which that function fails so many times."""
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(self.home), name, str(failures)],
            env=self.prefect, cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def newest(self) -> dict[str, Any]:
        """The newest flow run."""
        wanted = {"limit": 1, "sort": "START_TIME_DESC"}
        [run] = ask(f"{self.prefect['PREFECT_API_URL']}/flow_runs/filter", wanted)
        return dict(run)

    def attempts(self) -> dict[str, int]:
        """How often each task was tried in the newest flow run."""
        of_run = {"flow_runs": {"id": {"any_": [self.newest()["id"]]}}}
        found = ask(f"{self.prefect['PREFECT_API_URL']}/task_runs/filter", of_run)
        return {task["name"]: task["run_count"] for task in found}


@pytest.fixture
def steps(home: Path, prefect: dict[str, str]) -> Steps:
    return Steps(home, prefect)


@pytest.mark.system
def test_a_task_that_fails_is_retried_alone(steps: Steps) -> None:
    account = steps.published("freeze", 1)
    assert account["outcome"] == "done"
    assert account["facts"]["forecasts_frozen"] == ["kent"]
    tried = {
        "judge older forecasts": 1,
        "publish 2024-03": 1,
        "freeze new forecasts": 2,
        "publish the public tier": 1,
    }
    until(30, lambda: steps.attempts() == tried)  # a server records them by and by
    assert steps.newest()["flow_version"] == version("hexbeat")


@pytest.mark.system
def test_what_fails_after_the_publication_is_a_gap_that_the_next_run_closes(
    steps: Steps,
) -> None:
    first = steps.published("freeze", 3)
    assert (first["outcome"], list(first["failed"])) == ("gaps", ["freeze"])
    assert first["facts"]["created"]
    assert "forecasts_frozen" not in first["facts"]
    second = steps.published("freeze", 0)
    assert second["facts"]["run_id"] == first["facts"]["run_id"]
    assert second["facts"]["forecasts_frozen"] == ["kent"]
    assert second["failed"] == {}


@pytest.mark.system
def test_answers_that_the_transparency_record_lacks_are_a_gap(steps: Steps) -> None:
    settings = steps.home / "hexbeat.toml"
    settings.write_text('[transparency]\norganisation = "A police force"\n')
    first, again = steps.published("freeze", 0), steps.published("freeze", 0)
    for account in (first, again):
        assert (account["outcome"], [*account["failed"]]) == ("gaps", [_RECORD])
        assert (
            "lacks 19 of the force's 20 answers (name, contact, "
            in (account["failed"][_RECORD])
        )
    assert (first["facts"]["public_created"], again["facts"]["public_created"]) == (
        True,
        False,
    )


_RECORD = "transparency record"


@pytest.mark.system
def test_nothing_is_published_that_lacks_what_could_be_judged(steps: Steps) -> None:
    account = steps.published("judge", 3)
    assert (account["outcome"], list(account["failed"])) == ("failed", ["judge"])
    assert "run_id" not in account["facts"]


def test_the_runner_is_chosen_when_a_run_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEXBEAT_WORKERS", "5")
    threads = ingest.task_runner.duplicate()
    assert isinstance(threads, ThreadPoolTaskRunner)
    assert threads._max_workers == 5
    monkeypatch.setenv("HEXBEAT_TASK_RUNNER", "dask://cluster:8786")
    cluster = ingest.task_runner.duplicate()
    assert isinstance(cluster, DaskTaskRunner)
    assert cluster.address == "tcp://cluster:8786"
    # a publication's parts are of Dask, its steps are not
    assert isinstance(publish.task_runner.duplicate(), ThreadPoolTaskRunner)
    assert publish.task_runner.place == "dask://cluster:8786"
    assert isinstance(each_of(publish.task_runner.place), partial)
    assert list(each_of("threads")(str, [1, 2])) == ["1", "2"]
    assert isinstance(parallel("threads").duplicate(), ThreadPoolTaskRunner)
