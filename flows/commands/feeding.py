"""The commands of a force's own feed, which has a home of its own."""

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from flows.commands.app import app
from flows.commands.running import address_of
from flows.options import HomeFolder, Json
from transforms.errors import UsageError


feed = App(name="feed", help="A police force's own incident files, read by a mapping.")
app.command(feed)

Source = Annotated[
    str | None, Parameter(name="--source", help="Where the force's drops come from")
]


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


@feed.command
def create(
    folder: Annotated[Path, Parameter(name="DIR", help="New folder of the home")],
    /,
    *,
    mapping: Annotated[Path, Parameter(help="TOML file that says what drops hold")],
    source: Source = None,
) -> int:
    """A home for one force's own feed, closed to other users of this machine."""
    import sys
    from datetime import UTC, datetime

    from flows.who import user
    from transforms.records.homes import create_force_home, open_force_home

    if source and Path(source).is_dir():  # a pull may start elsewhere
        source = str(Path(source).resolve())
    home = open_force_home(create_force_home(folder, mapping, source))
    what = {"force": home.force, "mapping_sha256": home.mapping_sha256}
    home.audit.append(datetime.now(UTC), user(), "create", what)
    sys.stdout.write(f"home     {folder}, of {home.force}\n")
    return 0


@feed.command
def pull(*, source: Source = None, home: HomeFolder = None, json_: Json = False) -> int:
    """Bring in what the source offers, and take out what is past its retention."""
    from flows.commands.running import run_flow
    from flows.feed_source import drop_source
    from flows.params import ForceFeedParams
    from transforms.records.homes import open_force_home

    opened = open_force_home(address_of(home))
    if source and Path(source).is_dir():  # the worker of a server may be elsewhere
        source = str(Path(source).resolve())
    drop_source(opened, source)  # a slip is told before a server is started
    params = ForceFeedParams(home=opened.home.address, source=source)
    return run_flow("force_feed", params, opened.home, json_)


@feed.command
def status(
    *,
    stopped_after_days: Annotated[
        int, Parameter(name="--stopped-after", help="Days without a newer record")
    ] = 7,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """What is held of the feed, which days are missing, and whether it has stopped."""
    from datetime import UTC, datetime

    from flows.feed_accounts import show_feed_status
    from transforms.records.homes import open_force_home
    from transforms.records.status import status as feed_status

    opened = open_force_home(address_of(home))
    told = feed_status(opened, datetime.now(UTC), stopped_after_days)
    return show_feed_status(told, json_)


@feed.command
def erase(
    *,
    reference: Annotated[
        str | None,
        Parameter(
            help="Reference of one record; - reads it from the standard input",
            allow_leading_hyphen=True,
        ),
    ] = None,
    start: Annotated[
        str | None, Parameter(name="--from", help="First day, YYYY-MM-DD")
    ] = None,
    end: Annotated[
        str | None, Parameter(name="--to", help="Last day, YYYY-MM-DD")
    ] = None,
    why: Annotated[str, Parameter(help="Why, for the audit log")],
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Erase a record, or what began on some days: rows, raw bytes, every version."""
    import sys
    from datetime import UTC, datetime

    from flows.feed_accounts import show_removed
    from flows.who import user
    from transforms.records.erasure import erase_days, erase_reference
    from transforms.records.homes import open_force_home

    if (reference is None) == (start is None) or (start is None) != (end is None):
        raise UsageError("erase: give --reference, or both --from and --to")
    opened, now = open_force_home(address_of(home)), datetime.now(UTC)
    if start and end:
        done = erase_days(opened, _day(start), _day(end), why, user(), now)
    else:
        named = sys.stdin.readline() if reference == "-" else str(reference)
        done = erase_reference(opened, named, why, user(), now)
    return show_removed(done, json_)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"erase: {text!r} is no day, YYYY-MM-DD") from error


@feed.command
def audit(*, home: HomeFolder = None, json_: Json = False) -> int:
    """Whether the audit log of a feed's home is as it was written."""
    from flows.feed_accounts import show_audited
    from transforms.records.homes import open_force_home

    return show_audited(open_force_home(address_of(home)).audit.verify(), json_)
