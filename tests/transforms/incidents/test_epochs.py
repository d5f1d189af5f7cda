"""Geocoding epochs: found by how many points recur, and by the dates that are known."""

import re

import pytest

from tests.builders import months
from transforms.incidents.epochs import (
    Recurrence,
    epoch_at,
    epochs_of,
    epochs_sha256,
    known_epochs,
)
from transforms.reference.months import Month


SPAN = months("2022-01", 14)
KNOWN = (Month(2022, 7),)


def course(*shares: float, points: int = 1_000) -> list[Recurrence]:
    """Those shares of recurring points, a month each."""
    return [
        Recurrence(SPAN[i + 1], SPAN[i], points, round(share * points))
        for i, share in enumerate(shares)
    ]


def test_the_renewal_of_july_2022_is_a_known_fact() -> None:
    assert Month(2022, 7) in known_epochs()
    assert re.fullmatch("[0-9a-f]{64}", epochs_sha256())


def test_a_renewal_is_found_by_its_points_whether_known_or_not() -> None:
    pairs = course(0.5, 0.55, 0.5, 0.03, 0.5, 0.5)
    assert epochs_of(pairs, known=()) == (SPAN[4],)
    assert epochs_of(pairs, known=(SPAN[4],)) == (SPAN[4],)


def test_points_that_recur_say_that_a_known_renewal_was_none_here() -> None:
    assert epochs_of(course(*[0.5] * 8), KNOWN) == ()


def test_a_known_renewal_is_believed_where_too_few_points_tell() -> None:
    assert epochs_of(course(*[0.5] * 8, points=15), KNOWN) == KNOWN


def test_nothing_is_found_where_points_never_recur_much() -> None:
    # exact places, or a feed so thin that chance alone decides
    assert epochs_of(course(*[0.02] * 8), known=()) == ()
    assert epochs_of(course(0.5, 0.5, 0.0, 0.5, points=50), known=()) == ()
    assert epochs_of(course(0.25, 0.22, 0.19, 0.24), known=()) == ()


def test_a_first_pair_of_months_tells_only_of_a_known_renewal() -> None:
    pairs = [Recurrence(Month(2022, 7), Month(2022, 6), 1_000, 30)]
    assert epochs_of(pairs, KNOWN) == KNOWN
    assert epochs_of(pairs, known=()) == ()


def test_of_months_that_are_not_held_the_known_one_is_told() -> None:
    pairs = [Recurrence(Month(2025, 1), Month(2019, 2), 5_000, 250)]
    assert epochs_of(pairs, KNOWN) == KNOWN


def test_an_as_of_knows_nothing_later() -> None:
    pairs = course(0.5, 0.55, 0.5, 0.03, 0.5, 0.03, 0.5, 0.5)
    for known in range(len(pairs)):
        assert epochs_of(pairs[:known], ()) == tuple(
            start for start in epochs_of(pairs, ()) if start <= SPAN[known]
        )


def test_a_month_lies_in_the_epoch_that_began_last() -> None:
    starts = (Month(2022, 7), Month(2027, 1))
    assert epoch_at(starts, Month(2022, 6)) is None
    assert epoch_at(starts, Month(2022, 7)) == Month(2022, 7)
    assert epoch_at(starts, Month(2030, 1)) == Month(2027, 1)


@pytest.mark.parametrize("shared", [0, 7])
def test_a_share_of_no_points_is_none(shared: int) -> None:
    assert Recurrence(SPAN[1], SPAN[0], 0, 0).share == 0.0
    assert Recurrence(SPAN[1], SPAN[0], 14, shared).share == shared / 14
