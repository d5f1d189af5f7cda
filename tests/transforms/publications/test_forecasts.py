"""Forecasts are frozen when they are published, and judged once, by what then came."""

import csv
import io
import json
import shutil
import zipfile
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from math import ceil, fsum
from pathlib import Path
from typing import Any

import h3
import pyarrow.parquet as pq
import pytest

from tests.builders import release_zip
from tests.transforms.publications.grown_home import (
    BEFORE,
    FROZEN_AT,
    JUDGED_AT,
    METHOD,
    bring_up_to,
    published_and_frozen,
)
from tests.transforms.simulated_home import AS_OF, RECEIVED_AT, Simulated
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, create_demo_home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.lake.lake import Lake
from transforms.publications.forecasts import freeze
from transforms.publications.judging import Judged, judge
from transforms.publications.publish import Published, publish
from transforms.reference.categories import CATEGORIES
from transforms.reference.groups import GROUPS
from transforms.scores.score_months import score_force


SHARES = {"0_5pct": 0.005, "1pct": 0.01, "2pct": 0.02, "5pct": 0.05}
NOBODY_YET = datetime(2026, 2, 20, tzinfo=UTC)
Row = dict[str, Any]


@dataclass(frozen=True)
class Frozen:
    """A home whose newest publication waits for its month, and that publication."""

    home: Home
    source: Path
    done: Published

    def copy(self, folder: Path) -> "Frozen":
        """The same elsewhere, to change."""
        shutil.copytree(self.home.root, folder / "home")
        return Frozen(open_home(folder / "home"), self.source, self.done)

    @property
    def cells(self) -> Path:
        """The forecast as it was published."""
        run = self.home.publications / "runs" / self.done.run_id
        return run / "internal" / "hotspot_cells.parquet"

    def month_comes(self) -> "Frozen":
        """The month after the forecast is ingested."""
        bring_up_to(self.home, self.source, AS_OF)
        return self


