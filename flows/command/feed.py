"""The commands for a force's own feed, which has a home of its own."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json, flag, given
from flows.command.printing.terminal import print_error, print_line
from flows.command.running import address_of
from transforms.errors import UsageError


if TYPE_CHECKING:
    from flows.params import ForceFeedParams
    from transforms.records.homes import ForceHome


feed = App(name="feed", help="A police force's own incident files, read by a mapping.")
app.command(feed)

Source = Annotated[
    str | None,
    Parameter(name="--source", help="Where the force's files (drops) come from"),
]


@feed.command
def check(
    file: Annotated[
        Path, Parameter(name="FILE", help="One file (drop) from the force")
    ],
    /,
    *,
    mapping: Annotated[Path, Parameter(help="TOML file that describes its columns")],
    home: Annotated[
        str | None, Parameter(help="Compare it with the drops of this home")
    ] = None,
    json_: Json = False,
) -> int:
    """Show what a file contains, and what would be quarantined. Stores nothing."""
    from datetime import UTC, datetime

    from flows.command.printing.drop import checked_drop, show_drop

    now = datetime.now(UTC)
    account, unlike = checked_drop(file, mapping, now), None
    if home is not None:
        from flows.command.printing.compared_drop import unlike_earlier
        from transforms.records.homes import open_force_home

        opened = open_force_home(address_of(home))
        unlike = unlike_earlier(opened, file, mapping, now)
    return show_drop(account, json_, unlike)


@feed.command
def create(
    folder: Annotated[Path, Parameter(name="DIR", help="New folder for the home")],
    /,
    *,
    mapping: Annotated[
        Path, Parameter(help="TOML file that describes the columns of drops")
    ],
    source: Source = None,
    key: Annotated[
        Path | None, Parameter(help="New file for its key, if not in the home")
    ] = None,
) -> int:
    """Create a home for one force's own feed, private to this user."""
    from datetime import UTC, datetime

    from flows.os_user import user
    from transforms.records.homes import create_force_home, open_force_home

    where, now = _from_anywhere(source), datetime.now(UTC)
    made = create_force_home(folder, mapping, where, user(), now, key)
    home = open_force_home(made)
    print_line(f"home     {folder}, of {home.force}")
    print_line(
        f"key      {home.feed.key}: keep a copy apart from backups, which lack it"
    )
    return 0


AsOfDay = Annotated[
    str | None,
    Parameter(name="--as-of", help="As-of day, YYYY-MM-DD; default: newest stored"),
]
DayMethod = Annotated[str | None, Parameter(name="--method", help="Scoring method")]
WithBacktest = Annotated[bool, flag("--backtest", "Also run a backtest")]


