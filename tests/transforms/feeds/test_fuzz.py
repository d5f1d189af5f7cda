"""Whatever comes as a release, a member, a street file, settings, a mapping: one line.

HEXBEAT_TEST_FUZZ says how many examples of each; a few in every run.
"""

import os
import zipfile
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import kent_csv, member, row, street_csv
from tests.transforms.feeds.force.made_drops import CSV_MAPPING
from transforms.errors import FileRejectedError, SourceError, UsageError
from transforms.feeds.archive.members import read_member, zip_members
from transforms.feeds.archive.ranges import LocalFile, Ranged
from transforms.feeds.archive.remote_zip import RemoteZip
from transforms.feeds.files.csv_bytes import line_offsets, read_rows
from transforms.feeds.files.text_bytes import read_text
from transforms.feeds.force.mapping_file import read_mapping
from transforms.feeds.police_uk import street as police_uk
from transforms.feeds.police_uk.street import STREET_HEADER, sift
from transforms.homes.home import SETTINGS_FILE, open_home
from transforms.reference.forces import FORCES


EXAMPLES = int(os.environ.get("HEXBEAT_TEST_FUZZ", "80"))
some = settings(
    max_examples=EXAMPLES, deadline=timedelta(seconds=20), derandomize=EXAMPLES == 80
)
KENT = FORCES["kent"]


@cache
def release() -> bytes:
    """A small release: packed and stored members, one of another kind."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for month in ("2024-01", "2024-02"):
            name = f"{month}/{month}-kent-street.csv"
            archive.writestr(name, kent_csv(month, 4))
        archive.writestr("2024-02/2024-02-kent-outcomes.csv", b"not a street file")
        stored = "2024-03/2024-03-kent-street.csv"
        archive.writestr(stored, kent_csv("2024-03", 2), zipfile.ZIP_STORED)
    return made.getvalue()


@st.composite
def damaged(draw: st.DrawFn, whole: bytes, tail: int | None = None) -> bytes:
    """Those bytes, cut into at some places; `tail` aims at so many of the last."""
    found = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        first = 0 if tail is None else max(0, len(found) - tail)
        at = draw(st.integers(first, len(found)))
        gone = draw(st.integers(0, 8))
        debris = st.sampled_from(
            [b"", b"\0", b"\xff", b"PK\1\2", b"\xff" * 4, b'"', b"\n"]
        )
        found[at : at + gone] = draw(debris | st.binary(max_size=6))
    return bytes(found)


class AtHand:
    """A zip whose tail came with the first request, and the rest of which is here."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def fetch(self, method: str, url: str, part: Any) -> Any:
        raise SourceError(f"{url}: the server answered 503")


def all_read(archive: Ranged) -> dict[str, bytes]:
    """Every member that can be read, by name; errors must be of ours, in one line."""
    found = {}
    try:
        members = list(zip_members(archive, "2024-04", police_uk.MEMBER))
    except (FileRejectedError, UsageError) as error:
        assert "\n" not in str(error)
        return {}
    for each in members:
        try:
            found[each.name] = read_member(each)
        except (FileRejectedError, SourceError) as error:
            assert "\n" not in str(error)
    return found


