"""A pack as tables, by the sheets of its workbook."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from transforms.plain_text import plain
from transforms.tasking.delivered import return_totals
from transforms.tasking.pack import Pack
from transforms.tasking.schemas import (
    PACK_PLACES,
    PACK_PROBLEMS,
    PACK_SHIFTS,
    PACK_TOTALS,
)
from transforms.tasking.words import names_of


_DECIMALS = 4
_UNITS = {"officer_minutes": "minutes", "missing_days": "days"}


def tables_of(pack: Pack) -> dict[str, pa.Table]:
    """The sheets, by name: those without rows are left out by who writes them."""
    return {
        "Places": pa.Table.from_pylist(place_rows(pack), schema=PACK_PLACES),
        "Next plan": pa.Table.from_pylist(shift_rows(pack), schema=PACK_SHIFTS),
        "Totals": pa.Table.from_pylist(total_rows(pack), schema=PACK_TOTALS),
        "Open problems": pa.Table.from_pylist(problem_rows(pack), schema=PACK_PROBLEMS),
    }


def place_rows(pack: Pack) -> list[dict[str, Any]]:
    """A row for each place that is patrolled, by rank."""
    names = names_of(pack)
    return [_place(pack, row, names[row["place_id"]]) for row in pack.places]


def _place(pack: Pack, row: Mapping[str, Any], name: str) -> dict[str, Any]:
    place = row["place_id"]
    of, dose = pack.changed.rows.get(place), pack.dose.get(place, {})
    minutes = dose.get("officer_minutes")
    return {
        "place_id": place,
        "name": name or None,
        "expected_month": round(row["level_month"], _DECIMALS),
        "counted": of and of.observed,
        "expected": of and round(of.expected, _DECIMALS),
        "low": of and of.low,
        "high": of and of.high,
        "change": pack.changed.word(place),
        "planned_minutes": dose.get("planned_minutes"),
        "patrol_minutes": dose.get("patrol_minutes"),
        "officer_hours": None if minutes is None else round(minutes / 60, _DECIMALS),
        "visits": dose.get("visits"),
        "days_without_visit": dose.get("days_without_visit"),
        "days": dose.get("days"),
        "dose": dose.get("word"),
        "next_visits": pack.next.visits_at[place] if pack.next.plan_of else None,
        "why": pack.facts[place].line,
        "way_of_working": pack.problems.routes.get(place),
        "lat": row["lat"],
        "lon": row["lon"],
    }


def shift_rows(pack: Pack) -> list[dict[str, Any]]:
    """A row for each shift that is planned for the fortnight to come."""
    return [
        {
            "date": str(one.day),
            "shift_id": one.shift,
            "units": one.units,
            "visits": one.visits,
        }
        for one in pack.next.shifts
    ]


def total_rows(pack: Pack) -> list[dict[str, Any]]:
    """A row for each measure of a return, as far as a log says."""
    known = return_totals(pack.delivered.fortnight)
    every = return_totals(pack.delivered.whole)
    return [
        {
            "measure": measure,
            "role": role,
            "fortnight": known.get((measure, role)),
            "since_start": value,
            "unit": _unit(measure),
        }
        for (measure, role), value in every.items()
    ]


def _unit(measure: str) -> str:
    if measure.startswith(("visits", "passes")):
        return "visits"
    return _UNITS.get(measure, "count")


def problem_rows(pack: Pack) -> list[dict[str, Any]]:
    """A row for each problem that is worked on at its places."""
    return [
        {
            "places": " ".join(one.places),
            "what": plain(one.response.what),
            "who": plain(one.response.who),
            "since": str(one.response.date),
            "until": _text(one.response.end),
        }
        for one in pack.problems.here
    ]


def _text(value: object | None) -> str | None:
    return None if value is None else str(value)


def texts(values: Iterable[object]) -> list[str]:
    """Days, months or ids as other programs read them."""
    return list(map(str, values))
