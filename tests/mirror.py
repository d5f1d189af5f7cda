"""A mirror of releases on loopback: it counts what it sends, and can misbehave."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import file_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import SEEK_END
from pathlib import Path
from ssl import SSLContext
from typing import BinaryIO


Fault = Callable[["Handler"], bool]  # whether it has answered


@dataclass
class Mirror:
    """What the server does, and what it has done."""

    folder: Path
    address: str = ""
    index: bool = True
    ranges: bool = True
    false_md5: bool = False
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    body_bytes: int = 0
    at_once: int = 0
    most_at_once: int = 0
    stopping: bool = False

    def page(self) -> bytes:
        """The index page."""
        lines = []
        for path in sorted(self.folder.glob("*.zip"), reverse=True):
            with path.open("rb") as file:
                digest = file_digest(file, "md5").hexdigest()
            digest = "0" * 32 if self.false_md5 else digest
            lines.append(f'<a href="{path.name}">{path.stem}</a> MD5 {digest}')
        return f"<html>{'<br>'.join(lines)}</html>".encode()

    def forget(self) -> None:
        """Count from nothing."""
        self.asked.clear()
        self.body_bytes = 0

    @property
    def asked_ranges(self) -> int:
        """How many parts of zips were asked for."""
        return sum(1 for _, _, span in self.asked if span)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    mirror: Mirror

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        mirror = self.mirror
        mirror.asked.append((self.command, self.path, self.headers.get("Range", "")))
        mirror.at_once += 1
        mirror.most_at_once = max(mirror.most_at_once, mirror.at_once)
        try:
            if not any(fault(self) for fault in mirror.faults):
                self.serve()
        except OSError:
            self.close_connection = True
        finally:
            mirror.at_once -= 1

    def serve(self) -> None:
        """Answer as a well-behaved server."""
        path = self.mirror.folder / self.path.rsplit("/", 1)[-1]
        if self.path.endswith("/") and self.mirror.index:
            self.answer(200, self.mirror.page())
        elif not path.is_file():
            self.answer(404, b"not here")
        else:
            with path.open("rb") as file:
                self.file(file)

    def file(self, file: BinaryIO) -> None:
        """A file or a part of it: that of a nation is a gigabyte."""
        size = file.seek(0, SEEK_END)
        headers = {"ETag": f'"{size}"'}
        span = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if span is None or not self.mirror.ranges:
            file.seek(0)
            self.answer(200, file.read(), headers)
            return
        start = int(span[1]) if span[1] else max(size - int(span[2]), 0)
        stop = min(int(span[2]) + 1, size) if span[1] and span[2] else size
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        file.seek(start)
        self.answer(206, file.read(stop - start), headers)

    def answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        """A whole reply."""
        self.send_response(status)
        for name, value in (
            {"Content-Length": str(len(body))} | (headers or {})
        ).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.mirror.body_bytes += len(body)
            self.wfile.write(body)

    def say(self, data: bytes) -> None:
        """Bytes as they are, and the end of the connection."""
        self.wfile.write(data)
        self.close_connection = True

    def dribble(self, first: bytes, every: bytes, seconds: float = 0.1) -> None:
        """A few bytes now and then, for as long as the other side bears it."""
        self.say(first)
        while not self.mirror.stopping:
            self.wfile.write(every)
            time.sleep(seconds)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that go away are the rule here."""


@contextmanager
def serving(
    folder: Path, tls: SSLContext | None = None, port: int = 0, **how: bool
) -> Iterator[Mirror]:
    """A mirror of a folder, for as long as the block lasts."""
    mirror = Mirror(folder, **how)
    server = _Server(("127.0.0.1", port), type("Bound", (Handler,), {"mirror": mirror}))
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "https" if tls else "http"
    mirror.address = f"{scheme}://127.0.0.1:{server.server_port}/archive/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield mirror
    finally:
        mirror.stopping = True
        server.shutdown()
        server.server_close()
        thread.join()
