"""Places left out before scoring: each has its reason, and a wrong one is named."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from transforms.homes.home import open_home
from transforms.homes.settings import SETTINGS
from transforms.incidents.scored import removed_incidents, scored_incidents
from transforms.lake.schemas import INCIDENTS
from transforms.reference.exclusions import (
    Exclusion,
    shipped_exclusions,
)
from transforms.reference.months import Month
from transforms.reference.toml_files import read_toml


R9, R10 = "89194ad3003ffff", "8a194ad30007fff"
ENTRY = """
[[exclusion]]
id = "depot"
label = "Depot|.* Depot"
force = "kent"
why = "Found property is recorded at its desk"
"""
BY_CELL = ENTRY.replace('label = "Depot|.* Depot"', f'cell = "{R9}"')
LABEL = Exclusion("depot", "why", label="Depot|.* Depot")


def read(text: str) -> tuple[Exclusion, ...]:
    return read_toml(text, "hexbeat.toml", SETTINGS).exclusion


def incidents(
    *labels: str | None, month: str = "2024-12", cell: str | None = None
) -> pa.Table:
    """An incident at each of those labels, all in one cell."""
    placed = {"h3_r9": cell and int(cell, 16), "in_area": True, "month": month}
    rows = [placed | {"place_label": label} for label in labels]
    return pa.Table.from_pylist(rows, schema=INCIDENTS)


def labels_kept(
    held: pa.Table, rules: Sequence[Exclusion], force: str = "kent"
) -> list[str | None]:
    return list(scored_incidents(held, rules, force)["place_label"].to_pylist())


def removed(
    held: pa.Table, rules: Sequence[Exclusion], force: str = "kent"
) -> list[tuple[object, ...]]:
    found = removed_incidents(held, rules, force, Month(2024, 12))
    return [tuple(row.values()) for row in found]


def test_every_shipped_exclusion_has_its_reason() -> None:
    rules = shipped_exclusions()
    assert {"prison", "police-station", "hospital"} <= {rule.id for rule in rules}
    assert all(len(rule.why) > 20 for rule in rules)


def test_shipped_exclusions_take_venues_and_leave_the_streets_named_after_them() -> (
    None
):
    venues = [
        "Prison",
        "Hospital",
        "Police Station",
        "Leigh Delamere Motorway Services",
    ]
    streets = ["Prison Lane", "Hospital Road", "Old Police Station Yard", None]
    kept = labels_kept(incidents(*venues, *streets), shipped_exclusions())
    assert kept == streets


def test_an_entry_says_what_it_means() -> None:
    [by_label], [by_cell] = read(ENTRY), read(BY_CELL)
    assert by_label.where == "label Depot|.* Depot, kent"
    assert by_cell.where == f"cell {R9}, kent"
    assert by_label.why == "Found property is recorded at its desk"


def test_a_reason_over_several_lines_becomes_one() -> None:
    text = '"""\nFound property\nis recorded   at its desk\n"""'
    [rule] = read(ENTRY.replace('"Found property is recorded at its desk"', text))
    assert rule.why == "Found property is recorded at its desk"


def test_a_label_is_left_out_where_all_of_it_matches() -> None:
    held = incidents("Depot", "Bus Depot", "Depot Road", "depot", None)
    assert labels_kept(held, [LABEL]) == ["Depot Road", "depot", None]
    assert removed(held, [LABEL]) == [("depot", 2, 2)]


def test_a_cell_is_left_out_at_either_resolution() -> None:
    rules = [Exclusion("wide", "why", cell=R9), Exclusion("narrow", "why", cell=R10)]
    wide, elsewhere = incidents("A", cell=R9), incidents("C", cell="89194ad3007ffff")
    narrow = incidents("B").set_column(
        INCIDENTS.get_field_index("h3_r10"),
        INCIDENTS.field("h3_r10"),
        pa.array([int(R10, 16)]),
    )
    held = pa.concat_tables([wide, narrow, elsewhere])
    assert labels_kept(held, rules) == ["C"]
    assert removed(held, rules) == [("narrow", 1, 1), ("wide", 1, 1)]


def test_no_rule_removes_nothing() -> None:
    held = incidents("Prison", None)
    assert labels_kept(held, []) == ["Prison", None]
    assert removed(held, []) == []


def test_another_forces_rule_is_neither_applied_nor_told_of() -> None:
    held = incidents("Depot")
    [rule] = read(ENTRY)
    assert labels_kept(held, [rule], "kent") == []
    assert labels_kept(held, [rule], "gwent") == ["Depot"]
    assert removed(held, [rule], "gwent") == []


def test_what_is_removed_is_told_for_twelve_and_thirty_six_months() -> None:
    months = ["2021-12", "2022-01", "2023-12", "2024-01", "2024-12", "2025-01"]
    held = pa.concat_tables(incidents("Depot", month=month) for month in months)
    assert removed(held, [LABEL]) == [("depot", 2, 4)]


def test_an_incident_that_two_rules_meet_counts_with_both() -> None:
    rules = [LABEL, Exclusion("cell", "why", cell=R9), Exclusion("x", "why", label="X")]
    held = incidents("Depot", "Street", cell=R9)
    assert labels_kept(held, rules) == []
    assert removed(held, rules) == [("cell", 2, 2), ("depot", 1, 1), ("x", 0, 0)]


@pytest.mark.parametrize(
    "label", ["(?i)depot", r"Depot \\(old\\)", "[A-Z]+ ?Depot", "D.*", "É", r"\\pL+"]
)
def test_every_label_that_is_accepted_can_be_looked_for(label: str) -> None:
    rules = read(ENTRY.replace("Depot|.* Depot", label))
    held = incidents("Elsewhere 1", None)
    assert labels_kept(held, rules) == ["Elsewhere 1", None]
    assert removed(held, rules) == [("depot", 0, 0)]


def test_a_homes_own_exclusions_come_after_the_shipped(tmp_path: Path) -> None:
    (tmp_path / "hexbeat.toml").write_text(ENTRY)
    assert open_home(tmp_path).scoring.exclusions == shipped_exclusions() + read(ENTRY)


def test_a_homes_exclusion_replaces_the_shipped_one_of_its_id(tmp_path: Path) -> None:
    (tmp_path / "hexbeat.toml").write_text(ENTRY.replace("depot", "prison"))
    [prison] = (r for r in open_home(tmp_path).scoring.exclusions if r.id == "prison")
    assert (prison.label, prison.force) == ("Depot|.* Depot", "kent")


def test_a_home_does_without_a_shipped_exclusion(tmp_path: Path) -> None:
    (tmp_path / "hexbeat.toml").write_text('[exclusions]\nwithout = ["hospital"]\n')
    rules = open_home(tmp_path).scoring.exclusions
    assert rules == tuple(r for r in shipped_exclusions() if r.id != "hospital")
    assert labels_kept(incidents("Hospital", "Prison"), rules) == ["Hospital"]


@pytest.mark.parametrize(
    ("rule", "met", "passed_by"),
    [
        (
            "motorway-services",
            ["Motorway Service Area", "Toddington Service Area", "Fleet Services"],
            ["Service Road", "Bloody Oaks Service Station", "Services Lane"],
        ),
        (
            "police-station",
            ["Police Station", "Rhyl Police Station", "Meopham Police Office",
             "Margate Police Station/Odell House"],
            ["Police Lane", "Policemans Lane", "Old Police Station Close"],
        ),
        (
            "prison",
            ["Prison", "Leeds Prison", "HMP Altcourse"],
            ["Prison Lane", "Old Prison Yard"],
        ),
        (
            "hospital",
            ["Hospital", "Morriston Hospital", "Royal Infirmary"],
            ["Hospital Road", "Infirmary Close", "Christ'S Hospital (Station)"],
        ),
    ],
)  # fmt: skip
def test_shipped_rules_know_venues_by_their_names_too(
    rule: str, met: list[str], passed_by: list[str]
) -> None:
    (shipped,) = [r for r in shipped_exclusions() if r.id == rule]
    assert labels_kept(incidents(*met, *passed_by), [shipped]) == passed_by
