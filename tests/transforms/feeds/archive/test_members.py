"""Files are found by exact names, and read only as the bytes they claim to be."""

import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from zlib import crc32

import pytest

from tests.builders import release_zip
from transforms.errors import FileRejectedError, HexbeatError, UsageError
from transforms.feeds.archive.members import Member, list_members, read_member
from transforms.feeds.police_uk.street import MEMBER, street_members
from transforms.reference.months import Month


NAME = "2024-01/2024-01-kent-street.csv"
DATA = "".join(f"{n * 7919} some rows of text\n" for n in range(200)).encode()
CENTRAL, END = b"PK\x01\x02", b"PK\x05\x06"


def zip_of(
    folder: Path,
    files: dict[str, bytes],
    compression: int = zipfile.ZIP_DEFLATED,
) -> Path:
    path = folder / "2024-04.zip"
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def only(path: Path) -> Member:
    [member] = list_members(path, MEMBER)
    return member


def overwrite(path: Path, at: int, data: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[at : at + len(data)] = data
    path.write_bytes(content)


def csv_in(folder: Path, name: str = NAME, data: bytes = DATA) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_member_is_known_from_the_directory_alone(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA})
    member = only(path)
    assert (member.release, member.force, member.kind) == ("2024-04", "kent", "street")
    assert member.month == Month(2024, 1)
    assert (member.size_bytes, member.crc32) == (len(DATA), crc32(DATA))
    assert member.where == f"release 2024-04, {NAME}"
    assert read_member(member) == DATA


@pytest.mark.parametrize(
    "name",
    [
        f"../{NAME}",
        f"/{NAME}",
        f"archive/../{NAME}",
        f"a/b/c/{NAME}",
        f"..\\{NAME}",
        "__MACOSX/2024-01/._2024-01-kent-street.csv",
        "2024-01/../2024-01-kent-street.csv",
        "2024-01/2024-02-kent-street.csv",
        "2024-13/2024-13-kent-street.csv",
        "2024-01/2024-01-Kent-street.csv",
        "2024-01/2024-01-kent-Street.csv",
        "2024-01/2024-01-kent-street.CSV",
        "2024-01/2024-01-kent-neighbourhood.csv",
        "2024-01/2024-01-kent-street.csv.exe",
        "2024-01/2024-01-kent-street.csv\n",
        "2024-01/2024-01-ke/nt-street.csv",
        "2024-01/2024-01--street.csv",
        "２０２４-01/２０２４-01-kent-street.csv",
        "readme.txt",
    ],
)
def test_any_other_name_is_passed_over(tmp_path: Path, name: str) -> None:
    assert list_members(zip_of(tmp_path, {name: DATA}), MEMBER) == []


SHAPES = [
    f"crime data/{NAME}",
    f"a/b/{NAME}",
    NAME.rpartition("/")[2],
    NAME.replace("/", "\\"),
    f"crime data/{NAME.rpartition('/')[2]}",
    f"2024-04/{NAME}",
]


@pytest.mark.parametrize("name", SHAPES)
def test_a_zip_made_anew_is_read_as_the_one_that_was_published(
    tmp_path: Path, name: str
) -> None:
    published = only(zip_of(tmp_path, {NAME: DATA}))
    again = only(zip_of(tmp_path, {"readme.txt": b"x", name: DATA}))
    assert again.identity == published.identity
    assert read_member(again) == DATA


@pytest.mark.parametrize(
    "name", ["{file}", "2024-01/{file}", "data/{file}", "data/2024-01/{file}"]
)
def test_a_folder_in_another_shape_is_read_as_the_published_one(
    tmp_path: Path, name: str
) -> None:
    csv_in(tmp_path, name.format(file=NAME.rpartition("/")[2]))
    [member] = list_members(tmp_path, MEMBER, "2024-04")
    assert (member.name, read_member(member)) == (NAME, DATA)


def test_one_file_in_two_shapes_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA, f"copy/{NAME}": DATA})
    with pytest.raises(FileRejectedError, match="in it twice"):
        list_members(path, MEMBER)
    for folder in ("2025-01", "2025-02"):
        csv_in(tmp_path / "both" / folder)
    with pytest.raises(UsageError, match=r"'2025-01/.*' and '2025-02/.*' are the same"):
        list_members(tmp_path / "both", MEMBER, "2024-04")


def test_an_unrelated_zip_beside_releases_is_passed_over(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA})
    with zipfile.ZipFile(tmp_path / "backup.zip", "w") as archive:
        archive.writestr("letters/dear-john.txt", b"x")
    (tmp_path / "broken.zip").write_bytes(b"not a zip")
    broken: list[str] = []
    assert len(list_members(tmp_path, MEMBER, broken=broken)) == 1
    assert broken == []
    path.rename(tmp_path / "latest.zip")  # whose release nobody can know
    assert list_members(tmp_path, MEMBER, broken=broken) == []
    assert [line.partition(":")[0] for line in broken] == ["latest.zip"]


