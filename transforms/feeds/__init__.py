"""The monthly feeds: police.uk's street files, and the kinds of file next to them.

There is one feed of incidents, `police_uk/street.py`, imported where it is needed.
A companion is a module, and one line here.
"""

from typing import Protocol

from transforms.feeds.archive.members import Member
from transforms.feeds.police_uk import outcomes, stop_and_search, street
from transforms.feeds.police_uk.archive_file import ArchiveFile
from transforms.feeds.rules import FileRule, Rule, Sifted
from transforms.reference.forces import Force


class Feed(Protocol):
    """What the module of a kind of file offers. Each kind has tables of its own."""

    NAME: str
    KIND: str  # of the source's files, those that are this feed's
    TABLE: str  # where its good rows go
    QUARANTINE: str  # and the others
    ATTRIBUTION: str
    RULES: list[Rule[ArchiveFile]]  # why a row is quarantined
    FILE_RULES: list[FileRule[ArchiveFile]]  # why a whole file is rejected

    def sift(self, data: bytes, member: Member, force: Force) -> Sifted:
        """One file's bytes as accepted rows and quarantine."""
        ...


# Their files lie with the street files. They are stored, and never scored.
COMPANIONS: dict[str, Feed] = {
    outcomes.NAME: outcomes,
    stop_and_search.NAME: stop_and_search,
}
EVERY_FEED: dict[str, Feed] = {street.NAME: street, **COMPANIONS}
