"""The public tier's files: written from disclosure-controlled tables alone."""

from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import pyarrow.parquet as pq

from transforms.publications.formats.csv_files import write_csv
from transforms.publications.formats.outlines import write_geojson as write_outlines
from transforms.publications.public.open_tables import PublicEdition
from transforms.publications.public.transparency import transparency
from transforms.publications.public.transparency_facts import facts_of


def parquet_of(name: str) -> Callable[[PublicEdition, Path], None]:
    """A writer of that public table as Parquet."""
    rows = attrgetter(f"tables.{name}")
    return lambda public, path: pq.write_table(rows(public), path, compression="zstd")


def csv_of(name: str) -> Callable[[PublicEdition, Path], None]:
    """A writer of that public table as CSV."""
    rows = attrgetter(f"tables.{name}")
    return lambda public, path: write_csv(rows(public), path)


def write_searches(public: PublicEdition, path: Path) -> None:
    """The public searches, as Parquet or CSV; no file where there are none."""
    rows = public.tables.searches
    if len(rows["force"]):
        write = pq.write_table if path.suffix == ".parquet" else write_csv
        write(rows, path)


def write_geojson(public: PublicEdition, path: Path) -> None:
    """The bands with their outlines, for the web (RFC 7946)."""
    edition = public.edition
    description = f"Run {edition.run_id}. {edition.attribution}."
    write_outlines(path, "public_bands", public.tables.bands, description)


def write_transparency(public: PublicEdition, path: Path) -> None:
    """What the tool is and how it works, for the people it affects."""
    text = transparency(facts_of(public), public.answers)
    path.write_text(text, encoding="utf-8")
