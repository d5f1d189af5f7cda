"""What is wrong with deploy/prefect.yaml: read strictly, with no server at hand.

Prefect drops keys that it does not know without a word, and finds out only when a run
starts that its flow cannot be loaded. Run as a module it says so and ends with 1.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from prefect._vendor.croniter import croniter_range  # by which the server schedules
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import load_flow_from_entrypoint


FILE = Path(__file__).parents[1] / "deploy" / "prefect.yaml"
LONDON = "Europe/London"
# Where each key may stand.
KNOWN = {
    "file": {"name", "prefect-version", "pull", "deployments", "definitions"},
    "deployment": {
        "name", "version", "description", "tags", "entrypoint", "parameters",
        "enforce_parameter_schema", "schedules", "concurrency_limit", "work_pool",
    },
    "schedule": {"cron", "timezone", "day_or", "active", "slug", "parameters"},
    "concurrency_limit": {"limit", "collision_strategy"},
    "work_pool": {"name", "work_queue_name", "job_variables"},
}  # fmt: skip
REQUIRED = ("schedules", "concurrency_limit")
_TWICE_OR_NEVER_HOUR = 1
_YEAR = (datetime(2028, 1, 1), datetime(2029, 1, 1))  # has every date, by the clock


def faults(file: dict[str, Any]) -> Iterator[str]:
    """One line for each thing that Prefect would pass over, or trip over later."""
    yield from _unknown("file", file)
    deployments = file.get("deployments", [])
    names = Counter((d.get("entrypoint"), d.get("name")) for d in deployments)
    for (_, name), number in names.items():
        if number > 1:
            yield f"{name}: there are {number} of them, and the last wins"
    for deployment in deployments:
        for fault in _of_deployment(deployment):
            yield f"{deployment.get('name')}: {fault}"


def _of_deployment(deployment: dict[str, Any]) -> Iterator[str]:
    yield from _unknown("deployment", deployment)
    for key in REQUIRED:
        if key not in deployment:
            yield f"{key} is missing"
    for key in ("concurrency_limit", "work_pool"):
        yield from _unknown(key, deployment.get(key, {}))
    if not deployment.get("enforce_parameter_schema"):
        yield "enforce_parameter_schema is not on: the server would take any value"
    schedules = deployment.get("schedules", [])
    for schedule in schedules:
        yield from _of_schedule(schedule)
    for slug, number in Counter(s.get("slug") for s in schedules).items():
        if slug and number > 1:
            yield f"{number} schedules have the slug {slug!r}: each needs its own"
    parameters = deployment.get("parameters", {})
    try:
        flow = load_flow_from_entrypoint(
            deployment["entrypoint"], use_placeholder_flow=False
        )
    except Exception as error:
        yield f"entrypoint does not load: {type(error).__name__}: {error}"
        return
    sets = [s.get("parameters", {}) for s in schedules]
    for given in sets or ([parameters] if parameters else []):
        try:
            flow.validate_parameters({**parameters, **given})
        except Exception as error:
            yield f"parameters: {' '.join(str(error).split())}"


def _of_schedule(schedule: dict[str, Any]) -> Iterator[str]:
    yield from _unknown("schedule", schedule)
    if not schedule.get("slug"):
        yield "a schedule has no slug, by which the server knows it again"
    if schedule.get("timezone") != LONDON:
        yield f"a schedule must say timezone: {LONDON}"
        return
    try:
        built = CronSchedule(
            cron=schedule["cron"], timezone=LONDON, day_or=schedule.get("day_or", True)
        )
    except Exception as error:
        yield f"schedule: {error}"
        return
    runs = croniter_range(*_YEAR, built.cron, day_or=built.day_or)
    if any(run.hour == _TWICE_OR_NEVER_HOUR for run in runs):
        yield f"cron {built.cron!r} runs between 01:00 and 02:00"


def _unknown(kind: str, given: dict[str, Any]) -> Iterator[str]:
    for key in sorted(given.keys() - KNOWN[kind]):
        yield f"{kind} has an unknown key {key!r}"


def main() -> None:
    """Say what is wrong; the exit code."""
    found = list(faults(yaml.safe_load(FILE.read_text())))
    for line in found:
        sys.stderr.write(f"{FILE.name}: {line}\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
