"""Writes what a programme's patrols delivered, as a folder that never changes."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.homes.home import Home
from transforms.patrols.dosage import Dosage, dosage_of
from transforms.patrols.page import sheet_of
from transforms.patrols.returns import form_table, forms_of, return_table
from transforms.patrols.schemas import MISSING
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.programme import Programme, canonical
from transforms.programmes.sheet import html, write_pdf
from transforms.publications.formats.csv_files import write_csv


REPORTS = "dosage"
RETURN_FILE = "return.csv"
_FORTNIGHT_DAYS = 14


@dataclass(frozen=True)
class Reported:
    """What reporting did."""

    dosage: Dosage
    folder: Path
    created: bool  # False if that report was made before

    @property
    def fortnight(self) -> Dosage:
        """The part that the page is about."""
        return _fortnight(self.dosage)


def report(
    home: Home,
    programme: Programme,
    first: date | None = None,
    last: date | None = None,
    planned_minutes: float | None = None,
    planned: Path | None = None,
) -> Reported:
    """Report what was delivered; a no-op if that was reported before."""
    found = dosage_of(home, programme, first, last, planned_minutes, planned)
    returned = return_table(found)
    days = [{"day": str(day)} for day in found.missing]
    tables = {
        "dosage_days.csv": found.days,
        "dosage_places.csv": found.places,
        **({"dosage_hours.csv": found.hours} if found.hours is not None else {}),
        RETURN_FILE: returned,
        "missing_days.csv": pa.Table.from_pylist(days, schema=MISSING),
        **{
            f"return-{name}.csv": form_table(form, returned)
            for name, form in forms_of(home).items()
        },
    }

    def write(folder: Path) -> str:
        for name, table in tables.items():
            write_csv(table, folder / name)
        return _report_id(found, folder)

    kept = keep(programme.folder / REPORTS, write, partial(_write_rest, found))
    return Reported(found, kept.folder, kept.created)


def _write_rest(found: Dosage, folder: Path) -> None:
    pq.write_table(found.days, folder / "dosage_days.parquet")
    page = sheet_of(_fortnight(found))
    (folder / "dosage.html").write_text(html(page))
    write_pdf(page, found.last, folder / "dosage.pdf")
    write_manifest(folder)


def _fortnight(found: Dosage) -> Dosage:
    return found.of(found.last - timedelta(days=_FORTNIGHT_DAYS - 1), found.last)


def _report_id(found: Dosage, built: Path) -> str:
    """The last day and the hash of all that was found."""
    files = {
        f.name: sha256(f.read_bytes()).hexdigest() for f in sorted(built.iterdir())
    }
    span = {"first": str(found.first), "last": str(found.last)}
    counts = {"held_back": len(found.held_back), "rows": len(found.accepted)}
    identity = {"programme": found.programme.id, "files": files, **span, **counts}
    return f"{found.last}-{sha256(canonical(identity).encode()).hexdigest()[:12]}"
