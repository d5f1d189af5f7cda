"""From what is asked for to the design of a trial, or to the line that refuses it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.programmes.basis import basis_of
from transforms.programmes.programme import Programme
from transforms.programmes.register import Standing
from transforms.reference.categories import FOUND_BY_PATROLS
from transforms.reference.days import DAYS
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, month_range
from transforms.trials.design import APART, KINDS, PARALLEL, WEEKLY, Design
from transforms.trials.schedule import WEEK_DAYS


FEWEST_PLACES = 6
LONGEST_WEEKS = 104
MOST_LOOKS = 5
LONGEST_WASHOUT_DAYS = 4
HARM, BUFFERS = "harm", "buffers"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A trial as it is asked for. What its kind does not take is None or empty."""

    kind: str
    first_day: date | None
    weeks: int | None = None  # of a crossover
    last_day: date | None = None  # of a parallel trial
    days_per_week: int | None = None  # weekly
    capacity: Sequence[int] = ()  # weekly: places on each weekday, from Monday
    strata: Sequence[tuple[int, int]] = ()  # simple: so many treated of so many
    primary: str = ""  # crime group; that of the programme if empty
    secondary: Sequence[str] = ()
    washout_days: int = 0
    looks: int = 1  # the last is the analysis
    accept_contact: bool = False


def design_of(
    home: Home, programme: Programme, standing: Standing, asked: Asked
) -> Design:
    """The design; `UsageError` with one line for what cannot be tried."""
    if asked.kind not in KINDS:
        raise UsageError(f"--kind {asked.kind!r}: one of {', '.join(KINDS)}")
    if asked.kind == PARALLEL and programme.clock is DAYS:
        raise UsageError(
            "--kind parallel is judged by months of the public feed: a force's own feed"
            " knows days, so choose weekly or simple"
        )
    rows = [
        row
        for row in programme.places.to_pylist()
        if row["place_id"] not in standing.left
    ]
    if standing.ends:
        raise UsageError(f"{programme.id} ended on {standing.ends}")
    if len(rows) < FEWEST_PLACES:
        raise UsageError(
            f"{programme.id} has {len(rows)} places: a trial needs {FEWEST_PLACES} or"
            " more, or chance decides"
        )
    meeting = _in_contact(programme, rows)
    places = [row["place_id"] for row in rows]
    content: dict[str, Any] = {
        "programme": programme.id,
        "kind": asked.kind,
        "places": places,
        "contact": meeting,
        "looks": _looks(asked),
        **_outcomes(home, programme, asked),
    }
    if asked.kind == PARALLEL:
        return Design(content | _parallel(rows, asked))
    _refuse_contact(meeting, asked)
    if not 0 <= asked.washout_days <= LONGEST_WASHOUT_DAYS:
        raise UsageError(f"--washout {asked.washout_days}: 0 to {LONGEST_WASHOUT_DAYS}")
    content |= _weeks(asked) | {"washout_days": asked.washout_days}
    draw = _weekly if asked.kind == WEEKLY else _simple
    return Design(content | draw(places, asked))


