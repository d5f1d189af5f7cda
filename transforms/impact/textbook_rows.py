"""The textbook's formulas on the counts of a look: a row for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from transforms.impact.before_after import BeforeAfter
from transforms.impact.textbook import (
    Ratio,
    common_poisson_z,
    displaced,
    e_test,
    poisson_z,
    rirr,
)
from transforms.impact.wdd import Change, Difference, wdd


RIRR, WDD = "rirr", "wdd"
ABOUT: Mapping[str, str] = {
    "places-before": "Incidents at the places in as many months up to the as-of",
    "places-after": "Incidents there in the months that count",
    "around-before": "Incidents around the places",
    "around-after": "The same after",
    "rest-before": "Incidents in the rest of the force without what is around them",
    "rest-after": "The same after",
    "time": "Months before that were supplied by months after",
    "around-area": "Area around the places by theirs",
    "rest-area": "Area of the rest by theirs",
    RIRR: "Relative incident rate ratio: places after by before, by that of the rest",
    WDD: "Weighted displacement difference: change at the places less that of the rest",
    "wdd-around": "The same of the places and what is around them together",
    "wdd-harm": "The same of the places with each incident's harm: no drugs or weapons",
    "wdq": "Weighted displacement quotient: gain around the places by that at them",
    "net-effect": "Incidents fewer at and around the places than the rest says",
    "e-test": "p that the places' counts before and after are of one rate",
    "poisson-z": "√2(√after − √before) at the places",
    "poisson-z-common": "2(√after − √before): beyond 3 in 3.6 % of quiet pairs",
}


@dataclass(frozen=True, kw_only=True)
class TextbookRow:
    """What one formula says, by Poisson and with the variance of past lists."""

    formula: str
    value: float | None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    low_widened: float | None = None
    high_widened: float | None = None
    z_widened: float | None = None


def textbook_rows(
    changes: BeforeAfter, harm: Sequence[BeforeAfter], variance_factor: float | None
) -> list[TextbookRow]:
    """The counts, and a row for each formula, widened by the factor if one is known."""
    places, around, rest = changes.places, changes.around, changes.rest
    wide = replace(around, area=1.0)  # incidents, not incidents by its own area
    beyond = replace(rest, area=rest.area / (1 + around.area))
    moved = displaced(places, around, rest)
    harmed = [one.places for one in harm], [one.rest for one in harm]
    rows = [
        *_counts(changes),
        _row(RIRR, lambda factor: rirr(places, rest, factor), variance_factor),
        _difference(WDD, [places], [rest], variance_factor),
        _difference("wdd-around", [places, wide], [beyond], variance_factor),
        _difference("wdd-harm", *harmed, variance_factor),
        TextbookRow(formula="wdq", value=moved.quotient if moved else None),
        TextbookRow(formula="net-effect", value=moved.net_effect if moved else None),
        TextbookRow(formula="e-test", value=e_test(places)),
        TextbookRow(
            formula="poisson-z",
            value=poisson_z(places),
            z=poisson_z(places),
            z_widened=poisson_z(places, variance_factor) if variance_factor else None,
        ),
        TextbookRow(formula="poisson-z-common", value=common_poisson_z(places)),
    ]
    return rows


def _counts(changes: BeforeAfter) -> list[TextbookRow]:
    """What the formulas are computed from."""
    areas = {
        "places": changes.places,
        "around": changes.around,
        "rest": changes.rest,
    }
    values = dict(
        chain.from_iterable(
            ((f"{area}-before", of.before), (f"{area}-after", of.after))
            for area, of in areas.items()
        )
    )
    values |= {
        "time": changes.places.time,
        "around-area": changes.around.area,
        "rest-area": changes.rest.area,
    }
    return [TextbookRow(formula=name, value=value) for name, value in values.items()]


def _difference(
    name: str,
    treated: Sequence[Change],
    control: Sequence[Change],
    variance_factor: float | None,
) -> TextbookRow:
    def difference(factor: float) -> Difference | None:
        found = wdd(treated, control, factor)
        return found if found.error else None

    return _row(name, difference, variance_factor)


def _row(
    name: str,
    of: Callable[[float], Ratio | Difference | None],
    variance_factor: float | None,
) -> TextbookRow:
    """A formula by Poisson, and with that variance factor."""
    found = of(1.0)
    if found is None:
        return TextbookRow(formula=name, value=None)
    low, high = found.interval
    wider = of(variance_factor) if variance_factor else None
    return TextbookRow(
        formula=name,
        value=found.value,
        low=low,
        high=high,
        z=found.z,
        low_widened=wider.interval[0] if wider else None,
        high_widened=wider.interval[1] if wider else None,
        z_widened=wider.z if wider else None,
    )
