"""What a month counts as follows from all that is known of it, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.incidents import looks_partial
from transforms.incidents.coverage import (
    Entry,
    as_table,
    coverage,
    deciding,
    entries,
    merged,
)
from transforms.lake.schemas import COVERAGE
from transforms.reference.coverage import supplied_periods
from transforms.reference.forces import FORCES, Force
from transforms.reference.months import Month
from transforms.reference.overrides import Override


WHEN = datetime(2024, 5, 1, tzinfo=UTC)
KENT = FORCES["kent"]
FIRST = Month(2022, 1)
HISTORIES = st.dictionaries(
    st.integers(0, 40), st.integers(0, 200), min_size=1, max_size=30
)


def supplied(month: str, rows: int = 100, release: str = "2024-04") -> Entry:
    return Entry(
        force="kent",
        feed="police_uk",
        month=month,
        release=release,
        observed="supplied",
        received_at=WHEN,
        member=f"{month}/{month}-kent-street.csv",
        crc32=1234,
        size_bytes=5678,
        raw_sha256=f"{month} {release}",
        rows_in=rows,
        rows_accepted=rows,
        rows_quarantined=0,
        rows_located=rows,
    )


def missing(month: str, release: str = "2024-04") -> Entry:
    return Entry(
        force="kent",
        feed="police_uk",
        month=month,
        release=release,
        observed="missing",
        received_at=WHEN,
    )


def rejected(month: str, release: str = "2024-04") -> Entry:
    entry = replace(missing(month, release), observed="rejected")
    return replace(entry, reason="broken")


def statuses(
    *ledger: Entry, force: Force = KENT, overrides: Mapping[str, str] | None = None
) -> dict[str, str]:
    verdicts = {
        Month.parse(month): Override("supplied", reason)
        for month, reason in (overrides or {}).items()
    }
    months = coverage(ledger, replace(force, overrides=verdicts))
    return {str(month): known.status for month, known in months.items()}


def test_a_month_counts_as_what_its_release_held() -> None:
    assert statuses(supplied("2024-01"), missing("2024-02"), rejected("2024-03")) == {
        "2024-01": "supplied",
        "2024-02": "missing",
        "2024-03": "rejected",
    }


def test_a_month_that_no_release_spans_has_no_status() -> None:
    assert statuses() == {}
    assert "2024-02" not in statuses(supplied("2024-01"), supplied("2024-03"))


def test_months_come_oldest_first() -> None:
    found = statuses(supplied("2024-03"), missing("2024-01"), supplied("2023-12"))
    assert list(found) == ["2023-12", "2024-01", "2024-03"]


def test_a_known_silence_is_not_supplied_from_its_month_on() -> None:
    found = statuses(
        missing("2019-06"), missing("2019-07"), force=FORCES["greater-manchester"]
    )
    assert found == {"2019-06": "missing", "2019-07": "not_supplied"}


@pytest.mark.parametrize(
    ("before", "rows", "status"),
    [
        ([], 25_000, "partial_suspected"),  # nothing to judge it by
        (["2019-04", "2019-05", "2019-06"], 14, "partial_suspected"),
        (["2019-04", "2019-05", "2019-06"], 25_000, "supplied"),
    ],
)
def test_a_file_of_a_force_known_to_be_silent_counts_where_it_looks_whole(
    before: list[str], rows: int, status: str
) -> None:
    found = statuses(
        *[supplied(month, rows=30_000) for month in before],
        supplied("2022-08", rows=rows),
        force=FORCES["greater-manchester"],
    )
    assert found["2022-08"] == status


def test_the_newest_release_decides_whatever_the_order() -> None:
    ledger = [supplied("2024-01", release=r) for r in ("2024-02", "2024-04", "2024-03")]
    for order in permutations(ledger):
        assert deciding(order)[Month(2024, 1)].release == "2024-04"
        assert coverage(order, KENT)[Month(2024, 1)].entry == ledger[1]


def test_a_newer_release_without_the_file_hides_no_older_one() -> None:
    for newer in (missing("2024-01", "2024-04"), rejected("2024-01", "2024-04")):
        ledger = [supplied("2024-01", release="2024-02"), newer]
        assert deciding(ledger)[Month(2024, 1)].release == "2024-02"
        assert statuses(*ledger) == {"2024-01": "supplied"}


def test_a_refused_file_is_told_before_a_missing_one() -> None:
    found = statuses(rejected("2024-01", "2024-02"), missing("2024-01", "2024-04"))
    assert found == {"2024-01": "rejected"}


@given(HISTORIES)
@settings(max_examples=300)
def test_a_thin_month_is_suspected_by_the_rule(history: dict[int, int]) -> None:
    rows = sorted(history.items())
    found = statuses(*(supplied(str(FIRST + n), count) for n, count in rows))
    assert found == {
        str(FIRST + n): "partial_suspected" if looks_partial(rows, n) else "supplied"
        for n, _ in rows
    }


def thin_third_year() -> list[Entry]:
    return [supplied(str(FIRST + n), 100 if n < 24 else 59) for n in range(26)]


def test_a_month_just_under_three_fifths_of_its_year_is_suspected() -> None:
    usual = [supplied(str(FIRST + n)) for n in range(3)]
    for rows, status in ((59, "partial_suspected"), (60, "supplied")):
        assert statuses(*usual, supplied("2022-04", rows))["2022-04"] == status
    assert statuses(*usual[:2], supplied("2022-04", 1))["2022-04"] == "supplied"


def test_an_override_makes_its_own_thin_month_whole() -> None:
    thin = thin_third_year()
    assert statuses(*thin)["2024-01"] == "partial_suspected"
    found = statuses(*thin, overrides={"2024-01": "strike"})
    assert found["2024-01"] == "supplied"
    assert found["2024-02"] == "partial_suspected"


def test_an_override_makes_no_month_of_a_missing_one() -> None:
    found = statuses(missing("2024-01"), overrides={"2024-01": "sure"})
    assert found == {"2024-01": "missing"}


def test_only_supplied_months_are_exposure() -> None:
    ledger = [*thin_third_year(), missing("2024-05"), rejected("2024-06")]
    assert supplied_periods(coverage(ledger, KENT)) == [FIRST + n for n in range(24)]


def test_later_months_change_nothing_about_earlier_ones() -> None:
    ledger = thin_third_year()
    whole = coverage(ledger, KENT)
    for count in range(1, len(ledger)):
        known = coverage(ledger[:count], KENT)
        assert known == {month: whole[month] for month in known}


def test_a_rejection_never_hides_what_was_supplied() -> None:
    before = [supplied("2024-01")]
    assert merged(before, [rejected("2024-01")]) == before


def test_new_entries_replace_those_of_their_own_release_alone() -> None:
    older = supplied("2024-01", release="2024-02")
    for stale in (missing("2024-01"), rejected("2024-01"), supplied("2024-01", 5)):
        mended = supplied("2024-01", 7)
        assert merged([older, stale], [mended]) == [older, mended]


def test_a_ledger_is_read_back_from_its_table() -> None:
    ledger = [rejected("2024-03"), supplied("2024-01"), missing("2024-02")]
    table = as_table(ledger)
    assert table.schema == COVERAGE
    assert entries(table) == sorted(ledger, key=lambda entry: entry.month)
    assert entries(as_table([])) == []


@pytest.mark.parametrize(
    ("usual", "rows", "partial"),
    [
        # Dyfed-Powys, January to April 2024, after a year of its usual 3,300
        (3_300, [1_187, 300, 164, 283], [True] * 4),
        # Kent, December 2018, had a year of its usual months preceded it
        (17_500, [8_438], [True]),
        # British Transport Police, January 2025, half of its usual
        (6_237, [3_304], [True]),
        # a quiet month is no outage
        (3_300, [2_000], [False]),
    ],
)
def test_real_outages_are_suspected_on_a_history_that_precedes_them(
    usual: int, rows: list[int], partial: list[bool]
) -> None:
    months = [str(Month(2023, 1) + i) for i in range(12 + len(rows))]
    counts = [usual] * 12 + rows
    found = statuses(*(supplied(m, n) for m, n in zip(months, counts, strict=True)))
    assert [found[m] == "partial_suspected" for m in months[12:]] == partial


def test_two_months_are_not_enough_to_judge_by() -> None:
    thin = [supplied("2018-10", 17_000), supplied("2018-11", 17_800)]
    found = statuses(*thin, supplied("2018-12", 8_438), supplied("2019-01", 17_792))
    assert set(found.values()) == {"supplied"}
