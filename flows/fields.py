"""The kinds of fields that the parameters of the flows have."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from transforms.errors import UsageError
from transforms.lake.addresses import PATTERN, refuse_secrets
from transforms.publications.layers.area_columns import NAME_PATTERN
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import HORIZONS_DAYS, day_clock
from transforms.reference.forces import DEMO_FORCES, FORCES, find_force
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
        return find_force(force_id, _FORCES).id
    except UsageError as error:
        raise ValueError(str(error)) from error


ForceId = Annotated[
    str, AfterValidator(_known_force), Field(json_schema_extra={"enum": _FORCE_IDS})
]
AreaName = Annotated[str, Field(pattern=NAME_PATTERN)]
Address = Annotated[
    str,
    AfterValidator(_without_secrets),
    Field(json_schema_extra={"pattern": PATTERN}),
]
MONTH = "YYYY-MM, for example 2025-12"
_MONTH_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])$"


def _month(text: str) -> str:
    if not re.fullmatch(_MONTH_PATTERN, text, re.ASCII):
        raise ValueError(f"write {MONTH}")
    return text


MonthText = Annotated[
    str, AfterValidator(_month), Field(json_schema_extra={"pattern": _MONTH_PATTERN})
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
DayText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-[0-3]\d$")]
