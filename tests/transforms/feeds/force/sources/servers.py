"""Servers of a force on loopback: OpenSSH, and a way to it that can be cut."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from getpass import getuser
from os import geteuid
from pathlib import Path

import pytest

from tests.flows.servers import free_port


SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
HostKey {folder}/older
PidFile none
AuthorizedKeysFile {folder}/user.pub
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
Subsystem sftp internal-sftp
"""


@dataclass
class Sleeper:
    """Sleeps no second; what is to happen meanwhile happens."""

    meanwhile: Callable[[], object] = lambda: None
    asked: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self.meanwhile()


@dataclass(frozen=True)
class SshServer:
    """One that runs, with a folder of drops."""

    port: int
    keys: Path
    drops: Path

    def address(self, port: int | None = None) -> str:
        return f"sftp://{getuser()}@127.0.0.1:{port or self.port}{self.drops}"

    def public(self, name: str = "host") -> str:
        return (self.keys / f"{name}.pub").read_text()

    def fingerprint(self, name: str = "host") -> str:
        told = subprocess.run(
            ["ssh-keygen", "-lf", self.keys / f"{name}.pub"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return told.stdout.split()[1]


def new_key(path: Path, password: str = "", kind: str = "ed25519") -> Path:
    words = ["ssh-keygen", "-q", "-t", kind, "-N", password, "-f", path]
    subprocess.run(words, check=True, capture_output=True)
    return path


@contextmanager
def ssh_server(folder: Path) -> Iterator[SshServer]:
    """OpenSSH with keys of its own, for as long as the block lasts."""
    if SSHD is None or shutil.which("ssh-keygen") is None:
        pytest.skip("sshd is not there")
    for name in ("host", "user"):
        new_key(folder / name)
    new_key(folder / "older", kind="ecdsa")
    if geteuid() == 0:  # where it splits off what root need not do
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    (folder / "drops").mkdir()
    port = free_port()
    (folder / "config").write_text(CONFIG.format(port=port, folder=folder))
    log = (folder / "log").open("w")
    words = [SSHD, "-D", "-e", "-f", folder / "config"]
    server = subprocess.Popen(words, stderr=log)
    try:
        _until_open(port)
        yield SshServer(port, folder, folder / "drops")
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def _until_open(port: int) -> None:
    for _ in range(500):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError("sshd does not listen")


@contextmanager
def cut_after(port: int, most_bytes: int, stall: bool = False) -> Iterator[int]:
    """A way to that port which lets so many bytes of answers through, then breaks.

    With `stall` it says nothing more, but stays open.
    """
    door = socket.create_server(("127.0.0.1", 0))
    ends: list[socket.socket] = [door]

    def pump(source: socket.socket, sink: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while data := source.recv(16 << 10):
                if left is not None:
                    data, left = data[:left], left - len(data)
                sink.sendall(data)
                if left is not None and left <= 0:
                    break
            if not stall:
                for end in (source, sink):
                    end.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.create_connection(("127.0.0.1", port))
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ends.extend((near, far))
                for pair in ((near, far, None), (far, near, most_bytes)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield door.getsockname()[1]
    finally:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
