"""A publication of a force's own feed: built beside, sealed, and put in its place.

It has one tier, the internal one: there is no public tier of these records.
"""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from transforms.catalog import withdrawn, write_catalog
from transforms.days.accuracy import ACCURACY_ROWS
from transforms.days.edition import ATTRIBUTION, DayEdition
from transforms.days.hours import day_and_night, weekday_hours
from transforms.days.method_text import method_text
from transforms.days.near import near_repeat_table
from transforms.install import install
from transforms.publications.geoparquet import write_hexagons
from transforms.publications.tables import rounded, write_csv
from transforms.publish import point_at, seal_files
from transforms.seal import SCHEMA_VERSION, TIER, is_installed, json_text


def _cells(edition: DayEdition, path: Path) -> None:
    write_hexagons(rounded(edition.cells), path)


def _top(edition: DayEdition, path: Path) -> None:
    write_csv(rounded(edition.top_cells), path)


def _hours(edition: DayEdition, path: Path) -> None:
    write_csv(weekday_hours(edition.year), path)


def _day_and_night(edition: DayEdition, path: Path) -> None:
    write_csv(day_and_night(edition.year), path)


def _near_repeats(edition: DayEdition, path: Path) -> None:
    write_csv(near_repeat_table(edition.year)[0], path)


def _accuracy(edition: DayEdition, path: Path) -> None:
    rows = [line.as_row() for line in edition.accuracy]
    write_csv(rounded(pa.Table.from_pylist(rows, schema=ACCURACY_ROWS)), path)


def _method(edition: DayEdition, path: Path) -> None:
    path.write_text(method_text(edition))


def _provenance(edition: DayEdition, path: Path) -> None:
    path.write_text(json_text({"run_id": edition.run_id, **edition.identity}))


DAY_FORMATS: dict[str, Callable[[DayEdition, Path], None]] = {
    "day_cells.parquet": _cells,
    "top_cells.csv": _top,
    "weekday_hours.csv": _hours,
    "day_and_night.csv": _day_and_night,
    "near_repeats.csv": _near_repeats,
    "accuracy.csv": _accuracy,
    "METHOD.md": _method,
    "provenance.json": _provenance,
}


def publish_day(publications: Path, edition: DayEdition) -> tuple[Path, bool]:
    """Its folder, and whether it was made now; a no-op where that run stands."""
    folder = publications / "runs" / edition.run_id
    created = False
    if not (is_installed(folder, TIER) or withdrawn(folder)):
        created = install(folder, TIER, _writer(edition), lambda t: _seal(edition, t))
    point_at(publications, edition.run_id, str(edition.as_of), folder)
    if created:
        write_catalog(publications)
    return folder, created


def _writer(edition: DayEdition) -> Callable[[Path], None]:
    def write(tier: Path) -> None:
        for name, writer in DAY_FORMATS.items():
            writer(edition, tier / name)

    return write


def _seal(edition: DayEdition, tier: Path) -> None:
    rows = edition.scores
    seal_files(
        tier,
        {
            "schema_version": SCHEMA_VERSION,
            "run_id": edition.run_id,
            "tier": TIER,
            "as_of": str(edition.as_of),
            "method": f"{edition.method.NAME} {edition.method.VERSION}",
            "attribution": ATTRIBUTION,
            "harm_weights": edition.scoring.harm.in_words,
            "forces": [
                {
                    "force": edition.force.id,
                    "name": edition.force.name,
                    "unscored": None,
                    "h3_res": rows["h3_res"][0].as_py(),
                    "universe_cells": rows["universe_cells"][0].as_py(),
                    "universe_area_m2": rows["universe_area_m2"][0].as_py(),
                    "days_365d": rows["days_365d"][0].as_py(),
                    "newest_day": str(max(edition.supplied)),
                }
            ],
        },
    )
