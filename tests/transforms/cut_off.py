"""Ends what is under test where a kill would: at a crash point, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from transforms.lake.crash_points import listen


class CutOff(BaseException):
    """The end, which nothing that expects an exception stops."""


@contextmanager
def cut_off_at(point: str, nth: int = 1) -> Iterator[None]:
    """End the block when it comes there for the nth time; it fails if it does not."""
    left = nth

    def end(here: str) -> None:
        nonlocal left
        left -= here == point
        if left == 0:
            raise CutOff

    listen(end)
    try:
        with pytest.raises(CutOff):
            yield
    finally:
        listen(None)
