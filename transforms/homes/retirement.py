"""The note that stays in a folder whose files were retired."""

from pathlib import Path

from transforms.lake.crash_points import crash_point
from transforms.lake.storage import replace_flushed


RETIRED = "retired.json"


def record_retirement(folder: Path, text: str) -> None:
    """Say in the folder that its files go, before they do; said already, it stays."""
    note = folder / RETIRED
    if not note.exists() or note.read_text(encoding="utf-8") != text:
        replace_flushed(note, text)
    crash_point("retirement-recorded")
