"""The files that say how well it went, what was left out and how crime crowds."""

import csv
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from matplotlib.axes import Axes
from matplotlib.legend import Legend

from tests.oracles import scores as oracles
from tests.transforms.publications.grown_home import JUDGED_AT, METHOD, Grown
from tests.transforms.simulated_home import (
    AS_OF,
    PUBLISHED_FILES,
    Simulated,
    copied_home,
)
from transforms.backtests.contest import GI_STAR
from transforms.backtests.origins import backtest_force
from transforms.backtests.report import calibration, headline, summary
from transforms.backtests.schemas import ACCURACY_SUMMARY, CALIBRATION
from transforms.homes.home import open_home
from transforms.incidents.lake_check import force_coverage
from transforms.lake.schemas import ACCURACY_HISTORY
from transforms.publications.edition.gather import gather
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats.registry import FORMATS
from transforms.publications.publish import publish
from transforms.publications.schemas import CONCENTRATION, EXCLUDED, PUBLISHED_HISTORY
from transforms.reference.cells import children, parents
from transforms.reference.coverage import supplied_periods
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month, window
from transforms.scores.score_months import score_force


OF_THE_BACKTEST = ["accuracy.csv", "calibration.csv", "accuracy.svg", "accuracy.png"]
Row = dict[str, Any]


def read(path: Path, schema: pa.Schema) -> list[Row]:
    """A CSV file's rows, numbers as numbers and nothing as None."""
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == schema.names
        return [
            {
                name: None
                if text == ""
                else float(text)
                if pa.types.is_floating(schema.field(name).type)
                else int(text)
                if pa.types.is_integer(schema.field(name).type)
                else text
                for name, text in row.items()
            }
            for row in reader
        ]


def as_rounded(row: Row) -> Row:
    return {
        name: pytest.approx(value, abs=1e-6) if isinstance(value, float) else value
        for name, value in row.items()
    }


