"""Pictures as SVG, which Typst puts into a page as vectors.

Lengths are points from the top left corner. The file has hundredths of them, in whole
numbers: the same picture has the same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

import numpy as np

from transforms.reference.arrays import Floats


POINTS_AN_INCH = 72.0
Rectangle = tuple[float, float, float, float]  # left, top, width and height
_UNITS = 100  # of a point
# Typst brings it along, so a picture needs no font of the machine.
_FONT = "Libertinus Serif"
_BASELINE = 0.33  # of the size of letters: this far below their middle


@dataclass(frozen=True)
class Style:
    """How a shape is filled and outlined; widths are in points."""

    fill: str = "none"
    line: str = "none"
    width: float = 0.0
    opacity: float = 1.0

    def __str__(self) -> str:
        told = [f'fill="{self.fill}"']
        if self.opacity < 1:
            told.append(f'fill-opacity="{self.opacity:g}"')
        if self.line != "none":
            told.append(f'stroke="{self.line}" stroke-width="{_units(self.width)}"')
        return " ".join(told)


@dataclass(frozen=True)
class Picture:
    """A picture of that size, and what is in it, the lowest first."""

    width: float
    height: float
    _parts: list[str] = field(default_factory=list)
    _panels: list[str] = field(default_factory=list)

    def panel(self, place: Rectangle) -> None:
        """What is drawn next is seen only there, until `end_panel`."""
        name = f"panel{len(self._panels)}"
        self._panels.append(f'<clipPath id="{name}"><rect {_where(place)}/></clipPath>')
        self._parts.append(f'<g clip-path="url(#{name})">')

    def end_panel(self) -> None:
        """What is drawn next is seen anywhere."""
        self._parts.append("</g>")

    def rings(self, rings: Iterable[Floats], style: Style) -> None:
        """Closed rings of (x, y) as one shape: none shows a seam to its neighbour."""
        self._path([f"M{_corners(ring)}z" for ring in rings], style)

    def lines(self, lines: Iterable[Floats], style: Style) -> None:
        """Lines through (x, y), as one shape."""
        self._path([f"M{_corners(line)}" for line in lines], style)

    def rectangle(self, place: Rectangle, style: Style) -> None:
        """Draw a rectangle."""
        self._parts.append(f"<rect {_where(place)} {style}/>")

    def circle(self, x: float, y: float, radius: float, style: Style) -> None:
        """Draw a circle about a point."""
        at = f'cx="{_units(x)}" cy="{_units(y)}" r="{_units(radius)}"'
        self._parts.append(f"<circle {at} {style}/>")

    def text(
        self, x: float, y: float, text: str, size: float, is_bold: bool = False
    ) -> None:
        """Black words with their middle at a point."""
        at = f'x="{_units(x)}" y="{_units(y + _BASELINE * size)}"'
        weight = ' font-weight="bold"' if is_bold else ""
        self._parts.append(
            f'<text {at} font-size="{_units(size)}"{weight}>{escape(text)}</text>'
        )

    def svg(self) -> bytes:
        """The file."""
        box = f"0 0 {_units(self.width)} {_units(self.height)}"
        size = f'width="{self.width:g}pt" height="{self.height:g}pt" viewBox="{box}"'
        words = f'font-family="{_FONT}" text-anchor="middle"'
        opened = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {words}>'
        panels = ["<defs>", *self._panels, "</defs>"]
        return "\n".join([opened, *panels, *self._parts, "</svg>\n"]).encode()

    def _path(self, drawn: list[str], style: Style) -> None:
        if drawn:
            self._parts.append(f'<path d="{"".join(drawn)}" {style}/>')


def _units(length: float) -> int:
    return round(length * _UNITS)


def _corners(points: Floats) -> str:
    return " ".join(
        map(str, np.rint(points * _UNITS).astype(np.int64).ravel().tolist())
    )


def _where(place: Rectangle) -> str:
    left, top, width, height = map(_units, place)
    return f'x="{left}" y="{top}" width="{width}" height="{height}"'
