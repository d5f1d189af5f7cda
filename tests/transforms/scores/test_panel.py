"""A panel holds a force's incidents but the excluded, and says where they are."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import h3
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from tests.builders import HARM_BY_CATEGORY, panel_of, release_zip, row, street_csv
from tests.oracles.incidents import Incident
from tests.strategies import histories
from tests.transforms.simulated_home import RECEIVED_AT
from transforms.errors import UsageError
from transforms.feeds.police_uk import street
from transforms.incidents.ingest import ingest_force
from transforms.incidents.request import resolve
from transforms.lake.lake import Lake
from transforms.lake.schemas import INCIDENTS
from transforms.reference.arrays import Floats
from transforms.reference.categories import CATEGORIES
from transforms.reference.cells import as_text
from transforms.reference.exclusions import Exclusion
from transforms.reference.forces import FORCES
from transforms.reference.harm import HarmWeights, shipped_weights
from transforms.reference.months import Month
from transforms.reference.score_settings import Scoring
from transforms.scores.panel import Panel, cell_points, count_cells, read_panel


JANUARY, FEBRUARY = Month(2024, 1), Month(2024, 2)
CELL = h3.latlng_to_cell(52.5, -1.5, 9)
FAR = h3.latlng_to_cell(51.3, 0.5, 9)
SLUGS = list(CATEGORIES)
NOWHERE = Scoring(exclusions=())

Places = Mapping[str, Sequence[dict[str, str]]]


def at(cell: str, metres_north: int = 0, **changes: str) -> dict[str, str]:
    """A burglary in a cell, so far from its middle."""
    latitude, longitude = h3.cell_to_latlng(cell)
    point = (f"{longitude:.6f}", f"{latitude + metres_north / 111_000:.6f}")
    return row(longitude=point[0], latitude=point[1], **changes)


def panel_in(folder: Path, rows: Places, scoring: Scoring = NOWHERE) -> Panel:
    """The panel of a little lake: Kent's rows of each month."""
    files = {
        ("kent", month): street_csv(r | {"Month": month} for r in of_month)
        for month, of_month in rows.items()
    }
    release_zip(folder / "source", "2024-04", files)
    request = resolve(folder / "source", FORCES, ["kent"])
    lake = Lake(folder / "lake")
    kent = FORCES["kent"]
    found, months = request.members, request.months
    ingest_force(lake, street, kent, found, months, RECEIVED_AT)
    held = lake.files("incidents", "kent")
    of = [Month.parse(file.partition["month"]) for file in held]
    return read_panel([file.path for file in held], of, "kent", scoring)


def of_cell(panel: Panel, values: np.ndarray, cell: str) -> dict[str, float]:
    """What is not zero of categories x cells at a cell."""
    column = values[:, as_text(panel.cells).index(cell)]
    return {slug: value for slug, value in zip(SLUGS, column, strict=True) if value}


def total(panel: Panel) -> dict[tuple[str, str], float]:
    """What is not zero of the totals, by category and month."""
    return {
        (slug, str(month)): panel.totals[i, j]
        for i, slug in enumerate(SLUGS)
        for j, month in enumerate(panel.periods)
        if panel.totals[i, j]
    }


def test_totals_include_incidents_outside_the_universe(tmp_path: Path) -> None:
    lonely = [at(FAR), at(FAR, crime_type="Robbery")]
    panel = panel_in(
        tmp_path, {"2024-01": [at(CELL)] * 4, "2024-02": [at(CELL), *lonely]}
    )
    assert FAR not in as_text(panel.cells)
    assert panel.counts.sum() == 5
    assert total(panel) == {
        ("burglary", "2024-01"): 4,
        ("burglary", "2024-02"): 2,
        ("robbery", "2024-02"): 1,
    }


