"""An audit log that was edited, shortened or reordered says so, and which line."""

import json
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from transforms.errors import LakeError
from transforms.homes import chained_log
from transforms.homes.chained_log import Audited, ChainedLog


AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> ChainedLog:
    log = ChainedLog(tmp_path / "chained_log.jsonl")
    log.append(AT, "me", "create", {"drops": 0})
    for number in range(1, 5):
        log.append(AT, "me", "pull", {"drops": number})
    return log


def lines(log: ChainedLog) -> list[str]:
    return log.path.read_text().splitlines(keepends=True)


def write(log: ChainedLog, *texts: str) -> None:
    log.path.write_text("".join(texts))


def test_as_it_was_written_it_is_whole(log: ChainedLog, tmp_path: Path) -> None:
    assert log.verify() == Audited(5, None)
    assert log.path.stat().st_mode & 0o777 == 0o600
    first = json.loads(lines(log)[0])
    assert first["what"] == {"drops": 0}
    assert (first["at"], first["who"]) == ("2026-11-20T12:00:00+00:00", "me")


def test_any_edit_is_found_by_its_line(log: ChainedLog) -> None:
    written = lines(log)
    for number, line in enumerate(written, start=1):
        action = "create" if number == 1 else "pull"
        for old, new in (("me", "we"), (action, "read"), ("12:00", "12:01")):
            changed = [*written]
            changed[number - 1] = line.replace(old, new, 1)
            write(log, *changed)
            assert log.verify().fault == f"line {number} was changed"


def test_a_line_taken_out_moved_or_cut_off_is_found(log: ChainedLog) -> None:
    one, two, three, four, five = lines(log)
    for kept, fault in {
        (one, three, four, five): "line 2 does not follow the line before it",
        (two, three, four, five): "line 1 does not follow the line before it",
        (one, three, two, four, five): "line 2 does not follow the line before it",
        (one, two, three, four): "line 5 is gone: 5 were written",
        (one, two): "line 3 is gone: 5 were written",
        (): "line 1 is gone: 5 were written",
    }.items():
        write(log, *kept)
        assert log.verify().fault == fault
    log.path.unlink()
    assert log.verify().fault == "line 1 is gone: 5 were written"
    with pytest.raises(LakeError, match="damaged"):
        log.append(AT, "me", "pull", {})


def test_a_log_that_is_gone_with_its_head_is_missed(log: ChainedLog) -> None:
    log.path.unlink()
    log.path.with_suffix(".head.json").unlink()
    gone = Audited(0, "gone: its first line is older than all that it tells of")
    assert log.verify() == gone
    log.path.touch()
    assert log.verify() == gone
    for refused in (log.refuse_lost, lambda: log.append(AT, "me", "pull", {})):
        with pytest.raises(LakeError, match=r"gone: .*; nothing was done"):
            refused()
    begin_without_its_beginning(log)  # as an older hexbeat did
    fault = "line 1 is not its beginning: what was before it is gone"
    assert log.verify() == Audited(1, fault)


def begin_without_its_beginning(log: ChainedLog) -> None:
    log.append(AT, "me", "create", {})
    log.append(AT, "me", "pull", {})
    line = json.loads(lines(log)[1]) | {"prev": "0" * 64}
    line["sha256"] = chained_log._hash(line)
    write(log, json.dumps(line) + "\n")
    head = {"lines": 1, "sha256": line["sha256"]}
    log.path.with_suffix(".head.json").write_text(json.dumps(head))


def test_the_newest_number_of_a_name_is_found(log: ChainedLog) -> None:
    assert (log.newest("drops"), log.newest("refused")) == (4, 0)
    log.append(AT, "me", "erase", {"why": "x"})
    with log.path.open("a") as file:
        file.write('{"at": "20')
    assert log.newest("drops") == 4
    log.path.unlink()
    assert log.newest("drops") == 0


def test_a_tail_written_anew_is_found(log: ChainedLog, tmp_path: Path) -> None:
    other = ChainedLog(tmp_path / "other.jsonl")
    write(other, *lines(log)[:4])
    (tmp_path / "other.head.json").write_text(
        json.dumps({"lines": 4, "sha256": json.loads(lines(log)[3])["sha256"]})
    )
    other.append(AT, "me", "pull", {"drops": 99})
    assert other.verify().fault is None
    write(log, *lines(other))
    assert log.verify().fault == "line 5 is not the one that was written"


def test_a_kill_between_a_line_and_its_count_does_no_harm(log: ChainedLog) -> None:
    head = log.path.with_suffix(".head.json")
    before = head.read_bytes()
    log.append(AT, "me", "pull", {"drops": 5})
    head.write_bytes(before)
    assert log.verify() == Audited(6, None)
    log.append(AT, "me", "pull", {"drops": 6})
    assert log.verify() == Audited(7, None)
    with log.path.open("a") as file:
        file.write('{"at": "20')
    assert log.verify() == Audited(7, None)
    log.append(AT, "me", "pull", {"drops": 7})
    assert log.verify() == Audited(8, None)


def write_some(path: Path) -> None:
    for number in range(10):
        ChainedLog(path).append(AT, "me", "read", {"number": number})


def test_a_line_that_a_kill_left_uncounted_is_counted(log: ChainedLog) -> None:
    head = log.path.with_suffix(".head.json")
    before = head.read_text()
    log.append(AT, "me", "pull", {"drops": 5})
    after = head.read_text()
    head.write_text(before)
    log.settle()
    assert head.read_text() == after
    assert log.verify() == Audited(6, None)


def test_writers_beside_each_other_make_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "chained_log.jsonl"
    ChainedLog(path).append(AT, "me", "create", {})
    context = get_context("spawn")
    workers = [context.Process(target=write_some, args=(path,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert ChainedLog(path).verify() == Audited(21, None)
