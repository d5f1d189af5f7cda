"""An older home, as people meet it: refused with the mend, migrated, and used again."""

from pathlib import Path

from tests.flows.commands import hexbeat_here as hexbeat
from tests.transforms.operations.maintenance.made_runs import put
from transforms.lake.lake import Lake
from transforms.lake.layout import LAYOUT, LAYOUT_FILE, write_layout


def test_an_older_home_is_refused_told_of_and_migrated(tmp_path: Path) -> None:
    put(Lake(tmp_path / "lake"), "2024-01", 3)
    (tmp_path / "lake" / LAYOUT_FILE).unlink()
    for command in ("status", "score", "verify"):
        refused = hexbeat(command, "--home", tmp_path)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.count("\n") == 1
        assert "run hexbeat migrate" in refused.stderr
    told = hexbeat("doctor", "--home", tmp_path)
    assert told.returncode == 2
    older = f"written by an older hexbeat (layout 1; this one reads {LAYOUT})"
    assert older in told.stdout

    done = hexbeat("migrate", "--home", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    steps = [f"migrate  layout {step}\n" for step in range(2, LAYOUT + 1)]
    assert done.stdout == "".join([*steps, f"layout   {LAYOUT}\n"])
    assert hexbeat("migrate", "--home", tmp_path).stdout == f"layout   {LAYOUT}\n"
    assert hexbeat("doctor", "--home", tmp_path).returncode == 0


def test_a_newer_home_is_refused_by_every_command(tmp_path: Path) -> None:
    write_layout(tmp_path / "lake", 99)
    for command in ("status", "publish", "migrate", "doctor"):
        refused = hexbeat(command, "--home", tmp_path)
        assert refused.returncode == 2
        assert "written by a newer hexbeat" in refused.stdout + refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_backup_says_how_much_it_is_and_is_a_home(tmp_path: Path) -> None:
    put(Lake(tmp_path / "home" / "lake"), "2024-01", 3)
    asked = ("backup", tmp_path / "copy", "--home", tmp_path / "home")
    done = hexbeat(*asked)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"backup   {tmp_path / 'copy'}: 4 files, 0.0 MB\n"
    assert hexbeat("doctor", "--home", tmp_path / "copy").returncode == 0
    again = hexbeat(*asked)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
