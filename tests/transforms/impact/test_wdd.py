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


def test_times_of_other_lengths() -> None:
    """V2: the time before was twice as long."""
    found = wdd([Change(80, 20, time=2)], [Change(100, 50, time=2)])
    assert (found.incidents, found.error) == (-20, pytest.approx(10.723805, abs=5e-7))


def test_areas_of_other_sizes() -> None:
    """V3: V1 with area weights."""
    treated, control = Change(207, 110, area=1.2), Change(308, 318, area=0.9)
    around = Change(178, 157, area=1.5)
    around_control = Change(150, 140, area=1.6)
    here = wdd([treated], [control])
    assert here.incidents == pytest.approx(-91.94444, abs=5e-6)
    assert here.error == pytest.approx(31.51156, abs=5e-6)
    both = wdd([treated, around], [control, around_control])
    assert both.incidents == pytest.approx(-99.6944444, abs=5e-8)
    assert both.error == pytest.approx(35.4280755, abs=5e-8)
    assert both.z == pytest.approx(-2.8139955, abs=5e-8)
    assert both.interval == pytest.approx((-169.1321965, -30.2566924), abs=5e-6)


def test_a_sum_of_harm() -> None:
    """V4: five kinds of crime, each weighed."""
    control = [(133, 91), (388, 305), (148, 97), (86, 64), (94, 67)]
    treated = [(130, 74), (327, 202), (398, 190), (144, 92), (183, 96)]
    weights = [3, 2, 5, 7, 10]
    found = wdd(
        [Change(*n, harm=w) for n, w in zip(treated, weights, strict=True)],
        [Change(*n, harm=w) for n, w in zip(control, weights, strict=True)],
    )
    assert found.incidents == -1721
    assert found.error == pytest.approx(304.1036008, abs=5e-8)
    assert found.z == pytest.approx(-5.6592556, abs=5e-8)
    assert found.interval == pytest.approx((-2317.0321, -1124.9679), abs=1e-4)