def test_points_are_counted_once_and_only_of_the_months_given(tmp_path: Path) -> None:
    panel = panel_in(
        tmp_path,
        {
            "2024-01": [at(CELL), at(CELL), at(CELL, crime_type="Drugs"), at(CELL, 20)],
            "2024-02": [at(CELL, 20), at(CELL, 40), at(FAR)],
        },
    )

    def points(*months: Month) -> tuple[float, float]:
        found = panel.points_within(months)
        return found[as_text(panel.cells).index(CELL)], found.sum()

    assert points(JANUARY) == (2, 2)
    assert points(FEBRUARY) == (2, 2)
    assert points(JANUARY, FEBRUARY) == (3, 3)
    assert points(Month(2023, 12)) == points() == (0, 0)


def test_points_are_told_apart_between_cells(tmp_path: Path) -> None:
    beside = h3.grid_ring(CELL, 1)[0]
    rows = {"2024-01": [at(CELL)] * 3 + [at(beside), at(beside, 20), at(beside, -20)]}
    panel = panel_in(tmp_path, rows)
    found = dict(zip(as_text(panel.cells), panel.points_within([JANUARY]), strict=True))
    assert {cell: n for cell, n in found.items() if n} == {CELL: 1, beside: 3}


def harm_of(panel: Panel, span: Sequence[Month]) -> tuple[Floats, Floats]:
    """Harm over those months, and of the gravest incident."""
    return panel.harm_within(span), panel.gravest_within(span)


def test_harm_is_summed_and_the_gravest_incident_told(tmp_path: Path) -> None:
    panel = panel_in(
        tmp_path,
        {
            "2024-01": [at(CELL)] * 3 + [at(CELL, crime_type="Robbery")],
            "2024-02": [at(CELL)] * 2 + [at(CELL, crime_type="Drugs")],
        },
    )
    sums, gravest = harm_of(panel, [JANUARY, FEBRUARY])
    assert of_cell(panel, sums, CELL) == {
        "burglary": 1110,
        "robbery": 365,
        "drugs": 3.6,
    }
    assert of_cell(panel, gravest, CELL) == {
        "burglary": 222,
        "robbery": 365,
        "drugs": 3.6,
    }
    sums, gravest = harm_of(panel, [FEBRUARY])
    assert of_cell(panel, sums, CELL) == {"burglary": 444, "drugs": 3.6}
    assert of_cell(panel, gravest, CELL) == {"burglary": 222, "drugs": 3.6}
    assert panel.harm_within([Month(2023, 12)]).sum() == 0


def test_harm_is_weighed_at_the_homes_scale(tmp_path: Path) -> None:
    scoring = replace(NOWHERE, harm=shipped_weights("ons", "square_root"))
    panel = panel_in(tmp_path, {"2024-01": [at(CELL)] * 5}, scoring)
    sums, gravest = harm_of(panel, [JANUARY])
    burglary = math.sqrt(438)
    assert of_cell(panel, sums, CELL) == {"burglary": pytest.approx(5 * burglary)}
    assert of_cell(panel, gravest, CELL) == {"burglary": burglary}


def test_an_offence_with_a_weight_of_its_own_counts_by_that(tmp_path: Path) -> None:
    placed = {
        "in_area": True,
        "h3_r9": int(CELL, 16),
        "longitude": -1.5,
        "latitude": 52.5,
    }
    rows = [
        placed | {"month": "2024-01", "category": "burglary", "offence_code": code}
        for code in ("28A", "28A", "none such", None, None)
    ]
    lake, partition = Lake(tmp_path / "lake"), {"force": "kent", "month": "2024-01"}
    filled = {"raw_sha256": "x", "raw_line": 2, "feed": "f"} | {
        "time_precision": "month",
        "location_precision": "exact",
    }
    table = pa.Table.from_pylist([r | filled for r in rows], schema=INCIDENTS)
    lake.commit("incidents", "kent", [lake.write("incidents", partition, table)])
    own = HarmWeights(
        label="l",
        unit="u",
        source="s",
        version="1",
        categories=HARM_BY_CATEGORY,
        offences={"28A": 900.0, "9": 1.0},
    )
    files = [file.path for file in lake.files("incidents", "kent")]
    panel = read_panel(files, [JANUARY], "kent", replace(NOWHERE, harm=own))
    sums, gravest = harm_of(panel, [JANUARY])
    assert of_cell(panel, sums, CELL) == {"burglary": 2 * 900 + 3 * 222}
    assert of_cell(panel, gravest, CELL) == {"burglary": 900}


