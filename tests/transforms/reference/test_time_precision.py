"""What may not be made of incidents whose day is not known."""

import pytest

from transforms.errors import UsageError
from transforms.feeds.police_uk import street
from transforms.reference.time_precision import refuse_without_days


def test_days_and_minutes_will_do() -> None:
    refuse_without_days(["day", "minute", "day"], "a test")
    refuse_without_days([], "a test")


def test_the_public_feed_is_refused_with_the_reason_and_what_to_do() -> None:
    months = [street.TIME_PRECISION] * 3
    with pytest.raises(UsageError) as refused:
        refuse_without_days(months, "a test")
    assert refused.value.exit_code == 2
    assert str(refused.value) == (
        "a test needs the day of every incident, and of 3 of these 3 no more than the "
        "month is known (time_precision), as in the whole public feed: give it a feed "
        "that has days"
    )
