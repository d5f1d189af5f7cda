"""Scoring a force: what is computed, what is left alone, and what is refused."""

from pathlib import Path

import h3
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.builders import panel_of
from tests.oracles.incidents import Incident
from tests.strategies import MONTHS as SPAN
from tests.transforms.simulated_home import AS_OF, RECEIVED_AT, Simulated, copied_home
from transforms.errors import ForceError
from transforms.feeds.police_uk import street
from transforms.homes.home import open_home
from transforms.incidents.ingest import ingest_force
from transforms.lake.lake import Lake
from transforms.reference.cells import as_text
from transforms.reference.forces import DEMO_FORCES
from transforms.reference.months import Month, month_range
from transforms.reference.score_settings import Scoring
from transforms.scores.methods import DEFAULT_METHOD, METHODS, Method
from transforms.scores.panel import read_panel
from transforms.scores.score_months import (
    newest_supplied,
    score_force,
    score_month,
)
from transforms.scores.view import View, view_at


METHOD = METHODS[DEFAULT_METHOD]
SCORING = Scoring()


@pytest.mark.parametrize(
    ("name", "slack"),
    [("point_exposure", 0.02), ("shared_prior", 0.01), ("ewma", 1e-9)],
)
@pytest.mark.parametrize("slug", ["burglary", "all-crime"])
def test_a_missing_month_does_not_lower_a_steady_cells_score(
    name: str, slack: float, slug: str
) -> None:
    """A month taken for quiet would: the two newest of these weigh a sixth of all.

    What it may cost is certainty: a cell is drawn a little more towards its prior.
    """
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
    full, missing, as_zero = (
        _score_of(
            hot, slug, METHODS[name], view_at(panel_of(rows), supplied, whole[-1])
        )
        for rows, supplied in (
            (steady, whole),
            (supplied_only, holed),
            (supplied_only, whole),
        )
    )
    assert missing == pytest.approx(full, rel=slack)
    assert as_zero < 0.85 * full


def _score_of(cell: str, slug: str, method: Method, seen: View) -> float:
    mean = method.expect(seen)[slug].mean
    return float(mean[as_text(seen.cells).index(cell)])


