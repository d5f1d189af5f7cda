"""Programmes of hot spots and of the user's own polygons, and what is refused."""

import json
import warnings
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
import h3
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import shapely

from tests.flows.commands import Done, hexbeat_here
from tests.flows.made_programmes import BUFFER_M, NOW, Made, make_programme
from tests.oracles import programmes as oracles
from tests.transforms.simulated_home import Simulated
from transforms.homes.runs.catalog import withdraw
from transforms.impact.track import Tracked, track
from transforms.programmes.chosen import asked
from transforms.programmes.freeze import freeze
from transforms.programmes.programme import Programme, open_programme
from transforms.programmes.register import start
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month


GROUP = "all-crime"
MONTHS = ["2025-07", "2025-08", "2025-09"]
Shapes = dict[str, shapely.Geometry]


@pytest.fixture(scope="module")
def made(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_programme(simulated, tmp_path_factory.mktemp("places"))


def frozen(made: Made, name: str, *choice: object) -> Done:
    given = "--force", made.rule.force, "--group", GROUP, *choice
    return hexbeat_here("programme", "freeze", name, *given, "--home", made.home.root)


def chosen(
    made: Made, name: str, hotspots: Sequence[str] = (), places: str | None = None
) -> Programme:
    choice = asked(made.rule.force, GROUP, None, hotspots, places)
    return freeze(made.home, name, choice, None, BUFFER_M, NOW, "me").programme


def published(made: Made) -> list[dict[str, object]]:
    """The cells of the programme's force and group, the highest first."""
    run = made.frozen.programme.identity["run_id"]
    file = made.home.publications / "runs" / run / "internal/hotspot_cells.parquet"
    wanted = [("force", "=", made.rule.force), ("crime_group", "=", GROUP)]
    rows = pq.read_table(file, filters=wanted).to_pylist()
    return sorted(rows, key=lambda row: (-row["score"], row["h3_cell"]))


def boxes(made: Made) -> Shapes:
    """Two boxes of 300 m about two of the highest cells, far from each other."""
    first, *others = published(made)
    second = next(
        row
        for row in others
        if h3.grid_distance(str(row["h3_cell"]), str(first["h3_cell"])) > 4
    )
    return {"Market": about(first), "=Station": about(second)}


def about(row: dict[str, object]) -> shapely.Geometry:
    east, north = int(str(row["easting"])), int(str(row["northing"]))
    return shapely.box(east - 150, north - 150, east + 150, north + 150)


def saved(shapes: Shapes, path: Path, crs: str | None = "EPSG:27700") -> Path:
    frame = gpd.GeoDataFrame({"name": list(shapes)}, geometry=list(shapes.values()))
    frame = frame.set_crs(crs) if crs else frame
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        with warnings.catch_warnings(action="ignore"):  # that a map has no CRS
            frame.to_file(path)
    return path


def safe_boxes(made: Made) -> Shapes:
    return {name.lstrip("="): shape for name, shape in boxes(made).items()}


def tracked(made: Made, name: str) -> Tracked:
    programme = open_programme(made.home, name)
    start(made.home, programme, date(2025, 7, 1), NOW, "me")
    return track(made.home, programme, Month(2025, 9), 3, NOW, "me")


def incidents(made: Made) -> list[tuple[str, str, str]]:
    """Cell of resolution 9, cell of resolution 11 and month of each that counts."""
    rows = made.home.lake.read("incidents", made.rule.force).to_pylist()
    return [
        (
            f"{row['h3_r9']:x}",
            h3.latlng_to_cell(row["latitude"], row["longitude"], 11),
            row["month"],
        )
        for row in rows
        if row["in_area"] and row["category"] in GROUPS[GROUP].categories
    ]


class TestHotSpots:
    """Taken by their ids; past lists are the hot spots of the same ranks."""

    @pytest.fixture
    def programme(self, made: Made) -> Programme:
        spots = oracles.ranked_hotspots(
            [(r["hotspot_id"], r["score"]) for r in published(made)]
        )
        return chosen(made, "spots", hotspots=[spots[2], spots[0]])

    def test_a_place_is_all_cells_of_its_hot_spot(
        self, made: Made, programme: Programme
    ) -> None:
        for place in programme.places.to_pylist():
            rows = [
                r for r in published(made) if r["hotspot_id"] == place["hotspot_id"]
            ]
            assert sorted(place["h3_cells"].split()) == sorted(
                str(row["h3_cell"]) for row in rows
            )
            assert place["unit"] == "hotspot"
            for name in ("n_12m", "harm_score"):
                assert place[name] == pytest.approx(sum(row[name] for row in rows))  # type: ignore[misc]
        assert programme.rule.ranks == (1, 3)

    def test_a_look_counts_what_counting_by_hand_counts(
        self, made: Made, programme: Programme
    ) -> None:
        cells = programme.cells.to_pylist()
        sums = oracles.list_sums(
            [row["h3_cell"] for row in cells if row["place_id"]],
            {row["h3_cell"]: row["level_month"] for row in cells},
            [(cell, month) for cell, _, month in incidents(made)],
            MONTHS,
        )
        found = tracked(made, "spots").look
        of = found.places
        assert (of.observed, of.rest_observed) == (sums[0], sums[2])
        assert (of.expected, of.rest_expected) == pytest.approx((sums[1], sums[3]))
        assert len(found.past) > 8

    def test_one_that_there_is_not(self, made: Made) -> None:
        done = frozen(made, "none", "--hotspots", "nowhere")
        assert done.returncode == 2
        assert "no hot spot 'nowhere' of all-crime in that publication" in done.stderr


class TestPolygons:
    """Each is the small cells whose centre it contains."""

    @pytest.fixture
    def programme(self, made: Made, tmp_path: Path) -> Programme:
        file = saved(safe_boxes(made), tmp_path / "places.parquet")
        return chosen(made, "own", places=f"{file}:name")

    def test_a_place_is_what_lies_in_its_polygon(
        self, made: Made, programme: Programme
    ) -> None:
        shapes = safe_boxes(made)
        for place, ground in zip(
            programme.places.to_pylist(), programme.grounds, strict=True
        ):
            assert (place["unit"], place["h3_res"]) == ("polygon", 11)
            inside = oracles.cells_in(shapes[place["name"]], 11)
            assert {f"{cell:x}" for cell in ground.tolist()} == inside
            assert place["area_m2"] == pytest.approx(300 * 300, rel=0.1)

    def test_a_look_counts_what_counting_by_hand_counts(
        self, made: Made, programme: Programme
    ) -> None:
        counted = incidents(made)
        scored = {
            row["h3_cell"]: row["level_month"] for row in programme.cells.to_pylist()
        }
        past = [fine for _, fine, month in counted if "2022-07" <= month <= "2025-06"]
        mine = {cell for place in programme.grounds for cell in place.tolist()}
        ours = {f"{cell:x}" for cell in mine}
        level = oracles.level_of_parts(ours, scored, past)
        now = [(c, f) for c, f, month in counted if month in MONTHS and c in scored]
        done = tracked(made, "own")
        assert "hexbeat does not know how" in (done.folder / "tracker.html").read_text()
        of = done.look.places
        assert of.observed == sum(fine in ours for _, fine in now)
        assert of.rest_observed == sum(fine not in ours for _, fine in now)
        assert of.expected == pytest.approx(3 * level, abs=1e-4)
        assert of.rest_expected == pytest.approx(
            3 * (sum(scored.values()) - level), abs=1e-4
        )

    def test_past_lists_are_cells_that_expect_as_much(
        self, programme: Programme
    ) -> None:
        levels = sorted(programme.cells["level_month"].to_pylist(), reverse=True)
        own = sum(programme.places["level_month"].to_pylist())
        top = programme.rule.top
        assert sum(levels[: top - 1]) <= own + 1e-6
        assert sum(levels[:top]) > own - 1e-6
        assert "does not know how" in " ".join(
            (programme.folder / "METHOD.md").read_text().split()
        )

    def test_every_format_gives_the_same_places(
        self, made: Made, programme: Programme, tmp_path: Path
    ) -> None:
        file = saved(safe_boxes(made), tmp_path / "same.gpkg")
        assert chosen(made, "same", places=str(file)).places == programme.places

    def test_its_outlines_can_be_opened_in_gis(self, programme: Programme) -> None:
        drawn = json.loads((programme.folder / "places.geojson").read_text())
        assert [f["properties"]["name"] for f in drawn["features"]] == (
            programme.places["name"].to_pylist()
        )

    def refused(self, made: Made, file: Path, *words: str) -> None:
        before = sorted((made.home.root / "programmes").iterdir())
        done = frozen(made, "refused", "--places", file)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        for word in words:
            assert word in done.stderr
        assert sorted((made.home.root / "programmes").iterdir()) == before

    def test_what_is_refused_in_one_line(self, made: Made, tmp_path: Path) -> None:
        whole = safe_boxes(made)
        market = whole["Market"]
        moved = shapely.affinity.translate

        def file(shapes: Shapes, crs: str | None = "EPSG:27700") -> Path:
            return saved(
                shapes, tmp_path / f"{len(list(tmp_path.iterdir()))}.gpkg", crs
            )

        def many(number: int) -> Sequence[tuple[str, shapely.Geometry]]:
            return [(f"n{at}", moved(market, 400 * at)) for at in range(number)]

        self.refused(made, file(whole, None), "does not say its coordinate reference")
        overlapping = {"Market": market, "Beside": moved(market, 100)}
        self.refused(made, file(overlapping), "Beside and Market overlap")
        self.refused(made, file(dict(many(201))), "1 to 200 places")
        self.refused(made, file(boxes(made)), "starts like a spreadsheet formula")
        self.refused(made, file({"": market}), "a place has no name")
        self.refused(made, file({"Big": market.buffer(3_000)}), "at most 10 km²")
        tiny = {"Dot": moved(shapely.centroid(market), 23).buffer(1)}
        self.refused(made, file(tiny), "Dot is too small")
        far = {"Away": moved(market, 60_000, 60_000)}
        self.refused(made, file(far), "Away: nothing is expected there")
        sea = {"Sea": shapely.box(10, 10, 11, 11)}
        self.refused(made, file(sea, "EPSG:4326"), "not lie in Great Britain")
        self.refused(made, tmp_path / "none.gpkg", "there is no such file")
        text = tmp_path / "places.txt"
        text.write_text("x")
        self.refused(made, text, "map files can be")


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ((), "one of --top, --hotspots and --places"),
        (("--top", 3, "--hotspots", "x"), "one of --top, --hotspots and --places"),
        (("--hotspots", "x", "--spacing", 3), "are of --top"),
        (("--places", "x.gpkg", "--without", "x"), "are of --top"),
    ],
)
def test_places_are_chosen_in_one_way(
    made: Made, choice: tuple[object, ...], words: str
) -> None:
    done = frozen(made, "never", *choice)
    assert done.returncode == 2
    assert words in done.stderr


