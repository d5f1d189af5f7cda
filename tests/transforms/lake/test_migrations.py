"""A home written by an older hexbeat is taken to the newest layout, and goes on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.transforms.lake.older_homes import LACKED, as_written_in
from tests.transforms.operations.maintenance.made_runs import put, written
from tests.transforms.simulated_home import (
    AS_OF,
    MONTHS,
    RECEIVED_AT,
    Simulated,
    copied_home,
)
from transforms.errors import LakeError, UsageError
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import force_coverage
from transforms.lake.checksums import damage
from transforms.lake.lake import Lake
from transforms.lake.layout import LAYOUT, LAYOUT_FILE, layout_of
from transforms.lake.migrations import migrate
from transforms.lake.schemas import conform, plain
from transforms.lake.tables import TABLES
from transforms.operations.verify import verify
from transforms.publications.forecasts import freeze
from transforms.publications.publish import publish
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


METHOD = METHODS[DEFAULT_METHOD]
# What is said of a home that had no number.
REACHED = [f"layout {number}" for number in range(2, LAYOUT + 1)]


@pytest.fixture
def older(
    simulated: Simulated,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    needed_formats: None,
) -> Home:
    home = copied_home(simulated.home, tmp_path)
    freeze(home, publish(home, AS_OF, METHOD).edition, RECEIVED_AT)
    # Without the hash of what scores read, the file's own stands for it, and the run
    # has another id.
    coverage = [name for name in LACKED[1]["coverage"] if name != "scored_sha256"]
    lacked = {**LACKED[1], "coverage": coverage}
    return as_written_in(1, home, monkeypatch, lacked)


def test_an_older_home_is_refused_migrated_and_goes_on(
    older: Home, simulated: Simulated
) -> None:
    with pytest.raises(UsageError, match="run hexbeat migrate"):
        open_home(older.root)
    with pytest.raises(LakeError, match="has no column rows_"):
        older.lake.read("coverage")
    incidents = older.lake.files("incidents")

    lines = list(migrate(older.lake))
    assert lines[-1] == f"layout {LAYOUT}"
    assert "coverage of avonmere: 1 files rewritten" in lines
    assert "scores of avonmere: 12 files emptied, to be computed again" in lines
    assert "forecasts of avonmere: 1 files emptied, to be computed again" in lines

    home = open_home(older.root)
    assert home.lake.files("incidents") == incidents
    ledger, fresh = home.lake.read("coverage"), simulated.home.lake.read("coverage")
    lacked = LACKED[1]["coverage"]
    assert ledger.drop_columns(lacked) == fresh.drop_columns(lacked)
    assert ledger["rows_added"].null_count == len(ledger)
    assert len(home.lake.read("forecasts")) == 0
    feed = street
    members = feed.members(simulated.source)
    for force in home.registry.values():
        done = ingest_force(home.lake, feed, force, members, MONTHS, RECEIVED_AT)
        assert (done.files, done.months_noted) == ([], 0)
        score_force(home.lake, force, AS_OF, METHOD, home.scoring)
        assert force_coverage(home.lake, force)
    published = publish(home, AS_OF, METHOD)
    assert not published.created  # the very run that the older home had made
    assert verify(home).whole


def test_a_data_file_named_without_its_hash_is_written_anew(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    waiting = written(lake, "2024-01", 3)
    plain = f"{Path(waiting.path).parent}/0123456789abcdef0123456789abcdef.parquet"
    (lake.root / "incidents" / waiting.path).rename(lake.root / "incidents" / plain)
    lake.commit("incidents", "kent", [replace(waiting, path=plain)], ["2024-01"])
    put(lake, "2024-02", 4)
    (lake.root / LAYOUT_FILE).unlink()
    before = lake.read("incidents")
    assert damage(lake.files("incidents")[0])

    told = ["incidents of kent: 1 files rewritten", *REACHED]
    assert list(migrate(lake)) == told
    assert [damage(file) for file in lake.files("incidents")] == [None, None]
    assert lake.read("incidents") == before
    assert all(len(file.mark or "") == 64 for file in lake.files("incidents"))


def test_a_migration_killed_anywhere_goes_on(
    older: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Lake.commit
    kills = 0
    for allowed in range(1, 100):
        with monkeypatch.context() as patched:
            patched.setattr(Lake, "commit", _killed_after(commit, allowed))
            try:
                list(migrate(older.lake))
                break
            except KeyboardInterrupt:
                kills += 1
                assert layout_of(older.root / "lake") == 1
    assert kills >= 3
    for name, spec in TABLES.items():
        for file in older.lake.files(name):
            assert set(spec.stored.names) <= set(pq.read_schema(file.path).names)
    assert list(migrate(older.lake)) == []


def _killed_after(commit: Callable[..., None], allowed: int) -> Callable[..., None]:
    """Commits until so many are done, and is killed before the next."""
    done = iter(range(allowed))

    def killed(*given: object, **named: object) -> None:
        if next(done, None) is None:
            raise KeyboardInterrupt
        commit(*given, **named)

    return killed


def test_a_home_that_lacks_nothing_gets_its_number(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    (home.lake.root / LAYOUT_FILE).unlink()
    before = home.lake.versions()
    assert list(migrate(home.lake)) == REACHED
    assert home.lake.versions() == before


def test_what_nothing_can_stand_for_is_told(
    simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copied_home(simulated.home, tmp_path)
    older = as_written_in(1, home, monkeypatch, {"coverage": ["observed"]})
    with pytest.raises(LakeError, match="has no column observed, and nothing can"):
        list(migrate(older.lake))
    assert layout_of(older.lake.root) == 1


@pytest.mark.parametrize(
    "name", [n for n in TABLES if "inputs_sha256" in TABLES[n].schema.names]
)
def test_whatever_is_worked_out_is_emptied_where_a_column_is_new(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows rest on inputs that are still there: the next run makes them again."""
    lake = Lake(tmp_path / "lake")
    spec = TABLES[name]
    required = [f.name for f in spec.stored if not f.nullable and f.name != spec.mark]
    at = spec.schema.get_field_index(required[-1])
    partition = {"force": "kent", "as_of": "2026-03-01"}
    with monkeypatch.context() as patched:
        older = replace(spec, schema=spec.schema.remove(at))
        patched.setitem(TABLES, name, older)
        file = lake.write(name, partition, conform(_a_row(older.stored), older.stored))
        lake.commit(name, "kent", [file], [partition["as_of"]])
    (lake.root / LAYOUT_FILE).unlink()
    emptied = f"{name} of kent: 1 files emptied, to be computed again"
    assert list(migrate(lake)) == [emptied, *REACHED]
    assert lake.files(name) == []


def _a_row(schema: pa.Schema) -> pa.Table:
    """One row of noughts and empty texts."""
    row = {}
    for field in map(plain, schema):
        if pa.types.is_list(field.type):
            row[field.name] = pa.array([[]], field.type)
        else:
            value = "" if pa.types.is_string(field.type) else 0
            row[field.name] = pa.array([value]).cast(field.type)
    return pa.table(row)
