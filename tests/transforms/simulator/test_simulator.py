"""The simulator writes what the archive would, and knows what no archive tells."""

import csv
import hashlib
import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from transforms.reference.categories import CATEGORIES
from transforms.reference.forces import DEMO_FORCES
from transforms.simulator import Truth, simulate
from transforms.simulator.archive import HEADER
from transforms.simulator.areas import AREAS


Row = dict[str, str]
MEMBER = re.compile(r"^\d{4}-\d{2}/\d{4}-\d{2}-[a-z-]+-street\.csv$")
EARLIER, LATER = "2025-06", "2025-12"


@dataclass(frozen=True)
class Simulated:
    truth: Truth
    releases: dict[str, dict[str, bytes]]

    def rows(self, release: str) -> dict[str, list[Row]]:
        """Rows by member name."""
        files = self.releases[release]
        return {name: read(data) for name, data in files.items()}


def read(data: bytes) -> list[Row]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as release:
        return {name: release.read(name) for name in release.namelist()}


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    folder = tmp_path_factory.mktemp("archive")
    truth = simulate(folder, size=0.2)
    releases = {path.stem: members(path) for path in sorted(folder.iterdir())}
    return Simulated(truth, releases)


@pytest.fixture(scope="module")
def newest(simulated: Simulated) -> list[Row]:
    return [row for rows in simulated.rows(LATER).values() for row in rows]


def test_same_seed_gives_same_bytes(tmp_path: Path) -> None:
    for folder, seed in (("one", 7), ("two", 7), ("other", 8)):
        simulate(tmp_path / folder, seed=seed, size=0.02)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert digests(tmp_path / "one") != digests(tmp_path / "other")


def test_a_force_does_not_depend_on_the_others(
    tmp_path: Path, simulated: Simulated
) -> None:
    simulate(tmp_path, size=0.2, forces=["northfell"])
    alone = members(tmp_path / f"{LATER}.zip")
    assert alone.items() <= simulated.releases[LATER].items()


def test_areas_are_the_demo_forces() -> None:
    assert AREAS.keys() == DEMO_FORCES.keys()


def test_files_are_laid_out_as_in_the_archive(simulated: Simulated) -> None:
    assert list(simulated.releases) == [EARLIER, LATER]
    for files in simulated.releases.values():
        assert list(files) == sorted(files)
        for name, data in files.items():
            assert MEMBER.match(name)
            newline = b"\r\n" if "northfell" in name else b"\n"
            assert data.split(newline)[0].decode() == HEADER
            assert data.endswith(newline)
            assert data.count(b"\r") == (data.count(b"\n") if newline[1:] else 0)


def test_rows_are_well_formed(newest: list[Row]) -> None:
    names = {force.name for force in DEMO_FORCES.values()}
    for row in newest:
        assert row["Reported by"] == row["Falls within"]
        assert row["Reported by"] in names
        assert row["Crime type"] in CATEGORIES.values()
        assert row["Context"] == ""
        assert re.fullmatch(r"([0-9a-f]{64})?", row["Crime ID"])
        assert re.fullmatch(r"(-?\d\.\d{6})?", row["Longitude"])
        assert re.fullmatch(r"(E0199\d{4})?", row["LSOA code"])
        assert bool(row["LSOA code"]) == bool(row["LSOA name"])
        named = row["Crime type"] != "Anti-social behaviour"
        assert bool(row["Crime ID"]) == bool(row["Last outcome category"]) == named


def test_rows_without_place_are_as_rare_as_in_life(newest: list[Row]) -> None:
    lost = [row for row in newest if row["Location"] == "No Location"]
    assert lost == [row for row in newest if not row["Longitude"]]
    assert not any(row["Latitude"] or row["LSOA code"] for row in lost)
    assert 0.015 < len(lost) / len(newest) < 0.024


def test_asb_share_differs_by_force(newest: list[Row]) -> None:
    for force, area in AREAS.items():
        rows = [r for r in newest if r["Reported by"] == DEMO_FORCES[force].name]
        asb = sum(row["Crime type"] == "Anti-social behaviour" for row in rows)
        assert asb / len(rows) == pytest.approx(area.asb_share, rel=0.2)


