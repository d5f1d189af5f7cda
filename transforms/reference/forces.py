"""The territorial forces of England and Wales, British Transport Police, and the facts
about each that are in no feed.

Names are those of the police.uk API, which are also the `Reported by` of its files.
Codes are the ONS's police force areas (December 2025). Grip membership: the eighteen
forces funded from April 2021, and the two with bespoke money from September 2021.
"""

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

from transforms.errors import UsageError
from transforms.reference.months import Month
from transforms.reference.overrides import Override
from transforms.reference.toml_files import hint


Grip = Literal["first-18", "later-2"]


@dataclass(frozen=True)
class Fact:
    """From `since` on the force has supplied nothing, and is known not to."""

    since: Month
    text: str


@dataclass(frozen=True)
class Force:
    """One police force as its feed names it."""

    id: str
    name: str
    code: str | None  # ONS police force area; none for British Transport Police
    grip: Grip | None = None
    _: KW_ONLY  # those above are the columns of the table below
    not_supplied: Fact | None = None
    in_scope: bool = True
    overrides: Mapping[Month, Override] = field(default_factory=dict)

    def is_silent(self, month: Month) -> bool:
        """Whether it is known to supply nothing for that month."""
        return self.not_supplied is not None and month >= self.not_supplied.since


_SILENT_MANCHESTER = Fact(
    Month(2019, 7),
    "Greater Manchester Police has supplied no street crime since July 2019,"
    " when its records system was replaced",
)

_ALL = [
    Force("avon-and-somerset", "Avon and Somerset Constabulary", "E23000036", "first-18"),
    Force("bedfordshire", "Bedfordshire Police", "E23000026", "first-18"),
    Force("btp", "British Transport Police", None),
    Force("cambridgeshire", "Cambridgeshire Constabulary", "E23000023"),
    Force("cheshire", "Cheshire Constabulary", "E23000006"),
    Force("city-of-london", "City of London Police", "E23000034"),
    Force("cleveland", "Cleveland Police", "E23000013", "later-2"),
    Force("cumbria", "Cumbria Constabulary", "E23000002"),
    Force("derbyshire", "Derbyshire Constabulary", "E23000018"),
    Force("devon-and-cornwall", "Devon & Cornwall Police", "E23000035"),
    Force("dorset", "Dorset Police", "E23000039"),
    Force("durham", "Durham Constabulary", "E23000008"),
    Force("dyfed-powys", "Dyfed-Powys Police", "W15000004"),
    Force("essex", "Essex Police", "E23000028", "first-18"),
    Force("gloucestershire", "Gloucestershire Constabulary", "E23000037"),
    Force(
        "greater-manchester",
        "Greater Manchester Police",
        "E23000005",
        "first-18",
        not_supplied=_SILENT_MANCHESTER,
    ),
    Force("gwent", "Gwent Police", "W15000002"),
    Force("hampshire", "Hampshire Constabulary", "E23000030", "first-18"),
    Force("hertfordshire", "Hertfordshire Constabulary", "E23000027"),
    Force("humberside", "Humberside Police", "E23000012", "later-2"),
    Force("kent", "Kent Police", "E23000032", "first-18"),
    Force("lancashire", "Lancashire Constabulary", "E23000003", "first-18"),
    Force("leicestershire", "Leicestershire Police", "E23000021", "first-18"),
    Force("lincolnshire", "Lincolnshire Police", "E23000020"),
    Force("merseyside", "Merseyside Police", "E23000004", "first-18"),
    Force("metropolitan", "Metropolitan Police Service", "E23000001", "first-18"),
    Force("norfolk", "Norfolk Constabulary", "E23000024"),
    Force("north-wales", "North Wales Police", "W15000001"),
    Force("north-yorkshire", "North Yorkshire Police", "E23000009"),
    Force("northamptonshire", "Northamptonshire Police", "E23000022"),
    Force("northern-ireland", "Police Service of Northern Ireland", "N23000001", in_scope=False),
    Force("northumbria", "Northumbria Police", "E23000007", "first-18"),
    Force("nottinghamshire", "Nottinghamshire Police", "E23000019", "first-18"),
    Force("south-wales", "South Wales Police", "W15000003", "first-18"),
    Force("south-yorkshire", "South Yorkshire Police", "E23000011", "first-18"),
    Force("staffordshire", "Staffordshire Police", "E23000015"),
    Force("suffolk", "Suffolk Constabulary", "E23000025"),
    Force("surrey", "Surrey Police", "E23000031"),
    Force("sussex", "Sussex Police", "E23000033", "first-18"),
    Force("thames-valley", "Thames Valley Police", "E23000029", "first-18"),
    Force("warwickshire", "Warwickshire Police", "E23000017"),
    Force("west-mercia", "West Mercia Police", "E23000016"),
    Force("west-midlands", "West Midlands Police", "E23000014", "first-18"),
    Force("west-yorkshire", "West Yorkshire Police", "E23000010", "first-18"),
    Force("wiltshire", "Wiltshire Police", "E23000038"),
]  # fmt: skip

FORCES: dict[str, Force] = {force.id: force for force in _ALL}

# The made-up forces of the demonstration: never mixed with real ones in one home.
DEMO_FORCES: dict[str, Force] = {
    force.id: force
    for force in [
        Force("avonmere", "Avonmere Police", None),
        Force("northfell", "Northfell Constabulary", None),
        Force("saltmarsh", "Saltmarsh Police", None),
    ]
}


def find_force(force_id: str, registry: Mapping[str, Force] = FORCES) -> Force:
    """The force of that id, or a `UsageError` that says what was probably meant."""
    force = registry.get(force_id)
    if force is None:
        raise UsageError(_unknown(force_id, registry))
    if not force.in_scope:
        raise UsageError(
            f"{force.name} ({force.id}) is out of scope: hexbeat"
            " covers England and Wales"
        )
    return force


def force_named(typed: str, registry: Mapping[str, Force] = FORCES) -> Force:
    """The force that a person typed: by id or name, in any case."""
    wanted = _words(typed)
    by_name = {_words(force.name): force.id for force in registry.values()}
    return find_force(
        wanted if wanted in registry else by_name.get(wanted, typed), registry
    )


def _words(name: str) -> str:
    plain = name.casefold().replace("&", "and")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _unknown(force_id: str, registry: Mapping[str, Force]) -> str:
    if force_id in DEMO_FORCES:
        return f"{force_id!r} is a made-up force: it lives only in the demo's own home"
    if force_id in FORCES:
        return (
            f"{force_id!r} is a real force: the demo's home contains only made-up ones"
        )
    return f"unknown force {force_id!r}{hint(force_id, registry)}"
