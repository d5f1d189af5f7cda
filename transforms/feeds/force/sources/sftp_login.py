"""Logging in to an SFTP server: first it proves who it is, then we do."""

import logging
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import paramiko
from pydantic import SecretStr

from transforms.errors import SourceError, UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.host_key import HostKey, refusal
from transforms.lake.addresses import refuse_secrets


_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_ALGORITHMS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-rsa",
)
# What it logs it raises as well, and there with a traceback.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Server:
    """Where to log in, and the folder there."""

    user: str
    host: str
    port: int
    folder: PurePosixPath

    @classmethod
    def parse(cls, address: str) -> "Server":
        """Read an address; `UsageError` for one that lacks a part, or has too much."""
        refuse_secrets("source", address)
        try:
            parts = urlsplit(address)
            host, user, port = parts.hostname, parts.username, parts.port or 22
        except ValueError as error:
            raise UsageError("source: no address of an SFTP server") from error
        if not (host and user and parts.path) or parts.query or parts.fragment:
            raise UsageError(f"{address}: write sftp://user@host:port/folder")
        return cls(unquote(user), host, port, PurePosixPath(unquote(parts.path)))

    def __str__(self) -> str:
        return f"sftp://{self.host}:{self.port}"


class _Pinned:
    """Nothing is known of hosts but the pin: each key is compared with it."""

    def __init__(self, server: Server, pinned: HostKey | None) -> None:
        self._server, self._pinned = server, pinned

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        if not self._pinned or key.fingerprint != self._pinned.fingerprint:
            why = refusal(self._pinned, key.get_name(), key.fingerprint)
            raise SourceError(f"{self._server}: {why}")


def log_in(
    client: paramiko.SSHClient, server: Server, access: Access, silence_seconds: float
) -> None:
    """Connect by the pinned key and no other, then by our key or password."""
    pinned = HostKey.parse(access.host_key) if access.host_key else None
    key = _private_key(access.key_file, access.password) if access.key_file else None
    password = access.password if key is None else None
    client.set_missing_host_key_policy(_Pinned(server, pinned))
    others = [a for a in _ALGORITHMS if pinned and pinned.rules_out(a)]
    client.connect(
        server.host,
        server.port,
        server.user,
        password.get_secret_value() if password else None,
        key,
        timeout=silence_seconds,
        banner_timeout=silence_seconds,
        auth_timeout=silence_seconds,
        channel_timeout=silence_seconds,
        allow_agent=False,
        look_for_keys=False,
        disabled_algorithms={"keys": others},
    )


def _private_key(file: Path, password: SecretStr | None) -> paramiko.PKey:
    """The key in that file, of any kind; `UsageError` where none can be read there."""
    secret = password.get_secret_value() if password else None
    for kind in _KINDS:
        try:
            return kind.from_private_key_file(str(file), secret)
        except paramiko.PasswordRequiredException as error:
            raise UsageError(
                f"{file}: the key is under a password; set HEXBEAT_FEED_PASSWORD"
            ) from error
        except OSError as error:
            raise UsageError(f"{file}: no readable key file") from error
        except (paramiko.SSHException, ValueError, TypeError):
            continue  # of another kind
    raise UsageError(f"{file}: no private key, or HEXBEAT_FEED_PASSWORD is not its own")
