"""Groups that a user names for a force's own feed: of categories, calls, or both.

They are scored beside the shipped groups, and never change those. Crime borrows from
crime and calls from calls; only a group that names both mixes them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from transforms.reference.calls import (
    MOST_CHARACTERS,
    PLAIN_NAME,
    PREFIX,
    TAKEN,
    is_call,
    plain_name,
)
from transforms.reference.categories import CATEGORIES
from transforms.reference.groups import BORROWED, GROUPS, CrimeGroup
from transforms.reference.toml_files import hint


def _name(text: str) -> str:
    if plain_name(text) in TAKEN:
        raise ValueError(f"{text!r} is a crime category or group that is shipped")
    return text


def _member(text: str) -> str:
    if is_call(text):
        plain_name(text.removeprefix(PREFIX))
    elif text not in CATEGORIES:
        raise ValueError(
            f"{text[:MOST_CHARACTERS]!r} is neither a category nor a kind of call such"
            f" as 'call:domestic'{hint(text, CATEGORIES)}"
        )
    return text


def _members(members: tuple[str, ...]) -> tuple[str, ...]:
    if not members:
        raise ValueError("it is empty: write its categories and kinds of calls")
    return members


GroupName = Annotated[str, AfterValidator(_name)]
_MEMBER = {
    "anyOf": [
        {"enum": list(CATEGORIES)},
        {"pattern": f"^{PREFIX}{PLAIN_NAME[1:]}"},
    ],
    "type": "string",
}
_LISTED = {"items": _MEMBER, "minItems": 1, "type": "array"}
_Member = Annotated[str, AfterValidator(_member)]
Members = Annotated[
    tuple[_Member, ...], AfterValidator(_members), WithJsonSchema(_LISTED)
]


def own_groups(
    listed: Mapping[str, Sequence[str]], kinds: Sequence[str]
) -> tuple[CrimeGroup, ...]:
    """The groups of a home's settings, by name, where the mapping has those kinds."""
    return tuple(_group(name, listed[name], kinds) for name in sorted(listed))


def unknown_kind(
    listed: Mapping[str, Sequence[str]], kinds: Sequence[str]
) -> str | None:
    """What is wrong with the first kind of call that the mapping does not have."""
    known = [*kinds, *CATEGORIES]
    for name, members in listed.items():
        for member in members:
            if member not in known:
                meant = hint(member, kinds) if kinds else ", which names none"
                where = "the mapping's [calls.codes]"
                return f"{name}: {member!r} is not in {where}{meant}"
    return None


def _group(name: str, members: Sequence[str], kinds: Sequence[str]) -> CrimeGroup:
    mine = tuple(dict.fromkeys(members))
    borrowed: list[str] = []
    if any(not is_call(member) for member in mine):
        borrowed += BORROWED
    if any(map(is_call, mine)):
        borrowed += kinds
    others = tuple(member for member in borrowed if member not in mine)
    label = name.replace("-", " ").capitalize()
    return CrimeGroup(name, label, f"{label}: {', '.join(mine)}", mine, others)


def parts_of(groups: Iterable[CrimeGroup]) -> tuple[CrimeGroup, ...]:
    """Each category and kind of call in those groups, as a group of its own."""
    named = {member: group for group in groups for member in group.categories}
    return tuple(
        _part(member, group) if is_call(member) else GROUPS[member]
        for member, group in named.items()
    )


def _part(kind: str, group: CrimeGroup) -> CrimeGroup:
    """A kind of call, which borrows from the other calls of its group's feed."""
    others = [m for m in (*group.categories, *group.others) if is_call(m) and m != kind]
    return CrimeGroup(kind, kind, kind, (kind,), tuple(others))
