"""A mapping is read strictly: a slip is one line with file, key and what is allowed."""

import pytest

from tests.transforms.feeds.force.made import (
    CSV_MAPPING,
    JSON_MAPPING,
    PARQUET_MAPPING,
    SQL_MAPPING,
    mapping,
)
from transforms.errors import UsageError


WRONG = {
    "no TOML": ("force = ", "no TOML"),
    "unknown key": (f'colour = "red"\n{CSV_MAPPING}', "colour: no such key; there are"),
    "unknown key in a table": (
        CSV_MAPPING.replace("offence_code =", "offense ="),
        "columns.offense: no such key; there are reference, occurred_from,",
    ),
    "unknown key deeper": (
        CSV_MAPPING.replace('yes = ["Y"]', 'yess = ["Y"]'),
        "sensitive.domestic.yess: no such key; there are column, yes, no",
    ),
    "missing column": (
        CSV_MAPPING.replace('reference = "Crime ref"', ""),
        "columns.reference: missing",
    ),
    "missing crs": (JSON_MAPPING.replace('crs = "EPSG:4326"', ""), "crs: missing"),
    "missing policy": (
        CSV_MAPPING.replace('ambiguous = "earlier"', ""),
        "times.ambiguous: missing",
    ),
    "missing time zone": (
        CSV_MAPPING.replace('time_zone = "Europe/London"', ""),
        "times.time_zone: missing",
    ),
    "missing date format": (
        JSON_MAPPING.replace('date_format = "iso"', ""),
        "times.date_format: missing",
    ),
    "wrong type": (
        CSV_MAPPING.replace("2557", '"7 years"'),
        "retention_days: Input should be a valid integer",
    ),
    "a yes for a number": (
        CSV_MAPPING.replace("2557", "true"),
        "retention_days: Input should be a valid integer",
    ),
    "days without end": (CSV_MAPPING.replace("2557", "10000000000"), "retention_days"),
    "key with a line break": (f'"a\\nb" = 1\n{CSV_MAPPING}', "a b: no such key"),
    "nested without end": ("x = " + "[" * 100_000, "no TOML"),
    "no days": (CSV_MAPPING.replace("2557", "0"), "retention_days: "),
    "number for a text": (
        CSV_MAPPING.replace('"Crime ref"', "3"),
        "columns.reference: Input should be a valid string",
    ),
    "value for a table": (
        f'tombstone = "x"\n{JSON_MAPPING.partition("[tombstone]")[0]}',
        "tombstone: it is a table: write [tombstone]",
    ),
    "unknown format": (
        JSON_MAPPING.replace('"jsonl"', '"xlsx"'),
        "format: write 'csv', 'jsonl', 'parquet' or 'sql'",
    ),
    "sql without a query": (
        JSON_MAPPING.replace('"jsonl"', '"sql"'),
        "database: it goes with format 'sql', and that with it",
    ),
    "query of a file": (
        SQL_MAPPING.replace('"sql"', '"jsonl"'),
        "database: it goes with format 'sql', and that with it",
    ),
    "query that writes": (
        SQL_MAPPING.replace("SELECT", "DELETE"),
        "database.query: write one SELECT, which may begin by WITH",
    ),
    "two queries": (
        SQL_MAPPING.replace("ORDER BY id", "; DROP TABLE crimes"),
        "database.query: write a single statement",
    ),
    "address in a mapping": (
        SQL_MAPPING.replace("[database]", '[database]\nurl = "sqlite:///x"'),
        "database.url: no such key; there are query",
    ),
    "unknown force": (CSV_MAPPING.replace('"kent"', '"kemt"'), "did you mean 'kent'"),
    "force out of scope": (
        CSV_MAPPING.replace('"kent"', '"northern-ireland"'),
        "force: ",
    ),
    "unknown zone": (
        CSV_MAPPING.replace("Europe/London", "BST"),
        "times.time_zone: write 'Europe/London' or 'UTC'",
    ),
    "unknown crs": (
        JSON_MAPPING.replace("EPSG:4326", "EPSG:3857"),
        "crs: write 'EPSG:4326' or 'EPSG:27700'",
    ),
    "degrees on the grid": (
        JSON_MAPPING.replace("EPSG:4326", "EPSG:27700"),
        "crs: write 'EPSG:4326'",
    ),
    "metres as degrees": (
        CSV_MAPPING.replace("EPSG:27700", "EPSG:4326"),
        "crs: write 'EPSG:27700'",
    ),
    "half a place": (
        CSV_MAPPING.replace('northing = "N"', ""),
        "columns: a place is longitude and latitude, or",
    ),
    "no place": (
        PARQUET_MAPPING.replace('point = "where"', ""),
        "columns: a place is longitude and latitude, or",
    ),
    "two places": (
        JSON_MAPPING.replace("[times]", 'point = "p"\n[times]'),
        "columns: a place is longitude and latitude, or",
    ),
    "two-digit years": (CSV_MAPPING.replace("%Y", "%y"), "times.date_format: %y is"),
    "no year": (CSV_MAPPING.replace("/%Y", ""), "times.date_format: it needs %d, %Y"),
    "hours of a half day": (
        CSV_MAPPING.replace("%H", "%I"),
        "times.time_format: %I needs %p",
    ),
    "no hour": (CSV_MAPPING.replace("%H:%M", "%M"), "times.time_format: it needs %H"),
    "time without its format": (
        CSV_MAPPING.replace('time_format = "%H:%M"', ""),
        "times.time_format: it goes with",
    ),
    "format without its time": (
        JSON_MAPPING.replace("[times]", '[times]\ntime_format = "iso"'),
        "times.time_format: it goes with",
    ),
    "time twice": (
        CSV_MAPPING.replace("%d/%m/%Y", "%d/%m/%Y %H:%M"),
        "times.date_format: the time has a column of its own",
    ),
    "end without its date": (
        CSV_MAPPING.replace('occurred_to = "Date to"', ""),
        "columns.occurred_to: missing",
    ),
    "code and category": (
        CSV_MAPPING.replace("[times]", 'category = "c"\n[times]'),
        "columns: name one of offence_code and category",
    ),
    "neither": (
        CSV_MAPPING.replace('offence_code = "HO code"', ""),
        "columns: name one of offence_code and category",
    ),
    "unknown category": (
        CSV_MAPPING.replace('"other-crime"', '"piracy"'),
        "categories.codes.30D: 'piracy' is no category; there are anti-social",
    ),
    "unknown default": (
        CSV_MAPPING.replace('unknown = "quarantine"', 'unknown = "drop"'),
        "categories.unknown: 'drop' is no category",
    ),
    "star within": (CSV_MAPPING.replace('"30D"', '"3*D"'), "a code is a text"),
    "star alone": (CSV_MAPPING.replace('"30D"', '"*"'), "a code is a text"),
    "negative harm": (
        CSV_MAPPING.replace("= 10\n", "= -1\n"),
        "categories.harm.105A: ",
    ),
    "infinite harm": (
        CSV_MAPPING.replace("= 10\n", "= inf\n"),
        "categories.harm.105A: ",
    ),
    "harm of no code": (
        CSV_MAPPING.replace('"105A" = 10', '"105B" = 10'),
        "categories.harm.105B: not one of categories.codes",
    ),
    "delimiter of JSON": (f'delimiter = ","\n{JSON_MAPPING}', "delimiter: only CSV"),
    "encoding of Parquet": (f'encoding = "utf-8"\n{PARQUET_MAPPING}', "encoding: only"),
    "delimiter in a name": (
        CSV_MAPPING.replace('"Street"', '"Street;Town"'),
        "columns: 'Street;Town' holds the delimiter",
    ),
    "quote in a name": (
        CSV_MAPPING.replace('"Street"', "'Str\"eet'"),
        "columns.place_label: a column's name",
    ),
    "yes and no alike": (
        CSV_MAPPING.replace('no = ["N", ""]', 'no = ["Y"]'),
        "sensitive.domestic: yes and no are lists",
    ),
    "never yes": (CSV_MAPPING.replace('["deleted"]', "[]"), "tombstone: yes and no"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_a_slip_is_one_line_that_names_the_key(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        mapping(text)
    said = str(caught.value)
    assert said.startswith("kent.toml")
    assert "\n" not in said
    assert words in said


def test_a_code_means_itself_first_then_its_longest_beginning() -> None:
    codes = mapping(
        CSV_MAPPING.replace('"105A" = "v', '"3*" = "robbery"\n"105A" = "v')
    ).categories
    asked = ["30D", "30A", "30", "31", "105A", "105", ""]
    assert {code: codes.category(code) for code in asked} == {
        "30D": "other-crime",
        "30A": "burglary",
        "30": "burglary",
        "31": "robbery",
        "105A": "violence-and-sexual-offences",
        "105": None,
        "": None,
    }
    assert codes.harm_of("30A") == 273.75
    assert codes.harm_of("31") is None


def test_what_is_not_listed_may_be_other_crime() -> None:
    codes = mapping(
        CSV_MAPPING.replace('unknown = "quarantine"', 'unknown = "other-crime"')
    ).categories
    assert codes.category("999") == "other-crime"
    assert codes.harm_of("999") is None
