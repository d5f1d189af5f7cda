"""A sketch of a unit's way: places and base to scale, north up, without streets."""

import math
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from transforms.plans.distance import Spot


_WIDTH, _HEIGHT, _EDGE = 360.0, 190.0, 24.0
_SAME = 1.0  # of the picture: closer labels are one
_INK, _GREY, _PLACE = "#222222", "#8a8f98", "#8c2d04"
_BARS_M = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
_METRES_A_DEGREE = 111_195.0
_MOST_BAR = 0.35  # of the width


def sketch(stops: Sequence[Spot], base: Spot) -> bytes:
    """The stops, numbered in their order, and the base, as SVG."""
    scale, at = _frame([base, *stops])
    numbers: dict[tuple[int, int], list[int]] = {}
    for seq, stop in enumerate(stops, start=1):
        x, y = at(stop)
        numbers.setdefault((round(x / _SAME), round(y / _SAME)), []).append(seq)
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, [base, *stops, base]))
    x, y = at(base)
    parts = [
        f'<polyline points="{way}" fill="none" stroke="{_GREY}" stroke-width="0.7"/>',
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{_INK}"/>',
        f'<text x="{x + 7:.1f}" y="{y + 4:.1f}" fill="{_INK}">base</text>',
    ]
    for (column, row), seqs in numbers.items():
        x, y = column * _SAME, row * _SAME
        label = escape(", ".join(map(str, seqs)))
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{_PLACE}"/>'
            f'<text x="{x + 7:.1f}" y="{y + 4:.1f}" fill="{_PLACE}">{label}</text>'
        )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}"'
        ' font-family="Libertinus Serif" font-size="11">'
    )
    return "\n".join([head, *parts, _bar(scale), "</svg>"]).encode()


def _frame(
    spots: Sequence[Spot],
) -> tuple[float, Callable[[Spot], tuple[float, float]]]:
    """How long a metre is in the picture, and where a spot is in it."""
    lats, lons = [s.lat for s in spots], [s.lon for s in spots]
    middle = Spot((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    east_m = _METRES_A_DEGREE * math.cos(math.radians(middle.lat))
    across_m = max((max(lons) - min(lons)) * east_m, 1.0)
    along_m = max((max(lats) - min(lats)) * _METRES_A_DEGREE, 1.0)
    scale = min((_WIDTH - 4 * _EDGE) / across_m, (_HEIGHT - 2 * _EDGE) / along_m)

    def at(spot: Spot) -> tuple[float, float]:
        x = _WIDTH / 2 + (spot.lon - middle.lon) * east_m * scale
        y = _HEIGHT / 2 - (spot.lat - middle.lat) * _METRES_A_DEGREE * scale
        return x, y

    return scale, at


def _bar(scale: float) -> str:
    """A bar of a round length."""
    fitting = [m for m in _BARS_M if m * scale <= _MOST_BAR * _WIDTH] or [_BARS_M[0]]
    length_m = fitting[-1]
    said = f"{length_m / 1_000:g} km" if length_m >= 1_000 else f"{length_m} m"
    x, y = 6.0, _HEIGHT - 6
    return (
        f'<path d="M{x:g} {y:g}h{length_m * scale:.1f}" stroke="{_INK}"/>'
        f'<text x="{x:g}" y="{y - 4:g}" fill="{_INK}">{said}, north is up</text>'
    )
