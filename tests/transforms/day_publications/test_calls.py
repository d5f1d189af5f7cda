"""Calls for service beside crimes, from the drops of one feed to its publication."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows.command.printing.feed import show_feed_status
from tests.oracles.days import known_incidents
from tests.transforms.publications.formats.test_briefing import needs_poppler, printed
from tests.transforms.publications.formats.test_workbook import read, texts
from tests.transforms.publications.map.map_page import unpacked
from transforms.day_publications.backtest import backtest_feed
from transforms.day_publications.run import DayRun, run_day
from transforms.day_publications.stored import Stored, read_stored
from transforms.errors import UsageError, WithheldError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.homes.home import SETTINGS_FILE
from transforms.lake.lake import Lake
from transforms.publications.titles import title
from transforms.records.homes import ForceHome, create_force_home, open_force_home
from transforms.records.live import live_records
from transforms.records.pull import pull
from transforms.records.status import status
from transforms.reference.calls import are_calls
from transforms.reference.days import Day, day_clock
from transforms.reference.groups import GROUPS
from transforms.restricted import Restricted
from transforms.scores.methods import DEFAULT_DAY_METHOD, METHODS
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS


DAYS = 120
NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = Day.of(date(2025, 9, 1))
NEWEST = FIRST + (DAYS - 1)
METHOD = METHODS[DEFAULT_DAY_METHOD]
CODES = '[calls.codes]\n"D*" = "domestic"\n"N1" = "noise"\n'
GROUPS_TOML = """
[feed.groups]
nuisance = ["call:noise"]
homes = ["call:domestic", "violence-and-sexual-offences"]
acquisitive = ["burglary", "vehicle-crime"]
"""
Row = dict[str, str]


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drops")
    write_drops(simulate_timed(3, date(2025, 9, 1), DAYS, 0.1), folder, "csv")
    return folder


def with_calls(
    drops: Path, to: Path, calls: Callable[[Day], int], crimes: bool = True
) -> Path:
    """The same drops and a call for every row, `calls` times each, by its day."""
    to.mkdir()
    for drop in sorted(drops.iterdir()):
        with drop.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows, names = list(reader), list(reader.fieldnames or ())
        added = [call for row in rows for call in _calls_of(row, calls)]
        with (to / drop.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\r\n")
            writer.writeheader()
            writer.writerows([*(rows if crimes else []), *added])
    return to


def _calls_of(row: Row, calls: Callable[[Day], int]) -> Iterator[Row]:
    if row["Deleted"] == "Y":
        return
    began = datetime.strptime(row["Date from"], "%d/%m/%Y").date()
    for n in range(calls(Day.of(began))):
        code = "N1" if n % 3 == 2 else "D7"
        reference = f"CAD{n}-{row['Crime ref']}"
        yield row | {"Crime ref": reference, "HO code": code, "Street": "A House"}


def made(folder: Path, drops: Path, mapping: str, settings: str = "") -> ForceHome:
    folder.mkdir(exist_ok=True)
    (folder / "mapping.toml").write_text(mapping)
    at = create_force_home(folder / "home", folder / "mapping.toml", None, "me", NOW)
    with (at / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write(settings)
    home = open_force_home(at)
    pull(home, DropFolder(drops, lambda _: None), "me", NOW)
    return home


MAPPING = HANDS["csv"].mapping


@pytest.fixture(scope="module")
def crimes(drops: Path, tmp_path_factory: pytest.TempPathFactory) -> ForceHome:
    return made(tmp_path_factory.mktemp("crimes"), drops, MAPPING)


@pytest.fixture(scope="module")
def both(drops: Path, tmp_path_factory: pytest.TempPathFactory) -> ForceHome:
    folder = tmp_path_factory.mktemp("both")
    more = with_calls(drops, folder / "drops", lambda _: 3)
    return made(folder, more, MAPPING + CODES, GROUPS_TOML)


def run(home: ForceHome, day: Day | None = None) -> DayRun:
    return run_day(home, METHOD, "me", NOW, day)


@pytest.fixture(scope="module")
def runs(crimes: ForceHome, both: ForceHome) -> tuple[DayRun, DayRun]:
    return run(crimes), run(both)


def test_calls_change_no_score_of_crime(
    crimes: ForceHome, both: ForceHome, runs: tuple[DayRun, DayRun]
) -> None:
    def stored(home: ForceHome) -> pa.Table:
        rows = home.lake.read("day_scores", home.force).drop_columns("inputs_sha256")
        slugs = rows["crime_group"].cast(pa.string())
        return _sorted(rows.filter(pc.is_in(slugs, value_set=pa.array([*GROUPS]))))

    assert stored(both).num_rows > 1000
    assert stored(both).equals(stored(crimes))


@pytest.mark.parametrize("name", ["day_cells.parquet", "hotspots.csv", "coverage.csv"])
def test_calls_change_no_published_number_of_crime(
    name: str, runs: tuple[DayRun, DayRun]
) -> None:
    """Names of places among them: a call names none."""
    alone, more = (_table(run.folder / "internal" / name) for run in runs)
    added = set(more.column_names) - set(alone.column_names)
    assert added == (
        {"calls_status"} if name == "coverage.csv" else {"calls_28d", "days_calls_28d"}
    )
    more = more.drop_columns(sorted(added))
    if "crime_group" in more.column_names:
        shipped = pc.is_in(more["crime_group"], value_set=pa.array([*GROUPS]))
        more = more.filter(shipped)
    assert more.num_rows
    assert more.sort_by(_keys(more)).equals(alone.sort_by(_keys(alone)))


@pytest.mark.parametrize(
    "name", ["weekday_hours.csv", "day_and_night.csv", "near_repeats.csv"]
)
def test_calls_are_in_no_other_table_of_crime(
    name: str, runs: tuple[DayRun, DayRun]
) -> None:
    alone, more = ((run.folder / "internal" / name).read_text() for run in runs)
    assert more.startswith(alone)


def _table(file: Path) -> pa.Table:
    if file.suffix == ".parquet":
        return pq.read_table(file).drop_columns(["geometry", "bbox"])
    with file.open(encoding="utf-8", newline="") as opened:
        return pa.Table.from_pylist(list(csv.DictReader(opened)))


def _keys(table: pa.Table) -> list[tuple[str, str]]:
    names = ("crime_group", "horizon_days", "h3_cell", "hotspot_id", "day")
    return [(name, "ascending") for name in names if name in table.column_names]


def _sorted(rows: pa.Table) -> pa.Table:
    fields = [
        pa.field(
            f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type
        )
        for f in rows.schema
    ]
    keys = [("crime_group", "ascending"), ("horizon_days", "ascending")]
    return rows.cast(pa.schema(fields)).sort_by([*keys, ("h3_cell", "ascending")])


def test_cells_and_hot_spots_show_the_calls_of_28_days(
    both: ForceHome, runs: tuple[DayRun, DayRun]
) -> None:
    stored = read_stored(both)
    wanted: dict[str, int] = {}
    calls = stored.calls.reveal().to_pylist()
    older = {r["reference"] for r in known_incidents(calls, (NEWEST + -28).date)}
    for row in known_incidents(calls, NEWEST.date):
        if row["in_area"] and row["reference"] not in older:
            cell = f"{row['h3_r10']:x}"
            wanted[cell] = wanted.get(cell, 0) + 1
    tier = runs[1].folder / "internal"
    cells = pq.read_table(tier / "day_cells.parquet")
    for cell, number, days in zip(
        *(cells[n].to_pylist() for n in ("h3_cell", "calls_28d", "days_calls_28d")),
        strict=True,
    ):
        assert (number, days) == (wanted.get(cell, 0), 28)
    assert pc.max(cells["calls_28d"]).as_py() > 3
    for spot in _table(tier / "hotspots.csv").to_pylist():
        within = spot["h3_cells"].split(" ")
        assert int(spot["calls_28d"]) == sum(wanted.get(c, 0) for c in within)


def test_a_group_of_the_user_s_is_scored_and_named(runs: tuple[DayRun, DayRun]) -> None:
    tier = runs[1].folder / "internal"
    cells = pq.read_table(tier / "day_cells.parquet")
    found = set(cells["crime_group"].to_pylist()) - {*GROUPS}
    assert found == {"nuisance", "homes", "acquisitive"}
    for name in ("hotspots.csv", "weekday_hours.csv", "day_and_night.csv"):
        table = _table(tier / name)
        assert found <= set(table["crime_group"].to_pylist())
    universe = {*zip(*(cells[n].to_pylist() for n in ("universe_cells",)), strict=True)}
    assert len(universe) == 1


def test_a_group_of_which_nothing_was_ever_sent_is_not_scored(
    drops: Path, tmp_path: Path
) -> None:
    more = with_calls(drops, tmp_path / "drops", lambda _: 2)  # none of noise
    done = run(made(tmp_path / "a", more, MAPPING + CODES, GROUPS_TOML))
    cells = pq.read_table(done.folder / "internal" / "day_cells.parquet")
    assert set(cells["crime_group"].to_pylist()) - {*GROUPS} == {"homes", "acquisitive"}
    assert done.not_scored[-1:] == ["nuisance"]


def test_a_group_counts_what_it_names(
    both: ForceHome, runs: tuple[DayRun, DayRun]
) -> None:
    rows = pq.read_table(runs[1].folder / "internal" / "day_cells.parquet").to_pylist()

    def sums(slug: str) -> dict[str, int]:
        return {
            row["h3_cell"]: row["n_28d"]
            for row in rows
            if (row["crime_group"], row["horizon_days"]) == (slug, 1)
        }

    noise, violence = sums("nuisance"), sums("violence-and-sexual-offences")
    calls = {r["h3_cell"]: r["calls_28d"] for r in rows}
    homes = sums("homes")
    common = homes.keys() & violence.keys() & noise.keys()
    assert len(common) > 20
    for cell in common:
        assert homes[cell] == violence[cell] + calls[cell] - noise[cell]


def test_method_says_what_is_mixed_and_what_is_not(runs: tuple[DayRun, DayRun]) -> None:
    alone, more = ((r.folder / "internal" / "METHOD.md").read_text() for r in runs)
    words = " ".join(more.split())
    assert "calls" not in alone
    assert "calls_28d" in words
    assert "`homes` mixes crimes and calls: call:domestic, violence-and-sexual" in words
    assert "`nuisance` has calls alone: call:noise" in words
    assert "`acquisitive` has crimes alone: burglary, vehicle-crime" in words


def test_the_workbook_has_the_calls_and_the_user_s_groups(
    runs: tuple[DayRun, DayRun],
) -> None:
    file = runs[1].folder / "internal" / "top_hotspots.xlsx"
    spots = read(file, "Hot spots")
    assert {title("calls_28d"), title("days_calls_28d")} <= {*spots.columns}
    assert {"Nuisance", "Homes", "Acquisitive"} < {*spots[title("crime_group")]}
    assert any(
        "Acquisitive, Homes, Nuisance. The other" in text for text in texts(file)
    )


def test_the_map_shows_the_calls_of_a_cell_and_the_user_s_groups(
    runs: tuple[DayRun, DayRun],
) -> None:
    alone, more = (run.folder / "internal" / "map.html" for run in runs)
    assert unpacked(alone.read_text("utf-8"))["areas"] == []
    page = unpacked(more.read_text("utf-8"))
    notes = {group["slug"]: group["note"] for group in page["groups"]}
    assert notes["nuisance"] == "Nuisance: call:noise; 120 of 365 days supplied"
    assert page["areas"] == ["calls_28d"]
    columns, words = page["columns"], page["words"]["area.calls_28d"]
    cells = pq.read_table(more.parent / "day_cells.parquet").to_pylist()
    calls = {row["h3_cell"]: str(row["calls_28d"]) for row in cells}
    shown = {
        cell: words[code]
        for cell, code in zip(
            columns["cell_id"], columns["area.calls_28d"], strict=True
        )
    }
    assert len(shown) > 20
    assert shown == {cell: calls[cell] for cell in shown}


@needs_poppler
def test_the_briefing_lists_the_hot_spots_with_most_calls(
    runs: tuple[DayRun, DayRun],
) -> None:
    [page] = (runs[1].folder / "internal").glob("briefing-*.pdf")
    assert "Pages:           1\n" in printed("pdfinfo", page)
    text = " ".join(printed("pdftotext", page, "-").split())
    assert "Calls for service, 28 days" in text
    spots = [
        spot
        for spot in _table(runs[1].folder / "internal" / "hotspots.csv").to_pylist()
        if (spot["crime_group"], spot["horizon_days"]) == ("all-crime", "1")
    ]
    most = max(spots, key=lambda spot: int(spot["calls_28d"]))
    assert f"(no. {most['hotspot_rank']}): {most['calls_28d']}" in text


def test_groups_are_backtested_like_any_other(both: ForceHome) -> None:
    stored = read_stored(both)
    clock = day_clock(7)
    found = backtest_feed(stored, clock, NEWEST + -21)
    mine = {line.crime_group for line in found.lines if line.method == METHOD.NAME}
    assert {"nuisance", "homes", "acquisitive", "burglary"} <= mine
    assert found.gain is not None


@pytest.mark.parametrize("days_late", [5, 20])
def test_calls_that_stop_are_no_zero_and_hold_no_crime(
    days_late: int, drops: Path, tmp_path: Path
) -> None:
    """The days since are not exposure of calls, and crime is scored to its newest."""
    ended = NEWEST + -days_late
    more = with_calls(drops, tmp_path / "drops", lambda day: 3 * (day <= ended))
    done = run(made(tmp_path / "a", more, MAPPING + CODES, GROUPS_TOML))
    assert done.as_of == NEWEST
    tier = done.folder / "internal"
    cells = pq.read_table(tier / "day_cells.parquet").to_pylist()
    assert {row["days_calls_28d"] for row in cells} == {28 - days_late}
    days = {row["crime_group"]: row["days_28d"] for row in cells}
    assert (days["burglary"], days["acquisitive"]) == (28, 28)
    found = {slug: days.get(slug) for slug in ("nuisance", "homes")}
    if days_late == 5:
        assert found == {"nuisance": 23, "homes": 23}
        return
    assert found == {"nuisance": None, "homes": None}
    assert done.not_scored[-2:] == ["homes", "nuisance"]
    words = " ".join((tier / "METHOD.md").read_text().split())
    assert "supplied with what they count: homes, nuisance." in words


def test_the_status_of_a_feed_counts_its_calls_and_judges_their_days(
    crimes: ForceHome, both: ForceHome, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.combine((NEWEST + 3).date, time(12), UTC)
    alone, more = (status(home, now, 7) for home in (crimes, both))
    assert (alone.calls, alone.call_days, alone.calls_stopped) == (None, None, False)
    assert more.calls == len(read_stored(both).calls)
    assert more.days.counts == alone.days.counts
    show_feed_status(more, as_json=False)
    said = capsys.readouterr().out
    assert f"calls       {more.calls:,} of the records\n" in said
    assert f"calls       days: {FIRST} to {NEWEST}, 120 supplied" in said
    show_feed_status(more, as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert printed["days_of_calls"]["newest_day"] == str(NEWEST)
    late = status(both, datetime.combine((NEWEST + 9).date, time(12), UTC), 7)
    assert (late.stopped, late.calls_stopped) == (True, True)


def test_kinds_of_which_no_call_has_come_are_no_fault(
    drops: Path, tmp_path: Path
) -> None:
    home = made(tmp_path / "a", drops, MAPPING + CODES, GROUPS_TOML)
    now = datetime.combine((NEWEST + 3).date, time(12), UTC)
    assert not status(home, now, 7).calls_stopped
    cells = pq.read_table(run(home).folder / "internal" / "day_cells.parquet")
    assert cells["calls_28d"].null_count == len(cells)
    assert set(cells["days_calls_28d"].to_pylist()) == {0}
    assert set(cells["crime_group"].to_pylist()) - {*GROUPS} == {"acquisitive"}


def test_a_day_knows_the_calls_that_were_recorded_by_then(
    both: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls come three days late here, and crimes do not say when."""

    def recorded(lake: Lake, force: str) -> Restricted:
        rows = live_records(lake, force).reveal()
        ended = pc.coalesce(rows["occurred_to"], rows["occurred_from"])
        late = pc.add(ended, pa.scalar(timedelta(3)))
        none = pa.scalar(None, late.type)
        at = rows.schema.get_field_index("recorded_at")
        said = pc.if_else(are_calls(rows["category"]), late, none)
        return Restricted(rows.set_column(at, "recorded_at", said))

    monkeypatch.setattr("transforms.day_publications.stored.live_records", recorded)
    stored = read_stored(both)
    day = NEWEST + -20
    then = stored.known_by(day)
    assert len(then.records) == len(stored.records)
    older = known_incidents(stored.calls.reveal().to_pylist(), day.date)
    assert 0 < len(older) == len(then.calls) < len(stored.calls)
    assert len(stored.known_by(FIRST).calls) == 0
    [nuisance] = [s for s in then.strands if s.groups[0].slug == "nuisance"]
    assert len(nuisance.records) == len(older)
    found = backtest_feed(stored, day_clock(7), NEWEST + -14)
    lines = {(line.crime_group, line.method): line for line in found.lines}
    newest = lines["nuisance", "rolling_count_7d"]
    whole = backtest_feed(read_again(both, monkeypatch), day_clock(7), NEWEST + -14)
    as_now = {(line.crime_group, line.method): line for line in whole.lines}
    assert newest.incidents == as_now["nuisance", "rolling_count_7d"].incidents
    assert newest.hit_rate != as_now["nuisance", "rolling_count_7d"].hit_rate
    assert lines["burglary", METHOD.NAME] == as_now["burglary", METHOD.NAME]


