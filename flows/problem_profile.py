"""The problem-profile flow: of hot spots, or of places of a programme."""

from datetime import UTC, datetime
from typing import Any

from prefect import State, flow, get_run_logger, task

from flows import progress
from flows.os_user import user
from flows.params import ProfileParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, either_home_of, final, step
from flows.summary import Summary
from flows.tasks import PATIENT, Account, Whole, failed
from transforms.errors import HexbeatError
from transforms.homes.home import open_either_home
from transforms.profiles.area import Area
from transforms.profiles.make import Made, asked_areas, make_profiles
from transforms.programmes.force_records import note_read


_STAGE = "profile"


@flow(name="problem-profile", flow_run_name="profile {params.which}", version=VERSION)
@plain_faults
def problem_profile(params: ProfileParams) -> State[dict[str, Any]]:
    """Write the problem profile of each area; the same ones again change nothing."""
    home = either_home_of(params.home)
    summary = Summary(stage=_STAGE, asked=[params.which])
    progress.start(_STAGE, 1)
    account = step(summary, params.which, profile_all, home.address, Whole(params))
    if account:
        summary.changed = any(made["created"] for made in account["profiles"])
        summary.facts |= account
        summary.notes += account["too_few"]
    return final(summary)


@task(task_run_name="profile {params.value.which}", tags=[_STAGE], **PATIENT)
@plain_faults
def profile_all(home: str, params: Whole[ProfileParams]) -> Account | State[Account]:
    """Profiles of all areas that were asked for."""
    given = params.value
    try:
        opened = open_either_home(home)
        areas: list[Area] = asked_areas(opened, **given.choice)
        note_read(opened, datetime.now(UTC), user(), "problem profile")
        found = list(make_profiles(opened, areas, given.read_layers(opened)))
    except HexbeatError as error:
        return failed(given.which, str(error))
    made = [one for one in found if isinstance(one, Made)]
    get_run_logger().info("%d profiles", len(made))
    return {
        "profiles": [
            {
                "id": one.profile.area.id,
                "route": one.profile.route.name,
                "folder": str(one.folder),
                "created": one.created,
            }
            for one in made
        ],
        "too_few": [str(one) for one in found if not isinstance(one, Made)],
    }
