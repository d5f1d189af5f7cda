"""Outcomes and stops beside the street files: kept apart, and never scored."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.builders import (
    kent_csv,
    months,
    outcome,
    outcomes_csv,
    release_zip,
    row,
    stop,
    stops_csv,
    street_csv,
)
from transforms.homes.home import Home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import force_coverage
from transforms.incidents.request import Request, resolve
from transforms.publications.edition import month_edition
from transforms.publications.publish import gather, publish
from transforms.reference.forces import FORCES
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


KENT = FORCES["kent"]
METHOD = METHODS[DEFAULT_METHOD]
WHEN = datetime(2024, 5, 1, tzinfo=UTC)
SPAN = [str(month) for month in months("2024-01", 4)]
AS_OF = Month(2024, 4)

Files = Mapping[tuple[str, ...], bytes]


def street() -> Files:
    """Four months of forty burglaries at one place, each still under investigation."""
    return {("kent", m): kent_csv(m, 40) for m in SPAN}


def stops() -> Files:
    """A stop a month at the same place, and one that is held back."""
    good = {m: stop(date=f"{m}-15T12:00:00+00:00") for m in SPAN}
    bad = stop(date="never")
    return {
        ("kent", m, "stop-and-search"): stops_csv([row, bad]) for m, row in good.items()
    }


def outcomes(**changes: str) -> Files:
    """April says what became of the first ten of March's burglaries."""
    ids = [line.split(b",")[0].decode() for line in kent_csv("2024-03", 10).split()]
    told = [outcome(crime_id=i, month="2024-04", **changes) for i in ids if len(i) > 60]
    return {("kent", "2024-04", "outcomes"): outcomes_csv(told)}


def asked(folder: Path, files: Files) -> Request:
    release_zip(folder, "2024-06", files)
    return resolve(folder, FORCES, ["kent"])


def filled(folder: Path, files: Files) -> Home:
    """A home with every feed of those files ingested, and scored."""
    home, request = open_home(folder / "home"), asked(folder / "source", files)
    for feed in request.feeds:
        ingest_force(home.lake, feed, KENT, request.members, request.months, WHEN)
    score_force(home.lake, KENT, AS_OF, METHOD, home.scoring)
    return home


def test_each_kind_has_its_own_rows_quarantine_and_coverage(tmp_path: Path) -> None:
    bad_street = street_csv([row(month="2024-01"), row(month="2023-12")])
    files = street() | stops() | outcomes() | {("kent", "2024-01"): bad_street}
    lake = filled(tmp_path, files).lake
    rows = {
        name: len(lake.read(name, "kent"))
        for name in ("incidents", "outcomes", "stops")
    }
    assert rows == {"incidents": 121, "outcomes": 10, "stops": 4}
    assert lake.read("quarantine")["rule"].to_pylist() == ["month"]
    assert lake.read("stops_quarantine")["rule"].to_pylist() == ["date"] * 4
    assert lake.files("outcomes_quarantine") == []
    for table, held in {"incidents": 4, "stops": 4, "outcomes": 1}.items():
        assert len(force_coverage(lake, KENT, table)) == held


def test_a_second_ingest_of_all_kinds_changes_nothing(tmp_path: Path) -> None:
    home = filled(tmp_path, street() | stops() | outcomes())
    before = home.lake.versions()
    request = resolve(tmp_path / "source", FORCES, ["kent"])
    for feed in request.feeds:
        done = ingest_force(
            home.lake, feed, KENT, request.members, request.months, WHEN
        )
        assert (done.files, done.months_noted) == ([], 0)
    assert home.lake.versions() == before


def test_street_coverage_is_the_same_with_the_others_in_the_ledger(
    tmp_path: Path,
) -> None:
    alone = filled(tmp_path / "alone", street()).lake
    beside = filled(tmp_path / "beside", street() | stops() | outcomes()).lake
    assert force_coverage(alone, KENT) == force_coverage(beside, KENT)


def test_scores_and_all_that_is_made_of_them_are_the_same_with_stops(
    tmp_path: Path,
) -> None:
    alone = filled(tmp_path / "alone", street())
    beside = filled(tmp_path / "beside", street() | stops())
    assert len(beside.lake.read("stops")) == 4
    written = [
        [Path(file.path).read_bytes() for file in home.lake.files("scores")]
        for home in (alone, beside)
    ]
    assert written[0]
    assert written[0] == written[1]
    folders = [publish(home, AS_OF, METHOD).folder for home in (alone, beside)]
    assert folders[0].name != folders[1].name  # what is published is more
    names = ["hotspot_cells.csv", "hotspots.csv", "reconciliation.csv", "coverage.csv"]
    for name in names:
        one, two = ((folder / "internal" / name).read_bytes() for folder in folders)
        assert one == two
    there = [(folder / "internal" / "searches.csv").exists() for folder in folders]
    assert there == [False, True]


def published(home: Home) -> list[dict[str, object]]:
    """The cell of the burglaries, as published."""
    done = publish(home, AS_OF, METHOD)
    names = ["crime_group", "n_12m", "n_outcomes_12m", "positive_share_12m"]
    table = pq.read_table(done.folder / "internal/hotspot_cells.parquet", columns=names)
    return [r for r in table.to_pylist() if r["n_12m"]]


def test_the_share_is_of_final_outcomes_where_outcomes_are_held(
    tmp_path: Path,
) -> None:
    told = outcomes(outcome_type="Suspect charged")
    burglaries = {
        ("kent", m): kent_csv(m, 40, last_outcome_category=known)
        for m, known in zip(
            SPAN,
            [
                "Unable to prosecute suspect",
                "Under investigation",
                "Under investigation",
                "Awaiting court outcome",
            ],
            strict=True,
        )
    }
    for cell in published(filled(tmp_path, burglaries | told)):
        assert cell["n_12m"] == 160
        assert cell["n_outcomes_12m"] == 40 + 10
        assert cell["positive_share_12m"] == pytest.approx(10 / 50)


def test_without_outcomes_files_the_share_is_not_known(tmp_path: Path) -> None:
    for cell in published(filled(tmp_path, street())):
        assert cell["n_outcomes_12m"] is None
        assert cell["positive_share_12m"] is None


def test_other_outcomes_and_other_classes_are_another_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = [
        filled(tmp_path / "none", street()),
        filled(tmp_path / "caution", street() | outcomes()),
        filled(tmp_path / "fine", street() | outcomes(outcome_type="Offender fined")),
    ]
    runs = [gather(home, AS_OF, METHOD).run_id for home in homes]
    monkeypatch.setattr(month_edition, "outcomes_sha256", lambda: "another")
    runs.append(gather(homes[0], AS_OF, METHOD).run_id)
    assert len(set(runs)) == 4
    done = publish(homes[1], AS_OF, METHOD)
    facts = json.loads((done.folder / "internal/provenance.json").read_text())
    feeds = {i["feed"] for i in facts["inputs"]}
    assert feeds == {"police_uk", "police_uk_outcomes"}


def test_a_refused_outcomes_file_leaves_the_street_months_to_be_published(
    tmp_path: Path,
) -> None:
    refused = {("kent", "2024-04", "outcomes"): b"<html>Service unavailable</html>\n"}
    home = filled(tmp_path, street() | refused)
    assert {c.status for c in force_coverage(home.lake, KENT).values()} == {"supplied"}
    assert publish(home, AS_OF, METHOD).scored == ["kent"]


def test_a_source_of_street_files_alone_asks_for_nothing_else(tmp_path: Path) -> None:
    request = asked(tmp_path / "source", street())
    assert [feed.NAME for feed in request.feeds] == ["police_uk"]
