"""Searches of a simulated home beside hot spots and places, and what is kept."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows.command.printing.searches import show_searches
from flows.programme_tasks import account_of_searches
from tests.flows.commands import hexbeat_here
from tests.flows.made_programmes import METHOD, Made, make_programme
from tests.oracles import searches as oracles
from tests.transforms.searches.made_searches import put_searches
from tests.transforms.simulated_home import Simulated
from transforms.errors import ForceError, UsageError
from transforms.publications.edition.gather import gather
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.scrutiny.beside import Beside, beside_hot_spots, beside_programme
from transforms.scrutiny.keep import Looked, keep_searches
from transforms.searches import words
from transforms.searches.ethnicity import group_of
from transforms.searches.residents import read_residents
from transforms.searches.table import USUAL_GROUP


GROUP = "all-crime"
HEADER = "lsoa21cd,group,residents\n"
STATED = ["White", "Mixed", "Asian", "Black", "Other"]


@pytest.fixture(scope="module")
def made(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("searches")
    found = make_programme(simulated, folder)
    places = found.frozen.programme.places["h3_cells"].to_pylist()
    put_searches(found.home, found.rule.force, places, folder / "stops")
    return found


@pytest.fixture(scope="module")
def residents(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand of each group in every LSOA of the force."""
    codes = made.home.lake.read("incidents", made.rule.force)["lsoa_code"]
    lines = [
        f"{code},{group},1000\n"
        for code in sorted({c for c in codes.to_pylist() if c})
        for group in STATED
    ]
    path = tmp_path_factory.mktemp("residents") / "residents.csv"
    path.write_text(HEADER + "".join(lines))
    return path


@pytest.fixture(scope="module")
def spots(made: Made, residents: Path) -> Beside:
    given = made.rule.force, GROUP, None, read_residents(residents)
    return beside_hot_spots(made.home, *given)


@pytest.fixture(scope="module")
def kept(made: Made) -> Looked:
    programme = made.frozen.programme
    return keep_searches(programme, beside_programme(made.home, programme, None))


def by_hand(made: Made, cells: list[str], name: str, months: list[str]) -> Any:
    """The counts of stored searches, one after the other."""
    rows = made.home.lake.read("stops", made.rule.force).to_pylist()
    for row in rows:
        placed = row["longitude"] is not None
        point = (row["longitude"], row["latitude"]) if placed else None
        row["area"] = oracles.area(point, cells, name)
        row["officer_group"] = group_of(row["officer_defined_ethnicity"])
        row["self_group"] = group_of(row["self_defined_ethnicity"])
    return oracles.search_counts(rows, {"12m": months, "3m": months[-3:]})


def counted(beside: Beside) -> dict[tuple[str, ...], tuple[int, ...]]:
    names = ("n", "n_known_outcome", "actions", "n_known_find", "finds")
    return {
        tuple(row[k] for k in ("period", "area", "breakdown", "value")): tuple(
            row[name] for name in names
        )
        for row in beside.searches.table.to_pylist()
        if row["n"]
    }


def test_searches_beside_places_are_those_counted_by_hand(
    made: Made, kept: Looked
) -> None:
    places = made.frozen.programme.places["h3_cells"].to_pylist()
    months = [f"2025-{n:02d}" for n in range(1, 13)]
    expected = by_hand(made, places, "programme places", months)
    assert counted(kept.beside) == expected
    areas = {area for _, area, _, _ in expected}
    assert {"programme places", "ring", "rest of force", "not located"} < areas


def test_searches_beside_hot_spots_are_of_the_year_to_its_as_of(
    made: Made, spots: Beside
) -> None:
    run = made.home.publications / "runs" / spots.chosen_by / "internal"
    rows = pq.read_table(run / "hotspot_cells.parquet")
    mine = pc.and_(
        pc.equal(rows["force"], made.rule.force),
        pc.and_(pc.equal(rows["crime_group"], GROUP), pc.is_valid(rows["hotspot_id"])),
    )
    cells = rows.filter(mine)["h3_cell"].to_pylist()
    months = [f"2025-{n:02d}" for n in range(1, 7)]
    assert counted(spots) == by_hand(made, cells, "hot spots", months)
    table = spots.searches.table
    assert set(table["months"].to_pylist()) == {6, 3}  # 12m: July to December are none
    assert spots.searches.last == Month(2025, 6)