@feed.command
def run(
    *,
    source: Source = None,
    method: DayMethod = None,
    backtest: WithBacktest = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Ingest what is new, score the newest day, and publish it internally."""
    options = {"source": source, "method": method, "backtest": backtest}
    return _force_feed(["pull", "score"], options, home, json_)


@feed.command
def pull(*, source: Source = None, home: HomeFolder = None, json_: Json = False) -> int:
    """Ingest what the source offers, and remove what is past its retention."""
    return _force_feed(["pull"], {"source": source}, home, json_)


@feed.command
def reread(
    *,
    drop: Annotated[
        str | None, Parameter(help="Its name; default: all with quarantined rows")
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Read quarantined rows of stored drops again, with the present mapping."""
    from transforms.records.homes import open_force_home
    from transforms.records.reread import named

    named(open_force_home(address_of(home)), drop)  # a mistake needs no server
    return _force_feed(["reread"], {"drop": drop}, home, json_)


@feed.command
def score(
    *,
    as_of: AsOfDay = None,
    method: DayMethod = None,
    backtest: WithBacktest = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Score a day, one day and one week ahead, and publish it internally."""
    options = {"as_of": as_of, "method": method, "backtest": backtest}
    return _force_feed(["score"], options, home, json_)


def _force_feed(
    stages: list[str], options: dict[str, Any], home: str | None, as_json: bool
) -> int:
    """Run those stages of the flow; mistakes are reported before a server starts."""
    from flows.command.console import show_summary
    from flows.command.running import run_flow
    from flows.feed_source import drop_source
    from flows.params import ForceFeedParams
    from flows.settings import checked
    from transforms.records.homes import open_force_home
    from transforms.reference.days import Day

    opened = open_force_home(address_of(home), print_error)
    if "pull" in stages:
        options["source"] = _from_anywhere(options["source"])
        drop_source(opened, options["source"])
    if options.get("as_of"):
        Day.parse(options["as_of"])
    options |= {"home": opened.home.address, "stages": stages}
    params = checked(ForceFeedParams, given(**options))
    if account := _nothing_to_do(opened, params):
        return show_summary(account, as_json=as_json)
    return run_flow("force_feed", params, opened.home, as_json)


def _nothing_to_do(
    home: "ForceHome", params: "ForceFeedParams"
) -> dict[str, Any] | None:
    """The account of the command without a flow, where there is no work for one."""
    from datetime import UTC, datetime

    from flows.feed_source import drop_source
    from flows.feed_summary import summary_of_nothing
    from flows.os_user import user
    from transforms.day_publications.run import standing_day
    from transforms.errors import HexbeatError
    from transforms.records.pull import pull_of_nothing
    from transforms.scores.methods import METHODS

    if "pull" not in params.stages or params.backtest:
        return None
    now, method = datetime.now(UTC), METHODS[params.method]
    try:
        source = drop_source(home, params.source)
        pulled, scored = pull_of_nothing(home, source, user(), now), None
        if pulled and "score" in params.stages:
            scored = standing_day(home, method, user(), now)
    except HexbeatError:  # the flow meets it, too, and has its record
        return None
    if not pulled or (scored is None and "score" in params.stages):
        return None
    return summary_of_nothing(home, pulled, scored)


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
    """Measure how well past daily scores would have done, against rolling counts."""
    from datetime import UTC, datetime

    from flows.command.printing.feed import show_backtest
    from flows.os_user import user
    from transforms.day_publications.backtest import backtest_home
    from transforms.records.homes import open_force_home
    from transforms.reference.days import Day

    first, last = (Day.parse(text) if text else None for text in (start, end))
    opened, now = open_force_home(address_of(home), print_error), datetime.now(UTC)
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
    """Show what is stored of the feed, missing days, and whether it has stopped."""
    from datetime import UTC, datetime

    from flows.command.printing.feed import show_feed_status
    from flows.command.printing.status import print_programmes
    from transforms.records.homes import open_force_home
    from transforms.records.status import status as feed_status

    opened = open_force_home(address_of(home), print_error)
    state = feed_status(opened, datetime.now(UTC), stopped_after_days)
    code = show_feed_status(state, json_)
    if not json_:
        print_programmes(opened.home)
    return code


@feed.command
def erase(
    *,
    reference: Annotated[
        str | None,
        Parameter(
            help="Reference of one record; - reads it from standard input",
            allow_leading_hyphen=True,
        ),
    ] = None,
    start: Annotated[
        str | None, Parameter(name="--from", help="First day, YYYY-MM-DD")
    ] = None,
    end: Annotated[
        str | None, Parameter(name="--to", help="Last day, YYYY-MM-DD")
    ] = None,
    why: Annotated[str, Parameter(help="Reason, for the audit log")],
    confirm: Annotated[
        bool, flag("--confirm", "Erase those days, however many rows that is")
    ] = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Erase a record, or all of some days: rows, raw bytes, every version."""
    import sys
    from datetime import UTC, datetime

    from flows.command.printing.feed import show_removed
    from flows.os_user import user
    from transforms.records.erasure import erase_days, erase_reference
    from transforms.records.homes import open_force_home

    if (reference is None) == (start is None) or (start is None) != (end is None):
        raise UsageError("erase: give --reference, or both --from and --to")
    opened, now = open_force_home(address_of(home), print_error), datetime.now(UTC)
    if start and end:
        done = erase_days(opened, _day(start), _day(end), why, user(), now, confirm)
    else:
        named = sys.stdin.readline() if reference == "-" else str(reference)
        done = erase_reference(opened, named, why, user(), now)
    return show_removed(done, json_)


@feed.command
def retain(
    *,
    confirm: Annotated[
        bool, flag("--confirm", "Remove it, however many rows that is")
    ] = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Show what is past its retention; with --confirm, remove it all."""
    from datetime import UTC, datetime

    from flows.command.printing.feed import show_due, show_removed
    from flows.os_user import user
    from transforms.records.homes import open_force_home
    from transforms.records.retention import confirm_due, due

    opened, now = open_force_home(address_of(home), print_error), datetime.now(UTC)
    if not confirm:
        return show_due(due(opened, now), json_)
    return show_removed(confirm_due(opened, user(), now), json_, "removed")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"erase: {text!r} is not a day, YYYY-MM-DD") from error


@feed.command
def audit(*, home: HomeFolder = None, json_: Json = False) -> int:
    """Check that the audit log of a feed's home has not been changed."""
    from flows.command.printing.feed import show_audited
    from transforms.records.homes import open_force_home

    return show_audited(
        open_force_home(address_of(home), print_error).audit.verify(), json_
    )


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
    """Check the hashes of a publication of the feed, its lake and its raw drops."""
    from flows.command.printing.verify import show_verified
    from transforms.operations.verify_feed import verify_feed
    from transforms.records.homes import open_force_home

    verified = verify_feed(open_force_home(address_of(home), print_error), run_id)
    return show_verified(verified, as_json=json_)
