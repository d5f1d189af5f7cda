"""The content of the public tier: disclosure-controlled tables, not incidents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.schemas import PUBLIC_SEARCHES


class OpenTable(Protocol):
    """What a table can do and restricted rows cannot, so that types differ."""

    def __getitem__(self, name: str) -> Any:
        """A column."""
        ...


@dataclass(frozen=True)
class PublicTables:
    """The public tables of an edition, and their settings."""

    cells: OpenTable  # as PUBLIC_CELLS: published once and frozen
    bands: OpenTable  # as PUBLIC_BANDS: of each force's newest quarter
    accuracy: OpenTable  # as PUBLIC_ACCURACY: with the counts of its quarter
    settings: DisclosureSettings
    # as PUBLIC_SEARCHES: with the counts of its quarter
    searches: OpenTable = field(default_factory=PUBLIC_SEARCHES.empty_table)

    def __post_init__(self) -> None:
        """Check at run time, too, that these are not restricted rows."""
        for table in (self.cells, self.bands, self.accuracy, self.searches):
            if not isinstance(table, pa.Table):
                raise TypeError(f"{type(table).__name__} is not a public table")


@dataclass(frozen=True)
class PublicEdition:
    """The content of a run's public tier."""

    edition: MonthEdition  # only the run's facts are published from it
    tables: PublicTables
    answers: Mapping[str, str]  # of the force, for transparency.md
