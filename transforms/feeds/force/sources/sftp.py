"""Drops in a folder of a force's SFTP server: `sftp://user@host:port/folder`."""

import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Timer

import paramiko

from transforms.errors import HexbeatError, SourceError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.offered import (
    Known,
    OfferedDrop,
    nothing_known,
    read_whole,
)
from transforms.feeds.force.sources.settling import settled
from transforms.feeds.force.sources.sftp_login import Server, log_in
from transforms.feeds.force.sources.still_growing import Look
from transforms.feeds.web.retries import Patience, in_words


@dataclass
class SftpFolder:
    """The files of one folder; those in folders beneath it are not looked at."""

    server: Server
    access: Access
    patience: Patience
    growing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def offered(self, known: Known = nothing_known) -> list[OfferedDrop]:
        """The files that nobody writes to."""
        found = settled(str(self.server), self._listed, self.patience.sleep, known)
        self.growing, self.unread = found.growing, found.unread
        return found.offered(self._reader)

    def _listed(self) -> dict[str, Look]:
        with self._session(0) as sftp:
            entries = sftp.listdir_attr(str(self.server.folder))
        return {t.filename: _look(t) for t in entries if stat.S_ISREG(t.st_mode or 0)}

    def _reader(self, name: str, listed: Look) -> Callable[[], bytes]:
        path = str(self.server.folder / name)

        def read() -> bytes:
            with self._session(listed.size_bytes) as sftp:
                return read_whole(
                    f"{self.server}, {name}",
                    listed,
                    lambda: _look(sftp.stat(path)),
                    lambda: _bytes(sftp, path, listed.size_bytes),
                )

        return read

    @contextmanager
    def _session(self, expected_bytes: int) -> Iterator[paramiko.SFTPClient]:
        """A connection of its own, which ends at the deadline whatever happens."""
        client, late = paramiko.SSHClient(), Event()
        deadline = self.patience.deadline(expected_bytes)

        def give_up() -> None:
            late.set()
            client.close()

        watch = Timer(deadline, give_up)
        watch.daemon = True
        watch.start()
        try:
            log_in(client, self.server, self.access, self.patience.silence_seconds)
            with client.open_sftp() as sftp:
                channel = sftp.get_channel()
                if channel:
                    channel.settimeout(self.patience.silence_seconds)
                yield sftp
        except HexbeatError:
            raise
        except (paramiko.SSHException, EOFError, OSError) as error:
            why = f"not done within {in_words(deadline)}" if late.is_set() else None
            why = why or self._in_words(error)
            raise SourceError(f"{self.server}: {why}; nothing is taken") from error
        finally:
            watch.cancel()
            client.close()

    def _in_words(self, error: Exception) -> str:
        unkeyed = not (self.access.key_file or self.access.password)
        if unkeyed or isinstance(error, paramiko.AuthenticationException):
            return (
                f"the server does not let {self.server.user} in; set"
                " HEXBEAT_FEED_KEY_FILE or HEXBEAT_FEED_PASSWORD as the force has it"
            )
        if isinstance(error, FileNotFoundError):
            return "no such folder or file there"
        if isinstance(error, PermissionError):
            return f"{self.server.user} may not read there"
        why = str(error) or type(error).__name__
        return f"the connection failed or broke off ({why})"


def _look(stats: paramiko.SFTPAttributes) -> Look:
    return Look(stats.st_size or 0, (stats.st_mtime or 0) * 10**9)


def _bytes(sftp: paramiko.SFTPClient, path: str, size_bytes: int) -> bytes:
    """As many bytes as were listed, and one more where the file has it.

    Read bit by bit: a prefetch has a thread, whose errors would be printed in full.
    """
    with sftp.open(path, "rb") as file:
        return bytes(file.read(size_bytes) + file.read(1))
