"""Addresses that others wrote: read, or found not to be addresses.

The parser raises errors of its own, Unicode's and IDNA's, and some only once the host
is looked at. This is the one place that knows.
"""

from urllib.parse import urljoin

import httpx


_MAX_PORT = 0xFFFF


def address_of(text: str) -> httpx.URL | None:
    """The address that a text is; None where it is not one."""
    try:
        url = httpx.URL(text)
        fine = url.host.isprintable() and (url.port or 0) <= _MAX_PORT
        return url if fine and str(url).isprintable() else None
    except (httpx.InvalidURL, ValueError):
        return None


def joined(base: str, link: str) -> httpx.URL | None:
    """Where a link on a page, or a redirect, leads; None if that is not an address."""
    try:
        return address_of(urljoin(base, link))
    except ValueError:
        return None
