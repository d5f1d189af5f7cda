"""Files inside releases: listed without reading them, read with checksums verified.

A release is a zip, here or at an address, or a folder of extracted CSVs. Nothing is
ever extracted by path: a member is found by an exact name pattern and inflated into
memory, within caps.
"""

import re
import stat
import struct
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from isal import isal_zlib

from transforms.errors import FileRejectedError, UsageError
from transforms.feeds.archive.ranges import LocalFile, Ranged, Seekable
from transforms.feeds.archive.raw import Raw
from transforms.feeds.archive.shapes import as_published, loose_files
from transforms.reference.months import Month


_MAX_MEMBER_BYTES = 1 << 30
_MAX_RATIO = 200  # real files inflate four- to fifteen-fold
_MAX_MEMBERS = 20_000
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_MAX_HEADER_BYTES = _LOCAL_HEADER.size + 2 * 0xFFFF
_FETCHES = 3  # of a member that comes broken
_ENCRYPTED = 0x1
# its stub calls the exception's class an instance
_BROKEN_STREAM: type[Exception] = isal_zlib.error  # type: ignore[assignment]


@dataclass(frozen=True, kw_only=True)
class Member:
    """One file of one release, known from the directory alone."""

    release: str  # YYYY-MM
    force: str  # as the file's name has it
    month: Month
    kind: str
    name: str  # path inside the release
    crc32: int
    size_bytes: int
    container: Ranged  # the zip, or the extracted file itself
    header_offset: int | None = None  # in the zip
    packed_bytes: int = 0
    packing: int = zipfile.ZIP_STORED
    flags: int = 0
    room_bytes: int = 0  # in the zip, from its header to whatever comes next
    raw: Raw | None = None  # where its bytes are kept once they have been fetched

    @property
    def identity(self) -> tuple[str, int, int]:
        """What a directory says of its bytes: path, CRC-32 and size."""
        return self.name, self.crc32, self.size_bytes

    @property
    def where(self) -> str:
        """How a message names this file."""
        return f"release {self.release}, {self.name}"


def list_members(
    source: Path,
    pattern: re.Pattern[str],
    release: str | None = None,
    broken: list[str] | None = None,
) -> list[Member]:
    """All members of a folder of release zips, one zip, or a folder of extracted CSVs.

    `pattern` has the groups month, force and kind. Files that do not match are passed
    over, and so are other zips without any. A release that cannot be
    read is listed in `broken`, where that is given, so that a download under way stops
    nobody; otherwise it is an error.
    """
    if not source.exists():
        raise UsageError(f"source {source} does not exist")
    zips = [source] if source.is_file() else sorted(source.glob("*.zip"))
    if source.is_file() or (zips and release is None):
        if source.is_file() and release is not None:
            raise UsageError("--release is for a folder of extracted CSVs")
        found: list[Member] = []
        for path in zips:
            if not source.is_file() and _is_unrelated(path, pattern):
                continue
            try:
                found += zip_members(LocalFile(path), _release_of(path), pattern)
            except (FileRejectedError, UsageError) as error:
                if broken is None:
                    raise
                broken.append(str(error))
    elif release is not None:
        found = list(_in_folder(source, pattern, str(Month.parse(release))))
    else:
        raise UsageError(
            f"source {source} contains no <YYYY-MM>.zip; for a folder of extracted CSVs"
            " give --release YYYY-MM as well"
        )
    return sorted(found, key=lambda m: (m.release, m.name))


def read_member(member: Member) -> bytes:
    """The member's bytes, with size and CRC verified."""
    if member.header_offset is None:
        data = member.container.read_at(0, member.size_bytes + 1)
        return _verified(member, data)
    if member.raw is None:
        packed = _packed_bytes(member, member.header_offset)
        return _verified(member, _inflate(member, packed, member.packing))
    return _fetched(member, member.header_offset, member.raw)


def _fetched(member: Member, header_offset: int, raw: Raw) -> bytes:
    """From what is kept, else from far away; a broken one is fetched again."""
    stored = raw.find(*member.identity)
    if stored is not None:
        with suppress(FileRejectedError):  # it has rotted: fetched again below
            return _verified(member, _inflate(member, *stored))
    for fetch in range(1, _FETCHES + 1):
        packed = _packed_bytes(member, header_offset)
        try:
            data = _verified(member, _inflate(member, packed, member.packing))
        except FileRejectedError:
            if fetch == _FETCHES:
                raise
            continue
        raw.keep(*member.identity, sha256(data).hexdigest(), packed, member.packing)
        return data
    raise AssertionError


def _verified(member: Member, data: bytes) -> bytes:
    if len(data) != member.size_bytes or isal_zlib.crc32(data) != member.crc32:
        raise FileRejectedError(
            f"{member.where}: the bytes do not match their checksum (CRC-32);"
            " get the file again"
        )
    return data


def zip_members(
    archive: Ranged, release: str, pattern: re.Pattern[str], raw: Raw | None = None
) -> list[Member]:
    """The members of one zip, from its directory: all of them, or an error."""
    return list(_zip_members(archive, release, pattern, raw))


