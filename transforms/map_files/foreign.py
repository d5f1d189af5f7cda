"""Text from a map file in our messages: on one line, and harmless."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from transforms.errors import UsageError
from transforms.plain_text import plain


def listed(names: Iterable[str]) -> str:
    """Names from a file, for a message: without terminal control characters."""
    return plain(", ".join(names))


@contextmanager
def in_one_line(path: Path) -> Iterator[None]:
    """Turn the many errors of libraries that read map files into a `UsageError`."""
    try:
        yield
    except UsageError:
        raise
    except Exception as error:
        lines = str(error).splitlines() or [type(error).__name__]
        reason = re.sub(r"'?/\S*hexbeat-layer-\S*/layer\.\w+'?:? ?", "", lines[0])
        reason = plain(reason)[:200].rstrip(".")
        raise UsageError(
            f"{path}: it cannot be read as {path.suffix.lower()} ({reason})"
        ) from error
