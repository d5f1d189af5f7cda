"""A deployment of deploy/prefect.yaml, written to a Prefect server.

`prefect deploy` would write the same, from a process that loads all of Prefect again.
"""

import os
from pathlib import Path
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import ConcurrencyOptions
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.utilities.templating import apply_values

from flows.server.kept import Deployment


ROOT = Path(__file__).parents[2]  # of the checkout or image: deployments run from here
_OF_SCHEDULES = {"active", "parameters", "slug"}  # all else says when it runs


def pull_steps(shipped: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a worker does before each run: here, start in our folder."""
    os.environ["HEXBEAT_APP_DIR"] = str(ROOT)
    steps: list[dict[str, Any]] = apply_values(shipped, {})
    return steps


async def write(
    client: PrefectClient, deployment: Deployment, pull: list[dict[str, Any]]
) -> None:
    """Create the deployment, or replace it, in one request."""
    flow = flow_of(deployment)
    allowed = dict(deployment["concurrency_limit"] or {})
    limit = allowed.pop("limit", None)
    await client.create_deployment(
        await client.create_flow_from_name(flow.name),
        deployment["name"],
        version=flow.version,
        schedules=[_schedule(each) for each in deployment["schedules"]],
        concurrency_limit=limit,
        concurrency_options=ConcurrencyOptions(**allowed) if allowed else None,
        parameters=deployment["parameters"],
        description=deployment["description"],
        work_queue_name=deployment["work_pool"]["work_queue_name"],
        work_pool_name=deployment["work_pool"]["name"],
        tags=deployment["tags"],
        entrypoint=deployment["entrypoint"],
        parameter_openapi_schema=flow.parameters.model_dump_for_openapi(),
        paused=deployment.get("paused"),
        pull_steps=pull,
        enforce_parameter_schema=deployment["enforce_parameter_schema"],
    )


def flow_of(deployment: Deployment) -> Flow[..., Any]:
    """The flow that a deployment runs."""
    return load_flow_from_entrypoint(
        deployment["entrypoint"], use_placeholder_flow=False
    )


def _schedule(shipped: dict[str, Any]) -> DeploymentScheduleCreate:
    """A schedule as the server takes it."""
    given = {key: shipped[key] for key in _OF_SCHEDULES & shipped.keys()}
    when = {key: shipped[key] for key in shipped.keys() - _OF_SCHEDULES}
    return DeploymentScheduleCreate.model_validate({**given, "schedule": when})
