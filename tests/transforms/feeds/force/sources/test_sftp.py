"""A force's SFTP server: known by its pinned key, and its drops whole or not taken."""

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from getpass import getuser
from pathlib import Path

import paramiko
import pytest
from pydantic import SecretStr

from tests.transforms.feeds.force.sources.servers import (
    Sleeper,
    SshServer,
    cut_after,
    new_key,
    ssh_server,
)
from transforms.errors import FileRejectedError, HexbeatError, SourceError, UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.settling import BETWEEN_LOOKS_SECONDS
from transforms.feeds.force.sources.sftp import SftpFolder
from transforms.feeds.force.sources.sftp_login import Server
from transforms.feeds.web.retries import Patience


DROP = os.urandom(1_000_000)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture
def server(running: SshServer) -> SshServer:
    for path in running.drops.iterdir():
        path.rmdir() if path.is_dir() else path.unlink()
    return running


def folder(
    server: SshServer,
    sleep: Sleeper | None = None,
    port: int | None = None,
    deadline: float = 20,
    **changes: object,
) -> SftpFolder:
    access = Access(key_file=server.keys / "user", host_key=server.fingerprint())
    patience = Patience(
        deadline_seconds=deadline, silence_seconds=5, sleep=sleep or Sleeper()
    )
    return SftpFolder(
        Server.parse(server.address(port)),
        replace(access, **changes),  # type: ignore[arg-type]
        patience,
    )


def test_files_are_offered_by_name_and_read_to_the_byte(server: SshServer) -> None:
    for name, data in {"b.csv": b"2", "a.csv": DROP, ".part": b"3", "0": b""}.items():
        (server.drops / name).write_bytes(data)
    (server.drops / "older").mkdir()
    (server.drops / "link.csv").symlink_to("/etc/passwd")
    sleep = Sleeper()
    source = folder(server, sleep)
    assert [(d.name, d.read()) for d in source.offered()] == [
        ("0", b""), ("a.csv", DROP), ("b.csv", b"2"),
    ]  # fmt: skip
    assert source.growing == []
    assert sleep.asked == [BETWEEN_LOOKS_SECONDS]


def test_a_file_listed_as_before_is_not_offered_again(server: SshServer) -> None:
    for name in ("a.csv", "b.csv"):
        (server.drops / name).write_bytes(b"1")
    listed = {drop.name: drop.listed for drop in folder(server).offered()}
    (server.drops / "b.csv").write_bytes(b"22")
    source = folder(server)
    found = source.offered(lambda name, now: listed[name] == now)
    assert ([drop.name for drop in found], source.unread) == (["b.csv"], ["a.csv"])


def test_a_file_that_grows_waits_for_the_next_time(server: SshServer) -> None:
    whole, growing = server.drops / "a.csv", server.drops / "b.csv"
    whole.write_bytes(b"whole")
    growing.write_bytes(b"half")
    source = folder(server, Sleeper(lambda: growing.write_bytes(b"half and more")))
    assert [drop.name for drop in source.offered()] == ["a.csv"]
    assert source.growing == ["b.csv"]
    [_, later] = folder(server).offered()
    assert later.read() == b"half and more"


def test_a_mark_beside_it_says_that_a_file_is_whole(server: SshServer) -> None:
    (server.drops / "a.csv").write_bytes(b"whole")
    (server.drops / "a.csv.done").touch()
    sleep = Sleeper()
    [drop] = folder(server, sleep).offered()
    assert (drop.name, drop.read(), sleep.asked) == ("a.csv", b"whole", [])


@pytest.mark.parametrize("change", [b"longer than it was", b"WHOLE"])
def test_a_file_written_to_since_it_was_listed_is_refused(
    server: SshServer, change: bytes
) -> None:
    path = server.drops / "a.csv"
    path.write_bytes(b"whole")
    [drop] = folder(server).offered()
    path.write_bytes(change)
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime + 5))
    with pytest.raises(FileRejectedError, match=r"a\.csv: written to since"):
        drop.read()


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_nothing_is_taken_where_the_connection_breaks_off(
    server: SshServer, share: float
) -> None:
    (server.drops / "a.csv").write_bytes(DROP)
    (server.drops / "a.csv.done").touch()
    with cut_after(server.port, int(share * len(DROP)) + 8_000) as port:
        [drop] = folder(server, port=port).offered()
        with pytest.raises(SourceError, match="nothing is taken") as caught:
            drop.read()
    assert "\n" not in str(caught.value)


