"""Three kinds of file, each read whole or refused in one line without a word of it."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    JSON_MAPPING,
    PARQUET_MAPPING,
    Truth,
    as_csv,
    as_json_lines,
    as_parquet,
    json_row,
    one,
    sifted,
)
from transforms.errors import FileRejectedError
from transforms.feeds.force.drop_formats import csv_drop
from transforms.feeds.force.drop_formats.csv_drop import CUT_OFF
from transforms.feeds.force.drop_formats.json_lines import NO_OBJECT
from transforms.feeds.force.mapping_file import read_mapping


CSV = as_csv([one()] * 3)
JSON = as_json_lines([json_row(Truth(str(n))) for n in range(3)])
PARQUET = as_parquet([Truth(str(n)) for n in range(3)])
SECRET = b"Mrs Smith"


def lines_with(extra: bytes, data: bytes, at: int) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([*lines[:at], extra, *lines[at:]])


def parquet_of(**columns: pa.Array) -> bytes:
    table = pq.ParquetFile(io.BytesIO(PARQUET)).read()
    for name, column in columns.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, column)
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def with_a_bit_flipped() -> bytes:
    sink = io.BytesIO()
    table = pq.ParquetFile(io.BytesIO(PARQUET)).read()
    pq.write_table(table, sink, write_page_checksum=True, compression="none")
    data = bytearray(sink.getvalue())
    data[data.index(b"Pudding")] ^= 1
    return bytes(data)


def no_rows() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pq.ParquetFile(io.BytesIO(PARQUET)).read().slice(0, 0), sink)
    return sink.getvalue()


def allowing_none(text: str) -> str:
    return text.replace("[columns]", 'empty = "nothing-new"\n[columns]', 1)


def zipped(data: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("Mrs Smith.csv", data)
    return sink.getvalue()


REFUSED = {
    "empty": (b"", CSV_MAPPING, "drop: the file is empty"),
    "header alone": (as_csv([]), CSV_MAPPING, "no rows; if the force sends this where"),
    "no object": (b"\n", JSON_MAPPING, 'write empty = "nothing-new"'),
    "empty, where a header alone is allowed": (
        b"",
        allowing_none(CSV_MAPPING),
        "drop: the file is empty",
    ),
    "another header alone, where its own is allowed": (
        as_csv([]).replace(b"HO code", b"Code"),
        allowing_none(CSV_MAPPING),
        "no column 'HO code'",
    ),
    "no header": (
        b"".join(CSV.splitlines(keepends=True)[1:]),
        CSV_MAPPING,
        "drop, line 1: no column 'Crime ref'",
    ),
    "column renamed": (CSV.replace(b"HO code", b"Code"), CSV_MAPPING, "'HO code'"),
    "column twice": (
        CSV.replace(b"Notes", b"Street"),
        CSV_MAPPING,
        "more than one column 'Street'",
    ),
    "another delimiter": (
        CSV.replace(b";", b","),
        CSV_MAPPING,
        'by a comma: write delimiter = ","',
    ),
    "tabs": (
        CSV.replace(b";", b"\t"),
        CSV_MAPPING,
        'by a tab: write delimiter = "\\t"',
    ),
    "a semicolon that is not declared": (
        CSV,
        CSV_MAPPING.replace('delimiter = ";"', ""),
        'by a semicolon: write delimiter = ";"',
    ),
    "the mark of UTF-8 under cp1252": (
        codecs.BOM_UTF8 + CSV,
        CSV_MAPPING,
        'write encoding = "utf-8"',
    ),
    "gzip": (gzip.compress(CSV), CSV_MAPPING, "a gzip file; unpack it"),
    "gzip of JSON": (gzip.compress(JSON), JSON_MAPPING, "a gzip file; unpack it"),
    "zip": (zipped(CSV), CSV_MAPPING, "a zip archive; unpack it"),
    "zip of Parquet": (zipped(PARQUET), PARQUET_MAPPING, "a zip archive; unpack it"),
    "bzip2": (bz2.compress(CSV), CSV_MAPPING, "a bzip2 file; unpack it"),
    "xz": (lzma.compress(CSV), CSV_MAPPING, "an xz file; unpack it"),
    "endless header": (b"x" * 200_000 + b"\n1\n", CSV_MAPPING, "drop, line 1: no"),
    "web page": (b"<html>\n</html>\n", CSV_MAPPING, "drop, line 1: no"),
    "another encoding": (
        CSV.replace(b"Pudding", b"\x81"),
        CSV_MAPPING,
        "drop, line 2: not cp1252",
    ),
    "quoted line break": (
        CSV.replace(b"Pudding Lane", b'"Pudding\nLane"'),
        CSV_MAPPING,
        "drop, line 2: 6 lines, but 3 rows: a quote is unbalanced or contains a line",
    ),
    "quote left open": (
        lines_with(CSV.splitlines(keepends=True)[1].replace(b"Pudd", b'"'), CSV, 3),
        CSV_MAPPING,
        "drop, line 4: 4 lines, but",
    ),
    "JSON list": (b'[{"id": 1}]\n', JSON_MAPPING, "a JSON list"),
    "JSON cut off": (
        JSON[:-20],
        JSON_MAPPING,
        "drop, line 3: the last row is not a JSON",
    ),
    "JSON key nowhere": (
        JSON.replace(b'"offence"', b'"code"'),
        JSON_MAPPING,
        "no column 'offence'",
    ),
    "text for JSON": (
        (SECRET + b"\n") * 9 + JSON,
        JSON_MAPPING,
        "drop, line 1: 9 of 12 lines are not JSON objects",
    ),
    "text for Parquet": (CSV, PARQUET_MAPPING, "drop: not readable as Parquet"),
    "Parquet cut off": (PARQUET[:-9], PARQUET_MAPPING, "not readable as Parquet"),
    "Parquet with a bit flipped": (
        with_a_bit_flipped(),
        PARQUET_MAPPING,
        "not readable as Parquet",
    ),
    "Parquet of bytes": (
        parquet_of(id=pa.array([b"1", b"2", b"3"])),
        PARQUET_MAPPING,
        "column 'id' is of type binary",
    ),
    "Parquet without rows": (no_rows(), PARQUET_MAPPING, "drop: no rows; if the force"),
}


@pytest.mark.parametrize(("data", "text", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_such_file_is_refused_in_a_line(
    data: bytes, text: str, words: str
) -> None:
    with pytest.raises(FileRejectedError) as caught:
        sifted(data, text)
    said = str(caught.value)
    assert said.startswith("drop")
    assert words in said
    assert "\n" not in said
    assert not any(word in said for word in ("Smith", "Pudding", "46/"))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (as_csv([]), CSV_MAPPING),
        (as_csv([]).rstrip(), CSV_MAPPING),
        (as_csv([]) + b"\r\n", CSV_MAPPING),
        (b"", JSON_MAPPING),
        (b"\n", JSON_MAPPING),
        (no_rows(), PARQUET_MAPPING),
    ],
)
def test_a_drop_without_a_row_says_nothing_new_where_the_mapping_allows_it(
    data: bytes, text: str
) -> None:
    made = sifted(data, allowing_none(text))
    assert (made.rows_in, len(made.records.reveal()), len(made.quarantined)) == (0,) * 3


def test_utf_16_is_read_by_its_mark_whatever_the_mapping_says() -> None:
    data = CSV.decode("cp1252").encode("utf-16")
    made = sifted(data).records.reveal()
    kept = sifted(CSV).records.reveal()
    assert made.drop_columns(["raw_sha256"]) == kept.drop_columns(["raw_sha256"])


def test_columns_are_found_by_name_and_the_header_may_be_quoted() -> None:
    text = CSV.decode("cp1252").split("\r\n")
    text[0] = ";".join(f'"{name}"' for name in text[0].split(";"))
    turned = [";".join(reversed(line.split(";"))) for line in text]
    made = sifted("\r\n".join(turned).encode("cp1252")).records.reveal()
    kept = sifted(CSV).records.reveal()
    assert made.drop_columns(["raw_sha256"]) == kept.drop_columns(["raw_sha256"])


def test_a_byte_order_mark_is_removed_and_told() -> None:
    text = CSV_MAPPING.replace('encoding = "cp1252"\n', "")
    data = codecs.BOM_UTF8 + CSV.decode("cp1252").encode()
    assert sifted(data, text).repairs == ["byte order mark removed"]


def test_a_line_that_is_no_utf8_is_held_back_alone() -> None:
    broken = JSON.splitlines(keepends=True)[0].replace(b"Pudding", b"\xff")
    held = sifted(lines_with(broken, JSON, 1), JSON_MAPPING).quarantined
    assert held["raw_line"].to_pylist() == [2]
    assert held["rule"].to_pylist() == ["encoding"]


def test_a_file_of_lines_that_are_none_is_all_held_back() -> None:
    text = CSV_MAPPING.replace('encoding = "cp1252"\n', "")
    header = CSV.splitlines(keepends=True)[0]
    result = sifted(header + b"\xff\n" * 3, text)
    assert (result.rows_in, len(result.records)) == (3, 0)
    assert result.quarantined["rule"].to_pylist() == ["encoding"] * 3


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b'"a text"',
        b'{"id": NaN}',
        b'{"id": 1, "id": 2}',
        b'{"id": [1]}',
        b'{"id": "\\ud800"}',
        b'{"id": 1',
        b"[" * 100_000,
    ],
)
def test_a_line_that_is_no_object_of_plain_values_is_held_back(line: bytes) -> None:
    held = sifted(lines_with(line + b"\n", JSON, 1), JSON_MAPPING).quarantined
    assert held["raw_line"].to_pylist() == [2]
    assert held["byte_offset"].to_pylist() == [len(JSON.splitlines()[0]) + 1]
    assert held["rule"].to_pylist() == [NO_OBJECT]


def test_numbers_keep_their_digits() -> None:
    data = JSON.replace(b'"id": "0"', b'"id": 12345678901234567890')
    records = sifted(data, JSON_MAPPING).records.reveal()
    assert records["reference"].to_pylist()[0] == "12345678901234567890"


@pytest.mark.parametrize(
    "column",
    [
        pa.array([0, 1, 2]),
        pa.array(["0", "1", "2"], pa.large_string()),
        pa.array(["0", "1", "2"]).dictionary_encode(),
        pa.array([0, 1, 2]).cast(pa.decimal128(20, 0)),
    ],
)
def test_a_parquet_column_may_be_of_any_plain_type(column: pa.Array) -> None:
    records = sifted(parquet_of(id=column), PARQUET_MAPPING).records.reveal()
    assert records["reference"].to_pylist() == ["0", "1", "2"]


def test_parquet_times_without_a_zone_are_on_the_mapping_s_clock() -> None:
    summer = pa.array([1_782_909_000] * 3, pa.timestamp("s"))  # 2026-07-01 12:30
    text = PARQUET_MAPPING.replace('"UTC"', '"Europe/London"')
    records = sifted(parquet_of(**{"from": summer}), text).records.reveal()
    assert f"{records['occurred_from'][0].as_py():%d %H:%M}" == "01 11:30"


def test_a_parquet_date_is_a_whole_day() -> None:
    days = pa.array([20_635] * 3, pa.date32())
    records = sifted(parquet_of(**{"from": days}), PARQUET_MAPPING).records.reveal()
    assert records["time_precision"].to_pylist() == ["day"] * 3


def test_a_last_field_that_is_cut_off_is_no_row() -> None:
    """Half a northing is a northing, and 200 km off."""
    header = "State;DA;Street;HO code;Crime ref;Date from;Time from;Date to;Time to;E;N"
    row = "live;N;High Street;30A;46/{}/26;29/03/2026;10:00;;;575000.1;155000.2"
    text = "\n".join([header, *(row.format(n) for n in range(30))])
    whole = csv_drop.read(text.encode(), read_mapping(CSV_MAPPING, "m"), "drop")
    assert (whole.rows_in, whole.broken.keys() & {CUT_OFF}) == (30, set())
    cut = csv_drop.read(text[:-4].encode(), read_mapping(CSV_MAPPING, "m"), "drop")
    assert (cut.rows_in, cut.broken[CUT_OFF].tolist()) == (30, [31])
    assert len(cut.columns["N"].codes) == len(cut.lines) == 29
    ended = csv_drop.read(
        text[:-4].encode() + b"\n", read_mapping(CSV_MAPPING, "m"), "d"
    )
    assert len(ended.lines) == 30
