"""The whole way on the real archive, where it lies beside the checkout."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.ours import published
from tests.oracles import methods as oracles
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, open_home
from transforms.incidents.coverage import deciding, entries
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import force_coverage
from transforms.incidents.request import resolve
from transforms.lake.lake import Lake
from transforms.publications.publish import publish
from transforms.reference.cells import as_text
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import FORCES, Force
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import force_panel, newest_supplied, score_force
from transforms.scores.view import view_at


DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "police_uk"
RECEIVED_AT = datetime(2026, 1, 2, tzinfo=UTC)
METHOD = METHODS[DEFAULT_METHOD]

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not DATA.exists(), reason="the real archive is not beside the checkout"
    ),
]


def _expected() -> dict[tuple[str, str, str], dict[str, str]]:
    with (DATA / "expected_counts.csv").open() as file:
        return {
            (row["release"], row["force"], row["month"]): row
            for row in csv.DictReader(file)
            if row["kind"] == "street"
        }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Every force and month of the whole archive, ingested."""
    home = open_home(tmp_path_factory.mktemp("real"))
    request = resolve(
        DATA / "archive", FORCES, all_forces=True, start="2016-02", end="2025-12"
    )
    assert set(request.passed_over) == {"northern-ireland"}
    for force in request.forces:
        ingest_force(
            home.lake,
            street,
            force,
            request.members,
            request.months,
            RECEIVED_AT,
        )
    return home


def test_the_newest_release_of_every_force_month_is_whole(home: Home) -> None:
    ledger = [e for e in entries(home.lake.read("coverage")) if e.raw_sha256]
    newest: dict[tuple[str, str], str] = {}
    for release, force, month in _expected():
        if force != "northern-ireland":
            held = newest.get((force, month), "")
            newest[force, month] = max(held, release)
    assert {(e.force, e.month): e.release for e in ledger} == newest
    for entry in ledger:
        known = _expected()[entry.release, entry.force, entry.month]
        assert entry.raw_sha256 == known["sha256"]
        assert entry.rows_in == int(known["rows"])
        assert entry.rows_accepted == entry.rows_in
        placeless = int(known["rows_without_coordinates"])
        assert entry.rows_located == entry.rows_in - placeless


def test_holes_are_missing_and_never_zero(home: Home) -> None:
    status = {
        m: c.status
        for m, c in force_coverage(home.lake, FORCES["thames-valley"]).items()
    }
    assert sum(s == "missing" for s in status.values()) == 8
    assert sum(s == "supplied" for s in status.values()) == 4


def test_scottish_incidents_of_the_railway_police_are_kept_and_not_scored(
    home: Home,
) -> None:
    rows = home.lake.read("incidents", "btp")
    northern = [
        row
        for row in rows.select(
            ["latitude", "lsoa_code", "in_area", "h3_r9"]
        ).to_pylist()
        if row["latitude"] and row["latitude"] >= 54.9 and not row["lsoa_code"]
    ]
    assert len(northern) > 1000
    assert not any(row["in_area"] for row in northern)
    assert all(row["h3_r9"] for row in northern)
    btp = FORCES["btp"]
    panel = force_panel(home.lake, btp, home.scoring)
    assert panel.parent_counts.sum() == len(_scored_incidents(home, btp))


def _scored_incidents(home: Home, force: Force) -> list[dict[str, Any]]:
    """The located incidents of a force that no shipped rule excludes by its label."""
    columns = ["month", "category", "longitude", "latitude", "in_area", "h3_r9"]
    rows = home.lake.read("incidents", force.id).select([*columns, "place_label"])
    excluded = [re.compile(str(rule.label)) for rule in home.scoring.exclusions]
    return [
        row
        for row in rows.to_pylist()
        if row["in_area"]
        and row["h3_r9"] is not None
        and not any(label.fullmatch(row["place_label"] or "") for label in excluded)
    ]


def test_scores_of_a_real_force_equal_the_oracle(home: Home) -> None:
    force, as_of = FORCES["city-of-london"], Month(2025, 12)
    coverage = force_coverage(home.lake, force)
    supplied = supplied_periods(coverage)
    panel = force_panel(home.lake, force, home.scoring)
    seen = view_at(panel, supplied, as_of)
    incidents, sightings = [], []
    for row in _scored_incidents(home, force):
        where = f"{row['h3_r9']:x}", (int(row["month"][:4]), int(row["month"][5:]))
        incidents.append((*where, row["category"]))
        sightings.append((*where, (row["longitude"], row["latitude"])))
    months = [(m.year, m.month) for m in supplied]
    known = incidents, months, (2025, 12)
    assert seen.epoch == Month(2022, 7)  # the points were renewed in between
    for name, oracle in {
        **oracles.METHODS,
        "point_exposure": partial(oracles.point_exposure, sightings=sightings),
    }.items():
        found, expected = METHODS[name].expect(seen), oracle(*known, epoch=(2022, 7))
        for slug in GROUPS:
            rates = [expected[slug][cell] for cell in as_text(seen.cells)]
            mean, shape = zip(*rates, strict=True)
            assert found[slug].mean == pytest.approx(np.array(mean), rel=1e-9)
            assert found[slug].rate_shape == pytest.approx(np.array(shape), rel=1e-9)


