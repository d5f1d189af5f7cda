"""The rows blanked of raw bytes are those that were read from them, and no others."""

import json
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    HANDS,
    JSON_MAPPING,
    LONDON,
    PARQUET_MAPPING,
    Truth,
    as_csv,
    as_parquet,
    csv_row,
    in_hand,
    json_row,
    mapping,
    sifted,
    truths,
)
from tests.transforms.records.made_homes import truth
from transforms.feeds.force.drop_formats.parquet_drop import column_texts, open_parquet
from transforms.records.blanking import Blanked, blanked
from transforms.records.to_remove import ToRemove, before, span_of


TRUTHS = truths(60)
WRITTEN = {form: in_hand(form, TRUTHS) for form in HANDS}
NOTHING = ToRemove(lambda _: False)


@pytest.mark.parametrize("form", WRITTEN)
@given(st.sets(st.sampled_from([t.reference for t in TRUTHS]), min_size=1))
@settings(max_examples=12)
def test_rows_go_by_their_reference(form: str, gone: set[str]) -> None:
    data, text = WRITTEN[form]
    found = blanked(data, mapping(text), ToRemove(gone.__contains__))
    rows = sifted(data, text).records.reveal().to_pylist()
    assert found.lines == [r["raw_line"] for r in rows if r["reference"] in gone]
    left = [t.began for t in TRUTHS if t.reference not in gone]
    assert found.first_day == min(
        (b.astimezone(LONDON).date() for b in left), default=None
    )
    again = blanked(found.data, mapping(text), ToRemove(gone.__contains__))
    assert (again.data, again.lines) == (found.data, [])
    assert again.first_day == found.first_day
    if HANDS[form].is_text:
        assert len(found.data) == len(data)
        assert found.data.count(b"\n") == data.count(b"\n")


@pytest.mark.parametrize("form", WRITTEN)
def test_rows_go_by_when_they_began(form: str) -> None:
    data, text = WRITTEN[form]
    days = sorted(t.began.astimezone(LONDON).date() for t in TRUTHS)
    first, last = days[10], days[20]
    found = blanked(
        data, mapping(text), ToRemove(NOTHING.is_erased, (span_of(first, last),))
    )
    assert found.lines == [
        number
        for number, t in enumerate(TRUTHS, start=HANDS[form].first_line)
        if first <= t.began.astimezone(LONDON).date() <= last
    ]
    until = min(t.began for t in TRUTHS) + timedelta(minutes=1)
    old = blanked(data, mapping(text), ToRemove(NOTHING.is_erased, (before(until),)))
    assert len(old.lines) == 1


@pytest.mark.parametrize("form", WRITTEN)
def test_where_nothing_goes_the_bytes_are_the_same(form: str) -> None:
    data, text = WRITTEN[form]
    assert blanked(data, mapping(text), NOTHING).data is data


def test_lines_that_are_no_rows_go_by_a_word_of_theirs() -> None:
    rows = as_csv([csv_row(truth("a"))]) + b"x;gone/1;z\nx;gone/12;z\n"
    doomed = ToRemove(lambda text: text == "gone/1")
    assert blanked(rows, mapping(), doomed).lines == [3]
    broken = b'{"id": "gone/1", \n{"id": ["gone/1"]}\n{"id": "other", \n\xff gone/1\n'
    found = blanked(broken, mapping(JSON_MAPPING), doomed)
    assert found.lines == [1, 2, 4]
    assert b"gone/1" not in found.data
    named = ToRemove(lambda _: False, mentions=("gone/1",))
    assert blanked(rows, mapping(), named).lines == [3]


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    text = CSV_MAPPING.replace('encoding = "cp1252"\n', "")
    data = "\ufeff".encode() + as_csv([csv_row(truth("a")), csv_row(truth("b"))])
    data = data.replace(b"\x96 caf\xe9", "\u2013 café".encode()) + b"\xff\xfe;c\r\n"
    found = blanked(data, mapping(text), ToRemove(lambda r: r == "a"))
    assert found.lines == [2]
    head, gone, *rest = found.data.split(b"\n")
    assert (head, rest) == (data.split(b"\n")[0], data.split(b"\n")[2:])
    assert (gone.strip(), gone.endswith(b"\r")) == (b"", True)


