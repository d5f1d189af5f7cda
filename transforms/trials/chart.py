"""The picture of an analysis: each outcome's ratio with its interval, as SVG."""

import math
from collections.abc import Sequence
from html import escape

from transforms.impact.chart import labelled
from transforms.trials.analysis import PRIMARY, Finding


# As narrow as a phone can show, whose page makes the words nearly twice as large.
_WIDTH, _ROW, _TOP = 480, 35, 15
_BAR = 11  # below its outcome's name, which has the whole width
_LEFT, _RIGHT = 20, 460
_TICKS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)
_INK, _GREY, _OWN = "#222", "#6b7079", "#8c2d04"
_NARROWEST, _WIDEST = 0.1, 10.0


def forest(findings: Sequence[Finding]) -> str:
    """A line for each outcome that has a ratio: the primary one on top."""
    drawn = [one for one in findings if one.ratio]
    ends = [end for one in drawn for end in (one.low, one.high) if end]
    low = max(_NARROWEST, min([0.7, *ends]) * 0.95)
    high = min(_WIDEST, max([1.3, *ends]) * 1.05)

    def x(ratio: float) -> float:
        within = min(max(ratio, low), high)
        share = math.log(within / low) / math.log(high / low)
        return round(_LEFT + share * (_RIGHT - _LEFT), 1)

    axis = _TOP + _ROW * len(drawn)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH}'
            f' {axis + 22}" font-family="sans-serif" font-size="9" role="img"'
            ' aria-label="Ratios with patrol to without, with 95 % intervals">'
        ),
        (
            f'<line x1="{x(1)}" y1="4" x2="{x(1)}" y2="{axis}" stroke="{_GREY}"'
            ' stroke-dasharray="3 3"/>'
        ),
    ]
    for at, one in enumerate(drawn):
        name = _TOP + _ROW * at
        y, ink = name + _BAR, _OWN if one.role == PRIMARY else _GREY
        parts += [
            f'<text x="4" y="{name}" fill="{ink}">{escape(_short(one))}</text>',
            (
                f'<line x1="{x(one.low or low)}" y1="{y}" x2="{x(one.high or high)}"'
                f' y2="{y}" stroke="{ink}" stroke-width="2.5"/>'
            ),
            f'<circle cx="{x(one.ratio or 1)}" cy="{y}" r="3.5" fill="{ink}"/>',
        ]
    parts.append(
        f'<line x1="{_LEFT}" y1="{axis}" x2="{_RIGHT}" y2="{axis}" stroke="{_INK}"/>'
    )
    inside = [tick for tick in _TICKS if low <= tick <= high]
    for at_x, tick in labelled([(x(tick), tick) for tick in inside]):
        label = f"{100 * (tick - 1):+.0f} %".replace("-", "−").replace("+0", "0")
        parts.append(
            f'<text x="{at_x}" y="{axis + 17}" fill="{_INK}"'
            f' text-anchor="middle">{label}</text>'
        )
    return "".join([*parts, "</svg>"])


def _short(one: Finding) -> str:
    words = one.outcome
    return words if len(words) <= 38 else f"{words[:36]}…"
