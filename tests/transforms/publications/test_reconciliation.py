"""What each force sent is what each output says, to the unit."""

from collections import Counter
from pathlib import Path

from tests.transforms.publications.grown_home import Grown
from tests.transforms.publications.sums import (
    BECAME,
    EVERYTHING,
    assert_the_same_sums,
    rows_of,
)


def test_every_output_has_the_same_sums(grown: Grown, tier: Path) -> None:
    assert_the_same_sums(grown.now.edition, tier)


def test_nothing_that_was_sent_is_lost(tier: Path) -> None:
    rows = rows_of(tier / "reconciliation.csv")
    covered = rows_of(tier / "coverage.csv")
    sent: Counter[str] = Counter()
    for row in covered:
        if row["status"] == "supplied" and row["month"] > "2024-12":
            sent[row["force"]] += int(row["rows_in"])
    for row in rows:
        parts = [int(row[f"{name}_12m"]) for name in BECAME]
        assert sum(parts) == int(row["incidents_12m"])
        if row["crime_group"] == EVERYTHING:
            assert int(row["rows_in_12m"]) == sent[row["force"]]
            kept = int(row["rows_in_12m"]) - int(row["rows_quarantined_12m"])
            assert kept == int(row["incidents_12m"])


def test_the_simulated_forces_have_incidents_without_a_place_and_excluded_ones(
    tier: Path,
) -> None:
    rows = rows_of(tier / "reconciliation.csv")
    found = {name for name in BECAME if any(int(r[f"{name}_12m"]) for r in rows)}
    assert found >= {"without_place", "excluded", "counted"}


def test_what_is_far_from_a_force_is_told_and_not_ranked(
    grown: Grown, tier: Path
) -> None:
    told = {
        row["force"]: row["incidents_12m"]
        for row in rows_of(tier / "exclusions.csv")
        if row["exclusion"] == "far-from-force"
    }
    assert told == {
        row["force"]: row["far_from_force_12m"]
        for row in rows_of(tier / "reconciliation.csv")
        if row["crime_group"] == EVERYTHING
    }
    assert told.keys() == {force.force.id for force in grown.now.edition.scored}


def test_the_method_says_what_became_of_every_row(tier: Path) -> None:
    text = (tier / "METHOD.md").read_text()
    section = text.partition("## What became of the incidents")[2]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    told = [
        [int(number.replace(",", "")) for number in line.split(" | ")[1:-1]]
        + [int(line.rpartition(" | ")[2].strip(" |").replace(",", ""))]
        for line in lines[1:]
        if line.count("|") == 10
    ]
    assert len(told) == 3
    assert all(first == sum(rest) for first, *rest in told)
