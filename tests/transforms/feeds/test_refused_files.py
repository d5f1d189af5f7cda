"""Files that are not what they say: refused whole, in one line that says why."""

import pytest

from tests.builders import member, row, street_csv
from transforms.errors import FileRejectedError
from transforms.feeds.police_uk.street import FILE_RULES, sift
from transforms.reference.forces import FORCES


KENT = FORCES["kent"]
SWAPPED = {"longitude": "52.500000", "latitude": "-1.500000"}
PROJECTED = {"longitude": "434000.0", "latitude": "289000.0"}


def refused(rows: list[dict[str, str]], **where: str) -> str:
    with pytest.raises(FileRejectedError) as caught:
        sift(street_csv(rows), member(**where), KENT)
    text = str(caught.value)
    assert "2024-01-kent-street.csv" in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"reported_by": "Gwent Police"}, "wrong-force", "another force's file"),
        ({"month": "2024-02"}, "wrong-month", "another month's file"),
        (SWAPPED, "swapped", "the wrong way round"),
        (PROJECTED, "projected", "eastings and northings"),
    ],
)
def test_a_file_of_rows_that_all_break_one_rule_is_another_file(
    changes: dict[str, str], rule: str, words: str
) -> None:
    text = refused([row(**changes)] * 10)
    assert words in text
    assert f"({rule}: 10 of 10 rows)" in text


def test_every_rule_of_files_is_reached_above() -> None:
    assert [r.id for r in FILE_RULES] == [
        "wrong-force",
        "wrong-month",
        "swapped",
        "projected",
    ]


@pytest.mark.parametrize("changes", [{"month": "2024-02"}, SWAPPED, PROJECTED])
def test_a_few_such_rows_are_held_back_and_the_file_is_taken(
    changes: dict[str, str],
) -> None:
    result = sift(street_csv([row()] * 95 + [row(**changes)] * 5), member(), KENT)
    assert result.accepted.num_rows == 95
    assert result.quarantined.num_rows == 5


def test_one_month_in_a_hundred_may_be_another_and_no_more() -> None:
    good, bad = [row()] * 1_000, [row(month="2023-12")]
    assert sift(street_csv(good + bad * 10), member(), KENT).quarantined.num_rows == 10
    assert "wrong-month" in refused(good + bad * 11)


def test_rows_without_a_place_say_nothing_of_swapped_coordinates() -> None:
    nowhere = {"longitude": "", "latitude": "", "lsoa_code": "", "lsoa_name": ""}
    assert "swapped" in refused([row(**nowhere)] * 90 + [row(**SWAPPED)] * 10)


def test_a_month_after_its_release_is_refused() -> None:
    assert "a month after its release 2023-12" in refused([row()], release="2023-12")
