"""What a score rests on: whether it is enough, and what its hash is made of."""

import json
from hashlib import sha256
from importlib.metadata import version

import pytest

from tests.transforms.simulated_home import RECEIVED_AT
from transforms.incidents.coverage import Entry, MonthCoverage, coverage
from transforms.incidents.epochs import epochs_sha256
from transforms.reference.clocks import MONTHS
from transforms.reference.days import DAYS, Day
from transforms.reference.forces import FORCES
from transforms.reference.groups import groups_sha256
from transforms.reference.months import Month, month_range
from transforms.reference.score_settings import Scoring
from transforms.scores import hotspots
from transforms.scores.days.score_day import day_sha256
from transforms.scores.inputs import months_sha256, unscorable
from transforms.scores.methods import METHODS
from transforms.scores.table import intervals


METHOD = METHODS["point_exposure"]
SCORING = Scoring()
FIRST = Day.parse("2025-01-06")
SPAN = month_range(FIRST, FIRST + 99)


def supplied(*months: str) -> list[Month]:
    return [Month.parse(month) for month in months]


def test_a_force_with_three_of_twelve_months_is_scored() -> None:
    months = supplied("2024-10", "2024-11", "2024-12")
    assert unscorable(months, Month(2024, 12), MONTHS) is None


@pytest.mark.parametrize(
    ("months", "why"),
    [
        (("2024-11", "2024-12"), "only 2 of the 12 months"),
        (
            ("2024-06", "2024-07", "2024-08"),
            "newest supplied month is 2024-08, over 3 months before 2024-12",
        ),
        (("2025-01", "2025-02"), "no month supplied up to 2024-12"),
    ],
)
def test_a_force_without_enough_fresh_months_is_not(
    months: tuple[str, ...], why: str
) -> None:
    assert why in str(unscorable(supplied(*months), Month(2024, 12), MONTHS))


def test_why_a_day_cannot_be_scored() -> None:
    assert unscorable(SPAN, SPAN[-1], DAYS) is None
    assert unscorable(SPAN[:28], SPAN[27], DAYS) is None
    assert unscorable([], SPAN[0], DAYS) == f"no day supplied up to {SPAN[0]}"
    assert unscorable(SPAN[:50], SPAN[56], DAYS) is None
    assert "over 7 days before" in str(unscorable(SPAN[:50], SPAN[57], DAYS))
    assert unscorable(SPAN[:27], SPAN[26], DAYS) == (
        f"only 27 of the 91 days to {SPAN[26]} were supplied"
    )


def hashed(*identity: object) -> str:
    return sha256(json.dumps(identity).encode()).hexdigest()


CODE = [
    version("hexbeat"),
    METHOD.NAME,
    METHOD.VERSION,
    groups_sha256(),
    f"hot spots {hotspots.RULE}",
    f"intervals {intervals.RULE}",
]


def test_the_hash_of_a_month_is_made_of_the_months_up_to_it() -> None:
    """In this very form: any other would score every home again."""
    months: dict[Month, MonthCoverage] = coverage(
        [
            Entry(
                force="kent", feed="police_uk", month=month, release="2025-12",
                observed="supplied", received_at=RECEIVED_AT,
                rows_in=100, raw_sha256=month * 2,
            )
            for month in ("2024-10", "2024-12", "2025-01")
        ],
        FORCES["kent"],
    )  # fmt: skip
    assert months_sha256(months, Month(2024, 12), METHOD, SCORING) == hashed(
        "2024-12",
        [*CODE, epochs_sha256()],
        SCORING.sha256,
        [
            ["2024-10", "supplied", "2024-102024-10"],
            ["2024-12", "supplied", "2024-122024-12"],
        ],
    )


def test_the_hash_of_a_day_is_made_of_the_record_files_and_the_days_up_to_it() -> None:
    found = day_sha256(["b" * 64, "a" * 64], SPAN[:5], SPAN[2], METHOD, SCORING)
    days = [str(day) for day in SPAN[:3]]
    files = ["a" * 64, "b" * 64]
    assert found == hashed(
        str(SPAN[2]), CODE, SCORING.sha256, files, days, "with an incident"
    )
