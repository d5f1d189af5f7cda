"""The links of an index page, read in time, whatever comes.

The page is a server's, so it may be made to cost: each pattern here passes over it
once, and there is a limit to how many links are followed up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from transforms.errors import SourceError


_MAX_LINKS = 50_000  # an hourly file for five years
_TAG = re.compile(r"<a\s([^<>]*)", re.IGNORECASE)
_HREF = re.compile(
    r"""(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""", re.IGNORECASE
)


@dataclass(frozen=True)
class Link:
    """A link as the page has it."""

    text: str
    start: int  # of its tag, in the page
    end: int


def links_of(page: str, url: str) -> Iterator[Link]:
    """The page's links in their order; `SourceError` where there are too many."""
    for count, tag in enumerate(_TAG.finditer(page)):
        if count == _MAX_LINKS:
            raise SourceError(f"{url}: its page has more than {_MAX_LINKS:,} links")
        if href := _HREF.search(tag[1]):
            text = href[1] or href[2] or href[3] or ""
            yield Link(unescape(text), *tag.span())
