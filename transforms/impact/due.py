"""Which programmes a month, or a week, has come for that no look has seen."""

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.impact.look import span_of
from transforms.programmes.basis import basis_of
from transforms.programmes.past_days import WEEK_DAYS
from transforms.programmes.programme import open_programme
from transforms.programmes.register import started
from transforms.reference.days import DAYS


def due(home: Home, window_length: int) -> list[str]:
    """The started programmes of a home whose newest month was not looked at.

    In a home of a force's own feed: those with a whole week that no look has seen.
    """
    basis = basis_of(home, home.lake)
    found = []
    for name in started(home):
        try:
            programme = open_programme(home, name)
            span = span_of(home, basis, programme, None, window_length)
        except UsageError:  # there is nothing to track yet
            continue
        newest, last = span.standing.newest_look, span.periods[-1]
        fresh = WEEK_DAYS if basis.clock is DAYS else 1
        if newest is None or last.since(newest) >= fresh:
            found.append(name)
    return found
