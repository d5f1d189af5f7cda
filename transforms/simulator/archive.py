"""Street files and release zips in the archive's own layout."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

from transforms.reference.categories import CATEGORIES
from transforms.simulator.places import Places
from transforms.simulator.rows import OUTCOMES, Rows


HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,"
    "LSOA code,LSOA name,Crime type,Last outcome category,Context"
)
# A zip's earliest date: the same seed must give the same bytes on any day.
EPOCH = (1980, 1, 1, 0, 0, 0)


def street_file(
    rows: Rows, places: Places, *, month: str, force: str, newline: str
) -> bytes:
    """The bytes of one force's month."""
    labels, outcomes = list(CATEGORIES.values()), list(OUTCOMES)
    fixed = f"{month},{force},{force}"
    lines = [
        f"{crime_id},{fixed},{places.text[point]},{labels[category]},"
        f"{outcomes[outcome] if crime_id else ''},"
        for point, category, outcome, crime_id in zip(
            rows.point.tolist(),
            rows.category.tolist(),
            rows.outcome.tolist(),
            rows.crime_id.tolist(),
            strict=True,
        )
    ]
    return newline.join([HEADER, *lines, ""]).encode()


def member_name(month: str, force_id: str) -> str:
    """Where a release keeps one force's month."""
    return f"{month}/{month}-{force_id}-street.csv"


def write_release(path: Path, files: Mapping[str, bytes]) -> None:
    """Zip the street files: same files, same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as release:
        for name in sorted(files):
            release.writestr(zipfile.ZipInfo(name, EPOCH), files[name])
