"""No line of a file is lost, moved or guessed at."""

import csv
import io

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.errors import FileRejectedError
from transforms.feeds.files.csv_bytes import Coded, Rows, line_offsets, read_rows


HEADER = "one,two,three"
FIELD = st.text(
    st.sampled_from("ab ,\"'&;\t-0ŷâŴ\u2028")
    | st.characters(codec="utf-8", exclude_characters="\r\n"),
    max_size=8,
)
ROW = st.lists(FIELD, min_size=1, max_size=5)
# what a broken writer leaves behind
DEBRIS = st.lists(
    st.sampled_from([b"a", b",", b'"', b"\n", b"\r", b"\r\n", b"1,2,3\n", b"\xff"]),
    min_size=1,
    max_size=14,
)
thorough = settings(max_examples=400)


def read(body: bytes, header: bytes = b"one,two,three\n") -> Rows:
    return read_rows(header + body, HEADER, "kent.csv", plain=["one"])


def fields(rows: Rows) -> list[list[str]]:
    coded = [
        [column.texts[code] for code in column.codes] for column in rows.coded.values()
    ]
    plain = [column.to_pylist() for column in rows.plain.values()]
    return [list(row) for row in zip(*plain, *coded, strict=True)]


def refused(body: bytes, header: bytes = b"one,two,three\n") -> str:
    with pytest.raises(FileRejectedError) as caught:
        read(body, header)
    text = str(caught.value)
    assert text.startswith("kent.csv")
    assert "\n" not in text
    return text


@given(st.lists(ROW, max_size=5), st.sampled_from(["\n", "\r\n"]))
@thorough
def test_rows_written_by_another_hand_are_read_back(
    written: list[list[str]], newline: str
) -> None:
    written = [*written, [*"end"]]  # a last row that is cut off refuses the file
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=newline)
    writer.writerows([HEADER.split(","), *written])
    rows = read_rows(text.getvalue().encode(), HEADER, "kent.csv", plain=["one"])
    whole = [(line, r) for line, r in enumerate(written, start=2) if len(r) == 3]
    assert fields(rows) == [row for _, row in whole]
    assert rows.lines.tolist() == [line for line, _ in whole]
    others = set(range(2, len(written) + 2)) - {line for line, _ in whole}
    assert rows.misshapen_lines.tolist() == sorted(others)
    assert rows.repairs == []
    assert rows.count == len(written)


@given(DEBRIS)
@thorough
def test_a_broken_file_is_refused_or_each_row_is_its_line(debris: list[bytes]) -> None:
    data = b"one,two,three\n" + b"".join(debris)
    try:
        rows = read_rows(data, HEADER, "kent.csv", plain=["one"])
    except FileRejectedError:
        return
    lines = data.removesuffix(b"\n").split(b"\n")
    told = [*rows.lines, *rows.misshapen_lines, *rows.unreadable_lines]
    assert sorted(told) == [*range(2, len(lines) + 1)]
    for number, row in zip(rows.lines, fields(rows), strict=True):
        alone = read(lines[number - 1] + b"\n")
        assert fields(alone) == [row]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(b"One,two,three\n", id="case"),
        pytest.param(b"one,two,three,\n", id="one more"),
        pytest.param(b"one,two\n", id="one fewer"),
        pytest.param(b'one,"two",three\n', id="quoted"),
        pytest.param(b"one,two,three \n", id="trailing space"),
        pytest.param(b"\none,two,three\n", id="second line"),
        pytest.param(b"<!DOCTYPE html>\n<html>Not found</html>\n", id="HTML page"),
        pytest.param(b"x" * 100_000, id="no newline at all"),
    ],
)
def test_any_other_header_is_refused(header: bytes) -> None:
    assert "line 1: not the header" in refused(b"1,2,3\n", header)


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (b"<!DOCTYPE html><p>secret", "a web page"),
        (b'{"error": "secret"}', "JSON"),
        (b"secret,2,3,4", "a line of 4 other fields"),
    ],
)
def test_the_refusal_says_what_stood_there_without_a_word_of_it(
    first: bytes, words: str
) -> None:
    text = refused(b"1,2,3\n", first + b"\n")
    assert words in text
    assert "secret" not in text


def test_an_empty_file_is_said_to_be_empty() -> None:
    assert "the file is empty" in refused(b"", b"")


def test_a_header_alone_is_no_file_of_rows() -> None:
    assert "a header and no rows" in refused(b"")
    refused(b"", b"one,two,three")


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_misshapen_rows_are_known_by_their_lines(newline: bytes) -> None:
    lines = [b"one,two,three", b"1,2,3", b"4,5", b"6,7,8", b"9,10,11,12", b"13,14,15"]
    rows = read(newline.join([*lines, b""]), b"")
    assert fields(rows) == [["1", "2", "3"], ["6", "7", "8"], ["13", "14", "15"]]
    assert rows.lines.tolist() == [2, 4, 6]
    assert rows.misshapen_lines.tolist() == [3, 5]


def test_a_last_row_that_is_cut_off_refuses_the_file() -> None:
    assert "line 3: the last row is cut off" in refused(b"1,2,3\n4,5")


def test_a_trailer_is_named_for_what_it_is() -> None:
    for end in (b"\n", b"\r\n"):
        said = refused(
            end.join([b"1,2,3", b"1 row exported", b""]), b"one,two,three" + end
        )
        assert "line 3: the last line is whole and no row" in said
        assert "if it is a trailer, such as a count of rows" in said