@pytest.fixture(scope="module")
def waiting(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    """Published at the newest month held: what it forecasts is still to come."""
    home = create_demo_home(tmp_path_factory.mktemp("waiting") / "home")
    bring_up_to(home, simulated.source, BEFORE)
    return Frozen(home, simulated.source, published_and_frozen(home, BEFORE))


@pytest.fixture(scope="module")
def due(waiting: Frozen, tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    """The same a month later, not yet judged."""
    return waiting.copy(tmp_path_factory.mktemp("due")).month_comes()


@dataclass(frozen=True)
class Told:
    """A judged home, what judging it said, and the rows it left."""

    due: Frozen
    said: Judged
    rows: list[Row]


@pytest.fixture(scope="module")
def judged(due: Frozen, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The same, judged."""
    copy = due.copy(tmp_path_factory.mktemp("judged"))
    said = judge(copy.home, JUDGED_AT)
    return Told(copy, said, copy.home.lake.read("accuracy_history").to_pylist())


def test_what_is_published_of_a_month_to_come_is_frozen(waiting: Frozen) -> None:
    universe = {
        row["force"]: row["universe_cells"]
        for row in waiting.home.lake.read("scores").to_pylist()
        if row["as_of"] == str(BEFORE)
    }
    assert waiting.home.lake.read("forecasts").to_pylist() == [
        {
            "force": force,
            "run_id": waiting.done.run_id,
            "as_of": "2025-11",
            "outcome_month": "2025-12",
            "method": f"{METHOD.NAME} {METHOD.VERSION}",
            "universe_cells": universe[force],
            "forecast_sha256": sha256(waiting.cells.read_bytes()).hexdigest(),
            "exclusions": json.dumps(
                [asdict(rule) for rule in waiting.home.scoring.exclusions]
            ),
            "frozen_at": FROZEN_AT,
        }
        for force in ("avonmere", "northfell", "saltmarsh")
    ]


def test_freezing_again_adds_nothing(waiting: Frozen) -> None:
    before = waiting.home.lake.versions()
    assert freeze(waiting.home, waiting.done.edition, NOBODY_YET) == []
    again = publish(waiting.home, BEFORE, METHOD)
    assert not again.created
    assert freeze(waiting.home, again.edition, NOBODY_YET) == []
    assert waiting.home.lake.versions() == before


def test_a_month_that_is_held_already_is_no_forecast(
    due: Frozen, tmp_path: Path
) -> None:
    """Published at November when December is known, and as if it had not been."""
    home = due.copy(tmp_path).home
    done = publish(home, BEFORE, METHOD)
    assert done.run_id != due.done.run_id
    assert freeze(home, done.edition, NOBODY_YET) == []
    runs = set(home.lake.read("forecasts")["run_id"].to_pylist())
    assert runs == {due.done.run_id}


def test_a_month_that_one_force_has_supplied_is_no_forecast_of_that_force(
    waiting: Frozen, tmp_path: Path
) -> None:
    """Set aside it counts for nothing, and yet anyone may have looked at it."""
    home = waiting.copy(tmp_path).home
    with (home.root / "hexbeat.toml").open("a") as settings:
        settings.write(
            '[[coverage]]\nforce = "saltmarsh"\nmonths = ["2025-12"]\n'
            'as = "set_aside"\nreason = "sent twice"\n'
        )
    home = open_home(home.root)
    feed = street
    members = feed.members(waiting.source)
    force = home.registry["saltmarsh"]
    ingest_force(home.lake, feed, force, members, [AS_OF], RECEIVED_AT)
    done = publish(home, BEFORE, METHOD)
    assert freeze(home, done.edition, NOBODY_YET) == ["avonmere", "northfell"]


def test_nothing_is_judged_before_its_month_is_held(waiting: Frozen) -> None:
    before = waiting.home.lake.versions()
    said = judge(waiting.home, NOBODY_YET)
    assert (said.rows, said.notes) == (0, [])
    assert waiting.home.lake.versions() == before


def _street_rows(source: Path, force: str) -> list[Row]:
    """The month as the feed's own file has it."""
    with zipfile.ZipFile(source / "2025-12.zip") as release:
        data = release.read(f"2025-12/2025-12-{force}-street.csv").decode()
    return list(csv.DictReader(io.StringIO(data)))


def _counted(source: Path, force: str) -> Counter[tuple[str, str]]:
    """Located incidents by cell and category."""
    slugs = {label: slug for slug, label in CATEGORIES.items()}
    return Counter(
        (
            h3.latlng_to_cell(float(row["Latitude"]), float(row["Longitude"]), 9),
            slugs[row["Crime type"]],
        )
        for row in _street_rows(source, force)
        if row["Longitude"]
    )


def test_each_group_is_counted_against_the_cells_as_they_were_published(
    judged: Told,
) -> None:
    due = judged.due
    frozen = {r["force"]: r for r in due.home.lake.read("forecasts").to_pylist()}
    published = pq.read_table(due.cells).to_pylist()
    expected = []
    for force, forecast in frozen.items():
        happened = _counted(due.source, force)
        for slug, group in GROUPS.items():
            rows = [
                r for r in published if (r["force"], r["crime_group"]) == (force, slug)
            ]
            held = {
                r["h3_cell"]: sum(happened[r["h3_cell"], c] for c in group.categories)
                for r in rows
            }
            top = {
                name: [
                    r
                    for r in rows
                    if r["score_rank"] <= ceil(share * forecast["universe_cells"])
                ]
                for name, share in SHARES.items()
            }
            expected.append(
                {
                    "force": force,
                    "run_id": due.done.run_id,
                    "as_of": "2025-11",
                    "outcome_month": "2025-12",
                    "method": f"{METHOD.NAME} {METHOD.VERSION}",
                    "forecast_sha256": forecast["forecast_sha256"],
                    "release": "2025-12",
                    "crime_group": slug,
                    "incidents": sum(
                        n for (_, c), n in happened.items() if c in group.categories
                    ),
                    **{
                        f"hits_{name}": sum(held[r["h3_cell"]] for r in top[name])
                        for name in SHARES
                    },
                    # rounded, so that no order of the sum shows in it
                    "expected_1pct": round(fsum(r["score"] for r in top["1pct"]), 6),
                    "cells_5pct": len(top["5pct"]),
                    "inside_5pct": sum(
                        r["score_lo"] <= held[r["h3_cell"]] <= r["score_hi"]
                        for r in top["5pct"]
                    ),
                    "judged_at": JUDGED_AT,
                }
            )
    assert judged.rows == expected
    assert (judged.said.rows, judged.said.notes) == (len(expected), [])
    assert any(row["hits_1pct"] for row in judged.rows)
    assert any(0 < row["inside_5pct"] < row["cells_5pct"] for row in judged.rows)


def test_judging_again_adds_nothing(judged: Told) -> None:
    home = judged.due.home
    before = home.lake.versions()
    again = judge(home, NOBODY_YET)
    assert (again.rows, again.notes) == (0, [])
    assert home.lake.versions() == before


def test_two_runs_at_once_freeze_and_judge_once(
    due: Frozen, waiting: Frozen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run does the same between a run's look at the lake and its commit."""
    before, after = waiting.copy(tmp_path / "waiting"), due.copy(tmp_path / "due")
    for force in before.home.registry:
        before.home.lake.commit("forecasts", force, [])
    append = Lake.append

    def too_late(lake: Lake, *given: Any) -> None:
        monkeypatch.setattr(Lake, "append", append)
        freeze(before.home, before.done.edition, FROZEN_AT)
        judge(after.home, JUDGED_AT)
        append(lake, *given)

    monkeypatch.setattr(Lake, "append", too_late)
    assert freeze(before.home, before.done.edition, NOBODY_YET) == []
    assert before.home.lake.read("forecasts").num_rows == len(before.home.registry)
    monkeypatch.setattr(Lake, "append", too_late)
    shutil.rmtree(after.home.root / "lake" / "accuracy_history")
    judge(after.home, NOBODY_YET)
    told = after.home.lake.read("accuracy_history").to_pylist()
    assert len(told) == len(after.home.registry) * len(GROUPS)
    assert {row["judged_at"] for row in told} == {JUDGED_AT}


def _revise(frozen: Frozen, folder: Path) -> None:
    """A later release has only every other row of the month of one force."""
    with zipfile.ZipFile(frozen.source / "2025-12.zip") as release:
        text = release.read("2025-12/2025-12-avonmere-street.csv").decode()
    header, *lines = text.splitlines()
    data = "\n".join([header, *lines[::2], ""]).encode()
    release_zip(folder, "2026-01", {("avonmere", "2025-12"): data})
    home, feed = frozen.home, street
    force = home.registry["avonmere"]
    members = feed.members(folder)
    before = home.lake.read("incidents", force.id).num_rows
    ingest_force(home.lake, feed, force, members, [AS_OF], RECEIVED_AT)
    assert home.lake.read("incidents", force.id).num_rows < before
    score_force(home.lake, force, AS_OF, METHOD, home.scoring)


def test_a_later_revision_of_the_month_changes_nothing_that_was_judged(
    judged: Told, tmp_path: Path
) -> None:
    later = judged.due.copy(tmp_path)
    _revise(later, tmp_path / "revised")
    assert judge(later.home, NOBODY_YET).rows == 0
    assert later.home.lake.read("accuracy_history").to_pylist() == judged.rows


@pytest.fixture(scope="module")
def lost(due: Frozen, tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    """A due home, for tests that take its publication away and bring it back."""
    return due.copy(tmp_path_factory.mktemp("lost"))


@pytest.mark.parametrize("how", ["changed", "missing"])
def test_a_forecast_that_is_not_as_it_was_published_is_told_and_not_judged(
    lost: Frozen, how: str
) -> None:
    whole = lost.cells.read_bytes()
    lost.cells.chmod(0o644)
    if how == "changed":
        lost.cells.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    else:
        lost.cells.unlink()
    before = lost.home.lake.versions()
    said = judge(lost.home, JUDGED_AT)
    lost.cells.write_bytes(whole)
    assert said.rows == 0
    assert [note.partition(":")[0] for note in said.notes] == list(lost.home.registry)
    for note in said.notes:
        assert f"run {lost.done.run_id} is no longer as it was published" in note
        assert "\n" not in note
    assert lost.home.lake.versions() == before


def test_one_that_is_brought_back_is_judged_after_all(
    judged: Told, due: Frozen, tmp_path: Path
) -> None:
    home = due.copy(tmp_path).home
    away = home.publications.rename(tmp_path / "away")
    assert judge(home, NOBODY_YET).rows == 0
    away.rename(home.publications)
    assert judge(home, JUDGED_AT).rows == len(judged.rows)
    assert home.lake.read("accuracy_history").to_pylist() == judged.rows


def test_a_force_whose_lake_is_unfinished_waits_and_the_others_do_not(
    judged: Told, due: Frozen, tmp_path: Path
) -> None:
    home = due.copy(tmp_path).home
    home.lake.commit("incidents", "northfell", [], ["2025-12"])
    assert judge(home, JUDGED_AT).rows == 2 * len(GROUPS)
    rows = home.lake.read("accuracy_history").to_pylist()
    assert rows == [row for row in judged.rows if row["force"] != "northfell"]


def test_a_force_whose_outcome_is_damaged_waits(due: Frozen, tmp_path: Path) -> None:
    home = due.copy(tmp_path).home
    [month] = (home.root / "lake/incidents/force=northfell").glob("month=2025-12/*")
    [other] = (home.root / "lake/incidents/force=northfell").glob("month=2025-11/*")
    whole = month.read_bytes()
    month.write_bytes(other.read_bytes())
    assert judge(home, NOBODY_YET).rows == 2 * len(GROUPS)
    month.write_bytes(whole)
    assert judge(home, JUDGED_AT).rows == len(GROUPS)


def test_the_next_publication_carries_how_the_last_one_did(
    judged: Told, due: Frozen, tmp_path: Path
) -> None:
    unjudged = publish(due.copy(tmp_path).home, AS_OF, METHOD)
    told = publish(judged.due.home, AS_OF, METHOD)
    assert told.run_id != unjudged.run_id
    for done, lines in ((told, len(judged.rows)), (unjudged, 0)):
        path = done.folder / "internal" / "accuracy_history.csv"
        with path.open(newline="") as file:
            held = list(csv.DictReader(file))
        assert len(held) == lines
        assert {row["run_id"] for row in held} <= {due.done.run_id}
