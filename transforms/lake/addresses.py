"""Secrets in addresses: refused, since an address is stored, shown and logged.

Prefect keeps the parameters of each run, libraries repeat addresses in their errors. A
secret has a setting of its own, which nobody repeats.
"""

import re

from transforms.errors import UsageError
from transforms.plain_text import without_secrets


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//|\\\\)")
_INSTEAD = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "sftp": "set HEXBEAT_FEED_PASSWORD or HEXBEAT_FEED_KEY_FILE",
    "https": "set HEXBEAT_FEED_TOKEN for a force's own feed; download releases, and"
    " name their folder",
}
# For the address of a Prefect server.
AUTH_INSTEAD = "set PREFECT_API_AUTH_STRING=user:password"
# The same for a server, which reads JSON Schema and refuses before anything is kept.
PATTERN = (
    r"^(?!(?!sftp:)[A-Za-z][A-Za-z0-9+.-]*://"
    r"(?:[^/]*@|[^/:]*:[^/]*[^0-9/].*@|.*[?#]))"
    r"(?!sftp://(?:.*:.*@|.*[?#]))"
)


def refuse_secrets(what: str, address: str, instead: str | None = None) -> None:
    """`UsageError` for an address with a password, a token or a query in it.

    The message has nothing of it but its scheme, and says where a secret belongs.
    """
    packed = "".join(address.split())  # a password may hold a space
    if not _SCHEME.match(packed) or without_secrets(packed) == packed:
        return
    scheme = address.partition("://")[0].lower()
    place = instead or _INSTEAD.get(scheme, _INSTEAD["https"])
    raise UsageError(
        f"{what}: a password, token or query in an address would end up in logs;"
        f" {place}"
    )