def _in_contact(programme: Programme, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The places that touch another, or whose buffer is part of another's."""
    among = {row["place_id"] for row in rows}
    component = [row["component"] for row in rows]
    touching = {r["place_id"] for r in rows if component.count(r["component"]) > 1}
    shared = programme.buffers.filter(pc.field("shared"))["place_id"].to_pylist()
    return sorted(touching | (set(shared) & among))


def _refuse_contact(meeting: Sequence[str], asked: Asked) -> None:
    if meeting and not asked.accept_contact:
        raise UsageError(
            f"{len(meeting)} places are in contact with another ({meeting[0]},"
            f" {meeting[1]}, …): a patrol at one is seen at the other, so days with and"
            " without cannot be compared; freeze with --spacing 3, or a smaller"
            " --buffer-m, or say --accept-contact, which the report will print"
        )


def _looks(asked: Asked) -> int:
    if not 1 <= asked.looks <= MOST_LOOKS:
        raise UsageError(
            f"--looks {asked.looks}: 1 to {MOST_LOOKS}, the analysis included"
        )
    return asked.looks


def _outcomes(home: Home, programme: Programme, asked: Asked) -> dict[str, Any]:
    group = programme.rule.group
    # the programme's own group as it was frozen, whatever the settings say by now
    groups = {**basis_of(home, home.lake).groups, group: programme.group}
    primary = asked.primary or group
    secondary = list(dict.fromkeys(asked.secondary))
    if asked.kind == PARALLEL and (primary != group or set(secondary) - {BUFFERS}):
        raise UsageError(
            f"a parallel trial is judged by the forecast of its programme, {group}:"
            f" leave out --primary, and --secondary but for {BUFFERS}"
        )
    for name in [primary, *(one for one in secondary if one not in (HARM, BUFFERS))]:
        if name not in groups:
            known = ", ".join([HARM, BUFFERS, *groups])
            raise UsageError(f"{name!r} is no outcome; there are: {known}")
        if set(groups[name].categories) <= set(FOUND_BY_PATROLS):
            raise UsageError(
                f"{name} is found by patrols: more of it is a sign of patrol, not of"
                " crime, so it is no outcome of a trial"
            )
    found = {"primary": primary, "secondary": [s for s in secondary if s != primary]}
    own = {
        name: {"label": groups[name].label, "categories": list(groups[name].categories)}
        for name in [primary, *secondary]
        if name in groups and name not in GROUPS
    }
    return found | ({"groups": own} if own else {})


def _weeks(asked: Asked) -> dict[str, Any]:
    if asked.first_day is None or asked.weeks is None or asked.last_day:
        raise UsageError(f"a {asked.kind} trial takes --first-monday and --weeks")
    if asked.first_day.weekday():
        before = asked.first_day - timedelta(days=asked.first_day.weekday())
        raise UsageError(
            f"--first-monday {asked.first_day} is a {asked.first_day:%A}:"
            f" {before} is the Monday before"
        )
    if not 1 <= asked.weeks <= LONGEST_WEEKS:
        raise UsageError(f"--weeks {asked.weeks}: 1 to {LONGEST_WEEKS}")
    return {"first_monday": asked.first_day.isoformat(), "weeks": asked.weeks}


def _weekly(places: Sequence[str], asked: Asked) -> dict[str, Any]:
    days, capacity = asked.days_per_week, list(asked.capacity)
    if days is None or not 1 <= days < WEEK_DAYS or asked.strata:
        raise UsageError("a weekly trial takes --days-per-week, 1 to 6, and --capacity")
    whole = len(places) * days
    if len(capacity) != WEEK_DAYS or min(capacity) < 0 or sum(capacity) != whole:
        even = [whole // WEEK_DAYS + (day < whole % WEEK_DAYS) for day in range(7)]
        raise UsageError(
            f"--capacity is how many places the rota reaches on each weekday, Monday"
            f" first, and adds up to {len(places)} places by {days} days ="
            f" {whole}, such as {','.join(map(str, reversed(even)))}"
        )
    if max(capacity) > len(places):
        raise UsageError(
            f"--capacity {max(capacity)}: there are only {len(places)} places"
        )
    return {"days_per_week": days, "capacity": capacity}


def _simple(places: Sequence[str], asked: Asked) -> dict[str, Any]:
    if not asked.strata or asked.days_per_week or asked.capacity:
        raise UsageError("a simple trial takes --strata, such as 4/10,3/10")
    whole = sum(size for _, size in asked.strata)
    if whole != len(places) or not all(0 < k < n for k, n in asked.strata):
        raise UsageError(
            f"--strata are of the highest places, the next, and so on, each with some"
            f" patrolled a day and some not, and add up to {len(places)} places"
        )
    ends = [0]
    for _, size in asked.strata:
        ends.append(ends[-1] + size)
    return {
        "strata": [
            {"places": list(places[first:end]), "treated": treated}
            for (first, end), (treated, _) in zip(
                pairwise(ends), asked.strata, strict=True
            )
        ]
    }


def _parallel(rows: Sequence[Mapping[str, Any]], asked: Asked) -> dict[str, Any]:
    first, last = asked.first_day, asked.last_day
    if asked.weeks or asked.days_per_week or asked.capacity or asked.strata:
        raise UsageError("a parallel trial takes --first-day and --end, no weeks")
    if first is None or last is None:
        raise UsageError("a parallel trial takes --first-day and --end")
    if not whole_months(first, last):
        raise UsageError(
            f"there is no whole month from {first} to {last}: a parallel trial is"
            " judged by months"
        )
    units: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        units.setdefault(row["component"], []).append(row)
    ordered = sorted(
        units.values(), key=lambda unit: -sum(r["level_month"] for r in unit)
    )
    names = [APART.join(row["place_id"] for row in unit) for unit in ordered]
    if len(names) < FEWEST_PLACES:
        raise UsageError(
            f"only {len(names)} places are out of contact with each other: a trial"
            f" needs {FEWEST_PLACES}; freeze with --spacing 3"
        )
    pairs = [names[at : at + 2] for at in range(0, len(names) - 1, 2)]
    return {
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "pairs": pairs,
        "alone": names[2 * len(pairs) :],
    }


def whole_months(first: date, last: date) -> list[Month]:
    """The months that lie wholly between two days, both included."""
    begin = Month(first.year, first.month) + (first.day > 1)
    end = Month(last.year, last.month)
    if last < end.last_day:
        end += -1
    return month_range(begin, end) if begin <= end else []


def parse_capacity(text: str | None) -> list[int]:
    """Numbers divided by commas."""
    try:
        return [int(part) for part in text.split(",")] if text else []
    except ValueError as error:
        raise UsageError(
            f"--capacity {text!r}: seven numbers, such as 2,3,3,3,4,5,4"
        ) from error


def parse_strata(text: str | None) -> list[tuple[int, int]]:
    """So many of so many, divided by commas."""
    try:
        parts = [part.split("/") for part in text.split(",")] if text else []
        return [(int(treated), int(size)) for treated, size in parts]
    except ValueError as error:
        raise UsageError(
            f"--strata {text!r}: patrolled a day, of how many, such as 4/10,3/10"
        ) from error
