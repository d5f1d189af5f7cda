"""The files that an index page links to."""

from html.parser import HTMLParser
from urllib.parse import unquote

import httpx


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def files_beneath(index: str, page: str) -> dict[str, str]:
    """Address by name of the files right beneath an index, which its page links to.

    Links to other hosts and folders, to the table's own headings and to folders are
    passed over: they are no drops, and the token is not for them.
    """
    parser = _Links()
    parser.feed(page)
    here = httpx.URL(index)
    found = {}
    for link in parser.found:
        try:
            url = str(here.join(link))
        except httpx.InvalidURL:
            continue
        name = url.removeprefix(index)
        if name and not set(name) & set("/?#"):
            found[unquote(name)] = url
    return found
