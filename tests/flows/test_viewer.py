"""The viewer: this machine alone, reading alone, whole files and parts of them."""

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread

import pytest

from flows.viewer import LOOPBACK, serve, server_of
from transforms.errors import HexbeatError, UsageError


CONTENT = bytes(range(100))


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    folder = tmp_path / "internal"
    folder.mkdir()
    (folder / "cells.parquet").write_bytes(CONTENT)
    (folder / "a <b>.md").write_text("x")
    (tmp_path / "secret").write_text("not to be seen")
    with server_of(folder, 0) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def _ask(port: int, path: str, method: str = "GET", **headers: str) -> HTTPResponse:
    connection = HTTPConnection(LOOPBACK, port, timeout=5)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_a_file_comes_whole_with_its_type(port: int) -> None:
    answer = _ask(port, "/cells.parquet")
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.getheader("Content-Type") == "application/vnd.apache.parquet"
    assert _ask(port, "/cells.parquet", "HEAD").body == b""


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-9", 206, CONTENT[:10]),
        ("bytes=90-", 206, CONTENT[90:]),
        ("bytes=-5", 206, CONTENT[-5:]),
        ("bytes=95-200", 206, CONTENT[95:]),
        ("bytes=100-", 416, b""),
        ("bytes=9-0", 416, b""),
        ("bytes=-0", 416, b""),
        ("lines=1-2", 416, b""),
    ],
)
def test_parts_of_files_are_sent(
    port: int, asked: str, status: int, content: bytes
) -> None:
    answer = _ask(port, "/cells.parquet", Range=asked)
    assert (answer.status, answer.body) == (status, content)


@pytest.mark.parametrize(
    "path", ["/../secret", "/..%2fsecret", "//secret", "/internal/cells.parquet", "/x"]
)
def test_no_path_leads_out_of_the_folder(port: int, path: str) -> None:
    answer = _ask(port, path)
    assert answer.status == 404
    assert b"not to be seen" not in answer.body


def test_a_page_elsewhere_cannot_read_through_the_browser(port: int) -> None:
    assert _ask(port, "/cells.parquet", Host="evil.example:80").status == 403
    assert _ask(port, "/cells.parquet", Host=f"localhost:{port}").status == 200


def test_nothing_can_be_written(port: int) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert _ask(port, "/cells.parquet", method).status == 501


def test_the_list_names_every_file_and_runs_none(port: int) -> None:
    page = _ask(port, "/").body.decode()
    assert "cells.parquet" in page
    assert "a &lt;b&gt;.md" in page


def test_a_taken_port_and_a_missing_run_are_said(port: int, tmp_path: Path) -> None:
    with pytest.raises(HexbeatError, match="is taken; choose another"):
        server_of(tmp_path, port)
    with pytest.raises(UsageError, match="no publication in"):
        serve(tmp_path / "none", None, 0)
    with pytest.raises(UsageError, match=r"no publication \.\./x"):
        serve(tmp_path, "../x", 0)
