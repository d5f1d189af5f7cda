"""The key by which an SFTP server is known: pinned beforehand, never learned."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from transforms.errors import UsageError


_FINGERPRINT = re.compile(r"(?i:sha256):([A-Za-z0-9+/]{43})=?")
_HOW = "a fingerprint (SHA256:…), or the server's line of a known_hosts file"


@dataclass(frozen=True)
class HostKey:
    """A pinned key."""

    fingerprint: str  # SHA256:…, as ssh-keygen writes it
    kind: str | None = None  # ssh-ed25519, …, where that is known

    @classmethod
    def parse(cls, text: str) -> "HostKey":
        """Read a fingerprint or a line of known_hosts; `UsageError` for all else."""
        if found := _FINGERPRINT.fullmatch(text.strip()):
            return cls(f"SHA256:{found[1]}")
        words = text.split()
        for kind, written in pairwise(words):
            if not text.startswith("@") and (blob := _key_of(kind, written)):
                digest = b64encode(sha256(blob).digest()).decode().rstrip("=")
                return cls(f"SHA256:{digest}", kind)
        raise UsageError(f"HEXBEAT_FEED_HOST_KEY: it takes {_HOW}")

    def rules_out(self, algorithm: str) -> bool:
        """Whether a server's key of that algorithm is not the pinned one."""
        if self.kind is None:
            return False
        rsa = "rsa" in self.kind  # one key of several algorithms
        return "rsa" not in algorithm if rsa else algorithm != self.kind


def _key_of(kind: str, written: str) -> bytes | None:
    """The key, if that is one: it begins with the length and the name of its kind."""
    try:
        blob = b64decode(written, validate=True)
    except (NotBase64, ValueError):
        return None
    name = kind.encode()
    return blob if blob.startswith(len(name).to_bytes(4, "big") + name) else None


def refusal(pinned: HostKey | None, kind: str, fingerprint: str) -> str:
    """Why a key is refused, which it was, and how to pin it if it is right."""
    shown = f"it shows the key {kind} {fingerprint}"
    pin = f"HEXBEAT_FEED_HOST_KEY={fingerprint}"
    if pinned is None:
        return f"{shown}, and none is pinned: if the force says it is theirs, set {pin}"
    return (
        f"{shown}, not the pinned {pinned.fingerprint}: it may be another machine; if"
        f" the force says its key has changed, set {pin}"
    )
