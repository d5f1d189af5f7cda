"""A mapping is read strictly: a slip is one line with file, key and what is allowed."""

from types import SimpleNamespace

import pytest

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    JSON_MAPPING,
    PARQUET_MAPPING,
    SQL_MAPPING,
    mapping,
)
from transforms.errors import UsageError
from transforms.feeds.force.drop_formats import DROP_FORMATS


WRONG = {
    "no TOML": ("force = ", "not valid TOML"),
    "unknown key": (
        f'colour = "red"\n{CSV_MAPPING}',
        "colour is unknown: did you mean",
    ),
    "unknown key in a table": (
        CSV_MAPPING.replace("offence_code =", "offense ="),
        "[columns] offense is unknown",
    ),
    "unknown key deeper": (
        CSV_MAPPING.replace('yes = ["Y"]', 'yess = ["Y"]'),
        "[sensitive.domestic] yess is unknown: did you mean 'yes'",
    ),
    "missing column": (
        CSV_MAPPING.replace('reference = "Crime ref"', ""),
        "[columns] reference is missing",
    ),
    "missing crs": (JSON_MAPPING.replace('crs = "EPSG:4326"', ""), "crs is missing"),
    "missing policy": (
        CSV_MAPPING.replace('ambiguous = "earlier"', ""),
        "[times] ambiguous is missing",
    ),
    "missing time zone": (
        CSV_MAPPING.replace('time_zone = "Europe/London"', ""),
        "[times] time_zone is missing",
    ),
    "missing date format": (
        JSON_MAPPING.replace('date_format = "iso"', ""),
        "[times] date_format is missing",
    ),
    "wrong type": (
        CSV_MAPPING.replace("2557", '"7 years"'),
        "retention_days must be a whole number (got a text)",
    ),
    "a yes for a number": (
        CSV_MAPPING.replace("2557", "true"),
        "retention_days must be a whole number (got true)",
    ),
    "days without end": (CSV_MAPPING.replace("2557", "10000000000"), "retention_days"),
    "key with a line break": (f'"a\\nb" = 1\n{CSV_MAPPING}', "a b is unknown"),
    "nested without end": ("x = " + "[" * 100_000, "not valid TOML"),
    "no days": (CSV_MAPPING.replace("2557", "0"), "retention_days must be at least 1"),
    "number for a text": (
        CSV_MAPPING.replace('"Crime ref"', "3"),
        "[columns] reference must be a text (got a number)",
    ),
    "value for a table": (
        f'tombstone = "x"\n{JSON_MAPPING.partition("[tombstone]")[0]}',
        "tombstone must be a table: write [tombstone] (got a text)",
    ),
    "secret for a table": (
        'database = "Server=h;Uid=u;Pwd=s3cret"'
        + SQL_MAPPING.partition("[database]")[0],
        "database must be a table: write [database] (got a text)",
    ),
    "no codes": (
        f"{CSV_MAPPING.partition('[categories.codes]')[0]}[categories.codes]",
        "[categories] codes must be a table with at least 1 key",
    ),
    "unknown format": (
        JSON_MAPPING.replace('"jsonl"', '"xlsx"'),
        "format must be 'csv', 'jsonl', 'parquet' or 'sql' (got 'xlsx')",
    ),
    "sql without a query": (
        JSON_MAPPING.replace('"jsonl"', '"sql"'),
        "[database] goes with format 'sql'",
    ),
    "query of a file": (
        SQL_MAPPING.replace('"sql"', '"jsonl"'),
        "[database] goes with format 'sql'",
    ),
    "query that writes": (
        SQL_MAPPING.replace("SELECT", "DELETE"),
        "[database] query: write one SELECT, which may begin by WITH",
    ),
    "two queries": (
        SQL_MAPPING.replace("ORDER BY id", "; DROP TABLE crimes"),
        "[database] query: write a single statement",
    ),
    "address in a mapping": (
        SQL_MAPPING.replace("[database]", '[database]\nurl = "sqlite:///x"'),
        "[database] url is unknown; known: query",
    ),
    "unknown force": (CSV_MAPPING.replace('"kent"', '"kemt"'), "did you mean 'kent'"),
    "force out of scope": (
        CSV_MAPPING.replace('"kent"', '"northern-ireland"'),
        "force: ",
    ),
    "unknown zone": (
        CSV_MAPPING.replace("Europe/London", "BST"),
        "[times] time_zone must be 'Europe/London' or 'UTC' (got 'BST')",
    ),
    "unknown crs": (
        JSON_MAPPING.replace("EPSG:4326", "EPSG:3857"),
        "crs must be 'EPSG:4326' or 'EPSG:27700' (got 'EPSG:3857')",
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
        "[columns]: a place is longitude and latitude, or",
    ),
    "no place": (
        PARQUET_MAPPING.replace('point = "where"', ""),
        "[columns]: a place is longitude and latitude, or",
    ),
    "two places": (
        JSON_MAPPING.replace("[times]", 'point = "p"\n[times]'),
        "[columns]: a place is longitude and latitude, or",
    ),
    "two-digit years": (CSV_MAPPING.replace("%Y", "%y"), "[times] date_format: %y is"),
    "no year": (CSV_MAPPING.replace("/%Y", ""), "[times] date_format: it needs %d, %Y"),
    "hours of a half day": (
        CSV_MAPPING.replace("%H", "%I"),
        "[times] time_format: %I needs %p",
    ),
    "no hour": (CSV_MAPPING.replace("%H:%M", "%M"), "[times] time_format: it needs %H"),
    "time without its format": (
        CSV_MAPPING.replace('time_format = "%H:%M"', ""),
        "[times] time_format: it goes with",
    ),
    "format without its time": (
        JSON_MAPPING.replace("[times]", '[times]\ntime_format = "iso"'),
        "[times] time_format: it goes with",
    ),
    "time twice": (
        CSV_MAPPING.replace("%d/%m/%Y", "%d/%m/%Y %H:%M"),
        "[times] date_format: the time has a column of its own",
    ),
    "end without its date": (
        CSV_MAPPING.replace('occurred_to = "Date to"', ""),
        "[columns] occurred_to is missing",
    ),
    "code and category": (
        CSV_MAPPING.replace("[times]", 'category = "c"\n[times]'),
        "[columns]: name one of offence_code and category",
    ),
    "neither": (
        CSV_MAPPING.replace('offence_code = "HO code"', ""),
        "[columns]: name one of offence_code and category",
    ),
    "unknown category": (
        CSV_MAPPING.replace('"other-crime"', '"piracy"'),
        "[categories.codes] 30D: 'piracy' is not a category; there are anti-social",
    ),
    "unknown default": (
        CSV_MAPPING.replace('unknown = "quarantine"', 'unknown = "drop"'),
        "[categories] unknown: 'drop' is not a category",
    ),
    "kind of call that is a category": (
        f'{CSV_MAPPING}[calls.codes]\n"D1" = "burglary"\n',
        "'burglary' is a crime category or group: name the kind of call otherwise,",
    ),
    "kind of call that is a group": (
        f'{CSV_MAPPING}[calls.codes]\n"D1" = "all-crime"\n',
        "[calls.codes] D1: 'all-crime' is a crime category or group",
    ),
    "kind of call without a name": (
        f'{CSV_MAPPING}[calls.codes]\n"D1" = ""\n',
        "[calls.codes] D1: '' is not a plain name",
    ),
    "kind of call with a line break": (
        f'{CSV_MAPPING}[calls.codes]\n"D1" = "dom\\nestic"\n',
        "[calls.codes] D1: 'dom\\nestic' is not a plain name",
    ),
    "kind of call that ends in a line break": (
        f'{CSV_MAPPING}[calls.codes]\n"D1" = "domestic\\n"\n',
        "[calls.codes] D1: 'domestic\\n' is not a plain name",
    ),
    "kind of call in capitals": (
        f'{CSV_MAPPING}[calls.codes]\n"D1" = "Domestic"\n',
        "[calls.codes] D1: 'Domestic' is not a plain name",
    ),
    "kind of call as records store it": (
        f'{CSV_MAPPING}[calls.codes]\n"D1" = "call:domestic"\n',
        "[calls.codes] D1: 'call:domestic' is not a plain name",
    ),
    "kind of call that is too long": (
        f'{CSV_MAPPING}[calls.codes]\n"D1" = "{41 * "a"}"\n',
        f"[calls.codes] D1: '{40 * 'a'}' is not a plain name",
    ),
    "code of a crime and a call": (
        f'{CSV_MAPPING}[calls.codes]\n"30D" = "domestic"\n',
        "[calls.codes] 30D: it is in [categories.codes] too; leave one",
    ),
    "harm of a call": (
        CSV_MAPPING.replace('"105A" = 10', '"D1" = 10')
        + '[calls.codes]\n"D1" = "domestic"\n',
        "[categories.harm] D1: not one of categories.codes",
    ),
    "unlisted calls as crimes": (
        CSV_MAPPING.replace('unknown = "quarantine"', 'unknown = "other-crime"')
        + '[calls.codes]\n"D1" = "domestic"\n',
        "[categories] unknown: beside [calls.codes] write 'quarantine'",
    ),
    "star within": (CSV_MAPPING.replace('"30D"', '"3*D"'), "a code must be text"),
    "star alone": (CSV_MAPPING.replace('"30D"', '"*"'), "a code must be text"),
    "negative harm": (
        CSV_MAPPING.replace("= 10\n", "= -1\n"),
        "[categories.harm] 105A must be",
    ),
    "infinite harm": (
        CSV_MAPPING.replace("= 10\n", "= inf\n"),
        "[categories.harm] 105A must be",
    ),
    "harm as a text": (
        CSV_MAPPING.replace("= 10\n", '= "5"\n'),
        "[categories.harm] 105A must be a number (got a text)",
    ),
    "harm as a boolean": (
        CSV_MAPPING.replace("= 10\n", "= true\n"),
        "[categories.harm] 105A must be a number (got true)",
    ),
    "harm without end": (
        CSV_MAPPING.replace("= 10\n", "= 1e300\n"),
        "[categories.harm] 105A must be at most 1e+09 (got 1e+300)",
    ),
    "harm of no code": (
        CSV_MAPPING.replace('"105A" = 10', '"105B" = 10'),
        "[categories.harm] 105B: not one of categories.codes",
    ),
    "delimiter of JSON": (
        f'delimiter = ","\n{JSON_MAPPING}',
        "delimiter: format 'jsonl'",
    ),
    "encoding of Parquet": (
        f'encoding = "utf-8"\n{PARQUET_MAPPING}',
        "encoding: format 'parquet'",
    ),
    "delimiter in a name": (
        CSV_MAPPING.replace('"Street"', '"Street;Town"'),
        "[columns]: 'Street;Town' contains the delimiter",
    ),
    "quote in a name": (
        CSV_MAPPING.replace('"Street"', "'Str\"eet'"),
        "[columns] place_label: a column's name",
    ),
    "yes and no alike": (
        CSV_MAPPING.replace('no = ["N", ""]', 'no = ["Y"]'),
        "[sensitive.domestic]: yes and no are lists",
    ),
    "never yes": (CSV_MAPPING.replace('["deleted"]', "[]"), "[tombstone]: yes and no"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_a_slip_is_one_line_that_names_the_key(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        mapping(text)
    said = str(caught.value)
    assert said.startswith("kent.toml: ")
    assert "\n" not in said
    assert "s3cret" not in said
    assert words in said


def test_every_format_with_a_delimiter_keeps_it_out_of_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = SimpleNamespace(KEYS=("delimiter",))
    monkeypatch.setitem(DROP_FORMATS, "parquet", other)
    text = f'delimiter = ";"\n{PARQUET_MAPPING}'
    assert mapping(text).delimiter == ";"
    with pytest.raises(UsageError, match=r"'the;where' contains the delimiter"):
        mapping(text.replace('"where"', '"the;where"'))


def test_a_code_means_itself_first_then_its_longest_beginning() -> None:
    codes = mapping(CSV_MAPPING.replace('"105A" = "v', '"3*" = "robbery"\n"105A" = "v'))
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
    )
    assert codes.category("999") == "other-crime"
    assert codes.harm_of("999") is None


def test_a_code_may_mean_a_kind_of_call() -> None:
    """Whichever table lists it closest; only crimes weigh."""
    codes = mapping(f'{CSV_MAPPING}[calls.codes]\n"30C" = "domestic"\n"3*" = "noise"\n')
    asked = ["30C", "30D", "30A", "31", "4"]
    assert {code: codes.category(code) for code in asked} == {
        "30C": "call:domestic",
        "30D": "other-crime",
        "30A": "burglary",
        "31": "call:noise",
        "4": None,
    }
    assert codes.harm_of("30A") == 273.75
    assert codes.harm_of("30C") is None
    assert codes.calls.kinds == ["call:domestic", "call:noise"]


def test_a_feed_may_be_of_calls_alone() -> None:
    head = CSV_MAPPING.partition("[categories.codes]")[0]
    codes = mapping(f'{head}[calls.codes]\n"D*" = "domestic"\n')
    assert codes.category("D7") == "call:domestic"
    assert codes.category("30A") is None
