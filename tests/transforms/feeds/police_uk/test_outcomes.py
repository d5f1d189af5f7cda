"""Each row of an outcomes file is an outcome, or is held back by one rule."""

import pytest

from tests.builders import member, outcome, outcomes_csv, street_csv
from transforms.errors import FileRejectedError
from transforms.feeds.police_uk.outcomes import RULES, sift
from transforms.feeds.rules import Sifted
from transforms.lake.schemas import OUTCOMES, conform
from transforms.reference.forces import FORCES


KENT = FORCES["kent"]
FILE = member(kind="outcomes")
BROKEN = {
    "another month": ("month", {"month": "2024-02"}),
    "another force": ("force", {"reported_by": "Gwent Police"}),
    "an outcome that is none": ("outcome", {"outcome_type": "Walked the plank"}),
    "no outcome": ("outcome", {"outcome_type": ""}),
    "no crime ID": ("crime-id", {"crime_id": ""}),
    "short crime ID": ("crime-id", {"crime_id": "a" * 63}),
    "no longitude": ("coordinates", {"longitude": ""}),
    "LSOA that is none": ("lsoa", {"lsoa_code": "E0102400"}),
}


def sifted(*rows: dict[str, str]) -> Sifted:
    return sift(outcomes_csv(rows), FILE, KENT)


def test_a_row_is_an_outcome() -> None:
    result = sifted(outcome())
    [found] = result.accepted.to_pylist()
    assert found == {
        "raw_sha256": result.raw_sha256,
        "raw_line": 2,
        "feed": "police_uk_outcomes",
        "crime_id": b"\xaa" * 32,
        "outcome": "offender-given-a-caution",
        "longitude": -1.5,
        "latitude": 52.5,
        "lsoa_code": "E01024000",
        "lsoa_vintage": "2021",
        "place_label": "High Street",
    }
    assert (result.rows_in, result.rows_located) == (1, 1)
    stored = pa_schema_without_partition()
    assert conform(result.accepted, stored).num_rows == 1


def pa_schema_without_partition() -> object:
    return OUTCOMES.remove(0).remove(0)


def test_several_outcomes_of_one_crime_are_kept() -> None:
    types = ["Suspect charged", "Offender fined", "Offender fined"]
    found = sifted(*(outcome(outcome_type=t) for t in types)).accepted
    assert found["outcome"].to_pylist() == [
        "suspect-charged",
        "offender-fined",
        "offender-fined",
    ]


@pytest.mark.parametrize(("rule", "changes"), BROKEN.values(), ids=BROKEN)
def test_a_row_that_breaks_a_rule_is_held_back(
    rule: str, changes: dict[str, str]
) -> None:
    result = sifted(outcome(), outcome(**changes))
    assert result.accepted.num_rows == 1
    [held] = result.quarantined.to_pylist()
    assert (held["rule"], held["raw_line"]) == (rule, 3)


def test_every_rule_is_walked() -> None:
    assert {rule for rule, _ in BROKEN.values()} == {rule.id for rule in RULES}


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(FileRejectedError, match="not the header"):
        sift(street_csv([]), FILE, KENT)