def test_a_publication_says_what_the_command_says(made: Made) -> None:
    edition = gather(made.home, Month(2025, 6), METHOD)
    found = beside_hot_spots(made.home, made.rule.force, USUAL_GROUP, None, None)
    assert edition.searches.equals(found.searches.table)
    assert set(edition.searches["force"].to_pylist()) == {made.rule.force}
    later = gather(made.home, Month(2025, 12), METHOD)
    assert set(later.searches["months"].to_pylist()) == {12, 3}
    assert sum(later.searches["n"].to_pylist()) > sum(edition.searches["n"].to_pylist())


def test_shares_by_place_are_of_what_has_a_place(made: Made, kept: Looked) -> None:
    rows = {
        row["area"]: row
        for row in kept.beside.searches.table.to_pylist()
        if (row["period"], row["breakdown"]) == ("12m", "all")
    }
    located = [rows[a] for a in ("programme places", "ring", "rest of force")]
    assert (
        sum(row["n"] for row in located)
        == rows["whole force"]["n"] - rows["not located"]["n"]
    )
    assert sum(r["share_of_searches"] for r in located) == pytest.approx(1, abs=3e-6)
    assert sum(r["share_of_incidents"] for r in located) == pytest.approx(1, abs=3e-6)
    assert rows["not located"]["incidents"] is None
    incidents = made.home.lake.read("incidents", made.rule.force).to_pylist()
    places = made.frozen.programme.places["h3_cells"].to_pylist()
    at_places = [
        row
        for row in incidents
        if row["in_area"]
        and row["category"] in GROUPS[GROUP].categories
        and row["month"] >= "2025-01"
        and f"{row['h3_r9']:x}" in places
    ]
    assert rows["programme places"]["incidents"] == len(at_places)


