"""The kinds of fields that the parameters of the flows have."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic.fields import FieldInfo

from flows.form import Schema, worded
from transforms.errors import UsageError
from transforms.lake.addresses import PATTERN, refuse_secrets
from transforms.publications.layers.area_columns import NAME_PATTERN
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import HORIZONS_DAYS, Day, day_clock
from transforms.reference.forces import DEMO_FORCES, FORCES, force_named
from transforms.scores.methods import methods_for


_FORCES = FORCES | DEMO_FORCES
_FORCE_IDS = [force.id for force in _FORCES.values() if force.in_scope]
_DAYS = day_clock(HORIZONS_DAYS[0])


def _without_secrets(address: str) -> str:
    try:
        refuse_secrets("address", address)
    except UsageError as error:
        raise ValueError(str(error)) from error
    return address


def _known_force(force_id: str) -> str:
    """The id of a force; a `ValueError` names the nearest one."""
    try:
        return force_named(force_id, _FORCES).id
    except UsageError as error:
        raise ValueError(str(error)) from error


ForceId = Annotated[
    str, AfterValidator(_known_force), Field(json_schema_extra={"enum": _FORCE_IDS})
]
AreaName = Annotated[str, Field(pattern=NAME_PATTERN)]
MONTH = "YYYY-MM, for example 2025-12"
DAY = "YYYY-MM-DD, for example 2026-03-29"
_END = r"(?![\s\S])"  # a $ would let a line break follow
_MONTH_PATTERN = rf"^(?!0000)[0-9]{{4}}-(0[1-9]|1[0-2]){_END}"
_DAY_PATTERN = rf"^(?!0000)[0-9]{{4}}-(0[1-9]|1[0-2])-[0-3][0-9]{_END}"


def _month(text: str) -> str:
    if not re.match(_MONTH_PATTERN, text):
        raise ValueError(f"write {MONTH}")
    return text


def _day(text: str) -> str:
    try:
        return str(Day.parse(text))
    except UsageError as error:
        raise ValueError(f"write {DAY}") from error


def _month_or_day(text: str) -> str:
    return _day(text) if re.match(_DAY_PATTERN, text) else _month(text)


def _optional(rule: Schema, words: str) -> FieldInfo:
    """The rule of a field that may be left empty, which it lets through."""
    info: FieldInfo = Field(json_schema_extra=worded(rule, words))
    return info


_WITHOUT_SECRETS = "an address without a password, token or query"
Address = Annotated[
    Annotated[str, AfterValidator(_without_secrets)] | None,
    _optional({"pattern": PATTERN}, _WITHOUT_SECRETS),
]
MonthText = Annotated[
    Annotated[str, AfterValidator(_month)] | None,
    _optional({"pattern": _MONTH_PATTERN}, f"a month as {MONTH}"),
]
PeriodText = Annotated[
    Annotated[str, AfterValidator(_month_or_day)] | None,
    _optional({"pattern": f"{_MONTH_PATTERN}|{_DAY_PATTERN}"}, f"{MONTH}, or {DAY}"),
]
DayText = Annotated[
    Annotated[str, AfterValidator(_day)] | None,
    # the format alone would let other spellings through where nobody checks formats
    _optional({"pattern": _DAY_PATTERN, "format": "date"}, f"a day as {DAY}"),
]


def _serving(clock: Clock) -> AfterValidator:
    """Refuses the name of a method that does not serve the clock."""
    known = methods_for(clock)

    def checked(name: str) -> str:
        if name not in known:
            raise ValueError(f"unknown; there are {', '.join(known)}")
        return name

    return AfterValidator(checked)


MethodName = Annotated[
    str,
    _serving(MONTHS),
    Field(json_schema_extra={"enum": sorted(methods_for(MONTHS))}),
]
DayMethodName = Annotated[
    str,
    _serving(_DAYS),
    Field(json_schema_extra={"enum": sorted(methods_for(_DAYS))}),
]
