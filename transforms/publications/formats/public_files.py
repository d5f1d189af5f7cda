"""The public tier's files: written from disclosure-controlled tables alone."""

from collections.abc import Callable
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.feeds.police_uk import street
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.formats.outlines import write_geojson as write_outlines
from transforms.publications.public.open_tables import PublicEdition
from transforms.publications.public.transparency import TransparencyFacts, transparency
from transforms.publications.public.transparency_facts import (
    accuracy_in_words,
    exclusions_by_kind,
)
from transforms.publications.schemas import PUBLIC_ACCURACY
from transforms.reference.clocks import MONTHS
from transforms.reference.coverage import supplied_periods


def parquet_of(name: str) -> Callable[[PublicEdition, Path], None]:
    """A writer of that public table as Parquet."""
    rows = attrgetter(f"tables.{name}")
    return lambda public, path: pq.write_table(rows(public), path, compression="zstd")


def csv_of(name: str) -> Callable[[PublicEdition, Path], None]:
    """A writer of that public table as CSV."""
    rows = attrgetter(f"tables.{name}")
    return lambda public, path: write_csv(rows(public), path)


def write_geojson(public: PublicEdition, path: Path) -> None:
    """The bands with their outlines, for the web (RFC 7946)."""
    edition = public.edition
    description = f"Run {edition.run_id}. {edition.attribution}."
    write_outlines(path, "public_bands", public.tables.bands, description)


def write_transparency(public: PublicEdition, path: Path) -> None:
    """What the tool is and how it works, for the people it affects."""
    text = transparency(_facts(public), public.answers)
    path.write_text(text, encoding="utf-8")


def _facts(public: PublicEdition) -> TransparencyFacts:
    edition, tables = public.edition, public.tables
    months = []
    for force in edition.scored:
        known = [m for m in supplied_periods(force.months) if m <= edition.as_of]
        months.append((force.force.name, str(known[0]), str(known[-1]), len(known)))
    shares = pa.table({name: tables.accuracy[name] for name in PUBLIC_ACCURACY.names})
    return TransparencyFacts(
        run_id=edition.run_id,
        as_of=str(edition.as_of),
        version=version("hexbeat"),
        method=f"{edition.method.LABEL} (version {edition.method.VERSION})",
        method_in_words=edition.method.in_words(MONTHS),
        attribution=edition.attribution,
        feeds=[f"{street.NAME}: {street.ATTRIBUTION}"],
        months=months,
        exclusions=exclusions_by_kind(edition.scoring.exclusions),
        periods=sorted(set(tables.cells["period"].to_pylist())),
        accuracy=accuracy_in_words(shares.to_pylist()),
        settings=tables.settings,
    )
