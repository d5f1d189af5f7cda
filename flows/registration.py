"""What a Prefect server is told once: pool, deployments, automations, by name.

Run as a module, against the server that PREFECT_API_URL names; doing it again changes
nothing.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.exceptions import ObjectAlreadyExists

from flows.automations import register_automations
from flows.up import POOL
from transforms.errors import HexbeatError, UsageError


ROOT = Path(__file__).parents[1]  # of the checkout or image: deployments run from here
DEPLOYMENTS = Path("deploy") / "prefect.yaml"
Slug = tuple[str, str]  # of a deployment and its schedule
_OURS = DeploymentFilter(tags=DeploymentFilterTags(all_=["hexbeat"]))


def register() -> None:
    """Make the pool, the deployments and the automations what they should be."""
    asyncio.run(_make_pool())
    switched = asyncio.run(_schedules())
    _deploy()
    asyncio.run(_switch_back(switched))
    register_automations()


async def _make_pool() -> None:
    async with get_client() as client:
        try:
            await client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        except ObjectAlreadyExists:
            return


async def _schedules() -> dict[Slug, bool]:
    """Which schedules are on: what people have switched is theirs to say."""
    async with get_client() as client:
        found = await client.read_deployments(deployment_filter=_OURS)
        return {
            (str(deployment.id), schedule.slug or ""): schedule.active
            for deployment in found
            for schedule in deployment.schedules
        }


async def _switch_back(before: Mapping[Slug, bool]) -> None:
    async with get_client() as client:
        for deployment in await client.read_deployments(deployment_filter=_OURS):
            for schedule in deployment.schedules:
                was = before.get((str(deployment.id), schedule.slug or ""))
                if was is not None and was != schedule.active:
                    await client.update_deployment_schedule(
                        deployment.id, schedule.id, active=was
                    )


def _deploy() -> None:
    if not (ROOT / DEPLOYMENTS).exists():
        raise UsageError(
            f"{ROOT} holds no {DEPLOYMENTS}: deployments run from a checkout"
        )
    words = ["--no-prompt", "deploy", "--prefect-file", str(DEPLOYMENTS), "--all"]
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *words],
        cwd=ROOT,
        env={**os.environ, "HEXBEAT_APP_DIR": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise HexbeatError(" ".join((done.stderr or done.stdout).split()))


if __name__ == "__main__":
    try:
        register()
    except HexbeatError as error:
        sys.exit(str(error))