def test_more_hot_spots_than_a_programme_can_have(made: Made) -> None:
    done = frozen(made, "never", "--hotspots", *(f"h{at}" for at in range(201)))
    assert done.returncode == 2
    assert "201 given; a programme has 1 to 200 places" in done.stderr


@pytest.mark.parametrize(
    ("choice", "line", "code"),
    [
        (("--top", 3, "--run", "2025-06-0123456789ab"), "2025-06-0123456789ab", 2),
        (("--top", 201), "1 to 200 places", 2),
        (("--top", 3, "--spacing", 0), "--spacing is 1 or more", 2),
        (("--top", 3, "--buffer-m", 0), "--buffer-m 0: above 0", 2),
        (("--top", 3, "--without", "street"), "15 hexadecimal characters", 2),
        (("--top", 3, "--starts", "2025-06-30"), "proves nothing", 2),
        (("--top", 3, "--context", "Schools"), "--context Schools: write NAME=FILE", 2),
        (("--top", 3, "--context", "Schools=none.geojson"), "there is no such file", 2),
        (
            ("--top", 3, "--context", "Hostels=a.geojson"),
            "--sensitive-layer a reason",
            2,
        ),
    ],
)
def test_what_freeze_refuses_is_one_line_and_its_code(
    made: Made, choice: tuple[object, ...], line: str, code: int
) -> None:
    done = frozen(made, "never", *choice)
    [said] = done.stderr.splitlines()
    assert (done.returncode, line in said) == (code, True), said


def test_a_run_that_is_withdrawn_and_a_force_without_scores(
    made: Made, tmp_path: Path
) -> None:
    copy = made.again(tmp_path)
    given = "--group", GROUP, "--top", 3, "--home", copy.home.root
    missing = max(copy.home.registry)
    run = copy.home.publications / "runs" / made.frozen.programme.identity["run_id"]
    file = run / "internal/hotspot_cells.parquet"
    rows = pq.read_table(file)
    pq.write_table(rows.filter(pc.not_equal(rows["force"], missing)), file)
    without = hexbeat_here("programme", "freeze", "x", "--force", missing, *given)
    assert without.returncode == 1
    assert f"has no scores of {GROUP}; its METHOD.md says why" in without.stderr
    withdraw(copy.home, run.name, "a wrong mix of months", NOW)
    force = made.rule.force
    back = hexbeat_here(
        "programme", "freeze", "x", "--force", force, *given, "--run", run.name
    )
    assert back.returncode == 2 and "is withdrawn (a wrong mix" in back.stderr
