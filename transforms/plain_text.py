"""Text from outside, made fit to be read: one line, nothing hidden in it, no secret.

Names of files, headers, values of a feed, settings and other libraries' errors are what
somebody else wrote. Whatever prints, logs or reports one lets it through `plain`.
"""

import re
import string
from typing import Any


_CUT = "…"
_BREAKS = re.compile(r"\s*[\t-\r\x1c-\x1f\x85\u2028\u2029]\s*")
_ADDRESSES = re.compile(
    r"(?<![A-Za-z0-9+.-])(?=[A-Za-z][A-Za-z0-9+.-]*:(?://|\\\\))|(?<=\s)|(?=\s)"
)
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):[\\/]{2,}(?P<rest>.*)")
_QUERY = re.compile(r"[?#].+?(?=[\"'`),;.:>\]}]*\Z)")
_IN_A_PATH = re.compile(r"[^/\\@:]*(:[0-9]*)?[/\\]")
_NAMED = re.compile(
    r"(?i)([\w-]*(?:token|secret|passw(?:or)?d|pwd|signature|credential|api_?key"
    r"|access_?key(?:_?id)?)=|\bbearer )[^\s&,;'\"]+"
)
_MARKUP = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})


def plain(said: object) -> str:
    """What somebody else wrote, as one line of visible characters without secrets.

    Line breaks become spaces. What is not seen, or changes how its neighbours are seen
    (escapes, bidirectional marks, lone surrogates), stands there as Python writes it.
    """
    return _visible(without_secrets(_BREAKS.sub(" ", str(said)).rstrip()))


def plain_lines(said: object) -> str:
    """The same of a text that has lines of its own, such as a traceback."""
    return "\n".join(_visible(without_secrets(line)) for line in str(said).split("\n"))


def plain_values(said: Any) -> Any:
    """The same of every text in what is written as JSON."""
    match said:
        case str():
            return plain(said)
        case dict():
            return {plain_values(k): plain_values(v) for k, v in said.items()}
        case list() | tuple():
            return [plain_values(each) for each in said]
    return said


def in_markdown(said: object) -> str:
    """The same where Markdown is read: no link, no image and no HTML comes of it."""
    return plain(said).translate(_MARKUP)


def without_secrets(text: str) -> str:
    """A text whose addresses have no password, token or query any more."""
    if not set("@?#=") & set(text) and "earer" not in text:
        return text
    parts = (_bare(part) for part in _ADDRESSES.split(text))
    return _NAMED.sub(rf"\1{_CUT}", "".join(parts))


def _bare(word: str) -> str:
    """A word without what stands before the host of an address, or after its path."""
    address = _ADDRESS.match(word)
    if address is None:  # it may be one that lacks its scheme
        before, at, after = word.rpartition("@")
        return f"{_CUT}@{after}" if at and ":" in before else word
    rest = address["rest"]
    before, at, after = rest.rpartition("@")
    # a password may hold a slash; a path may hold an @
    hides = at and not _IN_A_PATH.match(before)
    if address["scheme"].lower() == "sftp" and ":" not in before:
        hides = False  # it names its user, which is not a secret
    if hides:
        rest = f"{_CUT}@{after}"
    return word[: address.start("rest")] + _QUERY.sub(f"?{_CUT}", rest)


def _visible(text: str) -> str:
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(each: str) -> str:
    return each.encode("unicode_escape").decode("ascii")