def _zip_members(
    archive: Ranged, release: str, pattern: re.Pattern[str], raw: Raw | None
) -> Iterator[Member]:
    infos, end = _directory(archive)
    rooms = _rooms(archive.name, infos, end)
    seen: set[str] = set()
    for info in infos:
        match = _match(info.filename, pattern)
        if match is None:
            continue
        if match[0] in seen:
            raise FileRejectedError(f"{archive.name}: {match[0]} is in it twice")
        seen.add(match[0])
        yield Member(
            release=release,
            force=match["force"],
            month=Month.parse(match["month"]),
            kind=match["kind"],
            name=match[0],
            crc32=info.CRC,
            size_bytes=info.file_size,
            container=archive,
            header_offset=info.header_offset,
            packed_bytes=info.compress_size,
            packing=info.compress_type,
            flags=info.flag_bits,
            room_bytes=rooms[info.header_offset],
            raw=raw,
        )


def _directory(archive: Ranged) -> tuple[list[zipfile.ZipInfo], int]:
    """What is in a zip, and where its directory starts."""
    try:
        with zipfile.ZipFile(Seekable(archive)) as opened:
            infos, end = opened.infolist(), opened.start_dir
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise FileRejectedError(
            f"{archive.name}: not a readable zip ({error}); get the release again"
        ) from error
    if len(infos) > _MAX_MEMBERS:
        raise FileRejectedError(f"{archive.name}: more than {_MAX_MEMBERS:,} members")
    return infos, end


def _rooms(name: str, infos: Sequence[zipfile.ZipInfo], end: int) -> dict[int, int]:
    """By the place of each header, the bytes up to the next; none may overlap.

    Overlapping entries let a small zip unpack to any size.
    """
    rooms = {}
    for info in sorted(infos, key=lambda i: i.header_offset, reverse=True):
        room = end - info.header_offset
        if room < _LOCAL_HEADER.size + info.compress_size:
            raise FileRejectedError(
                f"{name}: {info.filename!r} overlaps what comes after it; no real"
                " release does"
            )
        rooms[info.header_offset] = room
        end = info.header_offset
    return rooms


def _match(name: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """What a name says, in whatever shape the archive comes."""
    published = as_published(name)
    return pattern.fullmatch(published) if published else None


def _is_unrelated(path: Path, pattern: re.Pattern[str]) -> bool:
    """Whether a zip, by its name no release, holds none of a release's files either."""
    with suppress(UsageError):
        _release_of(path)
        return False
    try:
        infos, _ = _directory(LocalFile(path))
    except FileRejectedError:
        return True
    return not any(_match(info.filename, pattern) for info in infos)


def _release_of(path: Path) -> str:
    try:
        return str(Month.parse(path.stem))
    except UsageError as error:
        raise UsageError(
            f"{path.name}: a release's zip is named for its month, such as 2024-04.zip"
        ) from error


def _in_folder(
    source: Path, pattern: re.Pattern[str], release: str
) -> Iterator[Member]:
    seen: dict[str, Path] = {}
    for path in loose_files(source):
        match = _match(path.relative_to(source).as_posix(), pattern)
        if match is None or not stat.S_ISREG(path.lstat().st_mode):
            continue
        if (first := seen.setdefault(match[0], path)) != path:
            raise UsageError(
                f"source {source}: {str(first.relative_to(source))!r} and"
                f" {str(path.relative_to(source))!r} are the same file of the archive;"
                " keep one, or name the folder of one release"
            )
        data = path.read_bytes()
        yield Member(
            release=release,
            force=match["force"],
            month=Month.parse(match["month"]),
            kind=match["kind"],
            name=match[0],
            crc32=isal_zlib.crc32(data),
            size_bytes=len(data),
            container=LocalFile(path, called=source.name),
        )


def _inflate(member: Member, packed: bytes, packing: int) -> bytes:
    if packing == zipfile.ZIP_STORED:
        return packed
    if packing != zipfile.ZIP_DEFLATED:
        raise FileRejectedError(f"{member.where}: unknown compression")
    try:
        inflater = isal_zlib.decompressobj(wbits=-15)
        # one byte over, so that a longer stream shows
        return bytes(inflater.decompress(packed, member.size_bytes + 1))
    except _BROKEN_STREAM as error:
        raise FileRejectedError(
            f"{member.where}: broken compression ({error}); get the release again"
        ) from error


def _packed_bytes(member: Member, header_offset: int) -> bytes:
    """The member's bytes as the zip has them, header and body in one read."""
    limit = min(_MAX_MEMBER_BYTES, max(member.packed_bytes, 1) * _MAX_RATIO)
    sizes = member.size_bytes, member.packed_bytes
    if max(sizes) > limit or member.flags & _ENCRYPTED:
        raise FileRejectedError(
            f"{member.where}: encrypted, over {_MAX_MEMBER_BYTES >> 20} MB,"
            f" or inflating more than {_MAX_RATIO}-fold; no real file is"
        )
    room = min(member.room_bytes, _MAX_HEADER_BYTES + member.packed_bytes)
    found = b""
    if header_offset >= 0 and member.packed_bytes <= member.room_bytes:
        found = member.container.read_at(header_offset, room)
    if len(found) < _LOCAL_HEADER.size or not found.startswith(b"PK\x03\x04"):
        raise FileRejectedError(f"{member.where}: its place in the zip is broken")
    *_, name_bytes, extra_bytes = _LOCAL_HEADER.unpack_from(found)
    start = _LOCAL_HEADER.size + name_bytes + extra_bytes
    packed = found[start : start + member.packed_bytes]
    if len(packed) < member.packed_bytes:
        raise FileRejectedError(f"{member.where}: its place in the zip is broken")
    return packed
