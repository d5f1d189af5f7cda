"""Bands of public cells: against the slow twin, and never of a hidden cell."""

from random import Random

import h3
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import publications as oracles
from tests.transforms.publications.public.towns import counts_table, towns
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.bands import public_bands
from transforms.publications.public.table import public_table
from transforms.publications.schemas import PUBLIC_BANDS
from transforms.reference import cells


Town = tuple[list[str], dict[str, int]]
thorough = settings(max_examples=100)


@given(towns(), st.randoms(use_true_random=False))
@thorough
def test_bands_equal_the_plain_python_oracle(town: Town, random: Random) -> None:
    listed, counts = town
    table = public_table(
        "kent",
        counts_table(counts),
        cells.from_text(listed),
        ["2025-Q1"],
        DisclosureSettings(),
    )
    below = [c for cell in listed for c in sorted(h3.cell_to_children(cell, 9))]
    scores = {c: random.choice([0.0, 0.25, 1.0, 3.5]) for c in below[::3]}
    rows = {
        "crime_group": ["all-crime"] * len(scores) + ["burglary"],
        "h3_cell": [int(cell, 16) for cell in scores] + [int(below[0], 16)],
        "score": [*scores.values(), 1e6],
    }
    found = public_bands(table, pa.table(rows), "2025-04")
    assert found.schema.equals(PUBLIC_BANDS, check_metadata=True)
    told = dict(zip(table["h3_cell"].to_pylist(), table.to_pylist(), strict=True))
    for group, own in (("all-crime", scores), ("anti-social-behaviour", {})):
        told = {
            row["h3_cell"]: row["incidents_rounded"]
            for row in table.to_pylist()
            if row["crime_group"] == group
        }
        bands = {
            row["h3_cell"]: row["score_band"]
            for row in found.to_pylist()
            if row["crime_group"] == group
        }
        assert bands == oracles.public_bands(told, own)
        assert {c for c, b in bands.items() if b is None} == {
            c for c, n in told.items() if n is None
        }
