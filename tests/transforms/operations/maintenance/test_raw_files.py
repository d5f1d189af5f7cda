"""Raw files of superseded releases: kept for ever, or for the days that are set."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import kent_csv, release_zip
from tests.mirror import serving
from tests.transforms.operations.maintenance.made_runs import (
    LATER,
    home_with,
    made_run,
    on_disk,
)
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, open_home
from transforms.incidents.coverage import Entry
from transforms.incidents.ingest import ingest_force
from transforms.incidents.request import opened, resolve, source_named
from transforms.operations.maintenance.maintain import maintain
from transforms.operations.maintenance.raw_files import SUPERSEDED_RAW, superseded_at
from transforms.reference.months import Month


FIRST = datetime(2024, 5, 1, tzinfo=UTC)
SECOND = datetime(2024, 6, 1, tzinfo=UTC)


def ingest(home: Home, mirror: Path, release: str, received_at: datetime) -> None:
    with (
        serving(mirror) as served,
        opened(source_named(served.address), home, Month.parse(release), False) as it,
    ):
        asked = resolve(it, home.registry, ["kent"])
        kent = home.registry["kent"]
        ingest_force(home.lake, street, kent, asked.members, asked.months, received_at)


FILES = {("kent", m): kent_csv(m, 50) for m in ("2024-01", "2024-02")}
REVISED = FILES | {("kent", "2024-01"): kent_csv("2024-01", 60)}


def begun(folder: Path, **retention: int) -> Home:
    """A home that a first release has filled."""
    home = home_with(folder / "home", **retention)
    release_zip(folder / "mirror", "2024-04", FILES)
    ingest(home, folder / "mirror", "2024-04", FIRST)
    return home


def filled(folder: Path, **retention: int) -> Home:
    """A home that a second release has revised January of."""
    home = begun(folder, **retention)
    release_zip(folder / "mirror", "2024-05", REVISED)
    ingest(home, folder / "mirror", "2024-05", SECOND)
    return home


def raw(home: Home) -> set[str]:
    return {name for name in on_disk(home) if name.startswith("raw/")}


def test_raw_files_are_kept_for_ever_unless_days_are_set(tmp_path: Path) -> None:
    home = filled(tmp_path)
    before = raw(home)
    assert len(before) == 6  # three files, and what leads to each
    maintain(home, LATER + timedelta(days=10_000))
    assert raw(home) == before


def test_a_superseded_file_goes_after_its_days_and_no_other(tmp_path: Path) -> None:
    home = filled(tmp_path, superseded_raw_days=30)
    before = raw(home)
    assert not maintain(home, SECOND + timedelta(days=29)).changed
    [removed] = maintain(home, SECOND + timedelta(days=30)).removed
    assert (removed.kind, removed.files) == (SUPERSEDED_RAW, 2)
    live = {file.mark for file in home.lake.files("incidents")}
    left = {
        Path(name).name.partition(".")[0] for name in raw(home) if "/names/" not in name
    }
    assert left == live
    assert len(before - raw(home)) == 2


def test_what_a_kept_run_names_stays(tmp_path: Path) -> None:
    home = begun(tmp_path)
    run = made_run(home, "2024-02", home.lake.files("incidents"))
    home = filled(tmp_path, superseded_raw_days=0)
    before = raw(home)
    maintain(home, LATER)
    assert raw(home) == before

    home = home_with(home.root, superseded_raw_days=0, runs_kept=1)
    made_run(home, "2024-03", home.lake.files("incidents"))
    assert maintain(home, LATER).retired == [run]
    assert len(raw(home)) == 4


def test_data_files_of_a_force_in_doubt_are_left_alone(tmp_path: Path) -> None:
    home = filled(tmp_path, superseded_raw_days=0)
    [newest, *_] = sorted(home.lake.root.glob("incidents/_delta_log/*.json"))[::-1]
    newest.unlink()  # the revision's commit is lost
    before = on_disk(home)
    done = maintain(open_home(home.root), LATER)
    assert on_disk(home) == before
    [note] = done.notes
    assert note.startswith("its data files are left alone: kent 2024-01:")


ENTRY = Entry(
    force="kent",
    feed="police_uk",
    month="2024-01",
    release="2024-04",
    observed="supplied",
    received_at=FIRST,
)


@pytest.mark.parametrize(
    ("told", "gone"),
    [
        (
            [("2024-04", "a", 1), ("2024-05", "b", 5), ("2024-06", "c", 9)],
            {"a": 5, "b": 9},
        ),
        ([("2024-04", "a", 1), ("2024-05", "a", 5)], {}),
        ([("2024-04", "a", 1), ("2024-05", "b", 5), ("2024-06", "a", 9)], {"b": 9}),
        ([("2024-05", "b", 1), ("2024-04", "a", 5)], {"a": 1}),
        ([("2024-04", "a", 1), ("2024-05", None, 5)], {}),
    ],
)
def test_a_file_is_superseded_when_a_newer_release_brings_another(
    told: list[tuple[str, str | None, int]], gone: dict[str, int]
) -> None:
    ledger = [
        replace(
            ENTRY, release=release, raw_sha256=sha, received_at=FIRST.replace(day=day)
        )
        for release, sha, day in told
    ]
    assert superseded_at(ledger) == {
        sha: FIRST.replace(day=day) for sha, day in gone.items()
    }
