"""The made-up nation is what the archive is, and the table says what was measured."""

import inspect
import re
from pathlib import Path

import pytest

from benchmarks import feed, national, stages_national
from benchmarks import map as map_in_browser
from benchmarks.measure import Cost, cost_of
from benchmarks.ratios import rows
from benchmarks.stages_national import Bench
from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_page import many
from transforms.feeds.archive.members import read_member
from transforms.feeds.police_uk import street as police_uk
from transforms.publications.map.page import render
from transforms.reference.categories import CATEGORIES
from transforms.reference.forces import FORCES


TINY = "tiny"
WHOLE_STAGES = ("ingest", "score", "publish")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> national.Nation:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(national.SIZES, TINY, 20_000)
        return national.nation(tmp_path_factory.mktemp("bench"), TINY)


def test_every_force_has_every_month_and_no_row_breaks_a_rule(
    made: national.Nation,
) -> None:
    members = police_uk.street_members(made.source)
    assert len(members) == 44 * 36
    ends, placeless, without_id, rows_in = set(), 0, 0, 0
    for member in members[::37]:
        data = read_member(member)
        assert data == (made.csvs / member.name).read_bytes()
        ends.add(b"\r\n" in data)
        sifted = police_uk.sift(data, member, FORCES[member.force])
        assert sifted.quarantined.num_rows == 0
        rows_in += sifted.rows_in
        placeless += sifted.rows_in - sifted.rows_located
        without_id += sifted.accepted["crime_id"].null_count
    assert ends == {True, False}
    assert 0 < placeless < 0.06 * rows_in
    assert 0.1 * rows_in < without_id < 0.4 * rows_in


def test_a_nation_is_made_of_its_seed_alone(made: national.Nation) -> None:
    force = FORCES["kent"]
    places = national._places(force, made.rows)
    again = national._file(force, national.MONTHS[5], places, made.rows)
    name = f"{national.MONTHS[5]}/{national.MONTHS[5]}-kent-street.csv"
    assert (made.csvs / name).read_bytes() == again


def test_the_next_release_has_other_outcomes_and_in_three_months_other_rows(
    made: national.Nation,
) -> None:
    changed = national.next_release(made)
    of_largest = (
        [m for m in police_uk.street_members(source) if m.force == "metropolitan"]
        for source in (made.source, made.next_source)
    )
    pairs = zip(*of_largest, strict=True)
    differ, fewer = set(), set()
    for old, new in pairs:
        assert old.month == new.month
        before, after = (
            police_uk.sift(read_member(m), m, FORCES[m.force]) for m in (old, new)
        )
        same = before.accepted.slice(0, after.rows_in)
        assert same["longitude"] == after.accepted["longitude"]
        if same["outcome"] != after.accepted["outcome"]:
            differ.add(old.month)
        if before.rows_in != after.rows_in:
            assert before.rows_in == after.rows_in + 1
            fewer.add(old.month)
    assert (sorted(fewer), differ) == (changed, set(national.MONTHS))


def test_the_rivals_know_every_category_of_the_files(made: national.Nation) -> None:
    rivals = pytest.importorskip("benchmarks.rivals")
    assert set(rivals._GROUPS["all-crime"]) <= set(CATEGORIES.values())
    assert all(rivals._GROUPS.values())
    rows = sum(len(p.read_text().splitlines()) - 1 for p in made.csvs.rglob("*.csv"))
    assert rivals.count_rows(made.csvs)() == f"{rows:,} rows"


def test_work_is_measured_in_a_process_of_its_own(made: national.Nation) -> None:
    took = cost_of("ours.gi_star", 2_000)
    assert "cells" in took.said
    assert took.cpu_s < took.wall_s + 5
    assert took.peak_mb > 20


def test_the_table_holds_what_was_measured_and_nothing_else(tmp_path: Path) -> None:
    def bench(size: int, cpu_s: float) -> Bench:
        costs = {
            "ingest": [Cost(s, s, 500.0, "") for s in (cpu_s, 99 * cpu_s, cpu_s)],
            "count(*)": [Cost(1.0, 1.0, 100.0, "")],
        }
        return Bench(national.Nation(tmp_path, size), tmp_path, costs=costs)

    lines = list(rows(bench(2_000_000, 9.0), bench(200_000, 0.9)))
    assert any("count(*), CPU | 9 x | ≤ 8 | no" in line for line in lines)
    assert any("peak memory" in line and "yes" in line for line in lines)
    assert any("growth of ingest with rows | 1 | ≤ 1.05 | yes" in n for n in lines)
    assert not any("pandas" in line or "publish" in line for line in lines)


TARGETS = {
    "score, CPU": 20,
    "publish, CPU": 12,
    "one new month beside its rows, CPU": 1.5,
    "the next release / a fresh home": 0.3,
    "a run with no server, wall": 4.5,
    "a run beside hexbeat up, wall": 2,
    "of all forces, nothing to do": 6,
    "feed pull, nothing new, CPU": 4,
    "feed run, nothing new, CPU": 4,
    "feed run, 500 new rows, CPU": 8,
    "the same under up, nothing new, CPU": 4,
    "the same under up, 500 new rows, CPU": 8,
}
OF_A_NATION = {"zip to publication, CPU": 200, "peak memory of it": 1200}


def test_the_table_has_every_figure_that_has_a_target(tmp_path: Path) -> None:
    def printed(size: int) -> set[tuple[str, float]]:
        costs = {name: [Cost(1.0, 1.0, 1.0, "")] for name in measured_names()}
        bench = Bench(national.Nation(tmp_path, size), tmp_path, costs=costs)
        cells = [line.strip("| ").split(" | ") for line in list(rows(bench, None))[2:]]
        return {(row[0], float(row[2].removeprefix("≤ "))) for row in cells}

    assert TARGETS.items() <= printed(2_000_000)
    assert OF_A_NATION.items() <= printed(20_000_000)


def measured_names() -> set[str]:
    """Everything that a stage gives a name as it measures it."""
    said = inspect.getsource(stages_national) + inspect.getsource(feed)
    names = set(re.findall(r'(?:ours|rival|measure)\(\s*"([^"]+)"', said))
    names |= {f"{kind}: {of}" for kind in ("next", "anew") for of in WHOLE_STAGES}
    return names | {feed.WITH_NEWS, feed.UP_IDLE, feed.UP_NEWS}


def test_the_feed_s_rival_counts_what_the_drops_hold(tmp_path: Path) -> None:
    days = feed._drops(40)
    together = feed._together(days)
    assert len(together.splitlines()) == 1 + sum(len(d.splitlines()) - 1 for d in days)
    assert len(feed._together(days, 5).splitlines()) == 6
    said = []
    for name, drops in (("apart", days), ("one", [together])):
        (tmp_path / name).mkdir()
        for number, data in enumerate(drops):
            (tmp_path / name / f"{number:04}.csv").write_bytes(data)
        said.append(feed._rival(str(tmp_path / name))())
    assert said[0] == said[1]
    assert int(said[0].split()[0].replace(",", "")) > 1_000


@pytest.mark.system
@browser.SKIPPED_WITHOUT
def test_a_page_of_the_map_is_measured(tmp_path: Path) -> None:
    page = tmp_path / "map.html"
    page.write_text(render(*many(300, 1)), encoding="utf-8")
    assert all(0 < took < 60_000 for took in map_in_browser.measure(page))