@pytest.fixture(scope="module")
def without(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is published of a home that nobody backtested."""
    home = copied_home(simulated.home, tmp_path_factory.mktemp("without"))
    return publish(home, AS_OF, METHOD).folder / "internal"


def test_without_a_backtest_no_file_tells_of_one(without: Path) -> None:
    names = {path.name for path in without.iterdir()}
    assert not names & set(OF_THE_BACKTEST)
    assert set(PUBLISHED_FILES) - names == set(OF_THE_BACKTEST)
    assert "have not been backtested" in (without / "METHOD.md").read_text()
    assert read(without / "accuracy_history.csv", PUBLISHED_HISTORY) == []


def test_with_one_each_contestant_is_told_of_as_its_summary_says(
    grown: Grown, tier: Path
) -> None:
    known = summary(grown.home.lake.read("accuracy")).to_pylist()
    assert {r["last_outcome_month"] for r in known} <= {"2025-11", "2025-12"}
    found = read(tier / "accuracy.csv", ACCURACY_SUMMARY)
    assert found == [as_rounded(row) for row in known]
    assert (tier / "METHOD.md").read_text().count("have not been backtested") == 0


def test_calibration_is_that_of_the_lakes_rows(grown: Grown, tier: Path) -> None:
    known = calibration(grown.home.lake.read("accuracy")).to_pylist()
    found = read(tier / "calibration.csv", CALIBRATION)
    assert found == [as_rounded(row) for row in known]
    rows = grown.home.lake.read("accuracy")
    rows = rows.filter(
        pc.and_(
            pc.equal(rows["method"], METHOD.NAME), pc.equal(rows["horizon_months"], 1)
        )
    ).to_pylist()
    for slug in GROUPS:
        of_group = [r for r in rows if r["crime_group"] == slug]
        inside = sum(r["incidents"] - r["incidents_outside"] for r in of_group)
        key = slug, METHOD.NAME
        observed = [
            r["observed"] or 0.0
            for r in found
            if (r["crime_group"], r["method"]) == key
        ]
        assert sum(observed) == inside


def test_method_md_has_the_share_found_of_each_group(tier: Path) -> None:
    text = (tier / "METHOD.md").read_text()
    rows = read(tier / "accuracy.csv", ACCURACY_SUMMARY)
    for row in rows:
        if (row["method"], row["horizon_months"], row["area_share"]) == (
            METHOD.NAME, 1, 0.01
        ):  # fmt: skip
            line = f"| `{row['crime_group']}` | {row['force_months']} | "
            [found] = [x for x in text.splitlines() if x.startswith(line)]
            assert f"| {row['hit_rate']:.1%} |" in found


@pytest.fixture(scope="module")
def again(grown: Grown) -> MonthEdition:
    """What was published, gathered anew."""
    return gather(grown.home, AS_OF, METHOD)


@pytest.mark.parametrize("name", [*OF_THE_BACKTEST, "accuracy_history.csv"])
def test_the_same_edition_is_the_same_bytes_on_anyones_machine(
    again: MonthEdition, tier: Path, tmp_path: Path, name: str
) -> None:
    """Drawn by someone, too, who likes thick lines and other colours."""
    taste = {"lines.linewidth": 9.0, "axes.facecolor": "red", "svg.fonttype": "none"}
    with mpl.rc_context(taste):
        FORMATS[name].write(again, tmp_path / name)
    assert (tmp_path / name).read_bytes() == (tier / name).read_bytes()


def test_the_chart_draws_the_headline_with_its_intervals(
    grown: Grown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[dict[str, Any]] = []
    plainly = Axes.errorbar

    def watched(axes: Axes, x: list[float], y: list[float], **how: Any) -> object:
        drawn.append({"rates": x, **how})
        return plainly(axes, x, y, **how)

    monkeypatch.setattr(Axes, "errorbar", watched)
    FORMATS["accuracy.png"].write(grown.now.edition, tmp_path / "accuracy.png")
    rows = headline(grown.now.edition.accuracy).to_pylist()
    of = {(r["crime_group"], r["method"]): r for r in rows}
    assert len(drawn) == 3
    for mark, method in zip(drawn, (METHOD.NAME, None, GI_STAR), strict=True):
        told = [of[s, method or of[s, GI_STAR]["rival"]] for s in GROUPS]
        assert mark["rates"] == [r["hit_rate"] for r in told]
        below, above = mark["xerr"]
        low = [r["hit_rate_lo"] for r in told]
        high = [r["hit_rate_hi"] for r in told]
        assert np.array(mark["rates"]) - below == pytest.approx(np.array(low))
        assert np.array(mark["rates"]) + above == pytest.approx(np.array(high))
    assert (tmp_path / "accuracy.png").stat().st_size > 10_000


def test_no_mark_of_the_chart_is_behind_its_legend(
    grown: Grown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    legends: list[Legend] = []
    plainly = Axes.legend

    def watched(axes: Axes, *given: Any, **how: Any) -> Legend:
        legends.append(plainly(axes, *given, **how))
        return legends[0]

    monkeypatch.setattr(Axes, "legend", watched)
    FORMATS["accuracy.png"].write(grown.now.edition, tmp_path / "accuracy.png")
    [legend] = legends
    taken, figure = legend.get_window_extent(), legend.axes.figure.bbox
    assert not taken.overlaps(legend.axes.get_window_extent())
    assert figure.x0 <= taken.x0 <= taken.x1 <= figure.x1


def _with_rows(edition: MonthEdition, **columns: pa.Array) -> MonthEdition:
    """The same edition, its backtest with other numbers."""
    rows = edition.accuracy_rows
    for name, values in columns.items():
        at = rows.schema.get_field_index(name)
        rows = rows.set_column(at, rows.schema.field(name), values)
    changed = replace(edition)
    changed.__dict__["accuracy_rows"] = rows  # where the property keeps what it found
    return changed


@pytest.mark.parametrize("share", [0.0, 10 / 41])
def test_months_that_are_all_alike_can_be_drawn(
    grown: Grown, tmp_path: Path, share: float
) -> None:
    """The bounds then are the mean, but for the last digit."""
    edition = grown.now.edition
    hits = pc.multiply(edition.accuracy_rows["incidents"].cast(pa.float64()), share)
    alike = _with_rows(edition, hits_1pct=hits)
    FORMATS["accuracy.svg"].write(alike, tmp_path / "accuracy.svg")
    assert (tmp_path / "accuracy.svg").exists()


def test_a_bound_of_zero_is_drawn_down_to_zero(
    grown: Grown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing found but in one force-month: the interval begins at nothing."""
    edition = grown.now.edition
    rows = edition.accuracy_rows
    only = pc.and_(
        pc.equal(rows["force"], "avonmere"), pc.equal(rows["outcome_month"], "2025-05")
    )
    found = pc.if_else(only, rows["hits_1pct"], 0.0)
    reach: list[Any] = []

    def watched(_: Axes, x: list[float], y: list[float], **how: Any) -> None:
        reach.append((x, how["xerr"][0]))

    monkeypatch.setattr(Axes, "errorbar", watched)
    monkeypatch.setattr(Axes, "legend", lambda *_, **__: None)
    FORMATS["accuracy.svg"].write(
        _with_rows(edition, hits_1pct=found), tmp_path / "accuracy.svg"
    )
    rates, below = reach[0]
    assert below == pytest.approx(rates)
    assert max(rates) > 0


def test_another_backtest_is_another_run(
    simulated: Simulated, without: Path, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    force = home.registry["avonmere"]
    runs = [gather(home, AS_OF, METHOD).run_id]
    assert runs == [without.parent.name]
    for origin in (Month(2025, 10), Month(2025, 11)):
        backtest_force(home.lake, force, [origin], home.scoring)
        runs.append(gather(home, AS_OF, METHOD).run_id)
    assert len(set(runs)) == 3
    backtest_force(home.lake, force, [Month(2025, 10)], home.scoring)
    assert gather(home, AS_OF, METHOD).run_id == runs[-1]


def test_nothing_is_told_of_months_after_the_as_of(
    simulated: Simulated, tmp_path: Path
) -> None:
    """Of an origin before it, the outcome three months on may lie beyond."""
    home, as_of = copied_home(simulated.home, tmp_path), Month(2025, 8)
    force = home.registry["avonmere"]
    origins = [Month(2025, 5), Month(2025, 7), Month(2025, 8), Month(2025, 10)]
    backtest_force(home.lake, force, origins, home.scoring)
    score_force(home.lake, force, as_of, METHOD, home.scoring)
    rows = gather(home, as_of, METHOD).accuracy_rows.to_pylist()
    assert {(r["as_of"], r["outcome_month"]) for r in rows} == {
        ("2025-05", "2025-06"),
        ("2025-05", "2025-08"),
        ("2025-07", "2025-08"),
    }


def test_a_backtest_that_can_tell_nothing_yet_is_none(
    simulated: Simulated, tmp_path: Path
) -> None:
    """The one month after the origin is missing, and the next lies beyond the as-of."""
    home, as_of = copied_home(simulated.home, tmp_path), Month(2025, 2)
    force = home.registry["saltmarsh"]
    backtest_force(home.lake, force, [Month(2024, 12)], home.scoring)
    score_force(home.lake, force, as_of, METHOD, home.scoring)
    done = publish(home, as_of, METHOD)
    assert done.scored == ["saltmarsh"]
    names = {path.name for path in (done.folder / "internal").iterdir()}
    assert not names & set(OF_THE_BACKTEST)
    text = (done.folder / "internal" / "METHOD.md").read_text()
    assert "have not been backtested" in text


def test_a_backtest_of_months_as_they_no_longer_are_is_not_published(
    grown: Grown, tmp_path: Path
) -> None:
    home = copied_home(grown.home, tmp_path)
    with (home.root / "hexbeat.toml").open("a") as settings:
        settings.write(
            '[[coverage]]\nforce = "avonmere"\nmonths = ["2025-09"]\n'
            'as = "set_aside"\nreason = "sent twice"\n'
        )
    home = open_home(home.root)
    score_force(home.lake, home.registry["avonmere"], AS_OF, METHOD, home.scoring)
    kept = {
        file.partition["as_of"]
        for file in gather(home, AS_OF, METHOD).backtests
        if file.partition["force"] == "avonmere"
    }
    # those held against September, or that knew of it, are gone
    gone = {"2025-06", "2025-08", "2025-09", "2025-10", "2025-11"}
    all_origins = {str(month) for month in window(Month(2025, 11), 12)}
    assert kept == all_origins - gone


def test_kept_forecasts_are_told_with_what_the_lake_says_of_them(
    grown: Grown, tier: Path
) -> None:
    held = grown.home.lake.read("accuracy_history").to_pylist()
    assert {row.pop("judged_at") for row in held} == {JUDGED_AT}
    found = read(tier / "accuracy_history.csv", PUBLISHED_HISTORY)
    order = ("as_of", "force", "run_id", "crime_group")
    assert found == sorted(held, key=lambda row: [row[name] for name in order])
    assert {row["run_id"] for row in found} == {grown.before.run_id}
    assert (
        "3 published forecasts of a force's month" in (tier / "METHOD.md").read_text()
    )


def test_when_a_forecast_was_judged_does_not_change_the_run(grown: Grown) -> None:
    edition = grown.now.edition
    rows = edition.history.to_pylist()
    for row in rows:
        row["judged_at"] = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    later = pa.Table.from_pylist(rows, schema=ACCURACY_HISTORY)
    assert replace(edition, history=later).run_id == edition.run_id
    fewer = replace(edition, history=edition.history.slice(1))
    assert fewer.run_id != edition.run_id


def _incidents(grown: Grown, force: str) -> list[Row]:
    rows = grown.home.lake.read("incidents", force)
    return list(rows.filter(rows["in_area"]).to_pylist())


def test_exclusions_are_counted_one_by_one(grown: Grown, tier: Path) -> None:
    expected = []
    for force in grown.home.registry:
        incidents = _incidents(grown, force)
        for rule in sorted(grown.home.scoring.exclusions, key=lambda r: r.id):
            if rule.force not in (None, force):
                continue
            months = [
                i["month"]
                for i in incidents
                if re.fullmatch(rule.label, i["place_label"] or "")
            ]
            row = {"force": force, "exclusion": rule.id, "places": rule.where}
            row["why"] = rule.why
            for span in (12, 36):
                within = {str(month) for month in window(AS_OF, span)}
                row[f"incidents_{span}m"] = sum(m in within for m in months)
            expected.append(row)
    found = read(tier / "exclusions.csv", EXCLUDED)
    far = [row for row in found if row["exclusion"] == "far-from-force"]
    assert [row for row in found if row not in far] == expected
    assert [row["force"] for row in far] == list(grown.home.registry)
    assert all(row["incidents_36m"] == 0 for row in far)  # made without default points
    number = {(r["force"], r["exclusion"]): r["incidents_36m"] for r in found}
    assert number["avonmere", "depot"] > 100
    assert number["saltmarsh", "car-park"] > 100
    assert number["saltmarsh", "prison"] == 0
    assert ("saltmarsh", "depot") not in number


def test_what_was_left_out_is_said_wherever_there_is_room(tier: Path) -> None:
    rows = read(tier / "exclusions.csv", EXCLUDED)
    number = sum(row["incidents_12m"] for row in rows)
    for name in ("METHOD.md", "manifest.json", "datapackage.json"):
        text = (tier / name).read_text()
        assert "car-park, far-from-force; " in text, name
        assert f"removed {number:,} incidents" in text, name


def test_concentration_is_that_of_plain_counts_by_cell(
    grown: Grown, tier: Path
) -> None:
    force = "saltmarsh"  # the smallest: the plain twin takes each pair of cells
    found = read(tier / "concentration.csv", CONCENTRATION)
    of_force = {r["crime_group"]: r for r in found if r["force"] == force}
    incidents = [
        i
        for i in _incidents(grown, force)
        if i["place_label"] not in ("Supermarket", "Parking Area")
    ]
    ids = np.array([i["h3_r9"] for i in incidents])
    in_parent = Counter(parents(ids, 7).tolist())
    towns = np.array([parent for parent, n in in_parent.items() if n >= 5])
    universe = children(towns, 9).tolist()
    supplied = supplied_periods(force_coverage(grown.home.lake, _force(grown, force)))
    months = {str(m) for m in window(AS_OF, 12) if m in supplied}
    assert len(months) == 10
    for slug, group in GROUPS.items():
        counts = Counter(
            i["h3_r9"]
            for i in incidents
            if i["month"] in months and i["category"] in group.categories
        )
        held = [counts[cell] for cell in universe]
        if not sum(held):
            assert slug not in of_force
            continue
        row = of_force[slug]
        assert row["incidents_12m"] == sum(held)
        assert row["months_12m"] == len(months)
        assert row["universe_cells"] == len(universe)
        assert row["cells_with_any"] == sum(n > 0 for n in held)
        for percent in (25, 50):
            share = oracles.cells_holding(held, percent)
            assert row[f"share_of_cells_{percent}"] == pytest.approx(share, abs=1e-6)
        even = oracles.generalised_gini(held)
        assert row["generalised_gini"] == pytest.approx(even, abs=1e-6)
        if slug in ("all-crime", "burglary"):
            assert row["gini"] == pytest.approx(oracles.gini(held), abs=1e-6)
    assert {r["as_of"] for r in found} == {str(AS_OF)}
    assert {r["force"] for r in found} == set(grown.home.registry)


def _force(grown: Grown, name: str) -> Any:
    return grown.home.registry[name]
