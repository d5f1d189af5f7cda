"""Twins of patrols: minutes counted second by second, and visits one by one."""

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo


Row = Mapping[str, Any]
ROLES = ("police", "pcso", "special", "warden", "partner")
MODES = ("foot", "cycle", "vehicle")
ACTIVITIES = ("arrests", "searches", "weapons", "asb_powers", "engagements")
VISIT_MINUTES = 3


def covered_minutes(stays: Sequence[Row]) -> float:
    """The minutes in which anybody was there; whole seconds, counted one by one."""
    seconds = {
        second
        for stay in stays
        if stay["starts"]
        for second in range(
            int(stay["starts"].timestamp()), int(stay["ends"].timestamp())
        )
    }
    return len(seconds) / 60 + sum(s["minutes"] for s in stays if not s["starts"])


def gaps(visits: Sequence[Row]) -> list[float]:
    """The minutes between visits in which none was going on."""
    found = []
    for visit in visits:
        if visit["starts"] is None:
            continue
        before = [
            other["ends"]
            for other in visits
            if other["starts"]
            and (other["starts"], other["ends"]) < (visit["starts"], visit["ends"])
        ]
        if before and max(before) < visit["starts"]:
            found.append((visit["starts"] - max(before)).total_seconds() / 60)
    return found


def patrol_day(of_place: Row, visits: Sequence[Row]) -> dict[str, Any]:
    """What `patrol_days.sql` says of a place on a day."""
    there = [
        v
        for v in visits
        if (v["place_id"], v["day"]) == (of_place["place_id"], of_place["day"])
    ]
    measured = [v for v in there if v["source"] == of_place["source"]]
    own = [v for v in measured if not v["background"]]
    stays = [v for v in own if v["minutes"] >= VISIT_MINUTES]
    errors = [v["minutes_se"] ** 2 for v in own if v["minutes_se"] is not None]
    between = gaps(stays)
    logged = [v for v in there if not v["background"]]
    planned = of_place["planned_minutes"]

    def classed(low: float, high: float) -> int | None:
        if not all(v["classed"] for v in stays):
            return None
        return sum(low <= v["minutes"] <= high for v in own)

    def officers(rows: Sequence[Row]) -> float:
        return float(sum(v["minutes"] * v["officers"] for v in rows))

    return {
        **of_place,
        "assigned": None if planned is None else planned > 0,
        "visits": len(stays),
        "passes": len(own) - len(stays),
        "patrol_minutes": covered_minutes(own),
        "officer_minutes": officers(own),
        "minutes_se": math.sqrt(sum(errors)) if errors else None,
        "visits_10_plus": classed(10, math.inf),
        "visits_10_20": classed(10, 20),
        "visits_10_16": classed(10, 16),
        "mean_minutes": sum(v["minutes"] for v in stays) / len(stays)
        if stays
        else None,
        "gap_minutes": sum(between) / len(between) if between else None,
        "background_minutes": covered_minutes([v for v in measured if v["background"]]),
        **{
            f"{role}_officer_minutes": officers([v for v in own if v["role"] == role])
            for role in ROLES
        },
        **{
            f"{mode}_officer_minutes": officers([v for v in own if v["mode"] == mode])
            for mode in MODES
        },
        **{
            name: sum(v[name] for v in logged if v[name] is not None)
            if any(v[name] is not None for v in logged)
            else None
            for name in ACTIVITIES
        },
    }


def overlap(patrolled: Sequence[float], needed: Sequence[float]) -> float:
    """How much of two distributions over places lies in the same ones."""
    both = zip(patrolled, needed, strict=True)
    return sum(min(p / sum(patrolled), q / sum(needed)) for p, q in both)


def minutes_by_hour(visits: Sequence[Row]) -> list[float]:
    """Minutes of visits in each hour of the week, second by second on the clock."""
    found = [0.0] * 168
    for visit in visits:
        at = visit["starts"]
        while at < visit["ends"]:
            shown = at.astimezone(ZoneInfo("Europe/London"))
            found[24 * shown.weekday() + shown.hour] += 1 / 60
            at += timedelta(seconds=1)
    return found


def ping_faults(pings: Sequence[Row], most_m_s: float) -> dict[int, str]:
    """The rows of `ping_faults.sql`, found unit by unit."""
    found: dict[int, str] = {}
    for unit in {ping["unit"] for ping in pings}:
        first: dict[Any, Row] = {}
        for ping in sorted(pings, key=lambda p: p["row"]):
            if ping["unit"] != unit:
                continue
            if ping["reported_at"] in first:
                found[ping["row"]] = "duplicate"
            else:
                first[ping["reported_at"]] = ping
        ordered = [first[at] for at in sorted(first)]
        for here, there in itertools.pairwise(ordered):
            north = there["latitude"] - here["latitude"]
            east = there["longitude"] - here["longitude"]
            east *= math.cos(math.radians(here["latitude"]))
            metres = 111195 * math.hypot(north, east)
            seconds = (there["reported_at"] - here["reported_at"]).total_seconds()
            if metres > most_m_s * seconds:
                found[here["row"]] = "speed"
    return found


def ping_stays(
    pings: Sequence[Row],
    first_s: float,
    end_s: float,
    cap_s: float,
    merge_s: float,
    classed_s: float,
) -> list[dict[str, Any]]:
    """The stays of `ping_stays.sql`, one unit and one place after another; seconds."""
    stays: list[dict[str, Any]] = []
    for unit in {ping["unit"] for ping in pings}:
        own = sorted(
            (p for p in pings if p["unit"] == unit), key=lambda p: p["reported_at"]
        )
        times = [ping["reported_at"].timestamp() for ping in own]
        gaps = [
            later - at
            for at, later in itertools.pairwise(times)
            if first_s <= at < end_s
        ]
        if not any(first_s <= at < end_s for at in times):
            continue
        pace = statistics.median(gaps) if gaps else None
        open_stays: dict[Any, dict[str, Any]] = {}
        for number, (ping, at) in enumerate(zip(own, times, strict=True)):
            before = at - times[number - 1] if number else 0.0
            after = times[number + 1] - at if number + 1 < len(times) else 0.0
            low = max(at - min(before, cap_s) / 2, first_s)
            high = min(at + min(after, cap_s) / 2, end_s)
            if ping["place_id"] is None or high <= low:
                continue
            key = ping["place_id"], ping["background"]
            stay = open_stays.get(key)
            if stay is None or low - stay["ends"] > merge_s:
                stay = open_stays[key] = {
                    "place_id": ping["place_id"],
                    "starts": low,
                    "minutes": 0.0,
                    "minutes_se": (pace or 0.0) / math.sqrt(6) / 60,
                    "classed": pace is not None and pace <= classed_s,
                    "officers": ping["officers"],
                    "role": ping["role"],
                    "mode": ping["mode"],
                    "background": ping["background"],
                }
                stays.append(stay)
            stay["ends"] = high
            stay["minutes"] += (high - low) / 60
    return stays
