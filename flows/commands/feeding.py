"""The commands of a force's own feed. So far one: to see what a file would bring."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from flows.commands.app import app
from flows.options import Json


feed = App(name="feed", help="A police force's own incident files, read by a mapping.")
app.command(feed)


@feed.command
def check(
    file: Annotated[Path, Parameter(name="FILE", help="One drop of the force")],
    /,
    *,
    mapping: Annotated[Path, Parameter(help="TOML file that says what is in it")],
    json_: Json = False,
) -> int:
    """What a file would bring, and what would be held back and why. Stores nothing."""
    from datetime import UTC, datetime

    from flows.drops import checked_drop, show_drop

    return show_drop(checked_drop(file, mapping, datetime.now(UTC)), json_)
