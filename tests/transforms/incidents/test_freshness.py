"""What the freshness flow calls a force's feed, by its policy."""

from collections.abc import Iterable

import pytest

from flows.freshness import judged
from flows.params import FreshnessParams
from flows.status import ForceStatus
from transforms.coverage import MonthCoverage, Status
from transforms.forces import FORCES
from transforms.months import Month


TODAY = Month(2025, 12)
POLICY = FreshnessParams(stale_after_months=4, stopped_after_months=12)


def status(
    months: Iterable[tuple[str, Status]],
    force: str = "kent",
    unfinished: str | None = None,
) -> ForceStatus:
    known = {
        Month.parse(month): MonthCoverage(Month.parse(month), counts, None)
        for month, counts in months
    }
    return ForceStatus(FORCES[force], known, unfinished)


@pytest.mark.parametrize(
    ("months", "state"),
    [
        ([("2025-08", "supplied")], "fresh"),
        ([("2025-07", "supplied")], "stale"),
        ([("2024-12", "supplied")], "stale"),
        ([("2024-11", "supplied")], "stopped"),
        ([("2025-09", "missing")], "stopped"),
        ([("2025-09", "supplied"), ("2025-10", "partial_suspected")], "partial"),
        ([("2025-09", "partial_suspected"), ("2025-10", "supplied")], "fresh"),
        ([("2025-07", "supplied"), ("2025-10", "partial_suspected")], "stale"),
        ([("2025-09", "partial_suspected"), ("2025-10", "missing")], "stopped"),
        (
            [
                ("2025-08", "supplied"),
                ("2025-09", "partial_suspected"),
                ("2025-10", "missing"),
            ],
            "partial",
        ),
        ([("2025-09", "supplied"), ("2025-10", "rejected")], "rejected"),
        ([], "stopped"),
    ],
)
def test_a_feed_is_judged_by_its_newest_month(
    months: list[tuple[str, Status]], state: str
) -> None:
    assert judged(status(months), TODAY, POLICY)[0] == state


def test_what_a_force_is_known_not_to_supply_is_no_news() -> None:
    found = status([("2019-06", "supplied")], "greater-manchester")
    assert judged(found, TODAY, POLICY)[0] == "not_supplied"


def test_an_unfinished_force_is_told_with_its_reason() -> None:
    found = status([("2025-10", "supplied")], unfinished="kent 2025-10: half")
    assert judged(found, TODAY, POLICY) == ("unfinished", "kent 2025-10: half")
