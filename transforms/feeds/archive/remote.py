"""Releases at an address: of each zip only its directory and the wanted members travel.

An address is that of one zip, or of a folder of them, as the public archive is. What
the folder holds is read from its index page, else found by asking month by month.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

import httpx

from transforms.errors import SourceError, UsageError
from transforms.feeds.archive.members import Member, zip_members
from transforms.feeds.archive.ranges import LocalFile, Ranged
from transforms.feeds.archive.raw import Raw
from transforms.feeds.archive.remote_zip import open_zip
from transforms.feeds.archive.whole_zips import download
from transforms.feeds.web.http import HANDED_ON, Client
from transforms.feeds.web.index_page import links_of
from transforms.feeds.web.replies import Nothing, Page
from transforms.feeds.web.urls import address_of, joined
from transforms.lake.addresses import refuse_secrets
from transforms.lake.storage import is_remote
from transforms.reference.months import Month, month_range


PUBLIC_ARCHIVE = "https://data.police.uk/data/archive/"
LAST_UPDATED = "https://data.police.uk/api/crime-last-updated"

_FIRST_RELEASE = Month(2013, 12)
_GAP_MONTHS = 60  # without any release: there are no older ones
_LINK = re.compile(r"(?:^|[/=])([0-9]{4}-[0-9]{2})\.zip(?:[?#]|$)")
_MAX_LINKS = 2_000  # of zips: ten times those of the public archive
_MD5 = re.compile(r"\b[0-9a-f]{32}\b")
_NOT_THERE = frozenset({403, 404, 410})


@dataclass(frozen=True)
class Release:
    """One zip of an address."""

    month: Month
    url: str
    md5: str | None = None


@dataclass(frozen=True)
class Address:
    """Where releases are, as asked for: checked, not visited."""

    url: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read an address; `UsageError` for one that cannot be a source."""
        refuse_secrets("source", text)
        url = address_of(text)
        if url is None or url.scheme not in ("https", "http") or not url.host:
            raise UsageError(
                f"source {text!r}: releases are read from https:// addresses and from"
                " folders"
            )
        zip_or_folder = url.path.endswith((".zip", "/"))
        return cls(str(url if zip_or_folder else url.copy_with(path=url.path + "/")))


@dataclass(frozen=True, kw_only=True, eq=False)
class Archive:
    """An address, with what has been read of it so far."""

    client: Client
    address: Address
    raw: Raw
    newest: Month  # no release is newer: where asking month by month starts
    whole_zips: bool = False
    _members: dict[Month, list[Member]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def says_newest(self) -> Month | None:
        """The newest month that the feed says it has; None where nobody says."""
        public = self.address == Address.parse(PUBLIC_ARCHIVE)
        return last_updated(self.client) if public else None

    def members(
        self,
        pattern: re.Pattern[str],
        reach: Callable[[Month], Month],
        span: tuple[Month, Month] | None = None,
    ) -> list[Member]:
        """The members of as few releases as hold the span, the newest first.

        Without a span those of the newest release. `reach` says which month a release
        goes back to.
        """
        left = set(month_range(*span)) if span else set()
        found: list[Member] = []

        def wanted(release: Month) -> bool:
            return not span or any(reach(release) <= m <= release for m in left)

        for release in self._releases(wanted):
            members = self._listed(release, pattern)
            found += members
            months = [member.month for member in members]
            if months:
                left.difference_update(month_range(min(months), max(months)))
            if not left:
                break
        return sorted(found, key=lambda m: (m.release, m.name))

    def _listed(self, release: Release, pattern: re.Pattern[str]) -> list[Member]:
        with self._lock:
            if release.month not in self._members:
                archive, raw = self._opened(release)
                self._members[release.month] = zip_members(
                    archive, str(release.month), pattern, raw
                )
            return self._members[release.month]

    def _opened(self, release: Release) -> tuple[Ranged, Raw | None]:
        if self.whole_zips:
            folder = self.raw.root / "zips"
            if is_remote(folder):
                raise UsageError("--whole-zips needs a home on a disk, for the zips")
            path = download(self.client, release.url, release.md5, folder)
            return LocalFile(path), None
        return open_zip(self.client, release.url), self.raw

    def _releases(self, wanted: Callable[[Month], bool]) -> Iterator[Release]:
        """The wanted releases of the address, newest first."""
        url = self.address.url
        if url.endswith(".zip"):
            yield Release(_release_of(url), url)
            return
        page = Page()
        reply = self.client.fetch("GET", url, page)
        if reply.status >= 400 and reply.status not in _NOT_THERE:
            raise SourceError(f"{url}: the server answered {reply.status}")
        listed = parse_index(page.text, reply.url) if reply.status < 300 else []
        some = False
        for release in listed or self._asked_for(wanted):
            some = True
            if wanted(release.month):
                yield release
        if not some and wanted(self.newest):
            raise SourceError(f"{url}: no release found; there is no <YYYY-MM>.zip")

    def _asked_for(self, wanted: Callable[[Month], bool]) -> Iterator[Release]:
        """Releases found by asking for each month, from the newest backwards."""
        gap, month = 0, self.newest
        while month >= _FIRST_RELEASE and gap < _GAP_MONTHS:
            url = f"{self.address.url}{month}.zip"
            if wanted(month):
                status = self.client.fetch("HEAD", url, Nothing()).status
                if status >= 300 and status not in _NOT_THERE:
                    raise SourceError(f"{url}: the server answered {status}")
                gap = gap + 1 if status >= 300 else 0
                if status < 300:
                    yield Release(month, url)
            month += -1


def parse_index(page: str, url: str) -> list[Release]:
    """The releases that an index page links to, newest first.

    The MD5 of one stands between its link and the next. Links to other hosts are
    passed over.
    """
    links = [
        (link, zip_[1])
        for link in links_of(page, url)
        if (zip_ := _LINK.search(link.text))
    ]
    if len(links) > _MAX_LINKS:
        raise SourceError(f"{url}: its page links to more than {_MAX_LINKS:,} zips")
    ends = [*(link.start for link, _ in links[1:]), len(page)]
    here, found = httpx.URL(url), dict[Month, Release]()
    for (link, named), end in zip(links, ends, strict=False):
        with suppress(UsageError):
            month, there = Month.parse(named), joined(url, link.text)
            if there and _is_near(there, here):
                md5 = _MD5.search(page, link.end, end)
                found.setdefault(
                    month, Release(month, str(there), md5[0] if md5 else None)
                )
    return sorted(found.values(), key=lambda r: r.month, reverse=True)


def _is_near(there: httpx.URL, here: httpx.URL) -> bool:
    """Whether an address is on the same server, or where that keeps its zips."""
    same = (there.scheme, there.netloc) == (here.scheme, here.netloc)
    return same or there.host == HANDED_ON.get(here.host)


def last_updated(client: Client, address: str = LAST_UPDATED) -> Month | None:
    """The newest month that the feed says it has; None where it does not say."""
    page = Page()
    try:
        client.fetch("GET", address, page)
        return Month.parse(json.loads(page.text)["date"][:7])
    except (SourceError, UsageError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _release_of(url: str) -> Month:
    name = url.rsplit("/", 1)[-1]
    try:
        return Month.parse(name.removesuffix(".zip"))
    except UsageError as error:
        raise UsageError(
            f"{name}: a release's zip is named for its month, such as 2024-04.zip"
        ) from error
