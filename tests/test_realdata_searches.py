"""Searches of real Bedfordshire against its CSV files, read by another reader."""

import csv
import io
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests.oracles import searches as oracles
from transforms.feeds.police_uk import stop_and_search
from transforms.incidents.ingest import ingest_force
from transforms.incidents.request import resolve
from transforms.lake.lake import Lake
from transforms.reference import cells
from transforms.reference.forces import FORCES
from transforms.searches.counts import Period, count_searches
from transforms.searches.ethnicity import group_of
from transforms.searches.force_searches import stored_stops
from transforms.searches.ground import HOT_SPOTS, Ground


DATA = Path(__file__).parents[2] / "shared/data/police_uk"
FORCE = "bedfordshire"
WHEN = datetime(2026, 1, 2, tzinfo=UTC)

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="the real archive is not beside the checkout"
    ),
]


def rows() -> list[dict[str, str]]:
    """Every row of the release of October 2023, from May 2021 on."""
    found = []
    with zipfile.ZipFile(DATA / "archive/2023-10.zip") as archive:
        for name in sorted(archive.namelist()):
            month = name.rpartition("/")[2][:7]
            if name.endswith(f"{FORCE}-stop-and-search.csv") and month >= "2021-05":
                text = io.TextIOWrapper(archive.open(name), encoding="utf-8-sig")
                found += [row | {"month": month} for row in csv.DictReader(text)]
    return found


def test_bedfordshire_is_counted_as_its_files_say(tmp_path: Path) -> None:
    """V30."""
    lake = Lake(tmp_path / "lake")
    span = {"start": "2021-05", "end": "2023-10", "until_release": "2023-10"}
    request = resolve(DATA / "archive", FORCES, [FORCE], **span)
    force = FORCES[FORCE]
    given = request.members, request.months, WHEN
    ingest_force(lake, stop_and_search, force, *given)
    stops = stored_stops(lake, force)
    every = Period("12m", request.months, stops.supplied)
    assert len(every.supplied) == 30

    read = rows()
    places = [
        (float(row["Longitude"]), float(row["Latitude"])) if row["Longitude"] else None
        for row in read
    ]
    common = Counter(place for place in places if place).most_common(40)
    points = [place for place, _ in common]
    longitude, latitude = np.array(points).T
    ground = Ground(HOT_SPOTS, np.unique(cells.index_points(longitude, latitude, 9)))
    chosen = cells.as_text(ground.cells)
    area = {place: oracles.area(place, chosen, HOT_SPOTS) for place in set(places)}
    linked = {"True": True, "False": False, "": None}
    searches = [
        {
            "month": row["month"],
            "area": area[place],
            "object_of_search": row["Object of search"],
            "officer_group": group_of(row["Officer-defined ethnicity"]),
            "self_group": group_of(row["Self-defined ethnicity"]),
            "outcome": row["Outcome"] or None,
            "outcome_linked": linked[row["Outcome linked to object of search"]],
        }
        for row, place in zip(read, places, strict=True)
    ]
    months = {"12m": [str(month) for month in every.supplied]}
    expected = oracles.search_counts(searches, months)
    found = {
        tuple(row.values())[:4]: tuple(row.values())[4:]
        for row in count_searches(stops.rows([every]), ground, [every]).to_pylist()
    }
    assert found == expected

    year = Period("12m", request.months[-12:], stops.supplied[-12:])
    of_year = {
        tuple(row.values())[:4]: tuple(row.values())[4:]
        for row in count_searches(stops.rows([year]), ground, [year]).to_pylist()
    }
    months = {str(month) for month in year.supplied}
    there = Counter(one["area"] for one in searches if one["month"] in months)
    assert of_year["12m", "whole force", "all", "all"][0] == there.total() == 4_329
    assert of_year["12m", "not located", "all", "all"][0] == 791
    for name in (HOT_SPOTS, "ring", "rest of force"):
        assert of_year["12m", name, "all", "all"][0] == there[name]
    assert there[HOT_SPOTS] + there["ring"] + there["rest of force"] == 3_538

    whole = ("12m", "whole force")
    assert found[*whole, "all", "all"][0] == 9_963
    assert found["12m", "not located", "all", "all"][0] == 1_992
    assert found[*whole, "self-defined", "not stated"][0] == 467 + 1_531
    assert found[*whole, "officer-defined", "not stated"][0] == 600
    empty = [row for row in searches if row["outcome_linked"] is None]
    assert len(empty) == 7_053
    assert {row["outcome"] for row in empty} == {oracles.NO_ACTION}
    no_action = [row for row in searches if row["outcome"] == oracles.NO_ACTION]
    assert len(no_action) == 7_529
    assert sum(row["outcome_linked"] is True for row in no_action) == 198
    n_known_find, finds = found[*whole, "all", "all"][3:]
    assert n_known_find == 9_963
    assert finds == 2_136 - 198  # linked, and led to an action
