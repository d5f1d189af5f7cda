"""A database that is asked for what changed: from which mark, and by what query."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.transforms.feeds.force.sources.postgres import postgresql
from transforms.errors import FileRejectedError
from transforms.feeds.force.sources.database import QueriedDatabase
from transforms.feeds.force.sources.offered import Answer
from transforms.feeds.force.sources.read_only import ReadOnlyDatabase
from transforms.feeds.force.sources.watermark import Mark, Newest, mark_of
from transforms.feeds.web.retries import Patience


ASKED = datetime(2026, 11, 20, 12, tzinfo=UTC)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))


def asked(
    url: str, query: str, since: Mark | None, overlap: int = 60
) -> tuple[list[dict[str, object]], Answer]:
    """The rows of an answer, and how far it reaches."""
    database = ReadOnlyDatabase(SecretStr(url), Patience())
    source = QueriedDatabase(database, query, ASKED, "changed", since, overlap)
    [drop] = source.offered()
    lines = drop.read().splitlines()
    assert drop.answer is not None
    return [json.loads(line) for line in lines], drop.answer


def sqlite(folder: Path, values: list[object]) -> str:
    """A database with those watermarks, each row with its number."""
    path = folder / "crimes.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE crimes (id, changed)")
        connection.executemany("INSERT INTO crimes VALUES (?, ?)", enumerate(values))
    return f"sqlite:///{path}"


QUERY = "SELECT id, changed, ':x %s' AS words FROM crimes ORDER BY id"


@settings(max_examples=40)
@given(
    st.lists(TIMES, min_size=1, max_size=8),
    st.sampled_from([(" ", ""), ("T", "Z"), ("T", "+00:00")]),
    st.sampled_from(["auto", "seconds", "microseconds", "minutes"]),
    st.integers(0, 10**6),
)
def test_rows_from_the_mark_on_are_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
    times: list[datetime],
    style: tuple[str, str],
    digits: str,
    overlap: int,
) -> None:
    between, offset = style
    texts = [t.isoformat(between, digits) + offset for t in times]
    url = sqlite(tmp_path_factory.mktemp("db"), list(texts))
    every, answer = asked(url, QUERY, None)
    assert [row["id"] for row in every] == list(range(len(texts)))
    assert answer.is_whole
    read = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in texts]
    assert answer.newest is not None
    assert mark_of(texts[read.index(max(read))]) == answer.newest
    some, later = asked(url, QUERY, answer.newest, overlap)
    found = {row["id"] for row in some}
    wanted = {
        i for i, t in enumerate(read) if t >= max(read) - timedelta(seconds=overlap)
    }
    assert found >= wanted
    # no more than the rest of a minute below it
    below = max(read) - timedelta(seconds=overlap + 60)
    assert all(read[int(str(i))] > below for i in found)
    assert later.newest == answer.newest
    assert not later.is_whole
    assert all(row["words"] == ":x %s" for row in some)


@settings(max_examples=25)
@given(
    st.lists(st.integers(-(10**6), 10**12), min_size=1, max_size=8),
    st.integers(0, 10**7),
)
def test_numbers_are_marks_as_well(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], overlap: int
) -> None:
    url = sqlite(tmp_path_factory.mktemp("db"), list(numbers))
    _, answer = asked(url, QUERY, None)
    assert answer.newest == mark_of(max(numbers))
    some, _ = asked(url, QUERY, answer.newest, overlap)
    wanted = {i for i, n in enumerate(numbers) if n >= max(numbers) - overlap}
    assert {row["id"] for row in some} == wanted


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, None], "'changed' is empty in a row, which would be missed"),
        ([1, "2026-01-01 10:00"], "two kinds: number and text like 2026-01-31 09:3"),
        (["2026-01-01T10:00Z", "2026-01-01T10:00+01:00"], "text like 2026-01-31T"),
        ([1.5], "neither a time (as text: ISO) nor a whole number"),
        (["yesterday"], "neither a time"),
        (["2026-01-01"], "neither a time"),
        (["2026-02-31 10:00"], "neither a time"),
        (["2026-01-01 10:00 or so"], "neither a time"),
    ],
)  # fmt: skip
def test_what_rows_would_be_missed_by_is_refused(
    tmp_path: Path, values: list[object], words: str
) -> None:
    with pytest.raises(FileRejectedError) as caught:
        asked(sqlite(tmp_path, values), QUERY, None)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "nothing is taken" in str(caught.value)


def test_a_column_that_is_not_in_the_answer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRejectedError, match="no column 'changed' in the answer"):
        asked(sqlite(tmp_path, [1]), "SELECT id FROM crimes", None)


def test_an_answer_without_a_row_has_no_mark(tmp_path: Path) -> None:
    rows, answer = asked(sqlite(tmp_path, []), QUERY, None)
    assert (rows, answer.newest) == ([], None)


@given(st.lists(st.one_of(TIMES, TIMES.map(lambda t: t.replace(tzinfo=UTC)))))
@settings(max_examples=50)
def test_the_newest_is_the_greatest_of_one_kind(values: list[datetime]) -> None:
    newest = Newest("changed")
    if len({value.tzinfo for value in values}) > 1:
        with pytest.raises(FileRejectedError, match="two kinds"):
            for value in values:
                newest.add(value)
        return
    for value in values:
        newest.add(value)
    assert newest.mark == (mark_of(max(values)) if values else None)


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz", "bigint"])
def test_postgresql_compares_in_the_column_s_own_type(kind: str) -> None:
    values = "2026-03-29 00:30", "2026-03-29 01:30", "2026-03-29 03:30"
    written = [f"'{v}+00'::timestamptz::{kind}" for v in values]
    if kind == "bigint":
        written = ["1000", "4600", "11800"]
    with postgresql() as url:
        with psycopg.connect(url) as connection:
            connection.execute(f"CREATE TABLE crimes (id int, changed {kind})")
            for number, value in enumerate(written):
                connection.execute(f"INSERT INTO crimes VALUES ({number}, {value})")  # noqa: S608
        query = """WITH c AS (SELECT * FROM crimes WHERE 'a%s:b' LIKE 'a%:b')
        SELECT id, changed::text AS words, changed, ':x %s' AS x FROM c ORDER BY id"""
        every, answer = asked(url, query, None)
        assert len(every) == 3
        some, _ = asked(url, query, answer.newest, 7200)
        assert [row["id"] for row in some] == [1, 2]
        assert some[0] == every[1]