def test_scoring_again_computes_and_commits_nothing(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    before = home.lake.versions()
    done = score_force(home.lake, DEMO_FORCES["avonmere"], AS_OF, METHOD, home.scoring)
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
    feed = street
    members = feed.members(simulated.source)
    earlier = [m for m in members if m.release < "2025-12"]
    span = month_range(Month(2024, 1), Month(2025, 6))
    ingest_force(home.lake, feed, force, earlier, span, RECEIVED_AT)
    score_force(home.lake, force, Month(2025, 6), METHOD, home.scoring)

    may = [m for m in members if str(m.month) == "2025-05"]
    ingest_force(home.lake, feed, force, may, span, RECEIVED_AT)
    done = score_force(home.lake, force, Month(2025, 6), METHOD, home.scoring)
    assert done.as_ofs == ["2025-05", "2025-06"]


def test_as_of_months_beyond_the_newest_twelve_are_dropped(
    simulated: Simulated, tmp_path: Path
) -> None:
    home, force = copied_home(simulated.home, tmp_path), DEMO_FORCES["avonmere"]
    score_force(home.lake, force, Month(2025, 6), METHOD, home.scoring)
    held = {f.partition["as_of"] for f in home.lake.files("scores", force.id)}
    assert {"2024-07", "2025-12"} <= held
    score_force(home.lake, force, AS_OF, METHOD, home.scoring)
    held = {f.partition["as_of"] for f in home.lake.files("scores", force.id)}
    assert held == {str(m) for m in month_range(Month(2025, 1), AS_OF)}


def test_an_unfinished_month_fails_the_force_and_is_never_scored_as_missing(
    simulated: Simulated, tmp_path: Path
) -> None:
    home, force = copied_home(simulated.home, tmp_path), DEMO_FORCES["avonmere"]
    home.lake.commit("incidents", force.id, [], ["2025-03"])
    with pytest.raises(ForceError, match="avonmere 2025-03"):
        score_force(home.lake, force, AS_OF, METHOD, home.scoring)


def test_no_score_is_nan_and_empty_columns_are_empty_for_the_reason_they_give(
    simulated: Simulated,
) -> None:
    for force in simulated.home.registry:
        rows = simulated.home.lake.read("scores", force)
        for field in rows.schema:
            if pa.types.is_floating(field.type):
                values = rows[field.name].drop_null().to_numpy()
                assert (values == values).all(), field.name
        few = pc.less(rows["months_12m"], 10)
        assert pc.equal(pc.is_null(rows["hotspot_class"]), few).to_pylist() == (
            [True] * len(rows)
        )
        harmless = pc.equal(rows["harm_12m"], 0.0)
        assert pc.is_null(rows["harm_top_share_12m"]).equals(harmless)


def test_probabilities_of_the_top_add_up_to_about_the_cells_that_are_in_it(
    simulated: Simulated,
) -> None:
    """All but the unkept cells', of which little is expected, are in the rows."""
    rows = simulated.home.lake.read("scores", "northfell").select(
        ["as_of", "crime_group", "p_top1", "universe_cells"]
    )
    groups = rows.group_by(["as_of", "crime_group"]).aggregate(
        [("p_top1", "sum"), ("universe_cells", "max")]
    )
    for row in groups.to_pylist():
        places = -(-row["universe_cells_max"] // 100)
        assert 0.3 * places < row["p_top1_sum"] < 1.05 * places, row


def _hot_spots(lake: Lake, force: str) -> dict[tuple[str, str], dict[str, set[int]]]:
    """By as-of and crime group the cells of each hot spot."""
    spots: dict[tuple[str, str], dict[str, set[int]]] = {}
    for row in lake.read("scores", force).to_pylist():
        if row["hotspot_id"] is not None:
            of_group = spots.setdefault((row["as_of"], row["crime_group"]), {})
            of_group.setdefault(row["hotspot_id"], set()).add(row["h3_cell"])
    return spots


def _heirs(before: dict[str, set[int]], after: dict[str, set[int]]) -> list[str]:
    """Ids of those that are the same hot spots as before for the most part."""
    heirs = [
        (name, other)
        for name, old in before.items()
        for other, new in after.items()
        if 2 * len(old & new) > max(len(old), len(new))
    ]
    assert all(name == other for name, other in heirs)
    return [name for name, _ in heirs]


def test_a_hot_spot_keeps_its_id_from_one_month_to_the_next(
    simulated: Simulated,
) -> None:
    """Each of which most cells stay together in the top; and these are most."""
    spots = _hot_spots(simulated.home.lake, "avonmere")
    heirs = [
        name
        for (as_of, slug), before in spots.items()
        for name in _heirs(before, spots.get((str(Month.parse(as_of) + 1), slug), {}))
    ]
    assert len(heirs) > 0.5 * sum(len(of_group) for of_group in spots.values())


def test_another_method_changes_no_id_that_it_need_not(
    simulated: Simulated, tmp_path: Path
) -> None:
    home, force = copied_home(simulated.home, tmp_path), DEMO_FORCES["avonmere"]
    before = _hot_spots(home.lake, force.id)
    score_force(home.lake, force, AS_OF, METHODS["shared_prior"], home.scoring)
    after = _hot_spots(home.lake, force.id)
    # the oldest has no month before it: it looks at what it was called itself
    oldest = [key for key in before if key[0] == "2025-01"]
    kept = [name for key in oldest for name in _heirs(before[key], after[key])]
    assert len(kept) > 0.5 * sum(len(before[key]) for key in oldest)


def test_the_order_of_rows_in_the_files_changes_nothing(
    simulated: Simulated, tmp_path: Path
) -> None:
    lake, force = simulated.home.lake, DEMO_FORCES["avonmere"]
    files = lake.files("incidents", force.id)
    months = [Month.parse(file.partition["month"]) for file in files]
    turned = [_turned(file.path, tmp_path) for file in files]
    one, other = (
        score_month(
            read_panel(paths, months, force.id, SCORING),
            months,
            AS_OF,
            METHOD,
            SCORING,
            force.id,
            {},
        )
        for paths in ([file.path for file in files], turned)
    )
    assert one[0].equals(other[0])
    assert one[1] == other[1]


def _turned(path: str, folder: Path) -> str:
    """The same file, its rows the other way round, under the same partition."""
    rows = pq.ParquetFile(path).read()
    other = folder / Path(path).relative_to(Path(path).parents[2])
    other.parent.mkdir(parents=True)
    pq.write_table(rows.take(list(range(len(rows)))[::-1]), other)
    return str(other)
