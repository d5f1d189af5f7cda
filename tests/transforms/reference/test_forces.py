"""Every force of England and Wales is known by its feed's own names."""

import re
from collections import Counter

import pytest

from transforms.errors import UsageError
from transforms.reference.forces import DEMO_FORCES, FORCES, find_force, force_named
from transforms.reference.months import Month


TERRITORIAL = [f for f in FORCES.values() if f.in_scope and f.code]


def test_there_are_43_territorial_forces_with_codes_of_their_own() -> None:
    assert len(TERRITORIAL) == 43
    for names in ("id", "name", "code"):
        assert len({getattr(force, names) for force in TERRITORIAL}) == 43
    assert all(re.fullmatch(r"E230000\d\d|W1500000[1-4]", f.code) for f in TERRITORIAL)
    assert sum(f.code.startswith("W") for f in TERRITORIAL) == 4


def test_british_transport_police_is_in_scope_without_a_code() -> None:
    others = [f.id for f in FORCES.values() if f.in_scope and f.code is None]
    assert others == ["btp"]


def test_northern_ireland_is_known_and_refused() -> None:
    assert [f.id for f in FORCES.values() if not f.in_scope] == ["northern-ireland"]
    with pytest.raises(UsageError, match="Police Service of Northern Ireland"):
        find_force("northern-ireland")


def test_grip_has_eighteen_forces_and_two_later_ones() -> None:
    grip = Counter(force.grip for force in FORCES.values())
    assert grip["first-18"] == 18
    assert sorted(f.id for f in FORCES.values() if f.grip == "later-2") == [
        "cleveland",
        "humberside",
    ]


def test_greater_manchester_alone_is_known_to_supply_nothing() -> None:
    facts = {f.id: f.not_supplied for f in FORCES.values() if f.not_supplied}
    assert list(facts) == ["greater-manchester"]
    assert facts["greater-manchester"].since == Month(2019, 7)


def test_ids_are_as_file_names_have_them() -> None:
    for registry in (FORCES, DEMO_FORCES):
        assert all(re.fullmatch(r"[a-z][a-z-]{1,40}", force) for force in registry)
        assert all(id_ == force.id for id_, force in registry.items())


def test_a_force_is_found_by_its_id() -> None:
    assert find_force("devon-and-cornwall").name == "Devon & Cornwall Police"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bedforshire", "bedfordshire"),
        ("avon-somerset", "avon-and-somerset"),
        ("Kent", "kent"),
    ],
)
def test_a_mistyped_force_suggests_the_right_one(typed: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean '{meant}'"):
        find_force(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Merseyside", "merseyside"),
        ("Merseyside Police", "merseyside"),
        ("MERSEYSIDE", "merseyside"),
        ("Devon and Cornwall Police", "devon-and-cornwall"),
        ("Devon & Cornwall Police", "devon-and-cornwall"),
        ("Avon and Somerset", "avon-and-somerset"),
        ("kent", "kent"),
    ],
)
def test_a_person_may_type_a_forces_name_in_any_case(typed: str, meant: str) -> None:
    assert force_named(typed).id == meant


def test_a_name_of_no_force_suggests_the_right_one() -> None:
    with pytest.raises(UsageError, match="did you mean 'merseyside'"):
        force_named("mersyside")
    with pytest.raises(UsageError, match="out of scope"):
        force_named("Northern-Ireland")


def test_a_force_like_no_other_lists_what_is_known() -> None:
    with pytest.raises(UsageError, match=r"known: avon-and-somerset, .*wiltshire"):
        find_force("xyzzy")


def test_demo_forces_and_real_ones_keep_to_their_own_homes() -> None:
    assert not DEMO_FORCES.keys() & FORCES.keys()
    with pytest.raises(UsageError, match="made-up force"):
        find_force("avonmere")
    with pytest.raises(UsageError, match="real force"):
        find_force("kent", DEMO_FORCES)
    assert find_force("avonmere", DEMO_FORCES).name == "Avonmere Police"
