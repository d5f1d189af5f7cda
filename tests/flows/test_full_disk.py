"""A full disk and a store without the bucket, in words that help."""

from collections import namedtuple
from errno import ENOSPC
from pathlib import Path

import pytest

from flows.params import IngestParams
from flows.plain_logs import plain_faults
from flows.run_stages import _why
from transforms.homes import full_disk
from transforms.homes.full_disk import DiskFullError


Usage = namedtuple("Usage", "total used free")
XML = (
    "Generic S3 error: 404 <?xml version='1.0'?> <Error><Code>NoSuchBucket</Code>"
    "<Message>The specified bucket does not exist</Message><RequestId>x</RequestId>"
)


def _full(_: object) -> None:
    with Path("/dev/full").open("w") as sink:
        sink.write("x")


def _full_of_the_lake(_: object) -> None:
    raise RuntimeError("Generic LocalFileSystem error: (os error 28)")


@pytest.mark.parametrize("work", [_full, _full_of_the_lake])
@pytest.mark.parametrize("by", ["task", "flow"])
def test_it_names_the_disk_what_is_needed_and_what_to_do(
    by: str, work: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    run = home / "publications" / "runs" / "2025-12-abc"
    run.mkdir(parents=True)
    with (run / "cells.parquet").open("wb") as file:
        file.truncate(1_600_000_000)
    latest = home / "publications" / "latest.json"
    latest.write_text('{"run_id": "2025-12-abc"}')
    monkeypatch.setattr(
        full_disk.shutil, "disk_usage",
        lambda folder: Usage(10**10, 0, 3 * 10**8 if folder == home else 10**10),
    )  # fmt: skip
    given = str(home) if by == "task" else IngestParams(home=str(home))
    with pytest.raises(DiskFullError) as raised:
        plain_faults(work)(given)  # type: ignore[arg-type]
    said = _why(raised.value)
    assert said.startswith(
        f"the disk of {home} is full: 0.3 GB free, and a publication needs about 1.6 GB"
    )
    assert "hexbeat maintain --dry-run" in said
    assert "Errno" not in said


def test_the_temporary_folder_is_named_if_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_disk.tempfile, "gettempdir", lambda: "/dev")
    monkeypatch.setattr(
        full_disk.shutil, "disk_usage",
        lambda folder: Usage(10**9, 0, 0 if folder == Path("/dev") else 10**9),
    )  # fmt: skip
    said = str(full_disk.full_disk(str(tmp_path / "not-there")))
    assert said.startswith("the disk of /dev is full: 0.0 GB free. Nothing is lost")


def test_other_errors_of_a_disk_are_not_of_a_full_one() -> None:
    assert full_disk.is_full(OSError(ENOSPC, "x"))
    assert not full_disk.is_full(OSError(5, "Input/output error"))


def test_what_a_store_says_in_xml_is_said_in_words() -> None:
    said = _why(OSError(XML))
    why = "the object store: NoSuchBucket: The specified bucket does not exist"
    assert said == f"{why} (see the run's log)"
