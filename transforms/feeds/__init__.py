"""Feeds: where incidents come from. A feed is a module, and one line here.

What each must offer is the `Feed` protocol; what it can support it declares, and
analyses that need more refuse it.
"""

from pathlib import Path
from typing import Protocol

from transforms.feeds import police_uk
from transforms.feeds.members import Member
from transforms.feeds.remote import Archive
from transforms.forces import Force
from transforms.incidents import Sifted
from transforms.months import Month


class Feed(Protocol):
    """What a feed's module offers."""

    NAME: str
    TIME_PRECISION: str  # month, day or minute
    SCORED_RESOLUTION: int  # H3 resolution that its coordinates can bear
    ATTRIBUTION: str

    def street_members(
        self,
        source: Path | Archive,
        release: str | None = None,
        span: tuple[Month, Month] | None = None,
    ) -> list[Member]:
        """The files of incidents that a source holds, at an address within a span."""
        ...

    def sift(self, data: bytes, member: Member, force: Force) -> Sifted:
        """One file's bytes as incidents and quarantine."""
        ...


FEEDS: dict[str, Feed] = {police_uk.NAME: police_uk}
