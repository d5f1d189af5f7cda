"""Every test is in exactly one of the targets that `make test` is made of."""

import re
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

from tests import targets


MAKEFILE = Path(__file__).parent.parent / "Makefile"
TARGET = re.compile(r'^(test-\w+):.*\n\t\$\(PYTEST\) -m "(.+)"$', re.MULTILINE)


def test_each_test_is_in_exactly_one(request: pytest.FixtureRequest) -> None:
    asked = {name: Expression.compile(m) for name, m in _expressions().items()}
    assert list(asked) == ["test-unit", "test-system", "test-real"]
    for item in request.session.items:
        marks = {mark.name for mark in item.iter_markers()}
        found = [n for n, ask in asked.items() if ask.evaluate(marks.__contains__)]
        assert len(found) == 1, item.nodeid


def test_a_server_in_a_unit_test_is_refused(request: pytest.FixtureRequest) -> None:
    assert {mark.name for mark in request.node.iter_markers()} == set()
    with pytest.raises(AssertionError, match="mark it as system"):
        targets.more_than_this_process()


def _expressions() -> dict[str, str]:
    return dict(TARGET.findall(MAKEFILE.read_text()))
