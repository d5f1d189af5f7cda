"""A force's database: one SELECT, in a session that cannot write, as JSON lines."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.transforms.feeds.force.sources.postgres import postgresql
from tests.transforms.feeds.force.sources.servers import cut_after
from transforms.errors import HexbeatError, SourceError, UsageError
from transforms.feeds.force.sources.database import QueriedDatabase
from transforms.feeds.force.sources.offered import OfferedDrop
from transforms.feeds.force.sources.read_only import ReadOnlyDatabase
from transforms.feeds.force.sources.row_lines import row_line
from transforms.feeds.web.retries import Patience


ASKED = datetime(2026, 11, 20, 12, 0, 0, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgresql() as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE crimes (id int, ref text)")
            connection.execute("INSERT INTO crimes VALUES (1, 'a'), (2, 'b')")
            connection.execute("CREATE SEQUENCE numbers")
        yield url


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    path = tmp_path / "a #b%20.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE crimes (id int, ref text)")
        connection.execute("INSERT INTO crimes VALUES (1, 'a'), (2, 'b')")
    return f"sqlite:///{path}"


def drop(url: str, query: str, deadline: float = 30) -> OfferedDrop:
    patience = Patience(deadline_seconds=deadline, silence_seconds=2)
    database = ReadOnlyDatabase(SecretStr(url), patience)
    [found] = QueriedDatabase(database, query, ASKED).offered()
    return found


def rows(url: str, query: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in drop(url, query).read().splitlines()]


def refused(url: str, query: str, kind: type[HexbeatError] = SourceError) -> str:
    with pytest.raises(kind) as caught:
        drop(url, query).read()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["postgres", "sqlite"])
def test_an_answer_is_a_drop_named_by_when_it_was_asked(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(kind)
    found = drop(url, "SELECT ref, id, NULL AS nil FROM crimes ORDER BY id")
    assert found.name == "20261120T120000.000005Z.jsonl"
    assert found.read() == (
        b'{"ref": "a", "id": 1, "nil": null}\n{"ref": "b", "id": 2, "nil": null}\n'
    )
    # neither a colon nor a percent sign is a place for a value
    assert rows(url, "SELECT ':id %s %(x)s' AS x") == [{"x": ":id %s %(x)s"}]


def test_values_keep_their_digits_and_their_offsets(postgres: str) -> None:
    query = """SELECT 1.10::numeric(9, 2) AS n, 0.1::float8 AS f, 1e-7::float8 AS small,
    'NaN'::float8 AS nan, 12345678901234567890::numeric AS large, true AS yes,
    timestamptz '2026-03-29 02:30+01' AS aware, timestamp '2026-03-29 02:30' AS naive,
    date '2026-03-29' AS day, time '02:30' AS clock,
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::uuid AS uuid"""
    assert rows(postgres, query) == [
        {
            "n": "1.10", "f": 0.1, "small": 1e-7, "nan": "nan",
            "large": "12345678901234567890", "yes": True,
            "aware": "2026-03-29T01:30:00+00:00", "naive": "2026-03-29T02:30:00",
            "day": "2026-03-29", "clock": "02:30:00",
            "uuid": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        }
    ]  # fmt: skip


PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"])), st.dates(), st.times(),
    st.datetimes(), st.datetimes(timezones=st.timezones()), st.uuids(),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
)  # fmt: skip


def as_written(value: object) -> object:
    """What of a value stands in its line, in the plainest words."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if abs(value) != float("inf") else str(value)
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    assert isinstance(value, UUID | Decimal)
    return str(value) if isinstance(value, UUID) else format(value, "f")


@settings(max_examples=150)
@given(st.lists(PLAIN, min_size=1, max_size=3))
def test_a_row_is_a_line_of_its_own(values: list[object]) -> None:
    names = [f"column {number}" for number in range(len(values))]
    try:
        line = row_line(names, values)
    except OverflowError:  # the first or last hours of all years, in UTC
        return
    assert line.count(b"\n") == 1
    assert json.loads(line) == dict(zip(names, map(as_written, values), strict=True))


