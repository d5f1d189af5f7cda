"""A method is offered to the clocks that it serves, and described by them."""

import pytest
from pydantic import TypeAdapter, ValidationError

from flows.params import AsOfParams, ForceFeedParams
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import HORIZONS_DAYS, day_clock
from transforms.scores.methods import METHODS, methods_for


DAYS = [day_clock(days) for days in HORIZONS_DAYS]
BY_CLOCK = [
    (method, clock) for clock in (MONTHS, *DAYS) for method in methods_for(clock)
]


def offered(model: type[AsOfParams] | type[ForceFeedParams]) -> list[str]:
    """What the form in the Prefect UI has to choose from."""
    schema = TypeAdapter(model).json_schema()["properties"]["method"]
    return list(schema["enum"])


def test_every_method_serves_a_clock_and_both_horizons_have_the_same() -> None:
    assert {name for name, _ in BY_CLOCK} == set(METHODS)
    assert methods_for(DAYS[0]) == methods_for(DAYS[1])


@pytest.mark.parametrize(
    ("model", "clock"), [(AsOfParams, MONTHS), (ForceFeedParams, DAYS[0])]
)
def test_a_flow_offers_and_takes_exactly_the_methods_of_its_clock(
    model: type[AsOfParams] | type[ForceFeedParams], clock: Clock
) -> None:
    assert set(offered(model)) == set(methods_for(clock))
    for name in METHODS:
        if name in methods_for(clock):
            assert model(method=name).method == name
        else:
            with pytest.raises(ValidationError, match="unknown; there are"):
                model(method=name)


@pytest.mark.parametrize(("name", "clock"), BY_CLOCK)
def test_a_rolling_count_counts_the_window_that_its_words_name(
    name: str, clock: Clock
) -> None:
    words = " ".join(METHODS[name].in_words(clock).split())
    window = getattr(METHODS[name], "window", None)
    if window is None:
        return
    length = clock.windows[window]
    span = f"{length} {clock.unit}" if length > 1 else clock.period
    assert f"the last {span}," in words


@pytest.mark.parametrize(("name", "clock"), BY_CLOCK)
def test_words_have_a_season_and_a_renewal_only_where_the_clock_has(
    name: str, clock: Clock
) -> None:
    words = " ".join(METHODS[name].in_words(clock).split())
    assert "{" not in words
    if not clock.seasonal:
        assert "usual in the coming month" not in words
    if not clock.archive:
        assert "renewed" not in words
    if clock.unit == "days":
        assert "supplied months" not in words
        assert "missing month" not in words


def test_the_words_of_months_are_those_of_the_public_feed() -> None:
    words = METHODS["point_exposure"].in_words(MONTHS)
    assert "by a calendar of other forces' months" in words
    assert "renewed" in words
    assert METHODS["rolling_count_1m"].in_words(MONTHS) == (
        "The count of the last month, divided by how many of them were supplied;"
        " months before the map points were renewed are left out."
    )
