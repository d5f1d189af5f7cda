"""The weighted displacement difference, on published numbers."""

import pytest

from transforms.impact.wdd import Change, wdd


def test_with_the_surroundings() -> None:
    """V1 (Wheeler and Ratcliffe 2018)."""
    treated, control = Change(207, 110), Change(308, 318)
    around, around_control = Change(178, 157), Change(150, 140)
    here = wdd([treated], [control])
    assert (here.incidents, here.error) == (-107, pytest.approx(30.7083, abs=5e-5))
    next_door = wdd([around], [around_control])
    assert (next_door.incidents, next_door.error) == (-11, 25)
    both = wdd([treated, around], [control, around_control])
    assert both.incidents == -118
    assert both.error == pytest.approx(39.59798, abs=5e-6)
    assert both.z == pytest.approx(-2.97995, abs=5e-6)
    assert both.interval == pytest.approx((-195.6106, -40.3894), abs=5e-5)


def test_underground_platforms() -> None:
    """V5, real: 88 to 63 at patrolled platforms, 64 to 74 at others."""
    found = wdd([Change(88, 63)], [Change(64, 74)])
    assert (found.incidents, found.error) == (-35, 17)
    assert found.z == pytest.approx(-2.0588, abs=5e-5)
    assert found.interval == pytest.approx((-68.32, -1.68), abs=5e-3)


def test_counts_that_vary_more_than_by_chance_widen_it() -> None:
    found = wdd([Change(88, 63)], [Change(64, 74)], variance_factor=4)
    assert found.error == 34