def test_of_the_three_kinds_only_street_files_are_asked_for(tmp_path: Path) -> None:
    kinds = ["street", "outcomes", "stop-and-search"]
    names = {f"2024-01/2024-01-kent-{kind}.csv": DATA for kind in kinds}
    path = zip_of(tmp_path, names)
    assert sorted(m.kind for m in list_members(path, MEMBER)) == sorted(kinds)
    assert [m.kind for m in street_members(path)] == ["street"]


def test_releases_of_a_folder_are_listed_in_order(tmp_path: Path) -> None:
    for release in ("2024-05", "2023-12"):
        files = {
            (f, m): DATA for f in ("kent", "gwent") for m in ("2023-12", "2023-11")
        }
        release_zip(tmp_path, release, files)
    (tmp_path / "notes.txt").write_text("not a release")
    found = [(m.release, str(m.month), m.force) for m in list_members(tmp_path, MEMBER)]
    assert found == sorted(found)
    assert len(found) == 8


def test_a_member_stored_without_compression_is_read(tmp_path: Path) -> None:
    member = only(zip_of(tmp_path, {NAME: DATA}, zipfile.ZIP_STORED))
    assert member.packed_bytes == member.size_bytes
    assert read_member(member) == DATA


def test_an_empty_member_is_read_as_no_bytes(tmp_path: Path) -> None:
    assert read_member(only(zip_of(tmp_path, {NAME: b""}))) == b""


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_no_release_uses_is_refused(
    tmp_path: Path, compression: int
) -> None:
    member = only(zip_of(tmp_path, {NAME: DATA}, compression))
    with pytest.raises(FileRejectedError, match="unknown compression"):
        read_member(member)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_changed_byte_is_refused(tmp_path: Path, compression: int) -> None:
    path = zip_of(tmp_path, {NAME: DATA}, compression)
    at = only(path).packed_bytes // 2
    overwrite(path, at, bytes([path.read_bytes()[at] ^ 1]))
    with pytest.raises(FileRejectedError, match=f"{NAME}: .*get the "):
        read_member(only(path))


def test_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA})
    overwrite(path, path.read_bytes().index(CENTRAL) + 16, b"\0\0\0\0")
    with pytest.raises(FileRejectedError, match=r"checksum \(CRC-32\)"):
        read_member(only(path))


def test_a_stream_longer_than_its_size_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA})
    half = DATA[: len(DATA) // 2]
    at = path.read_bytes().index(CENTRAL)
    overwrite(path, at + 16, struct.pack("<L", crc32(half)))
    overwrite(path, at + 24, struct.pack("<L", len(half)))
    with pytest.raises(FileRejectedError, match="checksum"):
        read_member(only(path))


def test_a_truncated_zip_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FileRejectedError, match=r"2024-04\.zip: not a readable zip"):
        list_members(path, MEMBER)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA})
    overwrite(path, path.read_bytes().index(CENTRAL) + 8, b"\1")
    with pytest.raises(FileRejectedError, match="encrypted"):
        read_member(only(path))


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA})
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(path, "a") as archive,
    ):
        archive.writestr(NAME, b"something else")
    with pytest.raises(FileRejectedError, match="in it twice"):
        list_members(path, MEMBER)


def test_a_zip_that_holds_a_name_twice_brings_nothing_at_all(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA, NAME.replace("-01", "-02"): DATA})
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(path, "a") as archive,
    ):
        archive.writestr(NAME.replace("-01", "-02"), b"something else")
    broken: list[str] = []
    assert list_members(path, MEMBER, broken=broken) == []
    assert len(broken) == 1


def test_entries_that_overlap_are_refused(tmp_path: Path) -> None:
    second = "2024-02/2024-02-kent-street.csv"
    path = zip_of(tmp_path, {NAME: DATA, second: DATA})
    last = path.read_bytes().rindex(CENTRAL)
    overwrite(path, last + 42, struct.pack("<L", 0))
    with pytest.raises(FileRejectedError, match="overlaps what comes after it"):
        list_members(path, MEMBER)


def test_a_zip_of_far_too_many_members_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transforms.feeds.archive.members._MAX_MEMBERS", 1)
    path = zip_of(tmp_path, {NAME: DATA, "readme.txt": DATA})
    with pytest.raises(FileRejectedError, match="more than 1 members"):
        list_members(path, MEMBER)


def test_a_directory_made_to_cost_is_refused_before_it_is_read(tmp_path: Path) -> None:
    directory = CENTRAL + bytes(43)
    count = (9 << 20) // len(directory)
    end = struct.pack("<4s4H2LH", END, 0, 0, 65535, 65535, count * 47, 0, 0)
    path = tmp_path / "2024-04.zip"
    path.write_bytes(directory * count + end)
    with pytest.raises(FileRejectedError, match="directory is over 8 MB"):
        list_members(path, MEMBER)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    member = only(zip_of(tmp_path, {NAME: b"0" * 1_000_000}))
    assert member.size_bytes > 200 * member.packed_bytes
    with pytest.raises(FileRejectedError, match="200-fold"):
        read_member(member)


def test_a_bomb_that_lies_about_its_size_is_not_inflated(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: b"0" * 1_000_000})
    overwrite(path, path.read_bytes().index(CENTRAL) + 24, struct.pack("<L", 5000))
    with pytest.raises(FileRejectedError, match="checksum"):
        read_member(only(path))


