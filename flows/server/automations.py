"""Automations: what the server does when runs die or fail, or feeds become stale.

Prefect would create a second automation of the same name, so an old one is replaced.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

from flows.command.printing.terminal import print_line
from flows.events import DEPLOYMENT_TAG, RUN_TAG, STALE
from flows.settings import Settings
from transforms.errors import UsageError


# Prefect sends a heartbeat every 180 s: after three missing ones the process is gone.
_SILENT_FOR = timedelta(seconds=540)
_NOTICES = ("hexbeat: runs that ended badly", "hexbeat: feeds gone stale")
_ANY_RUN = ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"})
_BAD_ENDS = ("Failed", "Crashed", "TimedOut", "CompletedWithGaps")


def register_automations() -> None:
    """Create all automations, or replace those that exist."""
    asyncio.run(_register(Settings().notify))


async def _register(notify: str | None) -> None:
    async with get_client() as client:
        wanted = [_zombies()]
        try:
            if notify:
                wanted += _notices(await _block(client, notify))
        except UsageError as error:  # the runs are more than the news of them
            print_line(
                f"warning: {error}; until hexbeat up starts again, nobody is told"
            )
        for name in {*_NOTICES} - {automation.name for automation in wanted}:
            for gone in await client.read_automations_by_name(name):
                await client.delete_automation(gone.id)
        for automation in wanted:
            existing = await client.read_automations_by_name(automation.name)
            if existing:  # and perhaps switched off
                automation.enabled = existing[0].enabled
                await client.update_automation(existing[0].id, automation)
            else:
                await client.create_automation(automation)


def _zombies() -> AutomationCore:
    """A run whose process is gone would be Running for ever."""
    return AutomationCore(
        name="hexbeat: runs that have died",
        description="A run without a sign of life for nine minutes is Crashed",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.*"},
            match=_ANY_RUN,
            match_related=_tagged(DEPLOYMENT_TAG, RUN_TAG),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=_SILENT_FOR,
        ),
        actions=[
            ChangeFlowRunState(
                name=None,
                state=StateType.CRASHED,
                message="no sign of life for nine minutes",
                # Not by force: events can overtake each other, and then a run that has
                # ended is found dead. The server lets none leave its end for this.
                force=False,
            )
        ],
    )


def _notices(block: UUID) -> Iterator[AutomationCore]:
    """A message of each run that ended badly, and of each feed that went stale."""
    yield AutomationCore(
        name=_NOTICES[0],
        trigger=EventTrigger(
            expect={f"prefect.flow-run.{end}" for end in _BAD_ENDS},
            match=_ANY_RUN,
            match_related=_tagged(DEPLOYMENT_TAG),
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="hexbeat: {{ flow_run.name }} is {{ flow_run.state.name }}",
                body="{{ flow_run.state.message }}",
            )
        ],
    )
    yield AutomationCore(
        name=_NOTICES[1],
        trigger=EventTrigger(
            expect={STALE},
            match=ResourceSpecification({"prefect.resource.id": "hexbeat.feed.*"}),
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="hexbeat: a feed is stale",
                body="{{ event.resource.name }}: {{ event.payload.why }}",
            )
        ],
    )


async def _block(client: PrefectClient, named: str) -> UUID:
    """The notification block that the operator has made, as `<type>/<name>`."""
    kind, _, name = named.partition("/")
    try:
        return (await client.read_block_document_by_name(name, kind)).id
    except ObjectNotFound as error:
        raise UsageError(
            f"HEXBEAT_NOTIFY={named}: the Prefect server has no such block; make it in"
            " its UI, and write it as type/name, such as slack-webhook/analysts"
        ) from error


def _tagged(*tags: str) -> ResourceSpecification:
    """Runs with one of these tags."""
    ids = [f"prefect.tag.{tag}" for tag in tags]
    return ResourceSpecification(
        {"prefect.resource.role": "tag", "prefect.resource.id": ids}
    )
