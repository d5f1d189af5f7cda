"""Which runs the automations act on, by their tags."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import yaml
from prefect.context import TagsContext
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound

from flows import run_stages
from flows.events import DEPLOYMENT_TAG, RUN_TAG
from flows.server import automations
from flows.server.automations import _notices, _zombies
from tests.deployments import FILE


@pytest.mark.parametrize(
    ("tag", "notified", "found_dead"),
    [(DEPLOYMENT_TAG, True, True), (RUN_TAG, False, True), ("other", False, False)],
)
def test_all_our_runs_are_found_dead_and_people_hear_of_deployments(
    tag: str, notified: bool, found_dead: bool
) -> None:
    run = {"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{tag}"}
    ended = next(iter(_notices(uuid4()))).trigger
    matched = [
        each.match_related.matches(run)  # type: ignore[union-attr]
        for each in (ended, _zombies().trigger)
    ]
    assert matched == [notified, found_dead]


def test_every_deployment_has_the_tag() -> None:
    deployments = yaml.safe_load(FILE.read_text())["deployments"]
    assert all(DEPLOYMENT_TAG in each["tags"] for each in deployments)


def test_a_stage_has_a_tag_whatever_its_parent_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[set[str]] = []

    class Stage:
        task_runner = None

        def __call__(self, *_: Any, **__: Any) -> SimpleNamespace:
            seen.append(set(TagsContext.get().current_tags))
            return SimpleNamespace()

    monkeypatch.setattr(run_stages, "account_of", lambda _: {"outcome": "done"})
    run_stages._run([(Stage(), None)])  # type: ignore[list-item]
    assert seen == [{RUN_TAG}]


def test_a_block_that_is_not_there_stops_no_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[str] = []

    class Client:
        async def __aenter__(self) -> "Client":
            return self

        async def __aexit__(self, *_: object) -> None:
            """Nothing."""

        async def read_block_document_by_name(self, *_: str) -> None:
            raise ObjectNotFound(Exception())

        async def read_automations_by_name(self, _: str) -> list[None]:
            return []

        async def create_automation(self, automation: AutomationCore) -> None:
            made.append(automation.name)

    monkeypatch.setattr(automations, "get_client", Client)
    monkeypatch.setenv("HEXBEAT_NOTIFY", "slack-webhook/gone")
    automations.register_automations()
    assert made == ["hexbeat: runs that have died"]
    said = capsys.readouterr().out
    assert said.startswith("warning: HEXBEAT_NOTIFY=slack-webhook/gone: the Prefect")
    assert said.count("\n") == 1
