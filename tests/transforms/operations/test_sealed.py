"""The exception from "same input, same bytes" is no wider than it has to be."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.transforms.operations.sealed import DATABASE, LISTS, differing
from transforms.homes.runs.seal import file_facts, sums_text
from transforms.lake.checksums import file_sha256


def _tier(folder: Path, value: int, rubbish: int = 0) -> Path:
    """A tier whose database holds that value, and has held some rubbish."""
    folder.mkdir()
    with duckdb.connect(folder / DATABASE) as con:
        con.execute("create table cells as select ?::integer as n", [value])
        con.execute("create table x as select random() as r from range(?)", [rubbish])
        con.execute("drop table x")
    (folder / "hotspots.csv").write_text("n\n1\n")
    _seal(folder)
    return folder


def _seal(folder: Path, *, spaced: str = "") -> None:
    """List its files as publishing does; with a space more in that list."""
    facts = [file_facts(folder / name) for name in (DATABASE, "hotspots.csv")]
    package, manifest, sums = (folder / name for name in LISTS)
    package.write_text(json.dumps(facts, indent=1) + _end(package, spaced))
    facts.append(file_facts(package))
    manifest.write_text(json.dumps(facts, indent=1) + _end(manifest, spaced))
    listed = [path for path in folder.iterdir() if path != sums]
    text = sums_text({path.name: file_sha256(path) for path in listed})
    sums.write_text(text + _end(sums, spaced))


def _end(path: Path, spaced: str) -> str:
    return " \n" if path.name == spaced else "\n"


def test_a_database_laid_out_anew_is_the_same(tmp_path: Path) -> None:
    one = _tier(tmp_path / "one", 1)
    other = _tier(tmp_path / "other", 1, rubbish=500_000)
    assert (one / DATABASE).stat().st_size != (other / DATABASE).stat().st_size
    assert differing(one, other) == []


def test_another_row_or_comment_in_it_is_not(tmp_path: Path) -> None:
    one = _tier(tmp_path / "one", 1)
    assert differing(one, _tier(tmp_path / "two", 2)) == [DATABASE]
    other = _tier(tmp_path / "three", 1)
    with duckdb.connect(other / DATABASE) as con:
        con.execute("comment on table cells is 'something'")
    _seal(other)
    assert differing(one, other) == [DATABASE]


@pytest.mark.parametrize("name", LISTS)
def test_another_byte_of_a_list_counts(name: str, tmp_path: Path) -> None:
    one, other = _tier(tmp_path / "one", 1), _tier(tmp_path / "other", 1)
    _seal(other, spaced=name)
    assert differing(one, other) == [name]


def test_another_byte_of_any_other_file_counts_wherever_it_is_listed(
    tmp_path: Path,
) -> None:
    one, other = _tier(tmp_path / "one", 1), _tier(tmp_path / "other", 1)
    (other / "hotspots.csv").write_text("n\n2\n")
    assert differing(one, other) == ["hotspots.csv"]
    _seal(other)
    assert differing(one, other) == sorted(["hotspots.csv", *LISTS])


def test_a_stale_sum_of_the_database_counts(tmp_path: Path) -> None:
    one, other = _tier(tmp_path / "one", 1), _tier(tmp_path / "other", 1)
    with duckdb.connect(other / DATABASE) as con:
        con.execute("create view anything as select 1")
    assert differing(one, other) == sorted([DATABASE, *LISTS])


def test_a_file_of_one_alone_counts(tmp_path: Path) -> None:
    one, other = _tier(tmp_path / "one", 1), _tier(tmp_path / "other", 1)
    (other / "more.csv").write_text("n\n")
    assert differing(one, other) == differing(other, one) == ["more.csv"]
