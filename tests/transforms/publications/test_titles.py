"""Every published column has a plain heading, and none has that of another."""

import pyarrow as pa
import pytest

from transforms.publications.edition.calls import COLUMNS
from transforms.publications.schemas import (
    AREAS,
    DAY_CELLS,
    DAY_COVERAGE,
    DAY_HOTSPOTS,
    HOTSPOT_CHANGES,
    HOTSPOTS,
    PUBLISHED,
    PUBLISHED_COVERAGE,
    RECONCILIATION,
)
from transforms.publications.titles import title


@pytest.mark.parametrize(
    "schema",
    [
        PUBLISHED,
        HOTSPOTS,
        PUBLISHED_COVERAGE,
        RECONCILIATION,
        AREAS,
        DAY_CELLS,
        DAY_HOTSPOTS,
        HOTSPOT_CHANGES,
        DAY_COVERAGE,
    ],
)
def test_titles_are_words_and_unlike_each_other(schema: pa.Schema) -> None:
    names = [*schema.names, *(field.name for field in COLUMNS.get(schema, []))]
    titles = [title(name) for name in names]
    assert [t for t in titles if "_" in t] == []
    assert len(set(titles)) == len(titles)


def test_windows_are_said_in_words_and_a_users_column_keeps_its_name() -> None:
    assert title("n_1m") == "Incidents, last month"
    assert title("n_prev_12m") == "Incidents, the 12 months before"
    assert title("days_91d") == "Days supplied, last 91 days"
    assert title("harm_top_share_365d") == "Share of the gravest in harm, last 365 days"
    assert title("beat_12m") == "beat_12m"
    assert title("Beat") == "Beat"
