"""`hexbeat view`: a publication's files on this machine alone, to be looked at.

Read-only, on the loopback address, and only for requests that name it: a page elsewhere
cannot read them through the browser. Parts of files are served, since readers of
GeoParquet ask for them.
"""

import html
import mimetypes
import re
import sys
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, unquote, urlsplit

from transforms.catalog import run_folder, withdrawn
from transforms.errors import HexbeatError, UsageError
from transforms.seal import TIER, latest_run


LOOPBACK = "127.0.0.1"
_CHUNK_BYTES = 1 << 16
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".gpkg": "application/geopackage+sqlite3",
    ".geojson": "application/geo+json",
    ".md": "text/markdown; charset=utf-8",
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><ul>
{rows}
</ul></html>
"""


def serve(publications: Path, run_id: str | None, port: int) -> int:
    """Serve a run's files until interrupted; 0."""
    run = run_id or latest_run(publications)
    if run is None:
        raise UsageError(f"there is no publication in {publications} yet")
    folder = run_folder(publications, run)
    if why := withdrawn(folder):
        sys.stderr.write(f"hexbeat: {run} is withdrawn: {why}\n")
    with server_of(folder / TIER, port) as server:
        address = f"http://{LOOPBACK}:{server.server_address[1]}/"
        sys.stdout.write(f"run      {run}\nmap      {address}map.html\n")
        sys.stdout.write(f"files    {address}\nstop     Ctrl-C\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def server_of(folder: Path, port: int) -> ThreadingHTTPServer:
    """The server of one folder's files, bound and not yet serving."""
    try:
        return ThreadingHTTPServer((LOOPBACK, port), partial(_Files, folder))
    except OSError as error:
        raise HexbeatError(
            f"port {port} of this machine is taken; choose another with --port"
        ) from error


class _Files(BaseHTTPRequestHandler):
    """GET and HEAD of the files of one folder, whole or in part."""

    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, *given: Any) -> None:
        self._folder = folder
        super().__init__(*given)

    def do_GET(self) -> None:
        """Send a file, a part of it, or the list of all."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Send what a GET would, without the content."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: the terminal is for people."""

    def _answer(self, with_body: bool) -> None:
        asked_for = (self.headers.get("Host") or "").rpartition(":")[0]
        if asked_for not in (LOOPBACK, "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        name = unquote(urlsplit(self.path).path).lstrip("/")
        if not name:
            self._send_list(with_body)
            return
        listed = {file.name: file for file in self._folder.iterdir()}
        if name not in listed:  # no path leads out: only names that are there
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with listed[name].open("rb") as source:
            self._send_file(listed[name], source, with_body)

    def _send_file(self, file: Path, source: BinaryIO, with_body: bool) -> None:
        size = file.stat().st_size
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
        kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
        self._send_headers(kind or "application/octet-stream", last - first + 1)
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
            for file in sorted(self._folder.iterdir())
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
        self.end_headers()


def _span(asked: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte to send; None where there is nothing in that range."""
    if asked is None:
        return 0, size - 1
    match = _RANGE.fullmatch(asked.strip())
    if match is None or not any(match.groups()):
        return None
    start, end = match.groups()
    if not start:  # the last so many bytes
        return (max(size - int(end), 0), size - 1) if int(end) else None
    last = min(int(end), size - 1) if end else size - 1
    return (int(start), last) if int(start) <= last else None