def test_many_misshapen_rows_refuse_the_file_and_a_few_do_not() -> None:
    whole = b"1,2,3\n"
    assert len(read(b"1\n" * 5 + whole).misshapen_lines) == 5
    assert "line 2: 6 of 7 rows" in refused(b"1\n" * 6 + whole)
    assert len(read(b"1\n" * 6 + whole * 10_000).misshapen_lines) == 6
    assert "11 of 10,011 rows" in refused(b"1\n" * 11 + whole * 10_000)


@pytest.mark.parametrize(
    ("header", "repair"),
    [
        (b"two,one,three\n", "columns reordered"),
        (b"one,two,more,three\n", "unknown columns ignored: more"),
        (b"\xef\xbb\xbfone,two,three\n", "byte order mark removed"),
    ],
)
def test_what_can_be_mended_without_a_guess_is_mended_and_told(
    header: bytes, repair: str
) -> None:
    names = header.removeprefix(b"\xef\xbb\xbf").decode().strip().split(",")
    body = ",".join({"one": "1", "two": "2", "three": "3"}.get(n, "x") for n in names)
    rows = read(f"{body}\n".encode(), header)
    assert fields(rows) == [["1", "2", "3"]]
    assert rows.repairs == [repair]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_that_says_it_is_utf_16_or_32_is_read_as_such(encoding: str) -> None:
    rows = read("one,two,three\n1,Tŷ Gwyn,3\n".encode(encoding), b"")
    assert fields(rows) == [["1", "Tŷ Gwyn", "3"]]
    assert rows.repairs == [f"{encoding.upper()} read as UTF-8"]
    assert "broken UTF" in refused("1,2,3\n".encode(encoding)[:-1], b"")


def test_a_line_of_over_a_megabyte_refuses_the_file() -> None:
    assert "line 3: over" in refused(b"1,2,3\n1," + b"x" * (1 << 20) + b",3\n")


def test_a_comma_in_quotes_parts_nothing() -> None:
    assert fields(read(b'1,"a, b",3\n')) == [["1", "a, b", "3"]]


def test_a_quote_inside_a_field_is_a_character() -> None:
    assert fields(read(b'1,The "Bell",3\n')) == [["1", 'The "Bell"', "3"]]


def test_the_last_line_needs_no_newline() -> None:
    rows = read(b"1,2,3\n4,5,6")
    assert fields(rows)[-1] == ["4", "5", "6"]
    assert rows.count == 2


def test_a_blank_line_takes_its_place_among_the_lines() -> None:
    rows = read(b"1,2,3\n\n4,5,6\n")
    assert rows.count == 3
    assert dict(zip(rows.lines.tolist(), fields(rows), strict=True))[4] == [*"456"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'1,"2,3\n4,5,6\n7,8,9\n', id="in the middle"),
        pytest.param(b'1,2,3\n4,5,"6\n', id="on the last line"),
        pytest.param(b'1,2,3\n4,5,"\n', id="as the last field"),
    ],
)
def test_an_unbalanced_quote_is_refused(body: bytes) -> None:
    assert "quote" in refused(body)


def test_a_line_break_in_quotes_is_refused() -> None:
    assert "line break" in refused(b'1,"2\n2",3\n4,5,6\n')


def test_a_lone_carriage_return_does_not_make_up_for_a_quoted_line_break() -> None:
    refused(b'1,2,3\r4,5,6\n"7\n7",8,9\n')


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"1,2,3\n4,\xff,6\n7,8,9\n", id="in a row"),
        pytest.param(b"1,2,3\n4,secret \xff\n7,8,9\n", id="in a misshapen row"),
    ],
)
def test_a_line_that_is_no_utf_8_is_held_back_alone(body: bytes) -> None:
    rows = read(body)
    assert fields(rows) == [["1", "2", "3"], ["7", "8", "9"]]
    assert rows.lines.tolist() == [2, 4]
    assert rows.unreadable_lines.tolist() == [3]
    assert rows.misshapen_lines.tolist() == []


def test_many_lines_that_are_no_utf_8_refuse_the_file() -> None:
    text = refused(b"1,2,3\n" + b"4,secret \xff,6\n" * 6 + b"7,8,9\n")
    assert "line 3: 6 of 9 lines are not UTF-8" in text
    assert "secret" not in text


@given(st.lists(st.binary(max_size=6).map(lambda b: b.replace(b"\n", b"")), min_size=1))
@thorough
def test_an_offset_points_at_the_start_of_its_line(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    numbers = np.arange(1, len(lines) + 1, dtype=np.int32)
    starts = line_offsets(data, numbers)
    assert [data[start:].split(b"\n")[0] for start in starts] == lines


def test_a_coded_column_is_asked_once_a_text() -> None:
    asked: list[str] = []

    def length(text: str) -> float:
        asked.append(text)
        return len(text)

    column = Coded(["a", "bcd"], np.array([1, 0, 1, 1], dtype=np.int32))
    assert column.numbers(length).tolist() == [3, 1, 3, 3]
    assert asked == ["a", "bcd"]
    assert column.where(lambda text: text == "a").tolist() == [
        False,
        True,
        False,
        False,
    ]
    mapped = column.mapped(lambda text: None if text == "a" else "x")
    assert mapped.to_pylist() == ["x", None, "x", "x"]
    assert pa.types.is_dictionary(mapped.type)


def test_only_the_columns_named_come_as_plain_text() -> None:
    rows = read(b"1,2,3\n")
    assert list(rows.plain) == ["one"]
    assert list(rows.coded) == ["two", "three"]
