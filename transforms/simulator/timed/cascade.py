"""Incidents of one category: those that the ground brings, and those that they bring.

A self-exciting (Hawkes) process, drawn generation by generation. Its own time runs by
the category's activity: fast in busy hours of the week and slowly in quiet ones, a day
of it a mean day. On that time the ground's part is even and echoes are exponential, so
the week's profile and the branching ratio are both exactly what they are said to be.
The process begins with nothing before it: the first days have fewer echoes.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from transforms.reference.arrays import Floats, Integers
from transforms.simulator.timed.ground import Ground
from transforms.simulator.timed.offences import Offence


SPELL_DAYS = 28  # for so long a hot spot keeps its level
GPS_M = 3.0  # standard deviation of a position, east and north


@dataclass(frozen=True)
class Cascade:
    """Incidents; parents are positions among them, -1 for what the ground brought."""

    hours: Floats  # since the first midnight
    points_m: Floats
    street: Integers  # of the first ancestor
    parent: Integers


def cascade(
    offence: Offence,
    activity: Floats,
    background_a_day: Floats,
    spot_levels: Floats,
    ground: Ground,
    rng: np.random.Generator,
) -> Cascade:
    """All incidents within the hours that `activity` has, one number an hour.

    `background_a_day` is by point; `spot_levels` by spell and spot, the last column for
    points in none.
    """
    own_time = np.append(0.0, activity.cumsum() / 24)  # in mean days, at each hour
    days, place = _background(background_a_day, spot_levels, own_time, ground, rng)
    points = ground.points_m[place] + rng.normal(0, GPS_M, (len(place), 2))
    born = [(days, points, ground.street[place], np.full(len(place), -1))]
    first = 0
    while len(days):
        brought = rng.poisson(offence.branching, len(days))
        parent = np.repeat(np.arange(len(days)), brought)
        later = days[parent] + rng.exponential(offence.echo_days, len(parent))
        parent, days = parent[later < own_time[-1]], later[later < own_time[-1]]
        away = rng.normal(0, offence.echo_m, (len(parent), 2))
        points, street = born[-1][1][parent] + away, born[-1][2][parent]
        first, before = first + len(born[-1][0]), first
        born.append((days, points, street, parent + before))
    days, points, street, parent = (np.concatenate(p) for p in zip(*born, strict=True))
    hours = np.interp(days, own_time, np.arange(len(own_time)))
    return Cascade(hours, points, street, parent)


def _background(
    a_day: Floats,
    spot_levels: Floats,
    own_time: Floats,
    ground: Ground,
    rng: np.random.Generator,
) -> tuple[Floats, Integers]:
    """When, in the category's own time, and at which doorstep."""
    starts = own_time[: -1 : SPELL_DAYS * 24][: len(spot_levels)]
    edges = np.append(starts, own_time[-1])  # a day of 25 hours is in the last spell
    when, where = [], []
    for levels, (start, end) in zip(spot_levels, pairwise(edges), strict=True):
        total = np.cumsum(a_day * levels[ground.spot])
        number = rng.poisson(total[-1] * (end - start))
        when.append(rng.uniform(start, end, number))
        at = rng.uniform(0, total[-1], number)
        where.append(np.searchsorted(total, at, side="right"))
    return np.concatenate(when), np.concatenate(where)