def test_a_mention_in_another_column_of_parquet_goes_too() -> None:
    made = [Truth("a", street="by canary/1"), Truth("canary/1")]
    data = as_parquet(made)
    doomed = ToRemove(lambda r: r == "canary/1", mentions=("canary/1",))
    found = blanked(data, mapping(PARQUET_MAPPING), doomed)
    file = open_parquet(found.data, "it")
    texts = column_texts(file, ["id", "street"], "it")
    assert texts["id"].to_pylist() == ["a", ""]
    assert texts["street"].to_pylist() == ["by ", ""]
    assert b"canary" not in found.data


def erased(data: bytes, text: str, reference: str) -> Blanked:
    doomed = ToRemove(lambda r: r.strip() == reference, mentions=(reference,))
    return blanked(data, mapping(text), doomed)


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("longer", ["K1001", "K100-A", "B/K100"])
def test_a_longer_reference_can_still_be_erased_after_one_within_it(
    form: str, longer: str
) -> None:
    made = [Truth("K100"), Truth(longer, street="by K100"), Truth("other")]
    data, text = in_hand(form, made)
    start = HANDS[form].first_line
    first = erased(data, text, "K100")
    assert first.lines == [start]
    again = erased(first.data, text, longer)
    assert again.lines == [start + 1]
    assert b"K100" not in again.data


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (r'"by 42\/7\/26"', '"by "'),
        (r'"by:\n42/7/26"', r'"by:\n "'),
        (r'"by \u00342/7/26."', '"by ."'),
        (r'{"of": ["42/7/26"]}', '{"of": [" "]}'),
        (r'"by 42/7/267"', '"by 42/7/267"'),
    ],
)
def test_a_mention_in_json_goes_however_it_is_escaped(written: str, left: str) -> None:
    row = json.dumps(json_row(Truth("other")) | {"notes": "?"})
    found = erased(row.replace('"?"', written).encode(), JSON_MAPPING, "42/7/26")
    kept = json.loads(found.data)
    said = json.loads(left)
    assert json.dumps(kept["notes"]).replace(" ", "") == json.dumps(said).replace(
        " ", ""
    )
    assert kept["id"] == "other"


def test_a_number_that_is_the_reference_goes_and_one_that_holds_it_stays() -> None:
    row = json_row(Truth("other")) | {"link": 123456, "lon": 0.123456, "n": 1234567}
    kept = json.loads(erased(json.dumps(row).encode(), JSON_MAPPING, "123456").data)
    assert (kept["link"], kept["lon"], kept["n"]) == (None, 0.123456, 1234567)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["by K100", "by K1001"], pa.large_string()),
        pa.array(["by K100", "by K1001"]).dictionary_encode(),
        pa.array([b"K100", b"K1001"]),
        pa.array([["K100"], ["K1001"]]),
        pa.array([{"of": "K100"}, {"of": "K1001"}]),
    ],
    ids=lambda column: str(column.type),
)
def test_a_mention_goes_from_a_parquet_column_of_any_type(column: pa.Array) -> None:
    table = pq.read_table(pa.BufferReader(as_parquet([Truth("a"), Truth("b")])))
    sink = pa.BufferOutputStream()
    pq.write_table(table.append_column("more", column), sink)
    found = erased(sink.getvalue().to_pybytes(), PARQUET_MAPPING, "K100")
    rows = pq.read_table(pa.BufferReader(found.data)).to_pylist()
    assert [row["id"] for row in rows] == ["a", "b"]
    assert "K100" not in str(rows[0])
    assert "K1001" in str(rows[1])


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.decimal128(9)])
def test_a_mention_that_is_a_number_goes_from_parquet(kind: pa.DataType) -> None:
    table = pq.read_table(pa.BufferReader(as_parquet([Truth("a"), Truth("b")])))
    column = pa.array([123456, 1234567]).cast(pa.decimal128(19)).cast(kind)
    sink = pa.BufferOutputStream()
    pq.write_table(table.append_column("more", column), sink)
    found = erased(sink.getvalue().to_pybytes(), PARQUET_MAPPING, "123456")
    rows = pq.read_table(pa.BufferReader(found.data)).to_pylist()
    assert [row["more"] for row in rows] == [None, 1234567]
