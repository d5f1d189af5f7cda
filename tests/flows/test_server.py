"""The server inside the process: silent, quick to end, and its record complete."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from flows.server.prefect_settings import DATABASE
from tests.builders import kent_csv, months, release_zip
from tests.flows.servers import clean_environment, with_database


pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]

SCRIPT = """
    import sys
    from pathlib import Path

    from flows.server.own import prefect_api

    def body():
        from prefect import flow, task
        from prefect.futures import as_completed
        from prefect.states import Completed
        from prefect.task_runners import ThreadPoolTaskRunner

        @task
        def third(number):
            if number == 1:
                raise ValueError("one is not wanted")
            return number // 3

        @flow(name="tiny", task_runner=ThreadPoolTaskRunner(max_workers=4))
        def tiny():
            print("in the flow", flush=True)
            futures = [third.submit(number) for number in range(20)]
            for future in as_completed(futures):
                future.wait()
            failed = sum(future.state.is_failed() for future in futures)
            {extra}
            return Completed(name="CompletedWithGaps", data={{"failed": failed}})

        return tiny(return_state=True)

    with prefect_api(Path(sys.argv[1])) as url:
        assert url.startswith("http://127.0.0.1:")
        state = body()
        print(state.name, state.result(), flush=True)
"""


def start(home: Path, extra: str = "pass") -> subprocess.Popen[str]:
    script = textwrap.dedent(SCRIPT).format(extra=extra)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    return subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return process.communicate(timeout=180)
    finally:
        process.kill()


def recorded(home: Path, table: str) -> list[tuple[str, int]]:
    database = sqlite3.connect(home / "prefect" / DATABASE)
    try:
        counts = f"select state_name, count(*) from {table} group by 1 order by 1"  # noqa: S608
        return database.execute(counts).fetchall()
    finally:
        database.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the module: making its tables takes longer than all the rest."""
    return tmp_path_factory.mktemp("home")


def test_two_first_runs_at_once_say_nothing_and_record_every_task(home: Path) -> None:
    processes = [start(home), start(home)]
    for process in processes:
        out, err = finish(process)
        assert out.splitlines() == ["in the flow", "CompletedWithGaps {'failed': 1}"]
        assert err == ""  # the failed task's traceback is in the API's logs only
        assert process.returncode == 0
    assert recorded(home, "flow_run") == [("CompletedWithGaps", 2)]
    assert recorded(home, "task_run") == [("Completed", 38), ("Failed", 2)]


def test_the_process_ends_soon_after_its_work(home: Path) -> None:
    process = start(home)
    assert process.stdout is not None
    while not process.stdout.readline().startswith("CompletedWithGaps"):
        assert process.poll() is None
    before = time.monotonic()
    finish(process)
    assert process.returncode == 0
    assert time.monotonic() - before < 15


def test_a_run_killed_outright_does_not_block_the_next(home: Path) -> None:
    killed = start(home, "__import__('time').sleep(60)")
    assert killed.stdout is not None
    killed.stdout.readline()
    killed.kill()
    finish(killed)
    following = start(home)
    _, err = finish(following)
    assert (following.returncode, err) == (0, "")


def test_ctrl_c_ends_the_run_and_its_server(home: Path) -> None:
    process = start(home, "__import__('time').sleep(60)")
    assert process.stdout is not None
    assert process.stdout.readline() == "in the flow\n"
    process.send_signal(signal.SIGINT)
    _, err = finish(process)
    assert process.returncode in (1, -signal.SIGINT)
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert "Task was destroyed" not in err
    assert "CancelledError" not in err


def test_a_server_that_cannot_start_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "prefect" / DATABASE).mkdir(parents=True)
    process = start(tmp_path)
    _, err = finish(process)
    assert process.returncode == 1
    assert "ServerError: the Prefect server did not start" in err.splitlines()[-1]


def test_a_damaged_database_is_told_and_what_to_do_about_it(tmp_path: Path) -> None:
    database = with_database(tmp_path / "prefect") / DATABASE
    data = bytearray(database.read_bytes())
    data[3] ^= 1  # SQLite's own first bytes
    database.write_bytes(data)
    process = start(tmp_path)
    _, err = finish(process)
    assert process.returncode == 1
    said = err.splitlines()[-1]
    assert "file is not a database; it is damaged" in said
    assert f"move {database} away" in said


class _Healthy(BaseHTTPRequestHandler):
    """A server that says it is there, and to whoever has a password its version."""

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Basic bWU6cHc="  # me:pw
        health = self.path == "/api/health"
        self.send_response(200 if health or known else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_configured_server_is_used_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from flows.server.own import prefect_api
    from flows.server.prefect_settings import QUIET

    for name in QUIET:
        monkeypatch.setenv(name, "")
    with answering() as address:
        monkeypatch.setenv("PREFECT_API_URL", address)
        for password in ("me:pw", None):  # which may be in Prefect's own profile
            monkeypatch.delenv("PREFECT_API_AUTH_STRING", raising=False)
            if password:
                monkeypatch.setenv("PREFECT_API_AUTH_STRING", password)
            with prefect_api(tmp_path) as url:
                assert url == address
    assert list(tmp_path.iterdir()) == []


@contextmanager
def answering() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Healthy) as there:
        thread = Thread(target=there.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{there.server_port}/api"
        there.shutdown()
        thread.join()


def test_a_wrong_password_is_said_for_what_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from flows.server.answers import ServerError
    from flows.server.own import prefect_api
    from flows.server.prefect_settings import QUIET

    for name in QUIET:
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "wrong:pw")
    with answering() as address:
        monkeypatch.setenv("PREFECT_API_URL", address)
        with (
            pytest.raises(
                ServerError, match=r"refuses the password in PREFECT_API_AUT"
            ),
            prefect_api(tmp_path),
        ):
            pass


def test_a_configured_server_that_is_not_there_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from flows.server.answers import ServerError
    from flows.server.own import prefect_api
    from flows.server.prefect_settings import QUIET

    for name in QUIET:
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    with (
        pytest.raises(ServerError, match="no Prefect server answers"),
        prefect_api(tmp_path),
    ):
        pass


LOST_ANSWERS = """
    from contextlib import contextmanager

    import flows.server.own
    from flows.command.cli import main

    usual = flows.server.own.prefect_api

    @contextmanager
    def forgetful(root):
        with usual(root) as url:
            from prefect.client.orchestration import SyncPrefectClient

            say = SyncPrefectClient.request

            def say_twice(self, method, path, **words):
                if path.endswith("/set_state"):
                    say(self, method, path, **words)
                return say(self, method, path, **words)

            SyncPrefectClient.request = say_twice
            yield url

    flows.server.own.prefect_api = forgetful
    main()
"""


def test_a_run_whose_last_word_was_answered_in_vain_keeps_its_account(
    tmp_path: Path,
) -> None:
    """A busy server's answer is lost and the client asks again, of every state."""
    source, home = tmp_path / "source", tmp_path / "home"
    source.mkdir()
    files = {("kent", str(m)): kent_csv(str(m), 40) for m in months("2024-01", 3)}
    release_zip(source, "2024-04", files)
    with_database(home / "prefect")
    script = textwrap.dedent(LOST_ANSWERS)
    words = ["run", "--all-forces", "--source", source, "--home", home, "--json"]
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    account = json.loads(done.stdout)
    assert [s["outcome"] for s in account["stages"]] == ["done", "done", "done"]
