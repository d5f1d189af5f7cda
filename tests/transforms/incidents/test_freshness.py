"""How fresh a force's feed is, by the limits of the freshness flow."""

from collections.abc import Iterable

import pytest

from transforms.incidents.coverage import MonthCoverage, Status
from transforms.incidents.freshness import freshness
from transforms.incidents.status import ForceStatus
from transforms.reference.clocks import MONTHS
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import FORCES
from transforms.reference.months import Month
from transforms.scores.inputs import unscorable


TODAY = Month(2025, 12)
LIMITS = 4, 12  # months: stale after, stopped after


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


def unscored(status: ForceStatus, as_of: Month) -> str | None:
    why = unscorable(supplied_periods(status.months), as_of, MONTHS)
    return status.unscored(why, as_of)


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
    assert freshness(status(months), TODAY, *LIMITS)[0] == state


def test_what_a_force_is_known_not_to_supply_is_no_news() -> None:
    found = status([("2019-06", "supplied")], "greater-manchester")
    assert freshness(found, TODAY, *LIMITS)[0] == "not_supplied"


def test_a_known_silence_explains_only_what_comes_after_it() -> None:
    few = [("2014-07", "supplied"), ("2014-08", "supplied")]
    found = status(few, "greater-manchester")
    assert unscored(found, Month(2014, 11)) == (
        "only 2 of the 12 months to 2014-11 were supplied"
    )
    assert "since July 2019" in (unscored(found, TODAY) or "")


def test_a_force_that_supplies_again_is_judged_like_the_others() -> None:
    found = status([("2025-10", "supplied")], "greater-manchester")
    assert freshness(found, TODAY, *LIMITS)[0] == "fresh"
    assert "only 1 of the 12 months" in (unscored(found, Month(2025, 10)) or "")


def test_an_unfinished_force_comes_with_its_reason() -> None:
    found = status([("2025-10", "supplied")], unfinished="kent 2025-10: half")
    assert freshness(found, TODAY, *LIMITS) == ("unfinished", "kent 2025-10: half")
