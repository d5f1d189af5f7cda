"""A sketch of where the places are: numbered dots on land, towns, what stands out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from transforms.publications.layers.open_ground.reading import Box, Name, open_ground


_WIDTH, _HEIGHT = 720.0, 230.0
_LEAST_M = 4_000.0  # of the picture's height: a town and what is around it
_MARGIN = 1.25  # times the ground that the places cover
_DOT, _LABEL = 4.0, 9.0  # of the picture
_ROOM_X, _ROOM_Y = 26.0, 11.0  # of a dot's number; of a town's name it is wider
_LETTER = 5.2
_MOST_TOWNS, _NEAR = 18, 60.0
_SEA, _LAND, _LINE = "#e8eef2", "#f7f5f0", "#c9c4b8"
_INK, _GREY, _MARKED, _DOTS = "#222222", "#7a7f87", "#b3400e", "#1f5f8b"
_BARS_M = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


@dataclass(frozen=True)
class Dot:
    """A place on the sketch: metres of the National Grid."""

    place: str
    easting: float
    northing: float
    marked: bool


def sketch(dots: Sequence[Dot], on_ground: bool) -> str:
    """The places to scale, north up, as SVG; a made-up force has no ground."""
    frame = _Frame.of(dots)
    parts = [_rect(0, 0, _WIDTH, _HEIGHT, _SEA if on_ground else _LAND)]
    labels = _Labels()
    points = {dot.place: frame.at(dot.easting, dot.northing) for dot in dots}
    for x, y in points.values():
        labels.keep(x - _DOT, y, 2 * _DOT)
    labels.keep(0, _HEIGHT - _ROOM_Y, _WIDTH / 2)  # the bar's
    if on_ground:
        parts += _ground(frame)
    numbers = _numbers(dots, points, labels)
    if on_ground:
        parts += _towns(frame, labels, list(points.values()))
    for dot in sorted(dots, key=lambda one: one.marked):
        x, y = points[dot.place]
        fill = _MARKED if dot.marked else _DOTS
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_DOT:g}" fill="{fill}"/>')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}"'
        f' font-family="Libertinus Serif" font-size="{_LABEL:g}">'
    )
    return "".join(
        [head, *parts, *numbers, _bar(frame, len(dots) - len(numbers)), "</svg>"]
    )


@dataclass(frozen=True)
class _Frame:
    """A box of the National Grid, and how long a metre of it is in the picture."""

    west: float
    south: float
    scale: float

    @classmethod
    def of(cls, dots: Sequence[Dot]) -> "_Frame":
        east = [dot.easting for dot in dots]
        north = [dot.northing for dot in dots]
        shape = _WIDTH / _HEIGHT
        height_m = max(
            _LEAST_M,
            _MARGIN * (max(north) - min(north)),
            _MARGIN * (max(east) - min(east)) / shape,
        )
        middle = (max(east) + min(east)) / 2, (max(north) + min(north)) / 2
        return cls(
            middle[0] - height_m * shape / 2,
            middle[1] - height_m / 2,
            _HEIGHT / height_m,
        )

    @property
    def box(self) -> Box:
        return (
            self.west,
            self.south,
            self.west + _WIDTH / self.scale,
            self.south + _HEIGHT / self.scale,
        )

    def at(self, easting: float, northing: float) -> tuple[float, float]:
        """Where a point is in the picture, to a tenth."""
        x = (easting - self.west) * self.scale
        y = _HEIGHT - (northing - self.south) * self.scale
        return float(round(x, 1)), float(round(y, 1))


class _Labels:
    """The room that labels have taken: none is written over another."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float, float]] = []

    def keep(self, x: float, y: float, width: float) -> None:
        """Keep the room of a dot, whatever else is there."""
        self._taken.append((x, y, width))

    def take(self, x: float, y: float, width: float) -> bool:
        """Whether there was room about a line of text that begins at x."""
        if any(
            abs(y - other_y) < _ROOM_Y
            and x < other_x + other_width
            and other_x < x + width
            for other_x, other_y, other_width in self._taken
        ):
            return False
        self._taken.append((x, y, width))
        return True


def _ground(frame: _Frame) -> list[str]:
    """Land, and the borders of authorities."""
    ground, parts = open_ground(), []
    styles = {
        "land": f'fill="{_LAND}" stroke="{_LINE}"',
        "authorities": f'fill="none" stroke="{_LINE}" stroke-dasharray="3 2"',
    }
    for layer, style in styles.items():
        for ring in ground.rings(layer, frame.box):
            points = (frame.at(x, y) for x, y in ring.tolist())
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            shape = "polygon" if layer == "land" else "polyline"
            parts.append(f'<{shape} points="{line}" {style} stroke-width="0.7"/>')
    return parts


def _towns(
    frame: _Frame, labels: _Labels, dots: Sequence[tuple[float, float]]
) -> list[str]:
    """The largest towns near places, for whose names there is room."""
    parts = []
    towns: Sequence[Name] = open_ground().in_box(frame.box)
    for _, name, easting, northing in towns:
        x, middle = frame.at(easting, northing)
        width = _LETTER * len(name)
        if not width / 2 < x < _WIDTH - width / 2:
            continue
        if all(max(abs(x - at_x), abs(middle - at_y)) > _NEAR for at_x, at_y in dots):
            continue
        for lines in (0, -2, 2, -3, 3, -4):
            y = middle + lines * _ROOM_Y
            inside = _ROOM_Y < y < _HEIGHT - 2 * _ROOM_Y
            if inside and labels.take(x - width / 2, y, width):
                parts.append(_text(x, y + 3, name, _GREY, "middle"))
                break
        if len(parts) == _MOST_TOWNS:
            break
    return parts


def _numbers(
    dots: Sequence[Dot], points: Mapping[str, tuple[float, float]], labels: _Labels
) -> list[str]:
    """The number of each place beside its dot, where there is room on a side."""
    parts = []
    for dot in sorted(dots, key=lambda one: (not one.marked, one.place)):
        x, y = points[dot.place]
        fill = _MARKED if dot.marked else _DOTS
        for dx, dy, anchor in (
            (_DOT + 2, 0.0, "start"),
            (-_DOT - 2, 0.0, "end"),
            (0.0, -_ROOM_Y, "middle"),
            (0.0, _ROOM_Y, "middle"),
        ):
            begins = {"start": 0.0, "end": -_ROOM_X, "middle": -_ROOM_X / 2}[anchor]
            if labels.take(x + dx + begins, y + dy, _ROOM_X):
                parts.append(_text(x + dx, y + dy + 3, dot.place, fill, anchor))
                break
    return parts


def _bar(frame: _Frame, unnumbered: int) -> str:
    """A bar of a round length, and how many places had no room for a number."""
    fitting = [m for m in _BARS_M if m * frame.scale <= _WIDTH / 5] or [_BARS_M[0]]
    length_m = fitting[-1]
    said = f"{length_m / 1_000:g} km, north is up"
    if unnumbered:
        said += f"; without a number, for lack of room: {unnumbered}"
    y = _HEIGHT - 7
    bar = f'<path d="M8 {y:g}h{length_m * frame.scale:.1f}" stroke="{_INK}"/>'
    return bar + _text(8, y - 4, said, _INK, "start")


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
        f' fill="{fill}"/>'
    )


def _text(x: float, y: float, words: str, fill: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )
