"""Register the work pool, deployments and automations with a Prefect server.

Run as a module, against the server that PREFECT_API_URL names; running it again changes
nothing that people changed (see `kept`).
"""

import asyncio
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import (
    VariableCreate,
    VariableUpdate,
    WorkPoolCreate,
)
from prefect.client.schemas.objects import (
    ConcurrencyLimitStrategy,
    ConcurrencyOptions,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import (
    ObjectAlreadyExists,
    ObjectNotFound,
    PrefectHTTPStatusError,
)
from prefect.utilities.schema_tools import validate

from flows.command.printing.terminal import print_line
from flows.server.answers import is_refusal, refusal
from flows.server.automations import register_automations
from flows.server.deploying import ROOT, flow_of, pull_steps, write
from flows.server.kept import Deployment, Kept, kept_part, merged
from flows.server.up import POOL
from transforms.errors import HexbeatError, UsageError
from transforms.lake.addresses import AUTH_INSTEAD, refuse_secrets


DEPLOYMENTS = Path("deploy") / "prefect.yaml"
FEED = "force-feed"  # the deployment that those of the feeds are made of


def register(feeds: Sequence[str]) -> None:
    """Create the pool, the deployments and the automations, or update them.

    `feeds` has each home of a force's own feed, as force=home.
    """
    refuse_secrets(
        "PREFECT_API_URL", os.environ.get("PREFECT_API_URL", ""), AUTH_INSTEAD
    )
    asyncio.run(_make_pool())
    file = _with_feeds(_shipped(), feeds)
    asyncio.run(_deploy(file))
    register_automations()


async def _make_pool() -> None:
    async with get_client() as client:
        try:
            await client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        except ObjectAlreadyExists:
            return


def _shipped() -> dict[str, Any]:
    if not (ROOT / DEPLOYMENTS).exists():
        raise UsageError(
            f"{ROOT} has no {DEPLOYMENTS}: deployments run from a checkout"
        )
    file: dict[str, Any] = yaml.safe_load((ROOT / DEPLOYMENTS).read_text("utf-8"))
    return file


def _with_feeds(file: dict[str, Any], feeds: Sequence[str]) -> dict[str, Any]:
    """The file with a deployment for each feed, switched on: it has been named."""
    [common] = [d for d in file["deployments"] if d["name"] == FEED]
    schedules = [{**each, "active": True} for each in common["schedules"]]
    of_feeds = [
        {
            **common,
            "name": force,
            "description": f"Bring in what {force}'s own source offers, and score it.",
            "parameters": {"params": {"home": home}},
            "schedules": schedules,
        }
        for force, _, home in (each.partition("=") for each in feeds)
    ]
    return {**file, "deployments": [*file["deployments"], *of_feeds]}


async def _deploy(file: dict[str, Any]) -> None:
    """Write each deployment of the file, with what people changed in it.

    In one request each: a kill in between would lose what people changed.
    """
    shipped: list[Deployment] = file["deployments"]
    pull = pull_steps(file["pull"])
    async with get_client() as client:
        wanted = [await _as_people_want(client, each) for each in shipped]
        for deployment in wanted:
            await write(client, deployment, pull)
        for each in shipped:
            await _remember(client, each)


async def _as_people_want(client: PrefectClient, shipped: Deployment) -> Deployment:
    """The deployment with what people changed in it."""
    last, now = await _last(client, shipped), await _standing(client, shipped)
    return _usable(shipped, merged(shipped, last, now))


def _usable(shipped: Deployment, wanted: Deployment) -> Deployment:
    """The deployment as wanted; paused where this version refuses its parameters."""
    if wanted == shipped or not (why := _refused(wanted)):
        return wanted
    name = f"{_flow_name(shipped)}/{shipped['name']}"
    print_line(
        f"warning: {name} is paused, with the parameters that hexbeat ships: {why}; set"
        " them again, then resume it"
    )
    return {**shipped, "paused": True}


def _refused(wanted: Deployment) -> str | None:
    """Why the server would take these parameters no more, if it would not."""
    given = [wanted, *wanted["schedules"]]
    sets = [each.get("parameters") or {} for each in given]
    schema = flow_of(wanted).parameters.model_dump_for_openapi()
    for each in sets:
        # as the server does: what a run must have may be given when it is started
        errors = validate(each, schema, ignore_required=True)
        if errors:
            where = ".".join(str(part) for part in errors[0].path)
            return f"this version does not take their {where or 'form'}"
    return None


async def _standing(client: PrefectClient, shipped: Deployment) -> Kept | None:
    """What the server has of a deployment; None if it is new there."""
    try:
        found = await client.read_deployment_by_name(
            f"{_flow_name(shipped)}/{shipped['name']}"
        )
    except ObjectNotFound:
        return None
    return kept_part(_as_shipped(found))


def _as_shipped(found: DeploymentResponse) -> Deployment:
    """A deployment of the server's as deploy/prefect.yaml would have it."""
    return {
        "parameters": found.parameters,
        "paused": found.paused,
        "concurrency_limit": _limit(found),
        "schedules": [
            {
                **schedule.schedule.model_dump(mode="json", exclude_none=True),
                "active": schedule.active,
                "parameters": schedule.parameters,
                "slug": schedule.slug,
            }
            for schedule in found.schedules
        ],
    }


def _limit(found: DeploymentResponse) -> dict[str, Any] | None:
    """How many runs it allows at once, and what happens to one more."""
    if found.global_concurrency_limit is None:
        return None
    options = found.concurrency_options or ConcurrencyOptions(
        collision_strategy=ConcurrencyLimitStrategy.ENQUEUE  # the server's default
    )
    return {
        "limit": found.global_concurrency_limit.limit,
        **options.model_dump(mode="json", exclude_none=True),
    }


async def _last(client: PrefectClient, shipped: Deployment) -> Kept | None:
    """What hexbeat registered last; None if it kept no note of it yet."""
    found = await client.read_variable_by_name(_note(shipped))
    return found.value if found and isinstance(found.value, dict) else None


async def _remember(client: PrefectClient, shipped: Deployment) -> None:
    """Note what hexbeat registered, to know at the next start what people changed."""
    name, value = _note(shipped), kept_part(shipped)
    if await client.read_variable_by_name(name):
        await client.update_variable(VariableUpdate(name=name, value=value))
    else:
        await client.create_variable(VariableCreate(name=name, value=value))


def _note(shipped: Deployment) -> str:
    """The name of the Prefect variable with that note."""
    name = f"hexbeat_shipped_{_flow_name(shipped)}_{shipped['name']}"
    return re.sub(r"[^a-z0-9]", "_", name)


def _flow_name(shipped: Deployment) -> str:
    function: str = shipped["entrypoint"].rpartition(".")[2]
    return function.replace("_", "-")


if __name__ == "__main__":
    try:
        register(sys.argv[1:])
    except HexbeatError as error:
        sys.exit(str(error))
    except PrefectHTTPStatusError as error:
        if not is_refusal(error):
            raise
        sys.exit(f"the Prefect server {refusal()}")
