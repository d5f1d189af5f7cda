"""Bad input, from a zip on disk to the lake: each kind has its one stated action.

A file is refused and its month stays as it was; or a row is held back with its rule; or
the whole file is mended and told; and the other force beside it always lands. Faults of
the network are in `transforms/feeds/test_http_hostile.py`, held publications in
`transforms/test_holds.py`.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from tests.builders import kent_csv, release_zip, row, street_csv
from tests.transforms.simulated_home import RECEIVED_AT
from transforms.feeds.police_uk import street
from transforms.incidents.coverage import entries
from transforms.incidents.ingest import Ingested, ingest_force
from transforms.incidents.request import Request, resolve
from transforms.lake.lake import Lake
from transforms.reference.forces import FORCES
from transforms.reference.months import Month


MONTH = "2024-01"
NAME = f"{MONTH}/{MONTH}-kent-street.csv"
ROWS = 40
GOOD = kent_csv(MONTH, ROWS)
HEADER, BODY = GOOD.split(b"\n", 1)


def with_rows(*bad: dict[str, str], good: int = ROWS) -> bytes:
    """A good file with bad rows in its middle."""
    lines = kent_csv(MONTH, good).split(b"\n")
    added = street_csv(bad).split(b"\n")[1:-1]
    return b"\n".join([*lines[:3], *added, *lines[3:]])


def line_inserted(line: bytes) -> bytes:
    lines = GOOD.split(b"\n")
    return b"\n".join([*lines[:3], line, *lines[3:]])


@dataclass
class Case:
    """One kind of bad input, and what must come of it."""

    does: str  # refuse, hold, mend or take
    data: bytes = GOOD
    words: str = ""
    rule: str = ""
    count: int = 1
    spoil: Callable[[Path], None] | None = None  # the zip, after it is written


def refuse(data: bytes, words: str) -> Case:
    return Case("refuse", data, words)


def hold(rule: str, *bad: dict[str, str]) -> Case:
    return Case("hold", with_rows(*bad), rule=rule, count=len(bad))


def flip_in_data(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(NAME)
    data = bytearray(path.read_bytes())
    data[info.header_offset + 30 + len(NAME) + info.compress_size // 2] ^= 0xFF
    path.write_bytes(data)


def mark_encrypted(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for match in re.finditer(rb"PK\x01\x02", bytes(data)):
        at = match.start()
        if data[at + 46 :].startswith(NAME.encode()):
            data[at + 8] |= 1
    path.write_bytes(data)


def replaced_member(data: bytes, **info: object) -> Callable[[Path], None]:
    """Write the zip anew with another member in kent's place."""

    def spoil(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            others = [(i, archive.read(i)) for i in archive.infolist()]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for other, content in others:
                if other.filename != NAME:
                    archive.writestr(other.filename, content)
            archive.writestr(NAME, data)

    return spoil


WEB_PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>\n"
SEMICOLONS = GOOD.replace(b",", b";")
SWAPPED = kent_csv(MONTH, ROWS, longitude="52.500000", latitude="-1.500000")
PROJECTED = kent_csv(MONTH, ROWS, longitude="434000.00", latitude="289000.00")
REORDERED = street_csv(
    [
        {k: r[k] for k in [*list(r)[:4], "Latitude", "Longitude", *list(r)[6:]]}
        for r in (row(crime_id=f"{i:064x}") for i in range(ROWS))
    ]
).replace(b"Longitude,Latitude", b"Latitude,Longitude", 1)
NEW_COLUMN = b"\n".join(
    [HEADER + b",Weather", *(line + b",fine" for line in BODY.split(b"\n")[:-1]), b""]
)
WIDE = b"".join(sha256(b"%d" % i).hexdigest().encode() for i in range(1 << 15))

CASES = {
    "1 zip bomb": Case(
        "refuse", words="inflating", spoil=replaced_member(HEADER + b"\n" * 5_000_000)
    ),
    "5 bad CRC": Case("refuse", words="", spoil=flip_in_data),
    "6 encrypted": Case("refuse", words="encrypted", spoil=mark_encrypted),
    "8 cut off": refuse(GOOD[:-40], "the last row is cut off"),
    "9 nothing": refuse(b"", "the file is empty"),
    "9 header only": refuse(HEADER + b"\n", "a header and no rows"),
    "10 JSON": refuse(b'{"error": "not found"}\n', "JSON"),
    "10 XML": refuse(b"<?xml version='1.0'?><Error/>\n", "a web page or XML"),
    "11 log-in page": refuse(WEB_PAGE, "a web page or XML"),
    "12 UTF-16": Case("mend", GOOD.decode().encode("utf-16"), "UTF-16 read as UTF-8"),
    "12 UTF-16 without a mark": refuse(GOOD.decode().encode("utf-16-le"), "line 1"),
    "13 byte order mark": Case(
        "mend", b"\xef\xbb\xbf" + GOOD, "byte order mark removed"
    ),
    "14 another code page": refuse(
        GOOD.replace(b"High Street", "Caf\xe9 Row".encode("latin-1")),
        "not UTF-8",
    ),
    "15 a line that is no UTF-8": Case(
        "hold", line_inserted(b"\xff\xfe"), rule="encoding"
    ),
    "16 a control character in a place": Case(
        "take", with_rows(row(location="On or near High\x00 Street")), count=1
    ),
    "16 a control character in a key": hold("month", row(month="2024-01\x00")),
    "17 direction marks in a place": Case(
        "take", with_rows(row(location="On or near \u202eHigh Street"))
    ),
    "18 a line of a megabyte": refuse(line_inserted(WIDE), "line 4: over"),
    "20 a field too many": Case("hold", line_inserted(b"," * 12), rule="columns"),
    "21 a field too few": Case("hold", line_inserted(b"a,b"), rule="columns"),
    "22 columns in another order": Case("mend", REORDERED, "columns reordered"),
    "23 no header": refuse(BODY, "line 1: not the header"),
    "24 semicolons": refuse(SEMICOLONS, "line 1: not the header"),
    "25 an unbalanced quote": refuse(
        line_inserted(b'"' + GOOD.split(b"\n")[2]), "a quote is unbalanced"
    ),
    "26 longitude and latitude swapped": refuse(SWAPPED, "the wrong way round"),
    "27 null island": hold("coordinates", row(longitude="0.0", latitude="0.0")),
    "27 outside the area": Case(
        "take", with_rows(row(longitude="-4.25", latitude="55.86", lsoa_code=""))
    ),
    "28 eastings and northings": refuse(PROJECTED, "eastings and northings"),
    "29 no number": hold("coordinates", row(longitude="NaN"), row(latitude="inf")),
    "29 an overflow": hold("coordinates", row(longitude="1e400")),
    "30 a comma for a decimal mark": hold("coordinates", row(longitude="-1,5")),
    "31 another month": hold("month", row(month="2023-12")),
    "31 all of another month": refuse(
        kent_csv("2023-12", ROWS), "another month's file"
    ),
    "32 a future month": hold("month", row(month="2034-01")),
    "33 no month": hold("month", row(month="2024-13"), row(month="24-01")),
    "38 an unknown crime type": hold("category", row(crime_type="Piracy")),
    "39 another force": hold("force", row(reported_by="Gwent Police")),
    "39 all of another force": refuse(
        kent_csv(MONTH, ROWS, reported_by="Gwent Police"), "another force's file"
    ),
    "40 a repeated Crime ID": Case(
        "take", with_rows(row(), row(location="On or near Low Street")), count=2
    ),
    "41 a Crime ID of the wrong form": hold("crime-id", row(crime_id="abc")),
    "48 a new column": Case("mend", NEW_COLUMN, "unknown columns ignored: Weather"),
    "49 a renamed column": refuse(GOOD.replace(b"Crime type", b"Type", 1), "line 1"),
    "49 a column twice": refuse(GOOD.replace(b"Context", b"Month", 1), "line 1"),
    "51 a formula": Case(
        "take", with_rows(row(location='On or near =HYPERLINK(""x"")'))
    ),
    "52 a script": Case(
        "take", with_rows(row(location="On or near <script>alert(1)</script>"))
    ),
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Kent's January as an earlier release had it: 30 rows."""
    files = {("kent", MONTH): kent_csv(MONTH, 30)}
    release_zip(tmp_path / "before", "2024-02", files)
    lake = Lake(tmp_path / "lake")
    ingest(lake, resolve(tmp_path / "before", FORCES, ["kent"]), "kent")
    return lake


def ingest(lake: Lake, request: Request, force: str) -> Ingested:
    return ingest_force(
        lake,
        street,
        FORCES[force],
        request.members,
        request.months,
        RECEIVED_AT,
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_bad_input_has_its_stated_end(case: Case, lake: Lake, tmp_path: Path) -> None:
    gwent = street_csv([row(reported_by="Gwent Police")] * 3)
    files = {("kent", MONTH): case.data, ("gwent", MONTH): gwent}
    path = release_zip(tmp_path / "source", "2024-04", files)
    if case.spoil:
        case.spoil(path)
    request = resolve(tmp_path / "source", FORCES, ["kent", "gwent"])
    done = ingest(lake, request, "kent")
    held = {e.release: e for e in entries(lake.read("coverage", "kent"))}["2024-04"]
    rows = len(lake.read("incidents", "kent"))
    rules = [r["rule"] for r in lake.read("quarantine", "kent").to_pylist()]

    if case.does == "refuse":
        assert held.observed == "rejected"
        [line] = done.rejected
        assert line == held.reason
        assert case.words in line
        assert NAME in line
        assert "\n" not in line
        assert rows == 30, "the month is not as it was"
        assert rules == []
    else:
        assert held.observed == "supplied"
        assert held.rows_in == held.rows_accepted + held.rows_quarantined
        assert rows == ROWS + (case.count if case.does == "take" else 0)
        assert rules == ([case.rule] * case.count if case.does == "hold" else [])
        assert (held.repairs or "") == (case.words if case.does == "mend" else "")
    assert ingest(lake, request, "gwent").total("rows_accepted") == 3


@pytest.mark.parametrize(
    "name",
    [
        "../../2024-01/2024-01-kent-street.csv",
        "/2024-01/2024-01-kent-street.csv",
        "C:/2024-01/2024-01-kent-street.csv",
        "2024-01/2024-01-kent';drop-street.csv",
        "2024-01/2024-01-*-street.csv",
        "2024-01/2024-02-kent-street.csv",
        "nested.zip",
    ],
)
def test_a_member_by_any_other_name_is_never_read(name: str, tmp_path: Path) -> None:
    """Rows 2, 3 and 53: names that leave the folder, glob, or carry SQL."""
    path = release_zip(tmp_path / "source", "2024-04", {("kent", "2024-02"): GOOD})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, GOOD)
    request = resolve(tmp_path / "source", FORCES, ["kent"])
    assert [m.month for m in request.members] == [Month(2024, 2)]


def test_the_same_file_as_another_month_is_refused(lake: Lake, tmp_path: Path) -> None:
    """Row 43."""
    files = {("kent", MONTH): GOOD, ("kent", "2024-02"): GOOD}
    release_zip(tmp_path / "source", "2024-04", files)
    done = ingest(lake, resolve(tmp_path / "source", FORCES, ["kent"]), "kent")
    [line] = done.rejected
    assert "2024-02-kent-street.csv: it is another month's file" in line


def test_one_row_ten_thousand_times_is_kept(lake: Lake, tmp_path: Path) -> None:
    """Row 42: real rows repeat, so none is dropped; the volume holds the month."""
    data = with_rows(*[row()] * 10_000, good=2_000)
    release_zip(tmp_path / "source", "2024-04", {("kent", MONTH): data})
    done = ingest(lake, resolve(tmp_path / "source", FORCES, ["kent"]), "kent")
    assert done.total("rows_accepted") == 12_000
