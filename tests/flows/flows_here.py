"""The flow of a command in this process, without a server: one takes seconds to start.

The flow, its tasks and the summary are the real ones; what would be sent to Prefect is
noted instead.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest
from prefect import Task
from prefect.logging import disable_run_logger

from flows.command import dosage, programme, trial
from flows.run_stages import _account_of
from flows.summary import Outcome, Summary


@dataclass
class Sent:
    """What a Prefect server would have been sent, but for states and logs."""

    artifacts: list[dict[str, Any]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


class _Ended:
    """The future of a task that has ended."""

    def __init__(self, answer: Any) -> None:
        self._account = answer if isinstance(answer, dict) else answer.data

    def wait(self) -> None:
        pass

    def result(self, raise_on_failure: bool) -> Any:
        return self._account


@contextmanager
def flows_here() -> Iterator[Sent]:
    """Commands of programmes, trials and dosage, and the flow of packs, run here."""
    sent = Sent()

    def gather(summary: Summary, tasks: Mapping[str, Any]) -> list[dict[str, Any]]:
        accounts = [_account_of(summary, name, task) for name, task in tasks.items()]
        return [account for account in accounts if account]

    def final(summary: Summary, outcome: Outcome | None = None) -> dict[str, Any]:
        sent.outcomes.append(outcome or summary.outcome)
        return summary.as_json()

    def run(name: str, params: Any, *_: Any, **__: Any) -> dict[str, Any]:
        account: dict[str, Any] = getattr(import_module(f"flows.{name}"), name).fn(
            params
        )
        return account

    with pytest.MonkeyPatch.context() as patch, disable_run_logger():
        patch.setattr(Task, "submit", lambda task, *given: _Ended(task.fn(*given)))
        for command in (dosage, programme, trial):
            patch.setattr(command, "run_to_end", run)
        patch.setattr("flows.run_stages.progress.step", lambda *_: None)
        for name in ("dosage", "programme", "tasking", "track", "trial"):
            module = import_module(f"flows.{name}")
            patch.setattr(module, "gather", gather, raising=False)
            patch.setattr(module, "final", final)
            for one in (
                "table_artifact", "page_artifact", "summary_artifact", "pack_artifact",
                "look_artifacts",
            ):  # fmt: skip
                if hasattr(module, one):
                    noted = lambda *given, **more: sent.artifacts.append(  # noqa: E731
                        {**more, "given": given}
                    )
                    patch.setattr(module, one, noted)
            for one in (
                "emit_frozen", "emit_issued", "emit_look", "emit_pack", "emit_short",
            ):  # fmt: skip
                if hasattr(module, one):
                    patch.setattr(module, one, lambda *given: sent.events.append(given))
        yield sent
