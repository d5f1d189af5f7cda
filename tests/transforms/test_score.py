"""Scoring a force: what is computed, what is left alone, and what is refused."""

from pathlib import Path

import h3
import pyarrow as pa
import pytest

from tests.builders import panel_of
from tests.oracles import Incident
from tests.strategies import MONTHS as SPAN
from tests.transforms.conftest import AS_OF, RECEIVED_AT, Simulated, copied_home
from transforms.cells import as_text
from transforms.coverage import Entry, MonthCoverage, coverage
from transforms.errors import ForceError
from transforms.feeds import FEEDS
from transforms.forces import DEMO_FORCES, FORCES
from transforms.groups import GROUPS
from transforms.home import open_home
from transforms.ingest import ingest_force
from transforms.lake import Lake
from transforms.months import Month, month_range
from transforms.score import newest_supplied, score_force, unscorable
from transforms.scores import METHODS
from transforms.scores.view import View, view


KENT = FORCES["kent"]
METHOD = METHODS["shared_prior"]


def coverage_of(*held: str) -> dict[Month, MonthCoverage]:
    """Coverage of a force that supplied those months."""
    entries = [
        Entry("kent", "police_uk", m, "2025-12", "supplied", RECEIVED_AT, rows_in=100)
        for m in held
    ]
    return coverage(entries, KENT)


def test_a_force_with_three_of_twelve_months_is_scored() -> None:
    months = coverage_of("2024-10", "2024-11", "2024-12")
    assert unscorable(months, Month(2024, 12)) is None


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (("2024-11", "2024-12"), "only 2 of the 12 months"),
        (("2024-06", "2024-07", "2024-08"), "newest supplied month is 2024-08"),
        (("2025-01", "2025-02"), "no month supplied up to 2024-12"),
    ],
)
def test_a_force_without_enough_fresh_months_is_not(
    held: tuple[str, ...], why: str
) -> None:
    assert why in str(unscorable(coverage_of(*held), Month(2024, 12)))


def test_a_missing_month_does_not_lower_a_steady_cells_score() -> None:
    """A month taken for quiet would: the two newest of these weigh a fifth of all."""
    hot = h3.latlng_to_cell(52.5, -1.5, 9)
    town = [hot, *h3.grid_ring(hot, 1)]
    steady: list[Incident] = [
        (cell, month, category)
        for month in SPAN
        for rank, cell in enumerate(town)
        for category in ("burglary", "vehicle-crime")
        for _ in range(8 - rank)
    ]
    whole = [Month(*m) for m in SPAN]
    holed = [m for m in whole if m not in whole[-3:-1]]
    supplied_only = [i for i in steady if Month(*i[1]) in holed]
    for slug, slack in (("burglary", 0.01), ("all-crime", 1e-9)):
        full = _score_of(hot, slug, view(panel_of(steady), whole, whole[-1]))
        missing = _score_of(hot, slug, view(panel_of(supplied_only), holed, whole[-1]))
        as_zero = _score_of(hot, slug, view(panel_of(supplied_only), whole, whole[-1]))
        assert missing == pytest.approx(full, rel=slack)
        assert as_zero < 0.85 * full


def _score_of(cell: str, slug: str, seen: View) -> float:
    mean = METHOD.expect(GROUPS[slug], seen).mean
    return float(mean[as_text(seen.cells).index(cell)])


def test_scoring_again_computes_and_commits_nothing(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    before = home.lake.versions()
    done = score_force(home.lake, DEMO_FORCES["avonmere"], AS_OF, METHOD)
    assert (done.as_ofs, done.unchanged) == ([], 12)
    assert home.lake.versions() == before


def test_twelve_as_of_months_are_scored_and_the_newest_is_the_newest_supplied(
    simulated: Simulated,
) -> None:
    lake = simulated.home.lake
    assert newest_supplied(lake, DEMO_FORCES) == AS_OF
    held = [f.partition["as_of"] for f in lake.files("scores", "avonmere")]
    assert held == [str(m) for m in month_range(Month(2025, 1), AS_OF)]


def test_a_revised_month_scores_again_what_rests_on_it(
    simulated: Simulated, tmp_path: Path
) -> None:
    home, force = open_home(tmp_path / "home"), DEMO_FORCES["avonmere"]
    feed = FEEDS["police_uk"]
    members = feed.members(simulated.source)
    earlier = [m for m in members if m.release < "2025-12"]
    span = month_range(Month(2024, 1), Month(2025, 6))
    ingest_force(home.lake, feed, force, earlier, span, RECEIVED_AT)
    score_force(home.lake, force, Month(2025, 6), METHOD)

    may = [m for m in members if str(m.month) == "2025-05"]
    ingest_force(home.lake, feed, force, may, span, RECEIVED_AT)
    done = score_force(home.lake, force, Month(2025, 6), METHOD)
    assert done.as_ofs == ["2025-05", "2025-06"]


def test_as_of_months_beyond_the_newest_twelve_are_dropped(
    simulated: Simulated, tmp_path: Path
) -> None:
    home, force = copied_home(simulated.home, tmp_path), DEMO_FORCES["avonmere"]
    score_force(home.lake, force, Month(2025, 6), METHOD)
    held = {f.partition["as_of"] for f in home.lake.files("scores", force.id)}
    assert {"2024-07", "2025-12"} <= held
    score_force(home.lake, force, AS_OF, METHOD)
    held = {f.partition["as_of"] for f in home.lake.files("scores", force.id)}
    assert held == {str(m) for m in month_range(Month(2025, 1), AS_OF)}


def test_an_unfinished_month_fails_the_force_and_is_never_scored_as_missing(
    simulated: Simulated, tmp_path: Path
) -> None:
    home, force = copied_home(simulated.home, tmp_path), DEMO_FORCES["avonmere"]
    home.lake.commit("incidents", force.id, [], ["2025-03"])
    with pytest.raises(ForceError, match="avonmere 2025-03"):
        score_force(home.lake, force, AS_OF, METHOD)


def test_columns_of_later_versions_are_null_and_never_nan(simulated: Simulated) -> None:
    rows = Lake(simulated.home.root / "lake").read("scores", "saltmarsh")
    for name in ("p_top1", "hotspot_class", "gi_star_z", "harm_12m", "hotspot_id"):
        assert rows[name].null_count == len(rows)
    for field in rows.schema:
        if pa.types.is_floating(field.type):
            values = rows[field.name].drop_null().to_numpy()
            assert (values == values).all()