def check_zip(data: bytes) -> None:
    """What is read of a damaged zip is what its directory says of it, or refused."""
    whole = {kent_csv("2024-01", 4), kent_csv("2024-02", 4), kent_csv("2024-03", 2)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "2024-04.zip"
        path.write_bytes(data)
        here = all_read(LocalFile(path))
    far: Any = AtHand(data)
    address = "https://police.example/2024-04.zip"
    there = all_read(
        RemoteZip(
            client=far,
            url=address,
            name="2024-04.zip",
            size_bytes=len(data),
            etag='"1"',
            tail=data,
        )
    )
    assert here == there
    assert all(content in whole or len(content) < 200 for content in here.values())


@given(damaged(release()))
@some
def test_a_damaged_release(data: bytes) -> None:
    check_zip(data)


@given(damaged(release(), tail=400))
@some
def test_a_damaged_directory(data: bytes) -> None:
    check_zip(data)


@given(st.binary(max_size=300))
@some
def test_bytes_that_are_no_zip(data: bytes) -> None:
    assert all_read_of(data) == {}
    assert all_read_of(data + release()[-22:]) == {}


def all_read_of(data: bytes) -> dict[str, bytes]:
    far: Any = AtHand(data)
    return all_read(
        RemoteZip(
            client=far,
            url="https://police.example/x",
            name="x",
            size_bytes=len(data),
            etag="",
            tail=data,
        )
    )


STREET = street_csv([row(crime_id=c * 64) for c in "abcdef"])


def check_street(data: bytes) -> None:
    """Every row is accounted for, or there is one line that says why none is."""
    try:
        sifted = sift(data, member(), KENT)
    except FileRejectedError as error:
        assert "\n" not in str(error)
        return
    assert sifted.rows_in == sifted.accepted.num_rows + sifted.quarantined.num_rows
    text = read_text(data, "x")
    assert sifted.rows_in == text.lines - 1


@given(damaged(STREET))
@some
def test_a_damaged_street_file(data: bytes) -> None:
    check_street(data)


@given(damaged(STREET_HEADER.encode()))
@some
def test_a_damaged_header(header: bytes) -> None:
    check_street(header + STREET[len(STREET_HEADER) :])


@given(st.binary(max_size=300))
@some
def test_bytes_that_are_no_street_file(data: bytes) -> None:
    check_street(data)
    check_street(STREET_HEADER.encode() + b"\n" + data)


@given(st.lists(st.sampled_from([b"a", b",", b'"', b"\r\n", b"\n", b"\xff", b"\0"])))
@some
def test_fields_and_lines_of_any_csv(parts: list[bytes]) -> None:
    data = b"a,b\n" + b"".join(parts)
    try:
        rows = read_rows(data, "a,b", "x", ["a"])
    except FileRejectedError as error:
        assert str(error).startswith("x")
        return
    assert rows.count == read_text(data, "x").lines - 1
    starts = line_offsets(data, rows.lines)
    assert all(at == 0 or data[at - 1 : at] == b"\n" for at in starts)


SETTINGS = b"""\
[exclusions]
without = ["hospital"]
[[exclusion]]
id = "old-depot"
label = "Depot (North|South)"
force = "kent"
why = "Police vehicle pound"
[harm]
weights = "cchi"
scale = "raw"
[hotspots]
share_percent = 1
max_cells = 12
max_area_m2 = 1_200_000
[public]
minimum_count = 10
rounding = 5
finest_resolution = 8
lag_months = 1
[transparency]
oversight = "Two analysts"
[retention]
runs_kept = 24
[[coverage]]
force = "kent"
from = "2024-01"
to = "2024-02"
verdict = "set_aside"
reason = "half a month"
"""
LINES = [line for line in SETTINGS.split(b"\n") if line]
ODD = [b'""', b"[]", b"{}", b"-1", b"1e999", b"nan", b"true", b"1979-05-27", b"[1, []]"]


def check_settings(data: bytes) -> None:
    """Settings that can be, or one line that names the file."""
    with TemporaryDirectory() as folder:
        (Path(folder) / SETTINGS_FILE).write_bytes(data)
        try:
            assert open_home(folder).registry
        except UsageError as error:
            assert "\n" not in str(error)


@given(damaged(SETTINGS) | st.binary(max_size=100))
@some
def test_damaged_settings(data: bytes) -> None:
    check_settings(data)


@given(st.lists(st.sampled_from(LINES), max_size=len(LINES)), st.data())
@some
def test_settings_of_any_lines_and_values(
    lines: list[bytes], data: st.DataObject
) -> None:
    changed = list(lines)
    for at, line in enumerate(changed):
        if b"=" in line and data.draw(st.booleans()):
            odd = data.draw(st.sampled_from(ODD))
            changed[at] = line.partition(b"=")[0] + b"= " + odd
    check_settings(b"\n".join(changed))


def check_mapping(data: bytes) -> None:
    """A mapping that can be used, or one line that names the file."""
    try:
        read_mapping(data.decode("utf-8", "replace"), "kent.toml")
    except UsageError as error:
        assert str(error).startswith("kent.toml")
        assert "\n" not in str(error)


@given(damaged(CSV_MAPPING.encode()) | st.binary(max_size=100))
@some
def test_a_damaged_mapping(data: bytes) -> None:
    check_mapping(data)
