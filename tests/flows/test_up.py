"""`hexbeat up`: all of it in one command, found by others, and gone when it ends."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import kent_csv, release_zip
from tests.flows.servers import (
    CLI,
    ROOT,
    ask,
    clean_environment,
    end,
    free_port,
    hexbeat_up,
    until,
    with_database,
)


pytestmark = pytest.mark.system


def command(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *words, "--home", str(home)], env=clean_environment(), cwd=ROOT,
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip


def test_up_serves_this_machine_until_it_is_told_to_end(tmp_path: Path) -> None:
    home, source, port = tmp_path / "home", tmp_path / "source", free_port()
    source.mkdir()
    with_database(home / "prefect")
    release_zip(source, "2024-04", {("kent", "2024-03"): kent_csv("2024-03", 40)})
    log = tmp_path / "up.log"
    with hexbeat_up(home, clean_environment(), log, "--port", str(port)) as process:
        api = f"http://127.0.0.1:{port}/api"
        password = (home / "prefect" / "password").read_text().strip()
        assert f"ready: http://127.0.0.1:{port}" in log.read_text()
        second = command(home, "up", "--port", str(free_port()))
        assert second.returncode == 2
        assert f"is up already: http://127.0.0.1:{port}" in second.stderr
        taken = command(tmp_path / "other", "up", "--port", str(port))
        assert (taken.returncode, taken.stderr.count("\n")) == (2, 1)
        # a command in this home runs on its server, and hands work to its worker
        ran = command(home, "ingest", "--force", "kent", "--source", str(source))
        assert ran.returncode == 0, ran.stderr
        wanted = {"flows": {"name": {"any_": ["ingest"]}}}
        runs = ask(f"{api}/flow_runs/filter", wanted, password)
        assert [run["state_name"] for run in runs] == ["Completed"]
        asked = (
            "backfill", "--force", "kent", "--source", str(source), "--from", "2024-03",
            "--to", "2024-03", "--submit",
        )  # fmt: skip
        assert "0 files nothing to do" in command(home, *asked).stdout
        sent = command(home, *asked, "--refetch").stdout
        assert sent.startswith("2024-03..2024-03 1 files ")
        assert command(home, *asked, "--refetch").returncode == 0
        wanted = {"flows": {"name": {"any_": ["backfill"]}}}
        assert len(ask(f"{api}/flow_runs/filter", wanted, password)) == 1
        nonsense = command(home, *asked, "--dry-run")
        assert (nonsense.returncode, nonsense.stdout) == (2, "")
        assert end(process) == 0
    assert log.read_text().endswith("hexbeat: stopped\n")
    assert "Traceback" not in log.read_text()
    with pytest.raises(OSError):
        ask(f"{api}/health")
    assert not (home / "prefect" / "address").exists()
    assert not (home / "prefect" / "password").exists()


def test_what_is_killed_outright_leaves_nothing_running(tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    with_database(home / "prefect")
    words = ("--port", str(port))
    with hexbeat_up(home, clean_environment(), tmp_path / "up.log", *words) as process:
        process.kill()
        process.wait()
        until(30, lambda: refuses(port))
    assert (home / "prefect" / "address").exists()  # and nobody trusts it
    again = hexbeat_up(home, clean_environment(), tmp_path / "again.log", *words)
    with again as process:
        assert end(process) == 0


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_submit_without_a_server_says_what_to_do(tmp_path: Path) -> None:
    release_zip(tmp_path, "2024-04", {("kent", "2024-03"): kent_csv("2024-03", 4)})
    done = command(
        tmp_path / "home", "backfill", "--force", "kent", "--source", str(tmp_path),
        "--from", "2024-03", "--to", "2024-03", "--submit",
    )  # fmt: skip
    assert done.returncode == 2
    assert "start hexbeat up, or set PREFECT_API_URL" in done.stderr


NOHUP = """
import signal, subprocess, sys
from flows.server.up import _ends_with_this_process
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as nohup does
code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
words = [sys.executable, "-c", code]
subprocess.run(words, preexec_fn=_ends_with_this_process, check=True)
"""


def test_a_child_does_not_inherit_that_an_interrupt_is_ignored() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOHUP], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
