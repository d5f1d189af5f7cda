"""A force's part of an edition: made of that force alone, and of nothing but values."""

import pickle
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from tests.transforms.publications.grown_home import Grown
from transforms.publications.edition.force_history import MEASURES
from transforms.publications.edition.force_part import force_part
from transforms.publications.edition.parts import together
from transforms.reference.bands import TOP_5
from transforms.reference.groups import ALL_CRIME


_Sent = TypeVar("_Sent")


def test_parts_made_elsewhere_and_sent_here_are_the_edition(grown: Grown) -> None:
    edition = grown.now.edition
    parts = {}
    for force in reversed(edition.scored):  # in any order, each on its own
        made = force_part(_sent(force), edition.as_of)
        parts[force.force.id] = _sent(made)
    found = together(
        {force.force.id: parts[force.force.id] for force in edition.scored}
    )
    here = together({f.force.id: force_part(f, edition.as_of) for f in edition.scored})
    assert found.cells.equals(here.cells)
    assert len(found.cells) == len(edition.cells)
    assert found.ranks.equals(edition.ranks)
    assert found.names.equals(here.names)
    for force, part in found.parts.items():
        assert len(part.cells) == len(part.history.listed) == 0  # held once
        assert part.labels == edition.labels(force)
        assert part.account == here.parts[force].account
        assert part.counts.equals(edition.counts(force))
        assert part.history.tops.equals(edition.earlier(force).tops)


def test_a_forces_history_is_that_of_its_stored_as_ofs(grown: Grown) -> None:
    edition = grown.now.edition
    for force in edition.scored:
        history = edition.earlier(force.force.id)
        tables = {f.partition["as_of"]: _rows(f.path) for f in force.history}
        newest = tables[str(edition.as_of)]
        top = {r["h3_cell"] for r in newest if r["score_band"] in TOP_5}
        assert top
        assert history.universe_cells == {
            month: rows[0]["universe_cells"] for month, rows in tables.items()
        }
        wanted = [
            {"as_of": month} | {name: row[name] for name in ("h3_cell", *MEASURES)}
            for month, rows in tables.items()
            for row in rows
            if row["h3_cell"] in top
        ]
        columns = ["as_of", "h3_cell", *MEASURES]
        assert history.tops.select(columns).to_pylist() == wanted
        before = [*tables.values()][-2]
        assert history.before == {r["hotspot_id"] for r in before} - {None}


def test_power_bi_has_the_history_of_each_force(grown: Grown, tier: Path) -> None:
    file = pacsv.read_csv(tier / "powerbi_fact_history.csv")
    edition = grown.now.edition
    tops = pa.concat_tables([edition.earlier(f.force.id).tops for f in edition.scored])
    assert file["n_12m"].to_pylist() == tops["n_12m"].to_pylist()
    assert file["month_end"].to_pylist() == [
        edition.as_of.parse(month).last_day for month in tops["as_of"].to_pylist()
    ]


def _sent(value: _Sent) -> _Sent:
    """As another process gets it."""
    return pickle.loads(pickle.dumps(value))  # type: ignore[no-any-return]  # noqa: S301


def _rows(path: str) -> list[dict[str, object]]:
    """A file's rows of all crime."""
    rows = pq.read_table(path).to_pylist()
    return [row for row in rows if row["crime_group"] == ALL_CRIME]
