"""The return: every measure of every month, long; and grants' forms made of it."""

from collections.abc import Iterator, Sequence
from dataclasses import field
from importlib.resources import files
from typing import Annotated, Any, Literal

import pyarrow as pa
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from transforms.homes.home import Home
from transforms.patrols.dosage import Dosage
from transforms.patrols.mapping import ACTIVITIES, ROLES
from transforms.patrols.schemas import RETURN
from transforms.reference.overrides import days_from
from transforms.reference.toml_files import STRICT, WHOLE, Text, read_toml, text_of


EVERY = "all"
FORM = "hotspot-generic"
_COUNTED = ("visits", "passes", "visits_10_20")
_OF_A_PLACE = ("patrol_minutes", "background_minutes", "planned_minutes")
Measure = Literal[
    "visits", "passes", "visits_10_20", "officer_minutes", "patrol_minutes",
    "background_minutes", "planned_minutes", "arrests", "searches", "weapons",
    "asb_powers", "engagements", "missing_days",
]  # fmt: skip
Value = Measure | Literal["period", "force", "programme", "place_id", "supplied_days"]


@dataclass(frozen=True, config=STRICT)
class FormColumn:
    """A column of a form."""

    heading: Annotated[Text, "as the form has it"]
    value: Annotated[Value, "a measure, or what the row is of"]
    role: Annotated[
        Literal["all", "police", "pcso", "special", "warden", "partner"],
        "of `officer_minutes`: whose",
    ] = "all"
    divide_by: Annotated[float, Field(gt=0), "such as 60 for hours"] = 1.0
    decimals: Annotated[int, Field(ge=0, le=6), WHOLE, "of the number"] = 0


@dataclass(frozen=True, config=STRICT)
class Form:
    """A grant's form: its columns, in their order."""

    title: Annotated[Text, "what it is"]
    rows: Annotated[Literal["month", "place"], "a row for each month, or and place"]
    columns: Annotated[
        tuple[FormColumn, ...], Field(alias="column", min_length=1), "in order"
    ] = field(default_factory=tuple)


FORM_FILE = TypeAdapter(Form)


def forms_of(home: Home) -> dict[str, Form]:
    """The shipped form, and those in `returns/` of the home, by name."""
    shipped = files("transforms.patrols").joinpath(f"returns/{FORM}.toml").read_text()
    found = {FORM: read_toml(shipped, FORM, FORM_FILE)}
    for file in sorted((home.root / "returns").glob("*.toml")):
        found[file.stem] = read_toml(text_of(file), str(file), FORM_FILE)
    return found


def return_table(dosage: Dosage) -> pa.Table:
    """Each measure of each month, of each place and of all; as RETURN."""
    rows: list[dict[str, Any]] = []
    days = dosage.days.to_pylist()
    span = days_from(dosage.first, dosage.last)
    for period in dict.fromkeys(f"{day:%Y-%m}" for day in span):
        month = [row for row in days if f"{row['day']:%Y-%m}" == period]
        base = {
            "period": period,
            "force": dosage.programme.rule.force,
            "programme": dosage.programme.id,
            "source": " and ".join(sorted({row["source"] for row in month})) or "none",
            "supplied_days": len({row["day"] for row in month}),
        }
        missing = sum(f"{day:%Y-%m}" == period for day in dosage.missing)
        rows.append(base | _line(EVERY, "missing_days", EVERY, float(missing), "days"))
        rows += [base | line for line in _lines(EVERY, month)]
        for place in dict.fromkeys(sorted(row["place_id"] for row in month)):
            own = [row for row in month if row["place_id"] == place]
            lines = [*_lines(place, own), *_place_lines(place, own)]
            rows += [base | {"supplied_days": len(own)} | line for line in lines]
    return pa.Table.from_pylist(rows, schema=RETURN)


def _lines(place: str, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for name in _COUNTED:
        yield _line(place, name, EVERY, _total(rows, name), "visits")
    for role in (EVERY, *ROLES):
        own = "officer_minutes" if role == EVERY else f"{role}_officer_minutes"
        yield _line(place, "officer_minutes", role, _total(rows, own), "minutes")
    for name in ACTIVITIES:
        known = [row for row in rows if row[name] is not None]
        yield _line(place, name, EVERY, _total(known, name), "count")


def _place_lines(
    place: str, rows: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Of a place alone: minutes in which anybody was there are no sum over places."""
    for name in _OF_A_PLACE:
        yield _line(place, name, EVERY, _total(rows, name), "minutes")


def _line(
    place: str, measure: str, role: str, value: float | None, unit: str
) -> dict[str, Any]:
    return {
        "place_id": place,
        "measure": measure,
        "role": role,
        "value": None if value is None else round(value, 4),
        "unit": unit,
    }


def _total(rows: Sequence[dict[str, Any]], name: str) -> float | None:
    """The sum; None where a part of it is not known."""
    values = [row[name] for row in rows]
    if not values or any(value is None for value in values):
        return None
    return float(sum(values))


def form_table(form: Form, returned: pa.Table) -> pa.Table:
    """A form, filled in; a number that nobody knows stays empty."""
    rows = returned.to_pylist()
    values = {
        (row["period"], row["place_id"], row["measure"], row["role"]): row["value"]
        for row in rows
    }
    of_all = form.rows == "month"
    keys = {(r["period"], r["place_id"]): r for r in rows}
    wanted = [key for key in keys if (key[1] == EVERY) == of_all]
    columns = {
        column.heading: pa.array(
            [_cell(column, key, keys[key], values) for key in wanted], pa.string()
        )
        for column in form.columns
    }
    return pa.table(columns)


def _cell(
    column: FormColumn,
    key: tuple[str, str],
    row: dict[str, Any],
    values: dict[tuple[str, str, str, str], float | None],
) -> str | None:
    if column.value in row:
        return str(row[column.value])
    value = values.get((*key, column.value, column.role))
    return None if value is None else f"{value / column.divide_by:.{column.decimals}f}"