def read_again(home: ForceHome, monkeypatch: pytest.MonkeyPatch) -> Stored:
    monkeypatch.undo()
    return read_stored(home)


def test_what_is_published_describes_the_columns_of_calls(
    runs: tuple[DayRun, DayRun],
) -> None:
    for name in ("DATA_DICTIONARY.md", "datapackage.json"):
        alone, more = ((run.folder / "internal" / name).read_text() for run in runs)
        for column in ("calls_28d", "days_calls_28d", "calls_status"):
            assert column not in alone
            assert column in more


LOST = FIRST + 80


@pytest.mark.parametrize("what", ["crimes", "calls"])
def test_a_flood_of_one_hides_no_missing_day_of_the_other(
    what: str, drops: Path, tmp_path: Path
) -> None:
    gap = range(LOST.number, (LOST + 3).number)

    def calls(day: Day) -> int:
        if what == "calls":
            return 0 if day.number in gap else 3
        return 9 if day.number in gap else 1

    more = with_calls(drops, tmp_path / "drops", calls)
    if what == "crimes":
        _cut(more, gap)
    home = made(tmp_path / "a", more, MAPPING + CODES)
    stored = read_stored(home)
    lost, whole = stored.days, stored.call_days
    if what == "calls":
        lost, whole = whole, lost
    assert {day.number for day in lost.not_whole} >= {*gap}
    assert not {day.number for day in whole.not_whole} & {*gap}
    words = "of its calls for service" if what == "calls" else "not published: "
    with pytest.raises(WithheldError, match=words):
        run(home)
    with (home.home.root / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write(
            f'[[feed.days]]\nfrom = {LOST}\nto = {LOST + 2}\nas = "set_aside"\n'
            f'of = "{what}"\nreason = "lost"\n'
        )
    done = run(open_force_home(home.home.root))
    coverage = _table(done.folder / "internal" / "coverage.csv").to_pylist()
    said = {row["day"]: (row["status"], row["calls_status"]) for row in coverage}
    other = ("supplied", "set_aside") if what == "calls" else ("set_aside", "supplied")
    assert said[str(LOST)] == other


def _cut(folder: Path, gap: range) -> None:
    """Without the crimes that began on those days."""
    for drop in folder.iterdir():
        head, *lines = drop.read_text("utf-8").splitlines(keepends=True)
        at = head.split(",").index("Date from")
        days = {f"{Day(number).date:%d/%m/%Y}" for number in gap}
        kept = [
            line
            for line in lines
            if line.startswith("CAD") or line.split(",")[at] not in days
        ]
        drop.write_text("".join([head, *kept]), "utf-8")


def test_a_feed_of_calls_alone_scores_the_groups_that_are_named(
    drops: Path, tmp_path: Path
) -> None:
    more = with_calls(drops, tmp_path / "drops", lambda _: 3, crimes=False)
    mapping = MAPPING.partition("[categories.codes]")
    rest = mapping[2].partition("[sensitive")
    alone = mapping[0] + "[sensitive" + rest[2] + CODES
    home = made(tmp_path / "a", more, alone)
    with pytest.raises(UsageError, match=r"under \[feed.groups\]"):
        run(home)
    with (home.home.root / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write('[feed.groups]\nnuisance = ["call:noise"]\n')
    home = open_force_home(home.home.root)
    done = run(home)
    cells = pq.read_table(done.folder / "internal" / "day_cells.parquet")
    assert set(cells["crime_group"].to_pylist()) == {"nuisance"}
    found = backtest_feed(read_stored(home), day_clock(7), NEWEST + -21)
    assert {line.crime_group for line in found.lines} == {"nuisance"}
    assert found.gain is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('calls = ["call:domestc"]', "did you mean 'call:domestic'?"),
        ('calls = ["burglry"]', "did you mean 'burglary'?"),
        ('calls = ["call:Noise"]', "is not a plain name"),
        ("calls = []", "groups"),
        ('all-crime = ["burglary"]', "'all-crime' is a crime category or group"),
        ('burglary = ["call:noise"]', "'burglary' is a crime category or group"),
        ('"Noise calls" = ["call:noise"]', "is not a plain name"),
    ],
)
def test_a_slip_in_a_group_is_one_line(
    line: str, words: str, drops: Path, tmp_path: Path
) -> None:
    (tmp_path / "kent.toml").write_text(MAPPING + CODES)
    at = create_force_home(tmp_path / "home", tmp_path / "kent.toml", None, "me", NOW)
    with (at / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write(f"[feed.groups]\n{line}\n")
    with pytest.raises(UsageError) as caught:
        open_force_home(at)
    said = str(caught.value)
    assert said.startswith(f"{at / SETTINGS_FILE}: [feed.groups]")
    assert words in said
    assert "\n" not in said
