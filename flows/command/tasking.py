"""The command for tasking packs: what analysts hand on each fortnight."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json
from flows.command.programme import Name
from flows.command.running import either_home_of, refuse_failed, run_to_end


@app.command
def tasking(
    name: Name,
    /,
    *,
    fortnight: Annotated[
        date | None,
        Parameter(
            name="--fortnight",
            help="Last day of the fortnight (that of the newest whole one)",
        ),
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Make the tasking pack of a fortnight: where, what changed, what was delivered.

    For the meeting, for the lead and for a panel, from what the home holds.
    """
    from datetime import UTC, datetime

    from flows.command.printing.tasking import show_pack
    from flows.params import TaskingParams
    from flows.settings import checked
    from transforms.programmes.programme import open_programme
    from transforms.programmes.register import Register
    from transforms.reference.days import LONDON
    from transforms.tasking.fortnight import fortnight_of

    opened = either_home_of(home)
    options = {
        "home": home,
        "programme": name,
        "fortnight": fortnight and str(fortnight),
    }
    params = checked(TaskingParams, options)
    # what cannot be is told before a flow starts
    programme = open_programme(opened, name)
    standing = Register(opened).standing(programme.id)
    today = datetime.now(UTC).astimezone(LONDON).date()
    fortnight_of(programme.id, standing, fortnight, today)
    account = run_to_end("tasking", params, opened, silent=True)
    refuse_failed(account)
    return show_pack(account, json_)