def test_a_member_that_claims_more_than_the_zip_holds_is_refused(
    tmp_path: Path,
) -> None:
    member = replace(only(zip_of(tmp_path, {NAME: DATA})), packed_bytes=1 << 60)
    with pytest.raises(FileRejectedError, match=NAME):
        read_member(member)


def test_a_member_that_is_not_where_the_directory_says_is_refused(
    tmp_path: Path,
) -> None:
    path = zip_of(tmp_path, {NAME: DATA})
    overwrite(path, path.read_bytes().index(CENTRAL) + 42, b"\5")
    with pytest.raises(FileRejectedError, match="place in the zip is broken"):
        read_member(only(path))


@pytest.mark.parametrize(
    ("signature", "offset", "data"),
    [
        pytest.param(CENTRAL, 6, b"\xff", id="version to come"),
        pytest.param(CENTRAL, 46, b"\xff", id="name that is no text"),
        pytest.param(END, 16, b"\xff", id="directory elsewhere"),
        pytest.param(END, 12, b"\xff\xff", id="directory of another size"),
    ],
)
def test_a_broken_directory_is_refused_in_one_line(
    tmp_path: Path, signature: bytes, offset: int, data: bytes
) -> None:
    path = zip_of(tmp_path, {NAME: DATA})
    at = path.read_bytes().rindex(signature)
    if offset == 46:
        overwrite(path, at + 8, struct.pack("<H", 0x800))
    overwrite(path, at + offset, data)
    with pytest.raises(FileRejectedError):
        [read_member(m) for m in list_members(path, MEMBER)]


def test_whatever_is_broken_the_error_is_ours(tmp_path: Path) -> None:
    names = [f"2024-0{n}/2024-0{n}-kent-street.csv" for n in (1, 2)]
    path = zip_of(tmp_path, dict.fromkeys(names, DATA[:600]))
    whole = path.read_bytes()
    random = Random(1)  # noqa: S311
    for _ in range(1500):
        broken = bytearray(whole)
        for _ in range(random.choice([1, 1, 2])):
            first = random.choice([0, len(whole) - 250])
            broken[random.randrange(first, len(whole))] = random.randrange(256)
        path.write_bytes(broken)
        try:
            for member in list_members(path, MEMBER):
                assert read_member(member) == DATA[:600]
        except HexbeatError:
            continue


def test_several_threads_read_one_zip(tmp_path: Path) -> None:
    files = {
        f"2024-{n:02d}/2024-{n:02d}-kent-street.csv": DATA[n * 100 :]
        for n in range(1, 13)
    }
    members = list_members(zip_of(tmp_path, files), MEMBER)
    with ThreadPoolExecutor(2) as pool:
        read = list(pool.map(read_member, members * 10))
    assert read == [files[m.name] for m in members] * 10


def test_a_folder_of_extracted_files_is_read_with_its_release(tmp_path: Path) -> None:
    csv_in(tmp_path)
    csv_in(tmp_path, "2024-01/2024-01-kent-notes.csv")
    [member] = list_members(tmp_path, MEMBER, "2024-04")
    assert (member.release, member.name) == ("2024-04", NAME)
    assert read_member(member) == DATA


def test_an_extracted_file_that_changed_since_it_was_listed_is_refused(
    tmp_path: Path,
) -> None:
    path = csv_in(tmp_path)
    [member] = list_members(tmp_path, MEMBER, "2024-04")
    path.write_bytes(DATA.replace(b"7919", b"7918"))
    with pytest.raises(FileRejectedError, match="checksum"):
        read_member(member)


def test_a_folder_without_zips_needs_a_release(tmp_path: Path) -> None:
    csv_in(tmp_path)
    with pytest.raises(UsageError, match="give --release YYYY-MM"):
        list_members(tmp_path, MEMBER)


def test_a_bad_release_is_a_usage_error(tmp_path: Path) -> None:
    csv_in(tmp_path)
    with pytest.raises(UsageError, match="'April' is not a month"):
        list_members(tmp_path, MEMBER, "April")


def test_a_zip_not_named_after_a_month_is_a_usage_error(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {NAME: DATA}).rename(tmp_path / "latest.zip")
    with pytest.raises(
        UsageError, match=r"latest\.zip: a release's zip is named for its month"
    ):
        list_members(path, MEMBER)


def test_a_source_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere does not exist"):
        list_members(tmp_path / "nowhere", MEMBER)


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    elsewhere = csv_in(tmp_path / "elsewhere")
    source = tmp_path / "source"
    csv_in(source)
    (source / "2024-01/2024-01-gwent-street.csv").symlink_to(elsewhere)
    assert [m.force for m in list_members(source, MEMBER, "2024-04")] == ["kent"]


def test_the_pattern_names_what_it_finds() -> None:
    match = MEMBER.fullmatch("2024-01/2024-01-avon-and-somerset-stop-and-search.csv")
    assert match is not None
    assert match.groupdict() == {
        "month": "2024-01",
        "force": "avon-and-somerset",
        "kind": "stop-and-search",
    }
