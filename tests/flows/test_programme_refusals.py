"""What `hexbeat programme` and `track` refuse: one line, its code, nothing kept."""

from pathlib import Path

import pytest

from tests.flows.standing import Standing, is_refused
from transforms.programmes import usual


TRACK: list[tuple[tuple[object, ...], str]] = [
    (("summer", "--window", 12), "--window 12: 1 to 11 months"),
    (("summer", "--window", 0), "--window 0: 1 to 11 months"),
    (("summer", "--window", "13w"), "write months, such as 3"),
    (("summer", "--to", "2026-01-31"), "is not a month"),
    (("summer", "--to", "2030-01"), "the newest month that counts is"),
    (("summer", "--to", "2025-06"), "nothing to track yet"),
    (("over", "--to", "2025-09"), "its last whole month is 2025-08"),
    (("waiting",), "has not started: hexbeat programme start"),
    (("winter",), "'winter' is not a programme here"),
    (("summer", "--windo", 3), "Unknown option: --windo"),
]


@pytest.mark.parametrize(("words", "line"), TRACK)
def test_a_look_that_cannot_be(
    standing: Standing, words: tuple[object, ...], line: str
) -> None:
    before = standing.kept()
    is_refused(standing.run("track", *words), 2, line)
    assert standing.kept() == before


REGISTER: list[tuple[tuple[object, ...], str]] = [
    (("start", "waiting", "--on", "2025-06-30"), "proves nothing"),
    (("start", "summer", "--on", "2025-08-01"), "started on 2025-07-01"),
    (("start", "over", "--starts", "2025-08-01"), "Unknown option: --starts. Command"),
    (("start", "waiting", "--on", "soon"), "--on"),
    (("leave", "summer", "p99", "--on", "2025-09-01", "--why", "x"), "p99"),
    (("leave", "waiting", "p01", "--on", "2025-09-01", "--why", "x"), "not started"),
    (("leave", "summer", "p01", "--on", "2025-09-01"), "--why requires an argument"),
    (("leave", "summer", "p01", "--on", "2025-09-01", "--because", "x"), "--because"),
    (("end", "over", "--on", "2025-10-01", "--why", "x"), "ended on 2025-09-15"),
    (("end", "summer", "--on", "2025-06-01", "--why", "x"), "2025-07-01"),
    (("show", "winter"), "'winter' is not a programme here"),
]


@pytest.mark.parametrize(("words", "line"), REGISTER)
def test_a_line_of_the_register_that_cannot_be(
    standing: Standing, words: tuple[object, ...], line: str
) -> None:
    before = standing.kept()
    is_refused(standing.run("programme", *words), 2, line)
    assert standing.kept() == before


@pytest.mark.parametrize(
    "words",
    [
        ("track", "summer"),
        ("track", "summer", "--window", 3),
        ("trial", "analyse", "drawn"),
    ],
)
def test_a_list_of_months_is_not_counted_in_a_home_of_days(
    standing: Standing, words: tuple[object, ...]
) -> None:
    before = standing.kept(standing.feeds["days"])
    done = standing.run(*words, home=standing.feeds["days"])
    is_refused(done, 2, "use the home that it was frozen in")
    assert standing.kept(standing.feeds["days"]) == before


def test_a_past_too_short_to_tell_is_a_look_and_a_gap(
    standing: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home with fewer past lists than are needed: no interval, exit code 3."""
    copy = standing.made.again(tmp_path)
    for name in ("AT_LEAST_OWN", "AT_LEAST_OF_ALL"):
        monkeypatch.setattr(usual, name, 1_000)
    done = standing.run("track", "summer", home=copy.home.root)
    assert (done.returncode, done.stderr) == (3, "")
    assert "Not enough quiet past to tell" in done.stdout
    assert len(list((copy.frozen.programme.folder / "looks").iterdir())) == 1


@pytest.mark.parametrize(
    "file",
    ["programme.json", "places.parquet", "cells.parquet", "buffers.parquet"],
)
@pytest.mark.parametrize(
    "words",
    [
        ("track", "summer"),
        ("programme", "show", "summer"),
        ("trial", "power", "summer", "--kind", "weekly"),
        ("dosage", "report", "summer"),
    ],
)
def test_a_damaged_programme_is_damage_at_each_command(
    standing: Standing, tmp_path: Path, file: str, words: tuple[object, ...]
) -> None:
    copy = standing.made.again(tmp_path)
    path = copy.frozen.programme.folder / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    before = standing.kept(copy.home.root)
    done = standing.run(*words, home=copy.home.root)
    is_refused(done, 1, "not as it was frozen")
    assert standing.kept(copy.home.root) == before


def test_an_edited_register_is_damage(standing: Standing, tmp_path: Path) -> None:
    copy = standing.made.again(tmp_path)
    register = copy.home.root / "programmes" / "register.jsonl"
    register.write_text(register.read_text().replace("2025-07-01", "2025-09-01"))
    before = standing.kept(copy.home.root)
    for words in (("track", "summer"), ("programme", "list")):
        is_refused(standing.run(*words, home=copy.home.root), 1, "was changed")
    assert standing.kept(copy.home.root) == before


TRIAL_FILES = ["design.json", "commitment.txt", "power.json", "seed.hex"]


@pytest.mark.parametrize("file", TRIAL_FILES)
def test_a_damaged_trial_is_damage_at_each_command(
    standing: Standing, tmp_path: Path, file: str
) -> None:
    copy = standing.made.again(tmp_path)
    [trial] = (copy.home.root / "programmes").glob("drawn-*/trials/parallel-*")
    path = trial / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] = ord("0") if data[len(data) // 2] != ord("0") else ord("1")
    path.write_bytes(bytes(data))
    before = standing.kept(copy.home.root)
    for words in (("issue", "drawn", "--week", "2025-07-07"), ("analyse", "drawn")):
        done = standing.run("trial", *words, home=copy.home.root)
        assert done.returncode == 1, (words, done)
        assert len(done.stderr.splitlines()) == 1 and str(trial) in done.stderr
    assert standing.kept(copy.home.root) == before
