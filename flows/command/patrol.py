"""The command for patrol plans: who is at which place of a programme, and when."""

from datetime import date
from typing import Annotated

from cyclopts import App, Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json
from flows.command.programme import Name
from flows.command.running import either_home_of, refuse_failed, run_to_end


patrol = App(
    name="patrol",
    help="Patrols: which unit is at which place of a programme, and when.",
)
app.command(patrol)


@patrol.command
def plan(
    name: Name,
    /,
    *,
    shifts: Annotated[
        str, Parameter(name="--shifts", help="CSV of the shifts: docs/patrol.md")
    ],
    trial: Annotated[
        str | None,
        Parameter(name="--trial", help="Trial whose issued weeks the plan follows"),
    ] = None,
    first: Annotated[
        date | None, Parameter(name="--from", help="First day (that of the file)")
    ] = None,
    last: Annotated[
        date | None, Parameter(name="--to", help="Last day (that of the file)")
    ] = None,
    hours_from: Annotated[
        str | None,
        Parameter(
            name="--hours-from", help="Home of the force's own feed, which has hours"
        ),
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Plan the visits of each shift: how many, where, when, in which order, and why."""
    from datetime import UTC, datetime

    from flows.command.printing.patrol import show_plan
    from flows.params import PatrolParams
    from flows.settings import checked
    from transforms.plans.plan import refuse_without_room

    opened = either_home_of(home)
    options = {
        "home": home,
        "programme": name,
        "shifts": shifts,
        "trial": trial,
        "first": first and str(first),
        "last": last and str(last),
        "hours_from": hours_from,
    }
    params = checked(PatrolParams, options)
    # what cannot be is told before a flow starts
    asked = params.asked(opened, datetime.now(UTC))
    refuse_without_room(asked, opened.patrol)
    params.hours(opened, asked.programme)
    account = run_to_end("patrol", params, opened, silent=True)
    refuse_failed(account)
    return show_plan(account, json_)