def test_a_connection_that_says_no_more_ends_at_the_deadline(
    server: SshServer,
) -> None:
    (server.drops / "a.csv").write_bytes(DROP)
    (server.drops / "a.csv.done").touch()
    with cut_after(server.port, 400_000, stall=True) as port:
        slow = folder(server, port=port, deadline=5)
        slow.patience = replace(slow.patience, slowest_bytes_per_second=1e9)
        [drop] = slow.offered()
        with pytest.raises(SourceError, match="not done within 5 seconds"):
            drop.read()


def refused(source: SftpFolder, kind: type[HexbeatError] = SourceError) -> str:
    with pytest.raises(kind) as caught:
        source.offered()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["host", "older"])
def test_the_key_may_be_pinned_as_a_line_of_known_hosts(
    server: SshServer, name: str
) -> None:
    """The line says its kind: of several keys the server then shows that one."""
    (server.drops / "a.csv").write_bytes(b"whole")
    line = f"[127.0.0.1]:{server.port} {server.public(name)}"
    [drop] = folder(server, host_key=line).offered()
    assert drop.read() == b"whole"


def test_an_unknown_server_is_refused_and_its_key_shown(server: SshServer) -> None:
    shown = server.fingerprint()
    said = refused(folder(server, host_key=None, key_file=None))
    assert f"ssh-ed25519 {shown}, and none is pinned" in said
    assert said.endswith(f"set HEXBEAT_FEED_HOST_KEY={shown}")


@pytest.mark.parametrize("written", ["fingerprint", "line"])
def test_another_key_than_the_pinned_one_is_refused(
    server: SshServer, written: str
) -> None:
    other, shown = server.fingerprint("user"), server.fingerprint()
    pin = other if written == "fingerprint" else f"host {server.public('user')}"
    said = refused(folder(server, host_key=pin, password=SecretStr("guess")))
    assert f"{shown}, not the pinned {other}" in said


def test_a_key_under_a_password_is_opened_by_it(
    server: SshServer, tmp_path: Path
) -> None:
    key = new_key(tmp_path / "key", "open sesame")
    assert "set HEXBEAT_FEED_PASSWORD" in refused(
        folder(server, key_file=key), UsageError
    )
    wrong = folder(server, key_file=key, password=SecretStr("wrong"))
    assert "no private key, or" in refused(wrong, UsageError)
    right = folder(server, key_file=key, password=SecretStr("open sesame"))
    assert f"does not let {getuser()} in" in refused(right)  # not listed there


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_keys_of_other_kinds_are_read(
    server: SshServer, tmp_path: Path, kind: str
) -> None:
    key = new_key(tmp_path / "key", kind=kind)
    assert "does not let" in refused(folder(server, key_file=key))


def test_no_secret_shows(server: SshServer) -> None:
    source = folder(server, password=SecretStr("open sesame"), key_file=None)
    assert "sesame" not in repr(source)
    assert "sesame" not in refused(source)
    assert "does not let" in refused(folder(server, key_file=None))


class _Doorkeeper(paramiko.ServerInterface):  # type: ignore[misc]
    """Lets in by one password, and has nothing behind the door."""

    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == ("me", "open sesame")
        return int(paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED)

    def get_allowed_auths(self, username: str) -> str:
        return "password"


@pytest.mark.parametrize(
    ("password", "words"),
    [("open sesame", "the connection failed"), ("wrong", "does not let me in")],
)
def test_a_password_logs_in(password: str, words: str) -> None:
    key = paramiko.ECDSAKey.generate()
    door = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        near, _ = door.accept()
        with paramiko.Transport(near) as transport:
            transport.add_server_key(key)
            transport.start_server(server=_Doorkeeper())
            transport.join(10)

    answering = threading.Thread(target=answer)
    answering.start()
    source = SftpFolder(
        Server.parse(f"sftp://me@127.0.0.1:{door.getsockname()[1]}/drops"),
        Access(password=SecretStr(password), host_key=key.fingerprint),
        Patience(deadline_seconds=20, silence_seconds=5),
    )
    said = refused(source)
    answering.join()
    door.close()
    assert words in said
    assert password not in said


def test_what_is_not_there_is_said(server: SshServer, tmp_path: Path) -> None:
    source = folder(server)
    source.server = replace(source.server, folder=server.drops / "no")
    assert "no such folder" in refused(source)
    assert "no readable key" in refused(
        folder(server, key_file=tmp_path / "no"), UsageError
    )
    (tmp_path / "text").write_text("no key")
    assert "no private key" in refused(
        folder(server, key_file=tmp_path / "text"), UsageError
    )


def test_a_server_that_is_not_there_is_one_line(server: SshServer) -> None:
    with cut_after(server.port, 0) as port:
        gone = port
    assert "the connection failed" in refused(folder(server, port=gone))
    with cut_after(server.port, 5) as port:
        assert "the connection failed" in refused(folder(server, port=port))
