"""The picture of a profile, as SVG: its months or weeks, the next, what was tried."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import timedelta

from transforms.profiles.profile import Profile
from transforms.reference.days import DAYS


_WIDTH, _HEIGHT = 720, 190
_LEFT, _RIGHT, _TOP, _BASE = 40, 712, 34, 160
_INK, _GREY, _BAR, _NEXT = "#222", "#6b7079", "#7f9fb5", "#8c2d04"


def chart(profile: Profile) -> str:
    """A bar for each month or week, hatched where it does not count, and the next."""
    series = profile.series
    low, high = profile.area.interval
    known = [number for _, number in series if number is not None]
    most = max([*known, high, 1])
    step = (_RIGHT - _LEFT) / (len(series) + 1)
    unit = "week" if profile.area.clock is DAYS else "month"

    def y(number: float) -> float:
        return round(_BASE - number / most * (_BASE - _TOP), 1)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
            ' font-family="sans-serif" font-size="11">'
        ),
        (
            '<defs><pattern id="none" width="5" height="5"'
            ' patternTransform="rotate(45)"'
            ' patternUnits="userSpaceOnUse"><line x1="0" y1="0" x2="0" y2="5"'
            f' stroke="{_GREY}" stroke-width="1"/></pattern></defs>'
        ),
        _text(_LEFT, 14, f"Incidents a {unit}; hatched: not counted", _INK),
        _text(_RIGHT, 14, "expected next, with its 95 % range", _NEXT, "end"),
    ]
    year = None
    for at, (period, number) in enumerate(series):
        x = round(_LEFT + at * step, 1)
        if number is None:
            parts.append(_bar(x, _TOP, step, _BASE - _TOP, "url(#none)"))
        else:
            parts.append(_bar(x, y(number), step, round(_BASE - y(number), 1), _BAR))
        if period.first_day.year != year:
            year = period.first_day.year
            parts.append(_text(x, 174, f"{period.first_day:%Y-%m}", _INK))
    middle = round(_LEFT + (len(series) + 0.5) * step, 1)
    parts += [
        _line(middle, y(low), middle, y(high), _NEXT, 3),
        f'<circle cx="{middle}" cy="{y(profile.area.expected)}" r="4" fill="{_NEXT}"/>',
        _line(_LEFT, _BASE, _RIGHT, _BASE, _INK, 1),
        _text(_LEFT - 4, y(most) + 4, f"{most:,}", _INK, "end"),
        _text(_LEFT - 4, _BASE, "0", _INK, "end"),
        *_responses(profile, step),
    ]
    return "".join([*parts, "</svg>"])


def _responses(profile: Profile, step: float) -> Iterator[str]:
    """A line with a number where each thing that was tried began."""
    starts = [period.first_day for period, _ in profile.series]
    ends = [*starts[1:], profile.area.as_of.last_day + timedelta(days=1)]
    for number, response in enumerate(profile.responses, start=1):
        at = bisect_right(starts, response.date) - 1
        if at >= 0 and response.date < ends[at]:
            at += (response.date - starts[at]) / (ends[at] - starts[at])
            x = round(_LEFT + at * step, 1)
            yield _line(x, _TOP - 8, x, _BASE, _INK, 1, "2 2")
            yield _text(x, _TOP - 10, str(number), _INK, "middle")


def _bar(x: float, y: float, step: float, height: float, fill: str) -> str:
    width = round(step * 0.8, 1)
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>'


def _text(x: float, y: float, words: str, ink: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" fill="{ink}" text-anchor="{anchor}">{words}</text>'


def _line(
    x1: float, y1: float, x2: float, y2: float, ink: str, width: float, dashes: str = ""
) -> str:
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{ink}"'
        f' stroke-width="{width}" stroke-dasharray="{dashes or "none"}"/>'
    )