def test_the_newest_forces_are_published_and_the_stale_listed(home: Home) -> None:
    as_of = newest_supplied(home.lake, FORCES)
    assert as_of == Month(2025, 12)
    for force in ("city-of-london", "gwent", "bedfordshire"):
        score_force(home.lake, home.registry[force], as_of, METHOD, home.scoring)
    done = publish(home, as_of, METHOD)
    assert done.scored == ["city-of-london", "gwent"]
    assert "over 3 months before 2025-12" in done.unscored["bedfordshire"]
    assert street.ATTRIBUTION in (done.folder / "internal" / "METHOD.md").read_text()


@pytest.mark.parametrize("order", [("2019-02", "2020-11"), ("2020-11", "2019-02")])
def test_city_of_london_is_the_same_whichever_release_comes_first(
    order: tuple[str, str], home: Home, tmp_path: Path
) -> None:
    force, lake = FORCES["city-of-london"], Lake(tmp_path / "lake")
    overlap = [f"2018-{m}" for m in (10, 11, 12)] + ["2019-01", "2019-02"]
    read = []
    for release in order:
        request = resolve(
            DATA / "archive",
            FORCES,
            [force.id],
            start="2018-04",
            end="2020-11",
            until_release="2020-11",
        )
        members = [m for m in request.members if m.release == release]
        ingest_force(lake, street, force, members, request.months, RECEIVED_AT)
        known = deciding(entries(lake.read("coverage")))
        read.append([known[Month.parse(month)].scored_sha256 for month in overlap])
    assert read[0] == read[1]  # outcomes changed in every month, nothing else
    held = {e.month: e for e in entries(lake.read("coverage")) if e.raw_sha256}
    revised = [e for e in entries(lake.read("coverage")) if e.rows_added is not None]
    assert {held[month].release for month in overlap if order[0] == "2020-11"} <= {
        "2020-11"
    }
    keys = ["raw_sha256", "raw_line"]
    rows = lake.read("incidents").select(keys).to_pylist()
    whole = home.lake.read("incidents", force.id).select([*keys, "month"]).to_pylist()
    wanted = [{k: r[k] for k in keys} for r in whole if r["month"] <= "2020-11"]
    assert sorted(map(str, rows)) == sorted(map(str, wanted))
    if order[0] == "2019-02":
        changed, moved = _changed_between("2019-02", "2020-11")
        assert sum(e.rows_outcome_changed for e in revised) == changed == 10
        assert sum(e.rows_moved for e in revised) == moved == 0
        assert sum(e.rows_gone for e in revised) == 0


def test_a_newer_release_of_london_gives_what_a_home_gives_that_had_no_older_one(
    tmp_path: Path,
) -> None:
    """Of months that both releases have: outcomes differ, nothing that is scored."""
    force, as_of = FORCES["city-of-london"], Month(2019, 2)
    fresh, home = (open_home(tmp_path / name) for name in ("fresh", "home"))
    done = {}
    for name, of, until in (
        ("older", home, "2019-02"),
        ("newer", home, "2020-11"),
        ("alone", fresh, "2020-11"),
    ):
        request = resolve(
            DATA / "archive",
            FORCES,
            [force.id],
            start="2018-10",
            end="2019-02",
            until_release=until,
        )
        members, months = request.members, request.months
        newest = [m for m in members if m.release == until]
        ingest_force(of.lake, street, force, newest, months, RECEIVED_AT)
        as_ofs = score_force(of.lake, force, as_of, METHOD, of.scoring).as_ofs
        publish(of, as_of, METHOD)
        done[name] = (as_ofs, published(of.root))
    assert done["older"][0] == done["alone"][0] == ["2018-12", "2019-01", "2019-02"]
    assert done["newer"][0] == []
    assert done["newer"][1] == done["alone"][1] != done["older"][1]


def _changed_between(older: str, newer: str) -> tuple[int, int]:
    """Changed outcomes and moved points of City of London, told by csv and Crime ID."""
    found = []
    for release in (older, newer):
        of_id: dict[str, list[tuple[str, ...]]] = {}
        with zipfile.ZipFile(DATA / "archive" / f"{release}.zip") as archive:
            for name in archive.namelist():
                if "city-of-london-street" in name and "2018-10" <= name[:7] <= older:
                    text = io.TextIOWrapper(archive.open(name), "utf-8")
                    for row in csv.DictReader(text):
                        if crime_id := row["Crime ID"]:
                            point = row["Longitude"], row["Latitude"]
                            outcome = row["Last outcome category"]
                            of_id.setdefault(crime_id, []).append((outcome, *point))
        found.append(of_id)
    pairs = [
        (was, now)
        for crime_id in found[0].keys() & found[1].keys()
        for was, now in zip(*(sorted(f[crime_id]) for f in found), strict=False)
    ]
    changed = sum(was[0] != now[0] for was, now in pairs)
    return changed, sum(was[1:] != now[1:] for was, now in pairs)