@given(history=histories())
@settings(max_examples=40)
def test_harm_and_totals_agree_with_adding_up_by_hand(
    history: tuple[list[Incident], list[tuple[int, int]]],
) -> None:
    incidents, supplied = history
    panel = panel_of(incidents)
    for i, slug in enumerate(SLUGS):
        assert panel.totals[i].sum() == sum(c == slug for _, _, c in incidents)
    sums, gravest = harm_of(panel, [Month(*month) for month in supplied])
    for column, cell in enumerate(as_text(panel.cells)):
        here = [s for c, month, s in incidents if c == cell and month in supplied]
        for i, slug in enumerate(SLUGS):
            weight = HARM_BY_CATEGORY[slug]
            assert sums[i, column] == pytest.approx(here.count(slug) * weight)
            assert gravest[i, column] == (weight if slug in here else 0)


PRISON = "On or near Prison"


def test_an_excluded_place_is_gone_from_everything(tmp_path: Path) -> None:
    """Its incidents alone would bring another town into the universe."""
    inside = [at(CELL, 20, location=PRISON, crime_type="Robbery")]
    elsewhere = [at(FAR, location=PRISON)] * 9
    rows = {"2024-01": [at(CELL)] * 5 + inside, "2024-02": [at(CELL), *elsewhere]}
    panel = panel_in(tmp_path / "without", rows, Scoring())
    assert FAR not in as_text(panel.cells)
    assert panel.parent_counts.sum() == panel.counts.sum() == 6
    assert total(panel) == {("burglary", "2024-01"): 5, ("burglary", "2024-02"): 1}
    assert panel.points_within([JANUARY, FEBRUARY]).sum() == 1
    assert of_cell(panel, panel.harm_within([JANUARY]), CELL) == {"burglary": 1110}

    panel = panel_in(tmp_path / "with", rows)
    assert FAR in as_text(panel.cells)
    assert panel.parent_counts.sum() == panel.counts.sum() == 16
    assert panel.points_within([JANUARY, FEBRUARY]).sum() == 3


def test_an_excluded_month_is_still_a_month_held(tmp_path: Path) -> None:
    rows = {"2024-01": [at(CELL)] * 5, "2024-02": [at(CELL, location=PRISON)] * 3}
    panel = panel_in(tmp_path, rows, Scoring())
    assert panel.periods == [JANUARY, FEBRUARY]
    assert panel.totals.sum(axis=0).tolist() == [5, 0]
    assert panel.universe(FEBRUARY).all()


@pytest.mark.parametrize(
    ("force", "left"), [(None, 0), ("kent", 0), ("gwent", 5)], ids=str
)
def test_a_rule_for_another_force_leaves_the_panel_alone(
    force: str | None, left: int, tmp_path: Path
) -> None:
    rule = Exclusion("own", "why", cell=CELL, force=force)
    rows = {"2024-01": [at(CELL)] * 5}
    panel = panel_in(tmp_path, rows, Scoring(exclusions=(rule,)))
    assert panel.totals.sum() == left


def test_a_force_with_every_place_excluded_has_an_empty_panel(tmp_path: Path) -> None:
    everywhere = Exclusion("all", "why", label=".*")
    rows = {"2024-01": [at(CELL)] * 5}
    panel = panel_in(tmp_path, rows, Scoring(exclusions=(everywhere,)))
    assert len(panel.cells) == panel.totals.sum() == 0
    assert panel.points_within([JANUARY]).shape == (0,)
    sums, gravest = harm_of(panel, [JANUARY])
    assert sums.shape == gravest.shape == (len(SLUGS), 0)


@pytest.mark.parametrize("resolution", [7, 8, 11])
def test_no_other_resolution_is_counted(resolution: int) -> None:
    rows = INCIDENTS.empty_table()
    for count in (partial(count_cells, harm=shipped_weights()), cell_points):
        with pytest.raises(
            UsageError, match=f"H3 resolution {resolution} is not scored"
        ):
            count(rows, resolution)
