"""The words of a place: street names, LSOA codes and names."""

import numpy as np

from transforms.reference.arrays import Integers
from transforms.simulator.areas import AREAS


NAMELESS_EVERY = 67  # 1.5 % of snap points have no street name
ODD_EVERY = 50
CODES_AN_AREA = 3000  # codes E0199xxxx, which no real LSOA bears

FIRST = (
    "Abbey Alder Ash Barley Beech Bramble Bridge Castle Chapel Church Cooper Curlew "
    "Dairy Elm Ferry Forge Garnet Heron High Hollow Juniper Kestrel Lark Linden Manor "
    "Mill Nettle Old Orchard Park Priory Quarry Rowan Saddler Station Tanner Thistle "
    "Victoria Wharf Willow"
)
LAST = (
    "Avenue Close Court Crescent Drive Gardens Green Grove Hill Lane Mews Place Rise "
    "Road Row Street Terrace View Walk Way"
)
ODD = (
    "Parking Area",
    "Supermarket",
    "Tanner  Lane",
    "The  Green",
    "Heol-Y-Tŷ",
    "Llwyn-Yr-Êos",
    "Bell & Crown Yard",
    "Heron'S Reach",
)


def street_names(count: int, rng: np.random.Generator) -> list[str]:
    """One name a snap point; some share theirs, some are odd, some have none."""
    pool = [f"{first} {last}" for first in FIRST.split() for last in LAST.split()]
    names = [pool[number] for number in rng.integers(len(pool), size=count)]
    for turn, number in enumerate(range(7, count, ODD_EVERY)):
        names[number] = ODD[turn % len(ODD)]
    for number in range(11, count, NAMELESS_EVERY):
        names[number] = ""
    return names


def lsoa_fields(area_id: str, town: Integers) -> list[str]:
    """Code and name of each LSOA as CSV text, given the town it belongs to."""
    area = AREAS[area_id]
    first_code = list(AREAS).index(area_id) * CODES_AN_AREA
    streets: dict[int, int] = {}
    fields = []
    for number, home in enumerate(town.tolist()):
        rank = streets[home] = streets.get(home, -1) + 1
        name = f"{area.towns[home].name} {rank // 4 + 1:03d}{'ABCD'[rank % 4]}"
        quoted = f'"{name}"' if "," in name else name
        fields.append(f"E0199{(first_code + number) % 10_000:04d},{quoted}")
    return fields
