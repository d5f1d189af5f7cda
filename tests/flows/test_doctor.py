"""The doctor names what does not go together, and the fix."""

import fcntl
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from packaging.requirements import Requirement

from flows.doctor.checks import (
    Finding,
    check_home,
    check_prefect,
    check_versions,
    installed,
    repaired,
)
from flows.doctor.versions import PACKAGES, refusals
from tests.transforms.operations.maintenance.made_runs import put
from transforms.homes.home import open_home
from transforms.lake.storage import located


_MAIN = "from flows.command.cli import main; main()"
GOOD = {
    "hexbeat": "0.1.0",
    "prefect": "3.8.8",
    "fastapi": "0.150.0",
    "sqlalchemy": "2.0.58",
}


def _bad(findings: list[Finding]) -> list[str]:
    return [found.text for found in findings if found.level == "bad"]


def test_good_versions_are_not_refused() -> None:
    assert list(refusals(GOOD)) == []
    assert list(refusals(installed())) == []


@pytest.mark.parametrize(
    ("package", "version", "mend"),
    [
        ("fastapi", "0.151.0", "fastapi>=0.139,<0.151"),
        ("fastapi", "0.154.2", "fastapi>=0.139,<0.151"),
        ("fastapi", "0.165.0", "fastapi>=0.139,<0.151"),
        ("sqlalchemy", "2.1.0", "sqlalchemy[asyncio]>=2.0,<2.1"),
        ("sqlalchemy", "2.1.0rc1", "sqlalchemy[asyncio]>=2.0,<2.1"),
        ("sqlalchemy", "3.0", "sqlalchemy[asyncio]>=2.0,<2.1"),
        ("prefect", "3.9.0", "prefect>=3.8.8,<3.9"),
        ("prefect", "3.10.1", "prefect>=3.8.8,<3.9"),
        ("prefect", "3.8.7", "prefect>=3.8.8,<3.9"),
        ("h3", "5.0", "h3>=4.5,<5"),
    ],
)
def test_a_version_out_of_its_range_is_refused_once_with_its_fix(
    package: str, version: str, mend: str
) -> None:
    [line] = refusals(GOOD | {package: version})
    assert line.startswith(f"{package} {version}: ")
    named = Requirement(line.split("'")[1])
    assert (named.name, named.specifier) == (package, Requirement(mend).specifier)


def test_a_package_that_is_not_there_is_named() -> None:
    known = installed()
    assert known.keys() >= set(PACKAGES)
    del known["h3"]
    [line] = _bad(list(check_versions(known)))
    assert line.startswith("h3 is not installed")


def test_leftovers_and_a_broken_pointer_are_told(tmp_path: Path) -> None:
    (tmp_path / "publications" / "runs" / ".tmp-2025-12-abc-1").mkdir(parents=True)
    found = {f.about: f for f in check_home(tmp_path)}
    assert found["left over"].level == "note"
    assert ".tmp-2025-12-abc-1" in found["left over"].text
    (tmp_path / "publications" / "latest.json").write_text("{")
    assert any("names no run" in line for line in _bad(list(check_home(tmp_path))))


def test_what_opens_the_gate_of_the_public_tier_is_told(tmp_path: Path) -> None:
    tier = tmp_path / "publications" / "runs" / "2025-12-abc" / "public"
    tier.mkdir(parents=True)
    (tier / "accuracy.csv").write_text("")
    (tmp_path / "released.json").write_text(
        json.dumps(
            {
                "releases": {
                    "2025-11-def": {
                        "manifest_sha256": "0" * 64,
                        "quarters": {"kent": ["2025-Q1", "2025-Q2"]},
                    }
                }
            }
        )
    )
    found = {f.level: f.text for f in check_home(tmp_path) if f.about == "public tier"}
    assert found["ok"].startswith("of kent; no other home")
    assert (
        "run 2025-12-abc: its table of accuracy gives small counts away" in found["bad"]
    )
    assert found["note"].startswith("kent: 2 quarters from 2025-Q1 to 2025-Q2")
    assert "restore it from a backup" in found["note"]
    (tmp_path / "released.json").write_text("{")
    assert any(
        "released.json is damaged" in line for line in _bad(list(check_home(tmp_path)))
    )


