"""The picture of a look: the programme's ratio beside those of past lists, as SVG."""

import math
from collections.abc import Sequence

from transforms.impact.estimate import Estimate
from transforms.programmes.past import Past
from transforms.programmes.usual import Usual


# As narrow as a phone can show, whose page makes the words nearly twice as large.
_WIDTH, _HEIGHT = 480, 120
_LEFT, _RIGHT = 20, 460
_PAST_Y, _OWN_Y, _AXIS_Y = 36, 79, 96
_TICKS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
_LABEL_WIDTH = 55  # of a tick, at the size that a phone shows it in
_INK, _WORDS, _GREY, _OWN = "#222", "#6b7079", "#8a8f98", "#8c2d04"


def chart(found: Estimate | None, past: Sequence[Past], usual: Usual | None) -> str:
    """Dots for past lists, and the programme's ratio with its interval below them."""
    bias = usual.bias if usual else 0.0
    ratios = [math.exp(one.sums.log_ratio - bias) for one in past]
    ends = [found.low, found.high] if found else []
    low = min([0.7, *ratios, *ends]) * 0.95
    high = max([1.3, *ratios, *ends]) * 1.05

    def x(ratio: float) -> float:
        share = math.log(ratio / low) / math.log(high / low)
        return round(_LEFT + share * (_RIGHT - _LEFT), 1)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
            ' font-family="sans-serif" font-size="9" role="img"'
            ' aria-label="The programme beside past lists with nothing starting">'
        ),
        _text(_LEFT, 15, "Past lists chosen so, with nothing starting", _WORDS),
        _line(x(1), 22, x(1), _AXIS_Y, _GREY, dashes="3 3"),
    ]
    parts += [
        f'<circle cx="{x(ratio)}" cy="{_PAST_Y + 5 * (at % 3 - 1)}" r="3"'
        f' fill="{_GREY}" fill-opacity="0.45"/>'
        for at, ratio in enumerate(ratios)
    ]
    if found:
        parts += [
            _text(_LEFT, 66, "This programme, with its 95 % interval", _OWN),
            _line(x(found.low), _OWN_Y, x(found.high), _OWN_Y, _OWN, width=2.5),
            f'<circle cx="{x(found.ratio)}" cy="{_OWN_Y}" r="5" fill="{_OWN}"/>',
        ]
    parts.append(_line(_LEFT, _AXIS_Y, _RIGHT, _AXIS_Y, _INK))
    inside = [tick for tick in _TICKS if low <= tick <= high]
    for at, tick in labelled([(x(tick), tick) for tick in inside]):
        label = f"{100 * (tick - 1):+.0f} %".replace("-", "−").replace("+0", "0")
        parts.append(_text(at, 112, label, _INK, anchor="middle"))
    return "".join([*parts, "</svg>"])


def labelled(ticks: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Those ticks, by where they are, whose labels do not run into others'.

    A wide interval leaves less room: no change keeps its label, then what is nearest.
    """
    kept: list[tuple[float, float]] = []
    for at, tick in sorted(ticks, key=lambda one: abs(math.log(one[1]))):
        if all(abs(at - other) >= _LABEL_WIDTH for other, _ in kept):
            kept.append((at, tick))
    return sorted(kept)


def _text(x: float, y: float, words: str, ink: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" fill="{ink}" text-anchor="{anchor}">{words}</text>'


def _line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    ink: str,
    width: float = 1,
    dashes: str = "none",
) -> str:
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{ink}"'
        f' stroke-width="{width}" stroke-dasharray="{dashes}"/>'
    )
