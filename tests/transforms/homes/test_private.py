"""Whoever works on a force's own feed writes for its owner alone, and dumps no core."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import CSV_MAPPING, as_csv, csv_row
from tests.transforms.records.made_homes import truth


WORK = """
import os, resource, subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
from transforms.operations.backup import backup
from transforms.homes.home import open_any_layout
from transforms.records.homes import create_force_home, open_force_home

folder, what = Path(sys.argv[1]), sys.argv[2]
if what == "create":
    mapping, drops = folder / "kent.toml", str(folder / "drops")
    create_force_home(folder / "home", mapping, drops, "me", datetime.now(UTC))
elif what == "look":
    open_any_layout(folder / "home")
elif what == "pull":
    from tests.transforms.records.made_homes import NOW, pulled
    pulled(open_force_home(folder / "home"), {"1.csv": (folder / "1.csv").read_bytes()})
elif what == "backup":
    backup(open_any_layout(folder / "home"), folder / "copy", lambda: None)
print(*resource.getrlimit(resource.RLIMIT_CORE))
child = "import os, resource; print(oct(os.umask(0)), *resource.getrlimit(4))"
sys.stdout.flush()
subprocess.run([sys.executable, "-c", child], check=True)
if sys.platform == "linux":
    import ctypes
    print(ctypes.CDLL(None).prctl(3, 0))
"""
ENDS = ["0 0", "0o77 0 0", *(["0"] if sys.platform == "linux" else [])]


def work(folder: Path, what: str) -> list[str]:
    """What a process that did so says of itself and of one that it starts."""
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(folder), what],
        capture_output=True,
        text=True,
        check=True,
        umask=0o022,
        cwd=Path(__file__).parents[3],
    )
    return done.stdout.splitlines()


def open_to_others(folder: Path) -> list[str]:
    return [
        path.name
        for path in [folder, *folder.rglob("*")]
        if path.lstat().st_mode & 0o077
    ]


@pytest.mark.skipif(os.name != "posix", reason="modes are those of Unix")
def test_from_making_to_copying_nothing_is_for_others(tmp_path: Path) -> None:
    (tmp_path / "kent.toml").write_text(CSV_MAPPING)
    rows = [csv_row(truth(f"46/{n}/26")) for n in range(20)]
    (tmp_path / "1.csv").write_bytes(as_csv(rows))
    for step in ("create", "look", "pull", "backup"):
        assert work(tmp_path, step) == ENDS
    assert len(list((tmp_path / "home").rglob("*.parquet"))) >= 2
    assert open_to_others(tmp_path / "home") == []
    assert open_to_others(tmp_path / "copy") == []
