"""Which programmes a month has come for that no look has seen."""

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.impact.look import span_of
from transforms.programmes.programme import open_programme
from transforms.programmes.register import started


def due(home: Home, window_months: int) -> list[str]:
    """The started programmes of a home whose newest month was not looked at."""
    found = []
    for name in started(home):
        try:
            span = span_of(
                home, home.lake, open_programme(home, name), None, window_months
            )
        except UsageError:  # there is nothing to track yet
            continue
        newest = span.standing.newest_look
        if newest is None or newest < span.months[-1]:
            found.append(name)
    return found
