"""Made-up searches around given cells, ingested as a force's stop-and-search files."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import h3

from tests.builders import release_zip, stop, stops_csv
from transforms.feeds.police_uk import stop_and_search, street
from transforms.homes.home import Home
from transforms.incidents.ingest import ingest_force
from transforms.reference.months import Month, month_range


WHEN = datetime(2026, 1, 3, tzinfo=UTC)
MONTHS = month_range(Month(2025, 1), Month(2025, 12))
_LABELS = ["White - Irish", "Asian/Asian British - Indian", "Black/African", ""]
_LINKS = ["True", "False", ""]
_OUTCOMES = ["A no further action disposal", "Arrest", "Community resolution", ""]


def put_searches(
    home: Home,
    force: str,
    cells: Sequence[str],
    folder: Path,
    months: Sequence[Month] = MONTHS,
    each: int = 30,
) -> None:
    """So many searches a month in those cells, next to them and nowhere."""
    made = random.Random(force)  # noqa: S311
    near = [other for cell in cells for other in h3.grid_disk(cell, 3)]
    files = {
        (force, str(month), "stop-and-search"): stops_csv(
            [_search(made, month, [*cells, *near]) for _ in range(each)]
        )
        for month in months
    }
    release_zip(folder, "2026-01", files)
    members = street.members(folder)
    of_force = home.registry[force]
    ingest_force(home.lake, stop_and_search, of_force, members, months, WHEN)


def _search(made: random.Random, month: Month, cells: Sequence[str]) -> dict[str, str]:
    latitude, longitude = h3.cell_to_latlng(made.choice(cells))
    place = {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}
    if made.random() < 0.2:
        place = {"latitude": "", "longitude": ""}
    return stop(
        date=f"{month}-15T12:00:00+00:00",
        self_defined_ethnicity=made.choice(_LABELS),
        officer_defined_ethnicity=made.choice(["White", "Black", "Asian", ""]),
        object_of_search=made.choice(["Controlled drugs", "Firearms", ""]),
        outcome=made.choice(_OUTCOMES),
        outcome_linked_to_object_of_search=made.choice(_LINKS),
        **place,
    )
