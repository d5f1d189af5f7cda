"""Files inside releases: listed without reading them, read with checksums verified.

A release is a zip, or a folder of extracted CSVs. Nothing is ever extracted by path:
a member is found by an exact name pattern and inflated into memory, within caps.
"""

import os
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from isal import isal_zlib

from transforms.errors import FileRejectedError, UsageError
from transforms.months import Month


_MAX_MEMBER_BYTES = 1 << 30
_MAX_RATIO = 200  # real files inflate four- to fifteen-fold
_MAX_MEMBERS = 20_000
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED = 0x1
# its stub calls the exception's class an instance
_BROKEN_STREAM: type[Exception] = isal_zlib.error  # type: ignore[assignment]


@dataclass(frozen=True)
class Member:
    """One file of one release, known from the directory alone."""

    release: str  # YYYY-MM
    force: str  # as the file's name has it
    month: Month
    kind: str
    name: str  # path inside the release
    crc32: int
    size_bytes: int
    container: Path  # the zip, or the folder of the release
    header_offset: int | None = None  # in the zip
    packed_bytes: int = 0
    packing: int = zipfile.ZIP_STORED
    flags: int = 0

    @property
    def where(self) -> str:
        """How a message names this file."""
        return f"{self.container.name}:{self.name}"


def list_members(
    source: Path, pattern: re.Pattern[str], release: str | None = None
) -> list[Member]:
    """All members of a folder of release zips, one zip, or a folder of extracted CSVs.

    `pattern` has the groups month, force and kind. Files that do not match are passed
    over; a name that comes twice in one release is an error.
    """
    if not source.exists():
        raise UsageError(f"source {source} does not exist")
    zips = [source] if source.is_file() else sorted(source.glob("*.zip"))
    if source.is_file() or (zips and release is None):
        found = [m for path in zips for m in _in_zip(path, pattern)]
    elif release is not None:
        found = list(_in_folder(source, pattern, str(Month.parse(release))))
    else:
        raise UsageError(
            f"source {source} holds no <YYYY-MM>.zip; for a folder of extracted CSVs"
            " give --release YYYY-MM as well"
        )
    return sorted(found, key=lambda m: (m.release, m.name))


def read_member(member: Member) -> bytes:
    """The member's bytes, with size and CRC verified."""
    if member.header_offset is None:
        data = (member.container / member.name).read_bytes()
    else:
        data = _inflate(member, member.header_offset)
    if len(data) != member.size_bytes or isal_zlib.crc32(data) != member.crc32:
        raise FileRejectedError(
            f"{member.where}: the bytes do not match their checksum (CRC-32);"
            " get the file again"
        )
    return data


def _in_zip(path: Path, pattern: re.Pattern[str]) -> Iterator[Member]:
    release = _release_of(path)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise FileRejectedError(
            f"{path.name}: not a readable zip ({error}); get the release again"
        ) from error
    if len(infos) > _MAX_MEMBERS:
        raise FileRejectedError(f"{path.name}: more than {_MAX_MEMBERS:,} members")
    seen: set[str] = set()
    for info in infos:
        match = pattern.fullmatch(info.filename)
        if match is None:
            continue
        if info.filename in seen:
            raise FileRejectedError(f"{path.name}: {info.filename} is in it twice")
        seen.add(info.filename)
        yield Member(
            release,
            match["force"],
            Month.parse(match["month"]),
            match["kind"],
            info.filename,
            info.CRC,
            info.file_size,
            path,
            info.header_offset,
            info.compress_size,
            info.compress_type,
            info.flag_bits,
        )


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
    for path in sorted(source.glob("*/*.csv")):
        name = path.relative_to(source).as_posix()
        match = pattern.fullmatch(name)
        if match is None or not stat.S_ISREG(path.lstat().st_mode):
            continue
        data = path.read_bytes()
        yield Member(
            release,
            match["force"],
            Month.parse(match["month"]),
            match["kind"],
            name,
            isal_zlib.crc32(data),
            len(data),
            source,
        )


def _inflate(member: Member, header_offset: int) -> bytes:
    """Read and inflate one member by its place in the zip.

    Opened by position, so that several threads can read one zip at once.
    """
    limit = min(_MAX_MEMBER_BYTES, max(member.packed_bytes, 1) * _MAX_RATIO)
    if member.size_bytes > limit or member.flags & _ENCRYPTED:
        raise FileRejectedError(
            f"{member.where}: encrypted, over {_MAX_MEMBER_BYTES >> 20} MB,"
            f" or inflating more than {_MAX_RATIO}-fold; no real file is"
        )
    packed = _packed_bytes(member, header_offset)
    if member.packing == zipfile.ZIP_STORED:
        return packed
    if member.packing != zipfile.ZIP_DEFLATED:
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
    descriptor = os.open(member.container, os.O_RDONLY)
    try:
        room = os.fstat(descriptor).st_size - member.packed_bytes
        header = b""
        if 0 <= header_offset <= room:
            header = os.pread(descriptor, _LOCAL_HEADER.size, header_offset)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise FileRejectedError(f"{member.where}: its place in the zip is broken")
        *_, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
        start = header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes
        return os.pread(descriptor, member.packed_bytes, start)
    finally:
        os.close(descriptor)