def test_equal_asb_rows_exist(newest: list[Row]) -> None:
    equal = Counter(tuple(row.values()) for row in newest if not row["Crime ID"])
    assert max(equal.values()) > 2


def test_crime_ids_repeat_within_a_file_and_across_months(simulated: Simulated) -> None:
    inside, months, named = 0, Counter[str](), 0
    for rows in simulated.rows(LATER).values():
        ids = [row["Crime ID"] for row in rows if row["Crime ID"]]
        named += len(ids)
        inside += len(ids) - len(set(ids))
        months.update(set(ids))
    assert 0.001 < inside / named < 0.004
    assert 2 in months.values()


@pytest.mark.parametrize(
    "text", ["  ", "ŷ", "&", ", "], ids=["two spaces", "Welsh", "ampersand", "comma"]
)
def test_odd_names_occur(newest: list[Row], text: str) -> None:
    assert any(text in row["Location"] + row["LSOA name"] for row in newest)


def test_some_streets_have_no_name_and_some_points_no_lsoa(newest: list[Row]) -> None:
    nameless = sum(row["Location"] == "On or near " for row in newest)
    assert 0.005 < nameless / len(newest) < 0.04
    coast = [row for row in newest if row["Longitude"] and not row["LSOA code"]]
    assert {row["Reported by"] for row in coast} == {"Saltmarsh Police"}


def test_snap_points_stack(newest: list[Row]) -> None:
    located = [row for row in newest if row["Longitude"]]
    points = Counter((row["Longitude"], row["Latitude"]) for row in located)
    busiest = sorted(points.values(), reverse=True)
    top = sum(busiest[: len(busiest) // 20])
    assert 0.3 < top / len(located) < 0.55


def test_the_later_release_revises_the_earlier(simulated: Simulated) -> None:
    earlier, later = simulated.rows(EARLIER), simulated.rows(LATER)
    assert earlier.keys() == {name for name in later if name[:7] <= EARLIER}
    resupplied = "2024-10/2024-10-avonmere-street.csv"
    assert len(earlier[resupplied]) < len(later[resupplied])
    pairs = [
        (before, after)
        for name in earlier
        if name != resupplied
        for before, after in zip(earlier[name], later[name], strict=True)
    ]
    outcome = moved = 0
    for before, after in pairs:
        assert before["Crime ID"] == after["Crime ID"]
        outcome += before["Last outcome category"] != after["Last outcome category"]
        moved += before["Longitude"] != after["Longitude"]
    named = sum(bool(before["Crime ID"]) for before, _ in pairs)
    assert 0.01 < outcome / named < 0.016
    assert 0.01 < moved / len(pairs) < 0.016


def test_outage_hides_months_and_thins_one(simulated: Simulated) -> None:
    later = simulated.rows(LATER)
    saltmarsh = {name[:7] for name in later if "saltmarsh" in name}
    assert len(saltmarsh) == 22
    assert saltmarsh.isdisjoint({"2025-01", "2025-02"})
    northfell = {name[:7]: len(rows) for name, rows in later.items() if "north" in name}
    usual = np.median(list(northfell.values()))
    assert 0.15 < northfell["2024-11"] / usual < 0.35


def test_truth_agrees_with_the_rows_located(tmp_path: Path) -> None:
    truth = simulate(tmp_path, size=0.2, outage=False).intensities
    expected = pc.sum(truth["intensity"]).as_py()
    files = members(tmp_path / f"{LATER}.zip")
    located = [row for data in files.values() for row in read(data) if row["Longitude"]]
    assert len(files) == 3 * 24
    assert len(located) == pytest.approx(expected, rel=0.03)
    degrees = (truth[name].to_pylist() for name in ("longitude", "latitude"))
    points = set(zip(*degrees, strict=True))
    assert {(float(r["Longitude"]), float(r["Latitude"])) for r in located} <= points
    assert pc.all(pc.greater_equal(truth["intensity"], 0)).as_py()
