"""deploy/systemd: units that systemd takes, and that are let do little."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.processes import DEPLOY


pytestmark = pytest.mark.system


UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSURE = "25"  # in tenths, of systemd's own scale from 0 to 10


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not there")
    words = ("systemd-analyze", "--no-pager", *words)
    return subprocess.run(words, capture_output=True, text=True, check=False)


def complaints(unit: str, folder: Path) -> str:
    """What systemd says of a unit, its programs taken to be installed."""
    file = folder / "hexbeat-tried.service"
    file.write_text(re.sub(r"/opt/hexbeat/\.venv/bin/\w+", "/bin/true", unit))
    done = analyze("verify", "--man=no", file)
    return done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_it(unit: Path, tmp_path: Path) -> None:
    assert complaints(unit.read_text(), tmp_path) == ""


def test_a_misspelt_key_is_seen(tmp_path: Path) -> None:
    unit = UNITS[0].read_text().replace("ProtectSystem=", "ProtectSistem=")
    assert "ProtectSistem" in complaints(unit, tmp_path)


def exposure(unit: Path) -> int:
    """0 where systemd thinks it closed enough."""
    threshold = f"--threshold={MOST_EXPOSURE}"
    return analyze("security", "--offline=true", threshold, unit).returncode


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_it_is_let_do_little(unit: Path, tmp_path: Path) -> None:
    assert exposure(unit) == 0
    open_unit = tmp_path / unit.name
    text = re.sub(
        "(?m)^(SystemCallFilter|RestrictNamespaces)=.*\n", "", unit.read_text()
    )
    open_unit.write_text(text)
    assert exposure(open_unit) == 1


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_program_itself_gets_the_signal(unit: Path) -> None:
    """A shell between would keep it."""
    text = unit.read_text()
    assert re.search(
        r"^ExecStart=/opt/hexbeat/\.venv/bin/(hexbeat|prefect) ", text, re.M
    )
    assert re.search("^StateDirectory=hexbeat ", text, re.M)
    assert not re.search("(?i)^Environment=.*(AUTH|PASSWORD|KEY)", text, re.M)