def test_what_is_kept_names_no_place_and_is_kept_once(made: Made, kept: Looked) -> None:
    assert kept.created
    again = keep_searches(made.frozen.programme, kept.beside)
    assert (again.folder, again.created) == (kept.folder, False)
    files = {path.name for path in kept.folder.iterdir()}
    assert files == {"manifest.json", "searches.csv", "searches.html", "searches.pdf"}
    assert re.fullmatch(r"2025-12-[0-9a-f]{12}", kept.folder.name)
    page = (kept.folder / "searches.html").read_text()
    for place in made.frozen.programme.places.to_pylist():
        assert place["h3_cells"] not in page
        assert not place["name"] or place["name"] not in page
    assert "infra-marginality" in page
    assert "Not stated, of" in page
    with (kept.folder / "searches.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len(kept.beside.searches.table)


def test_rates_are_by_the_residents_of_the_file(spots: Beside) -> None:
    rates = spots.disparity
    assert rates
    assert rates.used
    n = sum(
        row["n"]
        for row in spots.searches.table.to_pylist()
        if (row["period"], row["area"], row["breakdown"])
        == ("12m", "whole force", "all")
    )
    assert rates.used + rates.not_used == n
    for row in rates.table.to_pylist():
        if row["n"] < 10:
            assert row["rate_per_1000"] is None
            assert row["ratio"] is None
        if row["ratio"] is not None:
            assert row["least"] <= row["ratio"] <= row["most"]
            assert row["lo"] < row["ratio"] < row["hi"]
    assert any(row["ratio"] for row in rates.table.to_pylist())
    assert words.RESIDENTS in account_of_searches(spots)["told"]


def told(account: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    code = show_searches(account, None, as_json=False)
    assert code == (3 if account["failed"] else 0)
    return capsys.readouterr().out


def test_it_prints_in_eighty_columns_what_is_missing_first(
    spots: Beside, capsys: pytest.CaptureFixture[str]
) -> None:
    one = account_of_searches(spots)
    account: dict[str, Any] = {"outcome": "done", "failed": {}}
    printed = told(account | {"facts": {"searches": [one]}}, capsys)
    assert printed.index("Not stated, of") < printed.index("Searches that found")
    assert printed.index("Searches that found") < printed.index("by whose ethnicity")
    tables = printed.partition("\narea")[2]
    assert max(map(len, tables.splitlines())) <= 80
    both = {"failed": {"kent": "kent: none"}, "facts": {"searches": [one, one]}}
    printed = told(account | both, capsys)
    assert max(map(len, printed.splitlines())) <= 80
    show_searches(account | {"facts": {"searches": [one]}}, None, as_json=True)
    listed = json.loads(capsys.readouterr().out)["searches"][0]["rows"]
    assert len(listed) == len(spots.searches.table)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("code,group,residents\n", "its first line is not lsoa21cd,group,residents"),
        (HEADER, "it lists no LSOA"),
        (HEADER + "E01017403,White\n", "row 2: 2 columns, not 3"),
        (HEADER + "E02000001,White,5\n", "row 2: 'E02000001' is not an LSOA"),
        (HEADER + "E01017403,Martian,5\n", "row 2: 'Martian' is no group"),
        (HEADER + "E01017403,White,-5\n", "row 2: '-5' is not a number of residents"),
        (
            HEADER + 2 * "E01017403,White,5\n",
            "row 3: White of E01017403 is there twice",
        ),
    ],
)
def test_a_wrong_file_of_residents_is_refused_in_a_line(
    made: Made, tmp_path: Path, text: str, why: str
) -> None:
    file = tmp_path / "residents.csv"
    file.write_text(text)
    done = hexbeat_here("searches", "--home", made.home.root, "--residents", file)
    assert done.returncode == 2
    assert done.stderr.startswith(f"hexbeat: --residents {file}")
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_cannot_be_asked_is_refused_in_a_line(
    made: Made, simulated: Simulated, tmp_path: Path
) -> None:
    home = ["--home", made.home.root]
    mistakes: dict[str, tuple[list[object], int]] = {
        "--programme has its own force": (["--programme", "summer", "--force", "x"], 2),
        "'x' is no crime group": (["--group", "x"], 2),
        "'x' is not a programme here": (["--programme", "x"], 2),
        "there is no publication x": (["--run", "x"], 2),
        "cannot be read": (["--residents", tmp_path / "none.csv"], 2),
        "there is no folder": (["--out", tmp_path / "none" / "s.csv"], 2),
        "no stop and search file is in the lake": (
            ["--force", max(made.home.registry)],
            2,
        ),
    }
    for why, (words_, code) in mistakes.items():
        done = hexbeat_here("searches", *home, *words_)
        assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
        assert why in done.stderr
    without = hexbeat_here("searches", "--home", simulated.home.root)
    assert without.returncode == 2
    assert "has no stop and search" in without.stderr


def test_a_force_without_searches_then_or_there_says_so(
    made: Made, tmp_path: Path
) -> None:
    other = max(made.home.registry)
    with pytest.raises(UsageError, match="no stop and search file of the year"):
        beside_hot_spots(made.home, other, GROUP, None, None)
    elsewhere = tmp_path / "residents.csv"
    elsewhere.write_text(HEADER + "E01000001,White,5\n")
    with pytest.raises(UsageError, match="is it of another force"):
        beside_hot_spots(
            made.home, made.rule.force, GROUP, None, read_residents(elsewhere)
        )
    damaged = made.again(tmp_path)
    Path(damaged.home.lake.files("stops")[0].path).write_bytes(b"")
    with pytest.raises(ForceError, match="the data file has 0 bytes"):
        beside_hot_spots(damaged.home, made.rule.force, GROUP, None, None)
