"""The tasking flow: the pack of a fortnight, of each programme that runs."""

from datetime import UTC, date, datetime
from typing import Any

from prefect import State, flow, get_run_logger, task

from flows.artifacts import pack_artifact
from flows.events import emit_pack
from flows.os_user import user
from flows.params import TaskingParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, either_home_of, final, gather
from flows.summary import OfProgrammes
from flows.task_runner import parallel
from flows.tasks import PATIENT, Account, failed
from transforms.errors import HexbeatError
from transforms.homes.home import open_either_home
from transforms.programmes.programme import open_programme
from transforms.reference.days import LONDON
from transforms.tasking.fortnight import due
from transforms.tasking.make import account_of, make_pack


_STAGE = "tasking"


@flow(
    name=_STAGE,
    flow_run_name="tasking {params.which}",
    task_runner=parallel(),
    version=VERSION,
)
@plain_faults
def tasking(params: TaskingParams) -> State[dict[str, Any]]:
    """Make the pack of a programme; default: of each whose newest fortnight has none.

    A programme that has no pack in the end is a gap: the next run tries again.
    """
    home = either_home_of(params.home)
    today = datetime.now(UTC).astimezone(LONDON).date()
    names = [params.programme] if params.programme else due(home, today)
    summary = OfProgrammes(stage=_STAGE, asked=names)
    given = {n: pack_one.submit(home.address, n, params.fortnight) for n in names}
    packs = [one for one in gather(summary, given) if "pack" in one]
    packs.sort(key=lambda one: str(one["programme"]))
    summary.changed = any(one["created"] for one in packs)
    summary.facts["packs"] = packs
    summary.facts["nothing"] = (
        "Nothing to hand on: no running programme has a fortnight without a pack."
    )
    for one in packs:
        pack_artifact(one)
        if one["created"]:
            emit_pack(one["programme"], one["pack"], one["last"])
        summary.notes += [f"{one['programme']}: {line}" for line in one["to_see_to"]]
    unattended = summary.failed and not params.programme
    return final(summary, "gaps" if unattended else None)


@task(task_run_name="tasking {name}", tags=[_STAGE], **PATIENT)
@plain_faults
def pack_one(home: str, name: str, fortnight: str | None) -> Account | State[Account]:
    """The pack of a programme: what it passes on has counts, and no place."""
    try:
        opened = open_either_home(home)
        programme = open_programme(opened, name)
        ending = date.fromisoformat(fortnight) if fortnight else None
        made = make_pack(opened, programme, ending, datetime.now(UTC), user())
    except HexbeatError as error:
        return failed(name, str(error))
    get_run_logger().info("%d places", len(made.pack.places))
    return account_of(made)
