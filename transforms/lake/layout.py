"""Which layout a lake has: a number next to its tables, written before any of them.

The number is that of the columns that its data files have. A lake without one is of the
first layout. Only `transforms.lake.migrations` takes a lake to the next.
"""

import json
from pathlib import Path

from transforms.errors import LakeError, UsageError
from transforms.lake.storage import make_folder, replace_flushed


LAYOUT = 5  # of what this version writes; `transforms.lake.migrations` leads here
LAYOUT_FILE = "layout.json"


def layout_of(lake: Path) -> int:
    """The layout of the lake in that folder; the newest where there is no table yet."""
    try:
        return int(json.loads((lake / LAYOUT_FILE).read_bytes())["layout"])
    except FileNotFoundError:
        return 1 if any(lake.glob("*/_delta_log")) else LAYOUT
    except (ValueError, KeyError, TypeError) as error:
        raise LakeError(
            f"{lake / LAYOUT_FILE} does not say which layout; restore it from a backup"
        ) from error


def refuse_other_layout(lake: Path) -> None:
    """`UsageError` for a lake that this version would misread."""
    found = layout_of(lake)
    if found > LAYOUT:
        raise UsageError(
            f"{lake} was written by a newer hexbeat (layout {found}; this one knows"
            f" {LAYOUT}): install that one"
        )
    if found < LAYOUT:
        raise UsageError(
            f"{lake} was written by an older hexbeat (layout {found}; this one reads"
            f" {LAYOUT}): back it up, then run hexbeat migrate"
        )


def write_layout(lake: Path, layout: int = LAYOUT) -> None:
    """Write the number: flushed, and swapped in."""
    make_folder(lake)
    replace_flushed(lake / LAYOUT_FILE, json.dumps({"layout": layout}))
