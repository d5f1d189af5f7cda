"""The two fields of ethnicity as groups: as the officer saw it, and as it was stated.

They are never merged: an officer's has no group for Mixed, and more people are without
a stated one. Who has not stated it is a group of its own.
"""

from collections.abc import Mapping
from types import MappingProxyType


WHITE, MIXED, ASIAN, BLACK, OTHER = "White", "Mixed", "Asian", "Black", "Other"
NOT_STATED, OTHER_LABEL = "not stated", "another label"
OFFICER, SELF = "officer-defined", "self-defined"

# What a rate or a difference is compared with: the largest group, by which official
# figures compare too.
REFERENCE = WHITE
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        OFFICER: (WHITE, BLACK, ASIAN, OTHER, NOT_STATED),
        SELF: (WHITE, MIXED, ASIAN, BLACK, OTHER, NOT_STATED),
    }
)
_NOTHING = {"", "not stated", "other ethnic group - not stated", "unknown"}
_STARTS = {
    "white": WHITE,
    "mixed": MIXED,
    "asian": ASIAN,
    "black": BLACK,
    "other": OTHER,
    "chinese or other": OTHER,
}


def group_of(label: str | None) -> str:
    """The group of a published label.

    Self-defined ones begin with their group of the census, such as `Asian/Asian British
    - Indian`. A label that is none of these is `another label`, and is listed.
    """
    text = (label or "").strip().lower()
    if text in _NOTHING:
        return NOT_STATED
    return next((g for s, g in _STARTS.items() if text.startswith(s)), OTHER_LABEL)
