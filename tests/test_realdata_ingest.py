"""The real archive's street files against the counts of another reader."""

import csv
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from transforms.feeds.archive.members import Member, read_member
from transforms.feeds.police_uk.street import sift, street_members
from transforms.reference.forces import FORCES


POLICE_UK = Path(__file__).parents[2] / "shared/data/police_uk"
ARCHIVE = POLICE_UK / "archive"
PSNI = "northern-ireland"

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not ARCHIVE.is_dir(), reason="the real archive is not beside the checkout"
    ),
]

Key = tuple[str, str, str]
Counts = Mapping[str, object]


def key(member: Member) -> Key:
    return member.release, member.force, str(member.month)


def counted(member: Member) -> Counts:
    """What sifting says of a file, in the terms of the expected counts."""
    result = sift(read_member(member), member, FORCES[member.force])
    rows = result.accepted
    north = pc.greater_equal(rows["latitude"], 54.9)
    no_lsoa = pc.is_null(rows["lsoa_code"])
    scottish = rows.filter(pc.fill_null(pc.and_(north, no_lsoa), False))
    return {
        "rows": result.rows_in,
        "quarantined": result.quarantined.num_rows,
        "rows_without_coordinates": rows["longitude"].null_count,
        "rows_without_cells": rows["h3_r9"].null_count,
        "rows_without_crime_id": rows["crime_id"].null_count,
        "antisocial_rows": _number(rows["category"], "anti-social-behaviour"),
        "sha256": result.raw_sha256,
        "scottish": scottish.num_rows,
        "scottish_in_area": pc.sum(scottish["in_area"]).as_py() or 0,
        "scottish_without_cell": scottish["h3_r10"].null_count,
        "vintages": set(rows["lsoa_vintage"].unique().to_pylist()) - {None},
    }


def _number(column: pa.ChunkedArray, value: str) -> int:
    return pc.sum(pc.equal(column.cast(pa.string()), value)).as_py() or 0


@pytest.fixture(scope="module")
def found() -> dict[Key, Counts]:
    members = street_members(ARCHIVE)
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(map(key, members), pool.map(counted, members), strict=True))


@pytest.fixture(scope="module")
def expected() -> dict[Key, dict[str, str]]:
    with (POLICE_UK / "expected_counts.csv").open(newline="") as lines:
        return {
            (line["release"], line["force"], line["month"]): line
            for line in csv.DictReader(lines)
            if line["kind"] == "street"
        }


def test_every_street_file_is_found(
    found: dict[Key, Counts], expected: dict[Key, dict[str, str]]
) -> None:
    assert found.keys() == expected.keys()


def test_every_file_has_the_rows_and_bytes_another_reader_counted(
    found: dict[Key, Counts], expected: dict[Key, dict[str, str]]
) -> None:
    names = ["rows", "rows_without_crime_id", "antisocial_rows", "sha256"]
    names += ["rows_without_coordinates"]
    for file, known in expected.items():
        counts = {name: str(found[file][name]) for name in names}
        assert counts == {name: known[name] for name in names}, file


def test_no_real_row_is_held_back(found: dict[Key, Counts]) -> None:
    assert {file for file, counts in found.items() if counts["quarantined"]} == set()


def test_rows_without_coordinates_alone_have_no_cell(found: dict[Key, Counts]) -> None:
    for file, counts in found.items():
        assert counts["rows_without_cells"] == counts["rows_without_coordinates"], file


def test_scottish_rows_are_the_railways_and_in_no_area_of_ours(
    found: dict[Key, Counts],
) -> None:
    scottish = {file: c for file, c in found.items() if c["scottish"]}
    railways = {file for file in found if file[1] == "btp"}
    assert {file[1] for file in scottish} - {PSNI} == {"btp"}
    assert railways <= scottish.keys()
    for counts in scottish.values():
        assert counts["scottish_in_area"] == counts["scottish_without_cell"] == 0


def test_lsoa_codes_are_of_the_releases_census(found: dict[Key, Counts]) -> None:
    for (release, force, month), counts in found.items():
        vintage = "2021" if release >= "2023-06" else "2011"
        assert counts["vintages"] == (set() if force == PSNI else {vintage}), month
