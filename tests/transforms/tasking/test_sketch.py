"""The sketch of a pack: every place is on it, and no label on another."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.tasking.sketch import _HEIGHT, _ROOM_Y, _WIDTH, Dot, sketch


_TEXT = re.compile(
    r'<text x="([\d.-]+)" y="([\d.-]+)" fill="[^"]*" text-anchor="(\w+)">([^<]*)</text>'
)
POINTS = st.lists(
    st.tuples(st.integers(-20_000, 20_000), st.integers(-20_000, 20_000)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=40)  # the ground is read once
@given(POINTS, st.booleans())
def test_dots_are_inside_and_no_label_is_on_another(
    points: list[tuple[int, int]], on_ground: bool
) -> None:
    dots = [
        Dot(f"p{at:02d}", 500_000.0 + x, 240_000.0 + y, at % 3 == 0)
        for at, (x, y) in enumerate(points)
    ]
    svg = sketch(dots, on_ground)
    circles = re.findall(r'<circle cx="([\d.-]+)" cy="([\d.-]+)"', svg)
    assert len(circles) == len(dots)
    assert all(0 <= float(x) <= _WIDTH and 0 <= float(y) <= _HEIGHT for x, y in circles)
    starts = {"start": 0.0, "middle": 0.5, "end": 1.0}
    boxes = []
    for x, y, anchor, words in _TEXT.findall(svg)[:-1]:  # the last is the bar's
        width = 4.0 * len(words)
        left = float(x) - starts[anchor] * width
        boxes.append((left, left + width, float(y)))
    for at, (left, right, y) in enumerate(boxes):
        for other_left, other_right, other_y in boxes[:at]:
            apart = right <= other_left or other_right <= left
            assert apart or abs(y - other_y) >= _ROOM_Y - 0.11
