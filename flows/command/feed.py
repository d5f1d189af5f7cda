"""The commands of a force's own feed, which has a home of its own."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from flows.commands.app import app
from flows.commands.running import address_of
from flows.options import HomeFolder, Json, flag
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

    home = open_force_home(create_force_home(folder, mapping, _from_anywhere(source)))
    what = {"force": home.force, "mapping_sha256": home.mapping_sha256}
    home.audit.append(datetime.now(UTC), user(), "create", what)
    sys.stdout.write(f"home     {folder}, of {home.force}\n")
    return 0


AsOfDay = Annotated[
    str | None,
    Parameter(name="--as-of", help="As-of day, YYYY-MM-DD; default the newest held"),
]
WithBacktest = Annotated[
    bool, flag("--backtest", "Tell how well the scores would have done, too")
]


@feed.command
def run(
    *,
    source: Source = None,
    backtest: WithBacktest = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Bring in what is new, score the newest day, and publish it inside."""
    options = {"source": source, "backtest": backtest}
    return _force_feed(["pull", "score"], options, home, json_)


@feed.command
def pull(*, source: Source = None, home: HomeFolder = None, json_: Json = False) -> int:
    """Bring in what the source offers, and take out what is past its retention."""
    return _force_feed(["pull"], {"source": source}, home, json_)


@feed.command
def score(
    *,
    as_of: AsOfDay = None,
    backtest: WithBacktest = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Score a day, ahead by a day and by a week, and publish it inside."""
    options = {"as_of": as_of, "backtest": backtest}
    return _force_feed(["score"], options, home, json_)


def _force_feed(
    stages: list[str], options: dict[str, Any], home: str | None, as_json: bool
) -> int:
    """Run those stages of the flow; a slip is told before a server is started."""
    from flows.commands.running import run_flow
    from flows.console import checked
    from flows.feed_source import drop_source
    from flows.params import ForceFeedParams
    from transforms.days.day import Day
    from transforms.records.homes import open_force_home

    opened = open_force_home(address_of(home))
    if "pull" in stages:
        options["source"] = _from_anywhere(options["source"])
        drop_source(opened, options["source"])
    if options.get("as_of"):
        Day.parse(options["as_of"])
    given = {"home": opened.home.address, "stages": stages, **options}
    return run_flow("force_feed", checked(ForceFeedParams, given), opened.home, as_json)


def _from_anywhere(source: str | None) -> str | None:
    """A folder by its whole path: a pull, or a server's worker, may start elsewhere."""
    from transforms.feeds.force.sources.opening import SQL

    is_folder = source is not None and source != SQL and Path(source).is_dir()
    return str(Path(source).resolve()) if source and is_folder else source


@feed.command
def backtest(
    *,
    horizon: Annotated[
        Literal[1, 7], Parameter(name="--horizon", help="Days ahead: 1 or 7")
    ] = 7,
    start: Annotated[
        str | None, Parameter(name="--from", help="First as-of day, YYYY-MM-DD")
    ] = None,
    end: Annotated[
        str | None, Parameter(name="--to", help="Last as-of day, YYYY-MM-DD")
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """How well the scores of past days would have done, beside rolling counts."""
    from datetime import UTC, datetime

    from flows.feed_accounts import show_backtest
    from flows.who import user
    from transforms.days.day import Day
    from transforms.days.run import backtest_home
    from transforms.records.homes import open_force_home

    first, last = (Day.parse(text) if text else None for text in (start, end))
    opened, now = open_force_home(address_of(home)), datetime.now(UTC)
    return show_backtest(
        backtest_home(opened, horizon, user(), now, first, last), json_
    )


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


@feed.command
def verify(
    run_id: Annotated[
        str | None, Parameter(name="RUN", help="Run, if not latest")
    ] = None,
    /,
    *,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Hash a publication of the feed again, its lake and its raw drops."""
    from flows.accounts import show_verified
    from transforms.records.homes import open_force_home
    from transforms.records.verification import verify_feed

    found = verify_feed(open_force_home(address_of(home)), run_id)
    return show_verified(found, as_json=json_)
