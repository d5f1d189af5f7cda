"""What makes a home one of a force's own feed: its settings, and a closed folder."""

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transforms.day_overrides import DayOverrides, read_day_overrides
from transforms.errors import UsageError
from transforms.storage import is_remote


PRIVATE = 0o700  # of the folder
_OTHERS = 0o077


@dataclass(frozen=True)
class HomeFeed:
    """One force's own feed: how it is read, and where its drops come from."""

    mapping: Path
    source: str | None
    overrides: DayOverrides = field(default_factory=dict)


def read_feed(settings: Mapping[str, Any], where: str, root: Path) -> HomeFeed | None:
    """The `[feed]` table of a home's settings; None in a home of another kind."""
    if "feed" not in settings:
        return None
    table = settings["feed"]
    if not isinstance(table, dict) or not isinstance(table.get("mapping"), str):
        raise UsageError(f"{where}: feed is a table that names its mapping")
    if unknown := sorted(set(table) - {"mapping", "source", "days"}):
        raise UsageError(f"{where}: feed has an unknown key {unknown[0]!r}")
    source = table.get("source")
    if source is not None and not isinstance(source, str):
        raise UsageError(f"{where}: feed source is a text")
    if is_remote(root):
        raise UsageError(f"{root}: a force's own feed lives in a local folder alone")
    refuse_open_folder(root)
    days = read_day_overrides(table.get("days", []), where)
    return HomeFeed(root / table["mapping"], source, days)


def refuse_open_folder(root: Path) -> None:
    """`UsageError` for a folder that others of this machine may look into."""
    if stat.S_IMODE(root.stat().st_mode) & _OTHERS:
        raise UsageError(
            f"{root} is open to others, and holds a force's own feed: chmod 700 {root}"
        )
