"""The patrol flow: a plan of who is at which place of a programme, and when."""

from datetime import UTC, datetime
from typing import Any

from prefect import State, flow, get_run_logger, task

from flows import progress
from flows.artifacts import plan_artifact
from flows.events import emit_plan
from flows.os_user import user
from flows.params import PatrolParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, final, step
from flows.settings import Settings
from flows.summary import Summary
from flows.tasks import PATIENT, Account, Whole, failed
from transforms.errors import HexbeatError
from transforms.homes.home import open_either_home
from transforms.plans.make import make_plan
from transforms.plans.words import account_of


_STAGE = "patrol"


@flow(name=_STAGE, flow_run_name="plan {params.which}", version=VERSION)
@plain_faults
def patrol(params: PatrolParams) -> State[dict[str, Any]]:
    """Plan the patrols of a programme; the same shifts again change nothing."""
    home = open_either_home(params.home or Settings().home)
    summary = Summary(stage=_STAGE, asked=[params.which])
    progress.start(_STAGE, 1)
    account = step(summary, params.which, plan_one, home.address, Whole(params))
    if account:
        summary.changed = account["created"]
        summary.facts |= account
        summary.notes += account["short"]
        plan_artifact(account)
        if account["created"]:
            emit_plan(account["programme"], account["plan"], account["visits"])
    return final(summary)


@task(task_run_name="plan {params.value.which}", tags=[_STAGE], **PATIENT)
@plain_faults
def plan_one(home: str, params: Whole[PatrolParams]) -> Account | State[Account]:
    """A plan of patrols: what it passes on has counts, and no place."""
    given, now = params.value, datetime.now(UTC)
    try:
        opened = open_either_home(home)
        asked = given.asked(opened, now)
        made = make_plan(
            opened, asked, given.hours(opened, asked.programme), now, user()
        )
    except HexbeatError as error:
        return failed(given.which, str(error))
    account = account_of(made.plan)
    get_run_logger().info(
        "%d visits, %d dropped", account["visits"], account["dropped"]
    )
    return {**account, "folder": str(made.folder), "created": made.created}
