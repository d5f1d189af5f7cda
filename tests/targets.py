"""Which of make's targets a test belongs to, while it runs."""

import pytest


_running: list[pytest.Item] = []


def runs(item: pytest.Item) -> None:
    """Note the test that is set up next."""
    _running[:] = [item]


def more_than_this_process() -> None:
    """Fail a test that starts a server or a browser, and is in `make test-unit`."""
    for item in _running:
        marks = {mark.name for mark in item.iter_markers()}
        assert marks & {"system", "realdata"}, f"{item.nodeid}: mark it as system"
