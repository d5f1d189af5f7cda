"""The sections of the public page that need no script: tables and words."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms.homes.disclosure_settings import OPERATOR_FIELDS
from transforms.lake.schemas import about
from transforms.publications.public.open_tables import PublicEdition
from transforms.publications.public.page_html import (
    Safe,
    escaped,
    link,
    paragraphs,
    region,
    table,
)
from transforms.publications.public.page_words import (
    accuracy_in_words,
    missing_in_words,
    share_in_words,
)
from transforms.publications.public.transparency import TransparencyFacts, unanswered
from transforms.publications.schemas import (
    PUBLIC_ACCURACY,
    PUBLIC_BANDS,
    PUBLIC_CELLS,
    PUBLIC_SEARCHES,
)
from transforms.reference.groups import GROUPS


Names = Mapping[str, str]  # of forces, by id
_FILES = {
    "public_cells": "Counts by area and quarter",
    "public_bands": "Bands of the newest quarter",
    "public_accuracy": "Share of crime found",
    "public_searches": "Stop and search of each quarter: of whole forces, never scored",
    "transparency": "The whole transparency record",
    "datapackage": "What every file and column is, for machines",
}
_TABLES = {
    "public_cells": PUBLIC_CELLS,
    "public_bands": PUBLIC_BANDS,
    "public_accuracy": PUBLIC_ACCURACY,
    "public_searches": PUBLIC_SEARCHES,
}


def banner(answers: Mapping[str, str]) -> str:
    """What is above everything else while answers of the force are missing."""
    missing = unanswered(answers)
    if not missing:
        return ""
    said = escaped(missing_in_words(len(missing)))
    return f'<p class="alert" id="banner">{said} {link("#record", "Which ones")}</p>'


def totals_section(rows: Sequence[dict[str, Any]], names: Names) -> str:
    """What is published of each force, and how much is withheld."""
    head = (
        "Force", "Crime group", "Quarter", "Incidents", "±", "Areas", "Without a count",
    )  # fmt: skip
    told = (
        (
            names.get(row["force"], row["force"]),
            GROUPS[row["crime_group"]].label,
            row["period"],
            row["published"],
            row["within"],
            row["areas"],
            f"{row['withheld']:,} ({100 * row['withheld'] / row['areas']:.0f} %)",
        )
        for row in rows
    )
    return region("Table of totals", table(head, told))


def coverage_section(
    facts: TransparencyFacts, rows: Sequence[dict[str, Any]], names: Names
) -> str:
    """The months that each force supplied, and the quarters that are published."""
    quarters: dict[str, set[str]] = {name: set() for name, *_ in facts.months}
    for row in rows:
        quarters.setdefault(names.get(row["force"], ""), set()).add(row["period"])
    told = (
        (
            name,
            f"{number} from {first} to {last}",
            ", ".join(sorted(quarters[name])) or "none yet",
        )
        for name, first, last, number in facts.months
    )
    head = ("Force", "Months supplied", "Quarters published")
    return region("Table of quarters", table(head, told))


def accuracy_section(public: PublicEdition, names: Names) -> str:
    """How good the ranking is, in words, and the shares found."""
    said = paragraphs(accuracy_in_words(public.edition.method.NAME))
    columns = {name: public.tables.accuracy[name] for name in PUBLIC_ACCURACY.names}
    rows = pa.table(columns).to_pylist()
    if not rows:
        return said
    told = (
        (
            names.get(row["force"], row["force"]),
            row["period"],
            GROUPS[row["crime_group"]].label,
            "not published" if row["suppressed"] else f"{row['found_percent']} %",
        )
        for row in rows
    )
    shares = table(("Force", "Quarter", "Crime group", "Found"), told)
    about_shares = paragraphs([share_in_words()])
    return f"{said}\n{about_shares}\n{region('Table of shares found', shares)}"


def record_section(answers: Mapping[str, str]) -> str:
    """The force's answers, and the questions that wait for one."""
    blank, lines = set(unanswered(answers)), []
    for name, question in OPERATOR_FIELDS.items():
        asked = f"{question[0].upper()}{question[1:]}"
        answer = (
            "Not answered yet" if name in blank else " ".join(answers[name].split())
        )
        mark = ' class="blank"' if name in blank else ""
        lines.append(f"<dt>{escaped(asked)}</dt><dd{mark}>{escaped(answer)}</dd>")
    return "\n".join(lines)


def files_section(folder: Path, files: Sequence[str]) -> str:
    """The files beside the page, with what each is and how large."""
    told = (
        (link(name, name), _FILES[name.partition(".")[0]], _size(folder / name))
        for name in files
    )
    return region("Table of files", table(("File", "What", "Size"), told))


def _size(file: Path) -> Safe | str:
    # the package is written last, since it has the hash of this page
    return f"{-(-file.stat().st_size // 1000):,} kB" if file.exists() else ""


def columns_section(files: Sequence[str]) -> str:
    """What each column of the data means, of the tables that are there."""
    tables = (
        table(
            ("Column", "Meaning", "Empty means"),
            (
                (field.name, about(field)["description"], _empty(field))
                for field in schema
            ),
            name,
        )
        for name, schema in _TABLES.items()
        if f"{name}.csv" in files
    )
    return region("Tables of columns", "\n".join(tables))


def _empty(field: pa.Field) -> str:
    return str(about(field).get("null", "never empty"))
