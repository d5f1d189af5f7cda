"""A pin is a fingerprint or a line of known_hosts, and nothing that looks like one."""

from base64 import b64encode

import pytest

from transforms.errors import UsageError
from transforms.feeds.force.sources.host_key import HostKey


DIGEST = "uNiVztksCsDhcc0u9e8BgrJXVGDcEwlhxBAKsXqKnQo"  # of some key
BLOB = b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(32)).decode()


@pytest.mark.parametrize("text", [f"SHA256:{DIGEST}", f" sha256:{DIGEST}=\n"])
def test_a_fingerprint_is_read_as_ssh_keygen_writes_it(text: str) -> None:
    assert HostKey.parse(text) == HostKey(f"SHA256:{DIGEST}")


@pytest.mark.parametrize("before", ["", "host ", "[host]:22 ", "|1|c2FsdA=|aGFzaA= "])
def test_a_line_of_known_hosts_is_read(before: str) -> None:
    pinned = HostKey.parse(f"{before}ssh-ed25519 {BLOB} a comment")
    assert pinned.kind == "ssh-ed25519"
    assert len(pinned.fingerprint) == len(DIGEST) + 7


@pytest.mark.parametrize(
    "text",
    ["", DIGEST, f"MD5:{DIGEST}", f"SHA256:{DIGEST[1:]}", f"ssh-rsa {BLOB}",
     "ssh-ed25519 ????", f"@revoked host ssh-ed25519 {BLOB}"],
)  # fmt: skip
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="it takes a fingerprint"):
        HostKey.parse(text)


def test_an_rsa_key_has_algorithms_of_other_names() -> None:
    rsa = HostKey("SHA256:", "ssh-rsa")
    assert not any(map(rsa.rules_out, ["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"]))
    assert rsa.rules_out("ssh-ed25519")
    assert HostKey("SHA256:", "ssh-ed25519").rules_out("ssh-rsa")
    assert not HostKey("SHA256:").rules_out("ssh-rsa")
