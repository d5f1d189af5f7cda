"""The rows blanked of raw bytes are those that were read from them, and no others."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.feeds.force.made import (
    CSV_MAPPING,
    JSON_MAPPING,
    LONDON,
    PARQUET_MAPPING,
    Truth,
    as_csv,
    as_json_lines,
    as_parquet,
    csv_row,
    json_row,
    mapping,
    sifted,
    truths,
)
from tests.transforms.records.made import truth
from transforms.feeds.force.parquet_drop import column_texts, open_parquet
from transforms.records.blanking import blanked
from transforms.records.doomed import Doomed, before, span_of


TRUTHS = truths(60)
WRITTEN = {
    "csv": (as_csv(map(csv_row, TRUTHS)), CSV_MAPPING),
    "jsonl": (as_json_lines(map(json_row, TRUTHS)), JSON_MAPPING),
    "parquet": (as_parquet(TRUTHS), PARQUET_MAPPING),
}
NOTHING = Doomed(lambda _: False)


@pytest.mark.parametrize("form", WRITTEN)
@given(st.sets(st.sampled_from([t.reference for t in TRUTHS]), min_size=1))
@settings(max_examples=12, deadline=None)
def test_rows_go_by_their_reference(form: str, gone: set[str]) -> None:
    data, text = WRITTEN[form]
    found = blanked(data, mapping(text), Doomed(gone.__contains__))
    rows = sifted(data, text).records.reveal().to_pylist()
    assert found.lines == [r["raw_line"] for r in rows if r["reference"] in gone]
    left = [t.began for t in TRUTHS if t.reference not in gone]
    assert found.first_day == min(
        (b.astimezone(LONDON).date() for b in left), default=None
    )
    again = blanked(found.data, mapping(text), Doomed(gone.__contains__))
    assert (again.data, again.lines) == (found.data, [])
    assert again.first_day == found.first_day
    if form != "parquet":
        assert len(found.data) == len(data)
        assert found.data.count(b"\n") == data.count(b"\n")


@pytest.mark.parametrize("form", WRITTEN)
def test_rows_go_by_when_they_began(form: str) -> None:
    data, text = WRITTEN[form]
    days = sorted(t.began.astimezone(LONDON).date() for t in TRUTHS)
    first, last = days[10], days[20]
    found = blanked(
        data, mapping(text), Doomed(NOTHING.is_erased, (span_of(first, last),))
    )
    start = 2 if form == "csv" else 1
    assert found.lines == [
        number
        for number, t in enumerate(TRUTHS, start=start)
        if first <= t.began.astimezone(LONDON).date() <= last
    ]
    until = min(t.began for t in TRUTHS) + timedelta(minutes=1)
    old = blanked(data, mapping(text), Doomed(NOTHING.is_erased, (before(until),)))
    assert len(old.lines) == 1


@pytest.mark.parametrize("form", WRITTEN)
def test_where_nothing_goes_the_bytes_are_the_same(form: str) -> None:
    data, text = WRITTEN[form]
    assert blanked(data, mapping(text), NOTHING).data is data


def test_lines_that_are_no_rows_go_by_a_word_of_theirs() -> None:
    rows = as_csv([csv_row(truth("a"))]) + b"x;gone/1;z\nx;gone/12;z\n"
    doomed = Doomed(lambda text: text == "gone/1")
    assert blanked(rows, mapping(), doomed).lines == [3]
    broken = b'{"id": "gone/1", \n{"id": ["gone/1"]}\n{"id": "other", \n\xff gone/1\n'
    found = blanked(broken, mapping(JSON_MAPPING), doomed)
    assert found.lines == [1, 2, 4]
    assert b"gone/1" not in found.data
    named = Doomed(lambda _: False, mentions=("gone/1",))
    assert blanked(rows, mapping(), named).lines == [3]


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    text = CSV_MAPPING.replace('encoding = "cp1252"\n', "")
    data = "\ufeff".encode() + as_csv([csv_row(truth("a")), csv_row(truth("b"))])
    data = data.replace(b"\x96 caf\xe9", "\u2013 café".encode()) + b"\xff\xfe;c\r\n"
    found = blanked(data, mapping(text), Doomed(lambda r: r == "a"))
    assert found.lines == [2]
    head, gone, *rest = found.data.split(b"\n")
    assert (head, rest) == (data.split(b"\n")[0], data.split(b"\n")[2:])
    assert (gone.strip(), gone.endswith(b"\r")) == (b"", True)


def test_a_mention_in_another_column_of_parquet_goes_too() -> None:
    made = [Truth("a", street="by canary/1"), Truth("canary/1")]
    data = as_parquet(made)
    doomed = Doomed(lambda r: r == "canary/1", mentions=("canary/1",))
    found = blanked(data, mapping(PARQUET_MAPPING), doomed)
    file = open_parquet(found.data, "it")
    texts = column_texts(file, ["id", "street"], "it")
    assert texts["id"].to_pylist() == ["a", ""]
    assert texts["street"].to_pylist() == ["by ", ""]
    assert b"canary" not in found.data
