"""The doctor names what does not go together, and the mend."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flows.doctor import (
    Finding,
    check_home,
    check_prefect,
    check_versions,
    installed,
    mended,
)
from flows.versions import PACKAGES, refusals
from tests.transforms.maintenance.made import put
from transforms.home import open_home


_MAIN = "from flows.cli import main; main()"
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
    ],
)
def test_a_bad_pair_is_refused_once_with_its_mend(
    package: str, version: str, mend: str
) -> None:
    [line] = refusals(GOOD | {package: version})
    assert line.startswith(f"{package} {version} beside")
    assert f"'{mend}'" in line


def test_a_newer_fastapi_is_no_harm_without_the_prefect_it_breaks() -> None:
    assert list(refusals({"hexbeat": "0.1.0", "fastapi": "0.165.0"})) == []


def test_a_package_that_is_not_there_is_named() -> None:
    held = dict.fromkeys(PACKAGES, "1") | GOOD
    del held["h3"]
    [line] = _bad(list(check_versions(held)))
    assert line.startswith("h3 is not installed")


def test_leftovers_and_a_broken_pointer_are_told(tmp_path: Path) -> None:
    (tmp_path / "publications" / "runs" / ".tmp-2025-12-abc-1").mkdir(parents=True)
    found = {f.about: f for f in check_home(tmp_path)}
    assert found["left over"].level == "note"
    assert ".tmp-2025-12-abc-1" in found["left over"].text
    (tmp_path / "publications" / "latest.json").write_text("{")
    assert any("names no run" in line for line in _bad(list(check_home(tmp_path))))


def test_a_server_that_answers_and_one_that_does_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        address = f"http://user:secret@127.0.0.1:{port}/api?key=hidden"
        heard = check_prefect(address)
    silent = check_prefect(address)
    assert (heard.level, silent.level) == ("ok", "bad")
    for found in (heard, silent):
        assert f"http://127.0.0.1:{port}/api" in found.text
        assert "secret" not in found.text
        assert "hidden" not in found.text
    assert check_prefect("nonsense").level == "bad"


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
    assert done.returncode == account["exit_code"] == 0, done.stdout
    assert "secret" not in done.stdout
    assert any("mirror.example/x" in f["text"] for f in account["findings"])
    dead = _doctor(tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert dead.returncode == 2


def test_the_doctor_needs_no_prefect() -> None:
    code = "import sys, flows.doctor; sys.exit('prefect' in sys.modules)"
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
    [aside] = mended(tmp_path)
    assert aside.level == "note"
    assert "is now" in aside.text
    assert [f for f in check_home(tmp_path) if f.level == "bad"] == []
    for entry in log.glob("*.json"):
        entry.write_bytes(b"")
    [left] = mended(tmp_path)
    assert (left.level, "back from a backup" in left.text) == ("bad", True)