WRITES = {
    "delete within": "WITH gone AS (DELETE FROM crimes RETURNING *) SELECT * FROM gone",
    "into": "SELECT * INTO copied FROM crimes",
    "number": "SELECT nextval('numbers')",
    "second statement": "SELECT 1; DELETE FROM crimes",
    "delete": "DELETE FROM crimes RETURNING *",
    "way out": "SELECT set_config('transaction_read_only', 'off', false)",
}


@pytest.mark.parametrize("query", WRITES.values(), ids=WRITES)
def test_postgresql_refuses_to_write(postgres: str, query: str) -> None:
    assert "nothing is taken" in refused(postgres, query)
    with psycopg.connect(postgres) as connection:
        assert connection.execute("SELECT count(*) FROM crimes").fetchone() == (2,)
        assert connection.execute("SELECT is_called FROM numbers").fetchone() == (
            False,
        )


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM crimes RETURNING *", "SELECT 1; DELETE FROM crimes",
     "INSERT INTO crimes VALUES (3, 'c') RETURNING id", "PRAGMA user_version = 7"],
)  # fmt: skip
def test_sqlite_refuses_to_write(sqlite: str, query: str) -> None:
    with pytest.raises(HexbeatError):
        drop(sqlite, query).read()
    assert rows(sqlite, "SELECT count(*) AS n FROM crimes") == [{"n": 2}]


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert "unable to open" in refused(f"sqlite:///{tmp_path}/no.db", "SELECT 1 AS x")
    assert list(tmp_path.iterdir()) == []


def test_a_query_that_takes_too_long_is_ended(postgres: str) -> None:
    slow = drop(postgres, "SELECT pg_sleep(20)::text AS x", deadline=0.2)
    with pytest.raises(SourceError, match=r"QueryCanceled \(57014\)"):
        slow.read()


def test_what_an_address_asks_of_the_session_holds(postgres: str) -> None:
    url = f"{postgres}?options=-c%20timezone%3DEurope/London"
    [row] = rows(url, "SELECT current_setting('timezone') AS zone")
    assert row == {"zone": "Europe/London"}
    assert "nothing is taken" in refused(url, WRITES["number"])


def test_nothing_is_taken_where_the_connection_breaks_off(postgres: str) -> None:
    port = int(postgres.rpartition(":")[2].split("/")[0])
    query = "SELECT n, repeat('x', 500) AS x FROM generate_series(1, 20000) n"
    with cut_after(port, 4_000_000) as way:
        said = refused(postgres.replace(str(port), str(way)), query)
    assert "nothing is taken" in said
    assert "xxx" not in said


def test_an_error_tells_the_query_s_words_and_no_row_s(postgres: str) -> None:
    assert 'column "reff" does not exist' in refused(
        postgres, "SELECT reff FROM crimes"
    )
    said = refused(postgres, "SELECT ('Mrs Smith ' || ref)::int AS x FROM crimes")
    assert "Smith" not in said
    assert "InvalidTextRepresentation (22P02)" in said


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT 1 AS x, 2 AS x", "two columns 'x'"),
        ("SELECT ARRAY[1] AS x", "column 'x' is of type list"),
        ("SELECT interval '1 day' AS x", "column 'x' is of type timedelta"),
        ("SELECT 'a'::bytea AS x", "column 'x' is of type bytes"),
        ("SELECT 'infinity'::timestamp AS x", "database: "),
    ],
)
def test_an_answer_that_is_no_plain_table_is_refused(
    postgres: str, query: str, words: str
) -> None:
    assert words in refused(postgres, query, HexbeatError)  # type: ignore[type-abstract]


@pytest.mark.parametrize(
    "url",
    ["mysql://me:secret@force.example/x", "secret", "sqlite://", "",
     "postgresql://me:secret@force.example"],
)  # fmt: skip
def test_what_is_no_address_of_a_database_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="HEXBEAT_FEED_DATABASE_URL") as caught:
        ReadOnlyDatabase(SecretStr(url), Patience())
    assert "secret" not in str(caught.value)


def test_the_password_shows_nowhere(postgres: str) -> None:
    url = "postgresql://force:open-sesame@127.0.0.1:1/x"
    source = QueriedDatabase(
        ReadOnlyDatabase(SecretStr(url), Patience()), "SELECT 1", ASKED
    )
    said = refused(url, "SELECT 1 AS x")
    assert "sesame" not in f"{said} {source!r} {source.database!r}"