@contextmanager
def a_server(password: str | None) -> Iterator[int]:
    """The port of one that answers as Prefect does, with a password or without."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = password and f"Basic {b64encode(password.encode()).decode()}"
            healthy = self.path.endswith("/health")
            known = healthy or wanted in (None, self.headers["Authorization"])
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("password", "given", "level", "said"),
    [
        (
            None,
            None,
            "bad",
            "answers without a password: everyone who reaches it",
        ),
        (None, "me:pw", "bad", "answers without a password"),
        ("me:pw", "me:pw", "ok", "takes the password"),
        ("me:pw", "me:other", "bad", "refuses the password in PREFECT_API_AUTH_STRING"),
        ("me:pw", None, "bad", "and PREFECT_API_AUTH_STRING is not set"),
    ],
)
def test_a_server_that_answers_is_told_by_whom_it_answers(
    password: str | None,
    given: str | None,
    level: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("PREFECT_API_AUTH_STRING", raising=False)
    if given:
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", given)
    with a_server(password) as port:
        [found] = check_prefect(f"http://127.0.0.1:{port}/api", tmp_path)
    assert (found.level, said in found.text) == (level, True), found
    assert "pw" not in found.text


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    address = "http://user:secret@127.0.0.1:9/api?key=hidden"
    for url in (address, "nonsense", "http://[", "http://a:99999/api"):
        [silent] = check_prefect(url, tmp_path)
        assert silent.level == "bad"
        assert "does not answer" in silent.text
        assert "secret" not in silent.text
        assert "hidden" not in silent.text


def test_no_server_is_no_fault_and_an_open_one_s_database_is_told(
    tmp_path: Path,
) -> None:
    [alone] = check_prefect(None, tmp_path)
    assert (alone.level, "each command has its own" in alone.text) == ("ok", True)
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").touch()
    left, alone = check_prefect(None, tmp_path)
    assert (left.level, "planted runs" in left.text) == ("note", True)
    assert alone.level == "ok"


def test_an_up_that_does_not_answer_is_told(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    with (tmp_path / "prefect" / "up.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        [starting] = check_prefect(None, tmp_path)
    assert starting.level == "note"
    assert "hexbeat up runs in this home, but its server does not" in starting.text


def test_a_bucket_that_is_not_there_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    store = located("memory-of-no-bucket")

    class Gone(type(store)):  # type: ignore[misc]
        def write_bytes(self, _: bytes) -> int:
            raise FileNotFoundError("The specified bucket does not exist")

    monkeypatch.setattr("flows.doctor.checks.is_remote", lambda _: True)
    [found] = check_home(Gone("no-bucket"))
    assert (found.level, found.about) == ("bad", "home")
    assert found.text == "cannot be written: The specified bucket does not exist"


def test_an_older_up_that_is_open_is_told(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    with (
        a_server(None) as port,
        (tmp_path / "prefect" / "up.lock").open("w") as held,
    ):
        fcntl.flock(held, fcntl.LOCK_EX)
        url = f"http://127.0.0.1:{port}/api"
        (tmp_path / "prefect" / "address").write_text(url)
        [older] = check_prefect(None, tmp_path)
    assert older.level == "bad"
    assert "a hexbeat up of an older version, without a password" in older.text


def _doctor(home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _MAIN, "doctor", "--home", str(home), "--json"],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_answers_and_shows_no_secret(tmp_path: Path) -> None:
    done = _doctor(tmp_path, HEXBEAT_SOURCE="https://me:secret@mirror.example/x?k=v")
    account = json.loads(done.stdout)
    assert done.returncode == account["exit_code"] == 2, done.stdout
    assert "me:secret" not in done.stdout
    assert "k=v" not in done.stdout
    assert any("mirror.example/x" in f["text"] for f in account["findings"])
    [bad] = [f["text"] for f in account["findings"] if f["level"] == "bad"]
    assert bad.startswith("HEXBEAT_SOURCE: a password, token or query in an address")
    dead = _doctor(tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert dead.returncode == 2


def test_the_doctor_needs_no_prefect() -> None:
    code = "import sys, flows.doctor.checks; sys.exit('prefect' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_damaged_log_is_told_and_put_aside_when_it_is_asked_for(
    tmp_path: Path,
) -> None:
    home = open_home(tmp_path)
    for rows in (3, 4):
        put(home.lake, "2024-01", rows)
    log = home.root / "lake" / "incidents" / "_delta_log"
    max(log.glob("*.json")).write_bytes(b"")
    told = [f for f in check_home(tmp_path) if f.level == "bad"]
    assert [f.text.partition(":")[0] for f in told] == [
        "the incidents table's log cannot be read as it was written"
    ]
    [aside] = repaired(tmp_path)
    assert aside.level == "note"
    assert "is now" in aside.text
    assert [f for f in check_home(tmp_path) if f.level == "bad"] == []
    for entry in log.glob("*.json"):
        entry.write_bytes(b"")
    [left] = repaired(tmp_path)
    assert (left.level, "back from a backup" in left.text) == ("bad", True)
