"""Where a home's files are: a folder, or a prefix of an object store (`s3://…`).

A prefix behaves as a path does, so that readers need not care. Writing differs:
on a disk a file is written under another name, flushed and renamed; in a store it is
put whole, and what must not be overwritten unseen on a condition that the store checks.
"""

import os
import re
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import uuid4

from transforms.errors import HexbeatError, UsageError
from transforms.lake.addresses import refuse_secrets
from transforms.lake.crash_points import crash_point


_READ_ONLY = 0o440
_SWAP_TRIES = 20
_ANSWER = re.compile(r"<Code>([^<]+)</Code>\s*<Message>([^<]+)</Message>")


def located(address: str | Path, **options: str) -> Path:
    """The folder or file at that address.

    Its credentials are the environment's, unless `options` have them.
    """
    text = str(address)
    if "://" not in text:
        return Path(text)
    refuse_secrets("an address of a store", text)
    if not text.startswith("s3://"):
        raise UsageError(f"{text}: a home is a folder, or s3://bucket/prefix")
    try:
        from upath import UPath
    except ImportError as error:
        raise UsageError(f"{text}: install hexbeat[s3] for homes in a store") from error
    # never a listing of before: other machines write there too
    return cast("Path", UPath(text, use_listings_cache=False, **options))


def is_remote(path: Path) -> bool:
    """Whether it is in an object store."""
    return not isinstance(path, os.PathLike)


def is_store_error(error: Exception) -> bool:
    """Whether it is a store that cannot be reached or refuses: its own errors are."""
    return type(error).__module__.partition(".")[0] in ("botocore", "aiobotocore")


def said_by_store(text: str) -> str | None:
    """What a store answered in XML, which its libraries quote in full."""
    answer = _ANSWER.search(text)
    return f"the object store: {answer[1]}: {answer[2]}" if answer else None


def readable(path: str | Path) -> str | BinaryIO:
    """A file of a home for those who take a file on a disk, or an open one."""
    file = located(path)
    return BytesIO(file.read_bytes()) if is_remote(file) else str(file)


def flush_folder(path: Path) -> None:
    """Force a folder's entries to disk: a new or renamed file is only then safe."""
    if not is_remote(path):
        _flush(path)


def flush_files(folder: Path) -> None:
    """Force a folder on a disk, and the bytes of all files in it, to disk."""
    for file in sorted(folder.iterdir()):
        _flush(file)
    _flush(folder)


def make_folder(path: Path) -> None:
    """Make a folder and all above it that are not there, each safe in its parent."""
    if is_remote(path) or path.is_dir():
        return
    new = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in new:
        _flush(folder.parent)


def write_whole(path: Path, *parts: bytes) -> None:
    """Write a file that nobody will change: it is whole or not there."""
    if is_remote(path):
        path.write_bytes(b"".join(parts))
        return
    make_folder(path.parent)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            file.flush()
            crash_point("raw-written")
            os.fsync(file.fileno())
        crash_point("raw-flushed")
        settle(Path(part), path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def settle(part: Path, path: Path) -> None:
    """Give a flushed file its name, and see that the name lasts.

    Nobody can read it who cannot read its folder.
    """
    part.chmod(_READ_ONLY & path.parent.stat().st_mode)
    part.replace(path)
    crash_point("raw-renamed")
    _flush(path.parent)


def replace_flushed(path: Path, text: str) -> None:
    """Put a file's new text in place at once: readers see the old or the new one."""
    if is_remote(path):
        path.write_text(text)
        return
    part = path.with_name(f".{path.stem}-{uuid4().hex[:8]}{path.suffix}")
    with part.open("w") as sink:
        sink.write(text)
        sink.flush()
        crash_point("swap-written")
        os.fsync(sink.fileno())
    crash_point("swap-flushed")
    part.replace(path)
    crash_point("swap-renamed")
    _flush(path.parent)


def swap(path: Path, decide: Callable[[bytes | None], str | None]) -> None:
    """Replace a file's text by what is decided from it; None leaves it as it is.

    In a store the swap is on condition that nobody else was faster, and decided again
    where somebody was. On a disk the last one wins.
    """
    if not is_remote(path):
        text = decide(path.read_bytes() if path.exists() else None)
        if text is not None:
            replace_flushed(path, text)
        return
    for _ in range(_SWAP_TRIES):
        stored, condition = _read_for_swap(path)
        text = decide(stored)
        if text is None or _put(path, text.encode(), **condition):
            return
    raise HexbeatError(f"{path} is too busy: run the same command again")


def put_new(path: Path, data: bytes) -> bool:
    """Put a file where there is none; False where there is one already."""
    return _put(path, data, IfNoneMatch="*")


def _read_for_swap(path: Path) -> tuple[bytes | None, dict[str, str]]:
    """What a store holds there, and the condition under which that is still so.

    The condition comes first: what changes before it is read then fails the swap.
    """
    try:
        reply = cast("Any", path).fs.call_s3("head_object", **_key(path))
        return path.read_bytes(), {"IfMatch": reply["ETag"]}
    except FileNotFoundError:
        return None, {"IfNoneMatch": "*"}


def _put(path: Path, data: bytes, **condition: str) -> bool:
    store = cast("Any", path)
    try:
        store.fs.call_s3("put_object", Body=data, **_key(path), **condition)
    except OSError as error:
        if _code(error) in ("PreconditionFailed", "ConditionalRequestConflict"):
            return False
        raise
    return True


def _code(error: OSError) -> str | None:
    reply = getattr(error.__cause__, "response", None) or {}
    return cast("str | None", reply.get("Error", {}).get("Code"))


def _key(path: Path) -> dict[str, str]:
    bucket, _, key = cast("Any", path).path.partition("/")
    return {"Bucket": bucket, "Key": key}


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
