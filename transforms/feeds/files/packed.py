"""Files that hold another file, or are none of text: named as such, never unpacked."""

from transforms.errors import FileRejectedError


_UNPACK = "unpack it, then send what is in it"
# By how their bytes begin.
_PACKED = (
    (b"\x1f\x8b", f"a gzip file; {_UNPACK}"),
    (b"PK\x03\x04", f"a zip archive; {_UNPACK} (an Excel workbook: save it as CSV)"),
    (b"PK\x05\x06", f"an empty zip archive; {_UNPACK}"),
    (b"BZh", f"a bzip2 file; {_UNPACK}"),
    (b"\xfd7zXZ\x00", f"an xz file; {_UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"a 7z archive; {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"a zstd file; {_UNPACK}"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (xls); save it as CSV"),
    (b"%PDF", "a PDF; export the rows as a table"),
)


def refuse_packed(data: bytes, where: str) -> None:
    """`FileRejectedError` for bytes that begin as an archive or a workbook does."""
    for start, what in _PACKED:
        if data.startswith(start):
            raise FileRejectedError(f"{where}: {what}")
