"""What each month of a page is: a gap is no month before the first that is kept."""

from dataclasses import replace

from tests.transforms.publications.grown_home import Grown
from transforms.publications.map.history import looks, months
from transforms.reference.months import Month


FIRST = Month(2024, 6)


def test_months_before_the_first_that_is_kept_are_not_missing(grown: Grown) -> None:
    edition = grown.now.edition
    [force] = [f for f in edition.scored if f.force.id == "saltmarsh"]
    known = {month: c for month, c in force.months.items() if month >= FIRST}
    told = dict(
        zip(
            months(edition.as_of),
            looks(replace(force, months=known), edition.as_of),
            strict=True,
        )
    )
    gaps = {str(m) for m, c in known.items() if c.status != "supplied"}
    assert "2025-01" in gaps
    for month, look in told.items():
        if month < str(FIRST):
            assert look == "before"
        else:
            assert (look == "missing") == (month in gaps), month
    assert {"before", "missing", "supplied"} <= set(told.values())
