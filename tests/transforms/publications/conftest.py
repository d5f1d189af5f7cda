"""The publication of a simulated home that has all of which a publication can tell.

And a page of the map, open in a browser.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.transforms.publications.grown_home import (
    BEFORE,
    JUDGED_AT,
    RULES,
    Grown,
    backtest,
    bring_up_to,
    exclude,
    published_and_frozen,
)
from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_open import ALL_CELLS, Open
from tests.transforms.publications.map.map_page import facts, pasts, rows, table
from tests.transforms.simulated_home import AS_OF, Simulated
from transforms.homes.home import create_demo_home
from transforms.publications.judging import judge
from transforms.publications.map.page import render


@pytest.fixture(scope="session")
def grown(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """Published, judged a month later, backtested and published again."""
    root = tmp_path_factory.mktemp("grown") / "home"
    home = exclude(create_demo_home(root), RULES)
    bring_up_to(home, simulated.source, BEFORE)
    before = published_and_frozen(home, BEFORE)
    bring_up_to(home, simulated.source, AS_OF)
    judge(home, JUDGED_AT)
    backtest(home)
    return Grown(home, before, published_and_frozen(home, AS_OF))


@pytest.fixture(scope="session")
def tier(grown: Grown) -> Path:
    """The folder of its newest published files."""
    return grown.now.folder / "internal"


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens a page of those rows, at the cells of all forces unless the part says more.

    On leaving it there was no request or complaint.
    """

    @contextmanager
    def of(
        given: list[dict[str, object]] | None = None, part: str = ALL_CELLS
    ) -> Iterator[browser.Tab]:
        cells = table(rows() if given is None else given)
        file = tmp_path / "map.html"
        file.write_text(render(cells, pasts(cells), facts()), encoding="utf-8")
        with browser.opened(file, part) as tab:
            yield tab
            assert tab.complaints() == []
            assert tab.requests() == [file.as_uri()]

    return of
