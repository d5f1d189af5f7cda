"""Feeds: where incidents come from. A feed is a module, and one line here.

What each must offer is the `Feed` protocol; what an incident feed can support it
declares, and analyses that need more refuse it.
"""

from pathlib import Path
from typing import Protocol

from transforms.feeds import (
    police_uk,
    police_uk_outcomes,
    police_uk_stop_and_search,
)
from transforms.feeds.members import Member
from transforms.feeds.remote import Archive
from transforms.forces import Force
from transforms.incidents import Sifted
from transforms.months import Month


class Feed(Protocol):
    """What a feed's module offers. Each has its own kind of file and its own tables."""

    NAME: str
    KIND: str  # of the source's files, those that are this feed's
    TABLE: str  # where its good rows go
    QUARANTINE: str  # and the others
    ATTRIBUTION: str

    def sift(self, data: bytes, member: Member, force: Force) -> Sifted:
        """One file's bytes as accepted rows and quarantine."""
        ...


class IncidentFeed(Feed, Protocol):
    """A feed whose rows are incidents, which are scored."""

    TIME_PRECISION: str  # month, day or minute
    SCORED_RESOLUTION: int  # H3 resolution that its coordinates can bear

    def members(
        self,
        source: Path | Archive,
        release: str | None = None,
        span: tuple[Month, Month] | None = None,
        broken: list[str] | None = None,
    ) -> list[Member]:
        """The files that a source holds, of this feed and of those that go with it.

        At an address: those within a span of months. Releases that cannot be read are
        told in `broken`, where that is given.
        """
        ...


FEEDS: dict[str, IncidentFeed] = {police_uk.NAME: police_uk}
# Their files lie beside an incident feed's. They are kept, and never scored.
COMPANIONS: dict[str, Feed] = {
    police_uk_outcomes.NAME: police_uk_outcomes,
    police_uk_stop_and_search.NAME: police_uk_stop_and_search,
}
EVERY_FEED: dict[str, Feed] = {**FEEDS, **COMPANIONS}
