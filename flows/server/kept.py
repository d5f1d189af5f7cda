"""What people changed in a deployment stays; what hexbeat changes comes through.

A merge of three: what hexbeat registered last, what the server has now, and what
hexbeat ships. A value that differs from the last registration is somebody's and stays;
all others are as shipped now.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias


Deployment: TypeAlias = dict[str, Any]  # as deploy/prefect.yaml has it
Kept: TypeAlias = dict[str, Any]  # of a deployment, what people may change

_GONE = object()  # the value of a key that is not there
_WHEN = ("cron", "day_or", "interval", "anchor_date", "rrule", "timezone")
_UNNAMED = "unnamed "


def kept_part(deployment: Mapping[str, Any]) -> Kept:
    """What people may change.

    Parameters, schedules by slug, whether it is paused, and how many runs it allows.
    """
    schedules = deployment.get("schedules") or []
    return {
        "parameters": deployment.get("parameters") or {},
        "schedules": {
            schedule.get("slug") or f"{_UNNAMED}{number}": _kept_schedule(schedule)
            for number, schedule in enumerate(schedules)
        },
        "paused": bool(deployment.get("paused")),
        "concurrency_limit": deployment.get("concurrency_limit"),
    }


def _kept_schedule(schedule: Mapping[str, Any]) -> Kept:
    """When it runs is one value: half a cron and half an interval would be neither."""
    when = [[key, schedule[key]] for key in _WHEN if schedule.get(key) is not None]
    return {
        "when": [each for each in when if each != ["day_or", True]],  # the default
        "active": schedule.get("active", True),
        "parameters": schedule.get("parameters") or {},
    }


def merged(shipped: Deployment, last: Kept | None, now: Kept | None) -> Deployment:
    """The deployment to register.

    Without `last`, an older hexbeat registered it: all that it has now stays, and what
    it lacks is added.
    """
    if now is None:
        return shipped
    kept = _merged(last or {}, now, kept_part(shipped))
    return {**shipped, **kept, "schedules": _schedules(kept["schedules"])}


def _merged(last: Any, now: Any, shipped: Any) -> Any:
    if not (isinstance(now, dict) and isinstance(shipped, dict)):
        return shipped if now == last else now
    before = last if isinstance(last, dict) else {}
    of_each = {
        key: _merged(*(side.get(key, _GONE) for side in (before, now, shipped)))
        for key in {**shipped, **now}
    }
    return {key: value for key, value in of_each.items() if value is not _GONE}


def _schedules(kept: Mapping[str, Kept]) -> list[dict[str, Any]]:
    """The schedules as deploy/prefect.yaml has them."""
    return [
        {**dict(schedule["when"]), "active": schedule["active"]}
        | ({"parameters": schedule["parameters"]} if schedule["parameters"] else {})
        | ({} if slug.startswith(_UNNAMED) else {"slug": slug})
        for slug, schedule in kept.items()
    ]
