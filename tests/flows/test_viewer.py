"""The viewer: this machine alone, reading alone, whole files and parts of them."""

import os
import socket
import struct
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread

import pytest

from flows.command.viewer import LOOPBACK, _opened, _refuse_link, serve, server_of
from transforms.errors import HexbeatError, UsageError


CONTENT = bytes(range(100))


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    folder = tmp_path / "internal"
    folder.mkdir()
    (folder / "hotspot_cells.parquet").write_bytes(CONTENT)
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
    answer = _ask(port, "/hotspot_cells.parquet")
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.getheader("Content-Type") == "application/vnd.apache.parquet"
    assert _ask(port, "/hotspot_cells.parquet", "HEAD").body == b""


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
    answer = _ask(port, "/hotspot_cells.parquet", Range=asked)
    assert (answer.status, answer.body) == (status, content)


@pytest.mark.parametrize(
    "path",
    ["/../secret", "/..%2fsecret", "//secret", "/internal/hotspot_cells.parquet", "/x"],
)
def test_no_path_leads_out_of_the_folder(port: int, path: str) -> None:
    answer = _ask(port, path)
    assert answer.status == 404
    assert b"not to be seen" not in answer.body


def test_a_link_is_not_followed_nor_listed(port: int, tmp_path: Path) -> None:
    folder = tmp_path / "internal"
    (folder / "link.md").symlink_to(tmp_path / "secret")
    (folder / "gone.md").symlink_to(tmp_path / "nowhere")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    for name in ("link.md", "gone.md", "folder", "pipe"):
        answer = _ask(port, f"/{name}")
        assert (answer.status, b"not to be seen" in answer.body) == (404, False)
    page = _ask(port, "/").body.decode()
    assert "hotspot_cells.parquet" in page
    for name in ("link.md", "gone.md", "folder", "pipe"):
        assert name not in page


def test_a_link_that_takes_a_files_place_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not to be seen")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "file").write_bytes(CONTENT)
    os.mkfifo(tmp_path / "pipe")
    assert _opened(tmp_path / "link") is None
    assert _opened(tmp_path / "pipe") is None
    with _opened(tmp_path / "file") or pytest.fail("it is a file") as file:
        assert file.read() == CONTENT


@pytest.mark.parametrize("linked", ["runs", "runs/2025-12-abc"])
def test_a_run_that_is_a_link_is_not_shown(tmp_path: Path, linked: str) -> None:
    made = tmp_path / "publications"
    (made / "runs" / "2025-12-abc" / "internal").mkdir(parents=True)
    (tmp_path / "home").symlink_to(made)  # a home may lie behind a link
    _refuse_link(tmp_path / "home", tmp_path / "home" / linked)
    (made / linked).rename(tmp_path / "elsewhere")
    (made / linked).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HexbeatError, match="is a link to"):
        _refuse_link(made, made / "runs" / "2025-12-abc" / "internal")


@pytest.mark.parametrize(
    "head",
    [
        b"GET //[ HTTP/1.1\r\nHost: 127.0.0.1:1\r\n",
        b"GET /%00 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n",
        b"GET http://[/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\n",
        b"GET /hotspot_cells.parquet HTTP/1.1\r\nHost: 127.0.0.1:1\r\nRange: bytes=-"
        + b"9" * 5000 + b"\r\n",
        b"GET /hotspot_cells.parquet HTTP/1.1\r\nHost: 127.0.0.1:1\r\nRange: bytes="
        + b"1" * 5000 + b"-\r\n",
        b"GET /empty HTTP/1.1\r\nHost: 127.0.0.1:1\r\nRange: bytes=-5\r\n",
        b"GET /folder HTTP/1.1\r\nHost: 127.0.0.1:1\r\n",
        b"HEAD //[ HTTP/1.1\r\nHost: 127.0.0.1:1\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: \xff\r\n",
        b"GET /\r\n",
    ],
)  # fmt: skip
def test_a_strange_request_is_answered_and_no_traceback(
    port: int, tmp_path: Path, head: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "internal" / "folder").mkdir()
    (tmp_path / "internal" / "empty").touch()
    with socket.create_connection((LOOPBACK, port), timeout=5) as asked:
        asked.sendall(head + b"Connection: close\r\n\r\n")
        answer = b"".join(iter(lambda: asked.recv(1 << 16), b""))
    assert any(code in answer[:600] for code in (b"403", b"404", b"416"))
    assert capsys.readouterr().err == ""


def test_a_browser_that_hangs_up_is_no_news(
    port: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "internal" / "large").write_bytes(bytes(1 << 26))
    with socket.create_connection((LOOPBACK, port), timeout=5) as asked:
        asked.sendall(b"GET /large HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n")
        asked.recv(1)
        # gone with a reset, as a browser's tab that is closed
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert _ask(port, "/large", "HEAD").status == 200
    time.sleep(0.2)
    assert capfd.readouterr().err == ""


def test_a_page_elsewhere_cannot_read_through_the_browser(port: int) -> None:
    assert _ask(port, "/hotspot_cells.parquet", Host="evil.example:80").status == 403
    assert _ask(port, "/hotspot_cells.parquet", Host=f"localhost:{port}").status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:9000"])
def test_it_is_named_with_and_without_a_port(port: int, host: str) -> None:
    assert _ask(port, "/hotspot_cells.parquet", Host=host).status == 200


def test_a_request_that_names_two_hosts_is_refused(port: int) -> None:
    with socket.create_connection((LOOPBACK, port), timeout=5) as asked:
        hosts = b"Host: 127.0.0.1\r\nHost: evil.example\r\n"
        asked.sendall(b"GET /hotspot_cells.parquet HTTP/1.1\r\n" + hosts + b"\r\n")
        assert b" 403 " in asked.recv(100)


@pytest.mark.parametrize("dest", ["image", "iframe", "script", "empty", "object"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_elsewhere_embeds_no_file(port: int, site: str, dest: str) -> None:
    """An image that loads, or a frame, says what is published here."""
    sent = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": dest}
    assert _ask(port, "/hotspot_cells.parquet", **sent).status == 403
    link = sent | {"Sec-Fetch-Dest": "document"}
    answer = _ask(port, "/hotspot_cells.parquet", **link)
    assert answer.status == 200
    # browsers that do not send those headers know these
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"


def test_who_connects_and_says_nothing_is_let_go(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.command.viewer._Files.timeout", 0.1)
    with socket.create_connection((LOOPBACK, port), timeout=5) as silent:
        assert silent.recv(1) == b""


def test_nothing_can_be_written(port: int) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert _ask(port, "/hotspot_cells.parquet", method).status == 501


def test_the_list_names_every_file_and_runs_none(port: int) -> None:
    page = _ask(port, "/").body.decode()
    assert "hotspot_cells.parquet" in page
    assert "a &lt;b&gt;.md" in page


def test_a_taken_port_and_a_missing_run_are_said(port: int, tmp_path: Path) -> None:
    with pytest.raises(HexbeatError, match="is taken; choose another"):
        server_of(tmp_path, port)
    with pytest.raises(UsageError, match="no publication in"):
        serve(tmp_path / "none", None, 0)
    with pytest.raises(UsageError, match=r"no publication \.\./x"):
        serve(tmp_path, "../x", 0)
