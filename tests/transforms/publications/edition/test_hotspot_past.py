"""The past of hot spots: counted from the lake, ranked as each as-of's scores say."""

from collections import Counter, defaultdict
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.transforms.publications.grown_home import RULES, Grown
from tests.transforms.simulated_home import AS_OF
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.hotspot_past import PAST_MONTHS
from transforms.publications.schemas import HOTSPOT_MONTHS
from transforms.reference.groups import GROUPS
from transforms.reference.months import window


Row = dict[str, Any]
LEFT_OUT = {"Supermarket", "Parking Area"}


@pytest.fixture(scope="module")
def spots(grown: Grown) -> dict[str, Row]:
    return {r["hotspot_id"]: r for r in grown.now.edition.hotspots.to_pylist()}


@pytest.fixture(scope="module")
def months(grown: Grown) -> list[Row]:
    file = grown.now.folder / "internal" / "hotspot_months.parquet"
    table = pq.read_table(file)
    assert table.column_names == HOTSPOT_MONTHS.names
    return list(table.to_pylist())


def test_months_are_the_incidents_of_the_lake_in_todays_cells(
    grown: Grown, spots: dict[str, Row], months: list[Row]
) -> None:
    assert '"Mill Drive"' in RULES
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for force in grown.now.edition.scored:
        left_out = LEFT_OUT | (
            {"Mill Drive"} if force.force.id == "avonmere" else set()
        )
        for row in grown.home.lake.read("incidents", force.force.id).to_pylist():
            if row["in_area"] and row["place_label"] not in left_out:
                cell = f"{row['h3_r9']:x}"
                counted[force.force.id, row["category"], cell, row["month"]] += 1
    by_force = {force.force.id: force for force in grown.now.edition.scored}
    for row in months[::23]:
        spot, force = spots[row["hotspot_id"]], by_force[row["force"]]
        at_hand = [
            counted[row["force"], category, cell, row["month"]]
            for cell in spot["h3_cells"].split()
            for category in GROUPS[row["crime_group"]].categories
        ]
        supplied = _supplied(force, row["month"])
        assert row["incidents"] == (sum(at_hand) if supplied else None)


def _supplied(force: ForceEdition, month: str) -> bool:
    status = {str(m): c.status for m, c in force.months.items()}
    return status.get(month) == "supplied"


def test_the_last_twelve_months_add_up_to_what_the_hot_spot_says(
    spots: dict[str, Row], months: list[Row]
) -> None:
    year = {str(month) for month in window(AS_OF, 12)}
    sums: Counter[str] = Counter()
    for row in months:
        if row["month"] in year:
            sums[row["hotspot_id"]] += row["incidents"] or 0
    assert {spot: row["n_12m"] for spot, row in spots.items()} == dict(sums)


def test_ranks_are_those_of_the_scores_of_each_as_of(
    grown: Grown, months: list[Row], spots: dict[str, Row]
) -> None:
    told = {(row["hotspot_id"], row["month"]): row for row in months}
    for force in grown.now.edition.scored:
        for file in force.history:
            as_of = file.partition["as_of"]
            rows = pq.read_table(file.path, partitioning=None).to_pylist()
            sums: dict[str, dict[str, float]] = defaultdict(dict)
            for row in sorted(rows, key=lambda r: r["score_rank"]):
                if spot := row["hotspot_id"]:
                    of = sums[row["crime_group"]]
                    of[spot] = of.get(spot, 0.0) + row["score"]
            ranked = {
                spot: (rank, of[spot])
                for of in sums.values()
                for rank, spot in enumerate(sorted(of, key=lambda s: (-of[s], s)), 1)
            }
            mine = [s for s, row in spots.items() if row["force"] == force.force.id]
            for spot in mine:
                row = told[spot, as_of]
                rank, expected = ranked.get(spot, (None, None))
                assert row["hotspot_rank"] == rank
                assert row["expected"] == pytest.approx(expected, abs=1e-6)


def test_change_and_first_as_of_follow_from_the_ranks(
    spots: dict[str, Row], months: list[Row]
) -> None:
    ranks: dict[str, dict[str, int]] = defaultdict(dict)
    for row in months:
        if row["hotspot_rank"] is not None:
            ranks[row["hotspot_id"]][row["month"]] = row["hotspot_rank"]
    before = str(AS_OF + -1)
    for spot, row in spots.items():
        assert row["previous_rank"] == ranks[spot].get(before)
        assert row["change"] == ("kept" if before in ranks[spot] else "new")
        assert row["first_as_of"] == min(ranks[spot])
    assert {row["change"] for row in spots.values()} == {"new", "kept"}
    assert len({row["month"] for row in months}) == min(24, PAST_MONTHS)


def test_an_interval_is_around_what_is_expected(spots: dict[str, Row]) -> None:
    for row in spots.values():
        assert row["expected_lo"] <= row["expected"] <= row["expected_hi"]
        assert row["expected_lo"] < row["expected_hi"]
