"""`hexbeat view`: a small web server for a publication's files, on this machine only.

It is read-only, listens on the loopback address, and answers only requests that name
it: other web pages can neither read nor embed the files through the browser. It sends
parts of files, because readers of GeoParquet ask for them.
"""

import html
import mimetypes
import os
import re
import sys
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import SEEK_END
from pathlib import Path
from secrets import compare_digest
from stat import S_ISREG
from typing import Any, BinaryIO
from urllib.parse import quote, unquote

from flows.command.printing.terminal import print_error, print_line
from transforms.errors import HexbeatError, UsageError
from transforms.homes.runs.catalog import run_folder, withdrawn
from transforms.homes.runs.seal import TIER, latest_run
from transforms.lake.storage import is_remote


LOOPBACK = "127.0.0.1"
_OURS = re.compile(r"(?:127\.0\.0\.1|localhost)(?::[0-9]+)?")  # or a tunnel's port
_CHUNK_BYTES = 1 << 16
_PATIENCE_SECONDS = 60
_RANGE = re.compile(r"bytes=([0-9]{,18})-([0-9]{,18})")
# Separates the files from every other page, also from other ports of this machine.
_KEPT_APART = (
    ("Content-Security-Policy", "frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><ul>
{rows}
</ul></html>
"""


def serve(publications: Path, run_id: str | None, port: int, secret: str = "") -> int:
    """Serve a run's files until interrupted, to those with the secret; returns 0."""
    run = run_id or latest_run(publications)
    if run is None:
        raise UsageError(f"there is no publication in {publications} yet")
    folder = run_folder(publications, run)
    _refuse_link(publications, folder / TIER)
    if why := withdrawn(folder):
        print_error(f"{run} is withdrawn: {why}")
    with server_of(folder / TIER, port, secret) as server:
        address = f"http://{LOOPBACK}:{server.server_address[1]}/"
        if secret:
            address += f"{secret}/"
        print_line(f"run      {run}")
        if (folder / TIER / "map.html").exists():
            print_line(f"map      {address}map.html")
        print_line(f"files    {address}")
        print_line("stop     Ctrl-C")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def _refuse_link(publications: Path, folder: Path) -> None:
    """Refuse a symbolic link among the folders: it would show files of others."""
    if is_remote(folder):
        return
    inside = publications.resolve() / folder.relative_to(publications)
    if folder.resolve() != inside:
        raise HexbeatError(f"{folder} is a link to {folder.resolve()}: not shown")


def server_of(folder: Path, port: int, secret: str = "") -> ThreadingHTTPServer:
    """The server of one folder's files, bound and not yet serving.

    If there is a secret, every path begins with it.
    """
    try:
        return _Server((LOOPBACK, port), partial(_Files, folder, secret))
    except OSError as error:
        raise HexbeatError(
            f"port {port} of this machine is taken; choose another with --port"
        ) from error


class _Server(ThreadingHTTPServer):
    """A server that prints nothing about browsers that hang up."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print why a request failed, in one line, unless its client is gone."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            print_error(f"a request failed: {type(error).__name__}")


class _Files(BaseHTTPRequestHandler):
    """GET and HEAD of the files of one folder, whole or in part."""

    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE_SECONDS  # a silent connection would keep a thread

    def __init__(self, folder: Path, secret: str, *given: Any) -> None:
        self._folder = folder
        self._secret = secret
        super().__init__(*given)

    def do_GET(self) -> None:
        """Send a file, a part of it, or the list of all."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Send what a GET would, without the content."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing: the terminal is for people."""

    def _answer(self, with_body: bool) -> None:
        if not self._is_local():
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        # not parsed as an address: a path may look like a broken one
        name = unquote(self.path.partition("?")[0].partition("#")[0]).lstrip("/")
        if self._secret:
            known, _, name = name.partition("/")
            if not compare_digest(known.encode(), self._secret.encode()):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
        if not name:
            self._send_list(with_body)
            return
        file = next((f for f in _regular(self._folder) if f.name == name), None)
        source = file and _opened(file)
        if not (file and source):  # only names in the folder: no path leads out
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with source:
            self._send_file(file, source, with_body)

    def _is_local(self) -> bool:
        """Whether it names this server, and is not for a page of another site.

        A page can embed an image or frame of any address, and so learn what exists
        there. Following a link to a file is allowed.
        """
        hosts = self.headers.get_all("Host", [])
        site = self.headers.get("Sec-Fetch-Site", "none")
        followed = self.headers.get("Sec-Fetch-Dest") == "document"
        return (
            len(hosts) == 1
            and _OURS.fullmatch(hosts[0]) is not None
            and (site in ("none", "same-origin") or followed)
        )

    def _send_file(self, file: Path, source: BinaryIO, with_body: bool) -> None:
        size = source.seek(0, SEEK_END)
        span = _span(self.headers.get("Range"), size)
        if span is None:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        first, last = span
        whole = "Range" not in self.headers
        self.send_response(HTTPStatus.OK if whole else HTTPStatus.PARTIAL_CONTENT)
        if not whole:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self._send_headers(_media_type(file.name), last - first + 1)
        if with_body:
            source.seek(first)
            left = last - first + 1
            while left and (part := source.read(min(left, _CHUNK_BYTES))):
                self.wfile.write(part)
                left -= len(part)

    def _send_list(self, with_body: bool) -> None:
        rows = "\n".join(
            f'<li><a href="{quote(file.name)}">{html.escape(file.name)}</a>'
            f" {file.stat().st_size:,} bytes"
            for file in sorted(_regular(self._folder))
        )
        title = f"Publication {self._folder.parent.name}, {self._folder.name}"
        page = _PAGE.format(title=html.escape(title), rows=rows).encode()
        self.send_response(HTTPStatus.OK)
        self._send_headers("text/html; charset=utf-8", len(page))
        if with_body:
            self.wfile.write(page)

    def _send_headers(self, kind: str, length: int) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in _KEPT_APART:
            self.send_header(name, value)
        self.end_headers()


def _regular(folder: Path) -> Iterator[Path]:
    """Regular files only: a link may lead anywhere."""
    for file in folder.iterdir():
        if is_remote(file) or S_ISREG(file.lstat().st_mode):
            yield file


def _media_type(name: str) -> str:
    """As the format says; the files of the seal have none."""
    from transforms.publications.formats.registry import format_of

    if (row := format_of(name)) is None:
        return mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{row.media_type}; charset=utf-8" if row.is_text else row.media_type


def _opened(file: Path) -> BinaryIO | None:
    """That file, open; None if a link or a pipe has taken its place."""
    if is_remote(file):
        return file.open("rb")
    try:
        number = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    source = os.fdopen(number, "rb")
    if S_ISREG(os.fstat(number).st_mode):
        return source
    source.close()
    return None


def _span(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte to send; None if the file has nothing in that range."""
    if header is None:
        return 0, size - 1
    if not size:
        return None
    match = _RANGE.fullmatch(header.strip())
    if match is None or not any(match.groups()):
        return None
    start, end = match.groups()
    if not start:  # the last so many bytes
        return (max(size - int(end), 0), size - 1) if int(end) else None
    last = min(int(end), size - 1) if end else size - 1
    return (int(start), last) if int(start) <= last else None
