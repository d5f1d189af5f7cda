"""The command as people meet it: run for real, in a process of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pyarrow.csv as pacsv
import pytest
import shapely

from flows.nothing_to_do import account_of_nothing
from flows.params import IngestParams, PublishParams, RefreshParams, ScoreParams
from tests.flows.commands import Done, hexbeat, hexbeat_here
from tests.flows.servers import CLI, with_database
from tests.transforms.publications.map.map_files import areas_file
from transforms.homes.home import open_home
from transforms.reference.groups import GROUPS
from transforms.simulator import simulate


def _demo_home(folder: Path) -> Path:
    folder.mkdir()
    (folder / "hexbeat.toml").write_text('[home]\nregistry = "demo"\n')
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    simulate(folder, size=0.05)
    return folder


def _corrupted(source: Path, folder: Path, member: str) -> Path:
    """The source with one byte of one compressed member flipped."""
    folder.mkdir()
    for path in source.glob("*.zip"):
        data = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            if member in archive.namelist():
                info = archive.getinfo(member)
                data[info.header_offset + 30 + len(member) + 200] ^= 0xFF
        (folder / path.name).write_bytes(data)
    return folder


def test_help_needs_no_prefect_and_names_every_command() -> None:
    done = hexbeat("--help")
    assert done.returncode == 0
    named = ("run", "demo", "ingest", "score", "publish", "backtest", "status")
    for command in named:
        assert command in done.stdout
    assert hexbeat("--version").stdout == f"{version('hexbeat')}\n"
    code = "import sys, flows.command.cli; sys.exit('prefect' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--force", "metropoliton"], "did you mean 'metropolitan'?"),
        (["run", "--force", "northern-ireland"], "out of scope"),
        (["run", "--force", "avonmere"], "made-up force"),
        (
            ["run", "--all-forces", "--task-runner", "dask://127.0.0.1:9"],
            "needs a Prefect server that stays",
        ),
        (["run"], "name forces with --force, or ask for --all-forces"),
        (["run", "--force", "kent", "--from", "2021-5"], "--from"),
        (["run", "--frce", "kent"], "--force"),
        (["score", "--method", "magic"], "magic"),
        (["backtest", "--force", "kant"], "did you mean 'kent'?"),
        (["backtest", "--force", "kent"], "is not in the lake"),
        (["backtest", "--to", "2025-13"], "--to"),
        (["maintain"], "is empty: run hexbeat ingest first"),
        (["maintain", "--dry"], "--dry"),
        (["backfill", "--rescore-only"], "is empty: run hexbeat ingest first"),
        (["rn"], "run"),
        (["withdraw", "2025-12-aaaaaaaaaaaa"], "say why, such as --why 'a wrong"),
        (["publish", "--boundary-layer", "beats.gpkg"], "write NAME=FILE"),
        (["publish", "--boundary-layer", "Beat=beats.gpkg"], "'Beat'"),
        (["publish", "--basemap", "gone.gpkg"], "gone.gpkg: there is no such file"),
        (["publish", "--landmarks", "gone.gpkg"], "gone.gpkg: there is no such file"),
        (["run", "--all-forces", "--boundary", __file__], "map files can be"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], words: str, tmp_path: Path, source: Path
) -> None:
    options = ["--source", source] if "kent" not in arguments else []
    if arguments[0] == "run" and "--frce" not in arguments:
        arguments = [*arguments, *map(str, options), "--home", str(tmp_path)]
    if arguments[0] in ("backtest", "maintain", "backfill"):
        arguments = [*arguments, "--home", str(tmp_path)]
    done = hexbeat_here(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_status_of_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    done = hexbeat_here("status", "--home", tmp_path)
    assert done.returncode == 0
    assert "hexbeat ingest" in done.stdout


@dataclass(frozen=True)
class Finished:
    """A home, and what the run that filled it said."""

    home: Path
    first: Done


@pytest.fixture(scope="module")
def finished(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """One home for those that come after a run: the server's first start is slow."""
    home = _demo_home(tmp_path_factory.mktemp("finished") / "home")
    with_database(home / "prefect")
    first = hexbeat("run", "--all-forces", "--source", source, "--home", home)
    return Finished(home, first)


@pytest.mark.system
def test_a_run_ends_in_a_map_and_the_same_again_does_nothing(
    source: Path, finished: Finished, prefect: dict[str, str]
) -> None:
    home, first = finished.home, finished.first
    assert first.returncode == 0, first.stderr
    page = next(line for line in first.stdout.splitlines() if line.startswith("map"))
    assert Path(page.split()[1]).exists()

    asked = ("run", "--all-forces", "--source", source, "--home", home, "--json")
    looked = hexbeat(*asked)
    recorded = hexbeat(*asked, "--task-runner", "threads", env=prefect)
    assert "ingest 3/3" not in looked.stderr  # no flow was run
    for again in looked, recorded:
        account = json.loads(again.stdout)
        assert (again.returncode, account["outcome"]) == (0, "nothing to do")
    assert looked.stdout == recorded.stdout
    assert again.stderr == ""

    shown = hexbeat_here("status", "--home", home, "--json")
    assert json.loads(shown.stdout)["saltmarsh"]["months"]["2025-01"] == "missing"


@pytest.mark.system
def test_a_backtest_prints_what_it_found_and_the_same_again_does_nothing(
    finished: Finished, tmp_path: Path, prefect: dict[str, str]
) -> None:
    home = Path(shutil.copytree(finished.home, tmp_path / "home"))
    asked = ("backtest", "--force", "avonmere", "--from", "2025-10", "--home", home)
    done = hexbeat(*asked, "--json", env=prefect)
    assert (done.returncode, done.stderr) == (0, "")
    account = json.loads(done.stdout)
    assert (account["exit_code"], account["outcome"]) == (0, "done")
    assert (account["facts"]["forces"], account["facts"]["origins"]) == (1, 2)
    rows = account["facts"]["accuracy"]
    assert [row["crime_group"] for row in rows] == list(GROUPS)

    again = hexbeat(*asked, env=prefect)
    assert (again.returncode, again.stderr) == (0, "backtest 1/1 avonmere\n")
    first, told, header, *table, last = again.stdout.splitlines()
    assert first.startswith("backtest 0 origins of 1 force")
    assert "next month's crime found in 1 % of its universe (on average" in told
    assert f"(on average {rows[0]['area_km2']:.1f} km2), outcomes 2025-11 to" in told
    assert told.endswith("with its 95 % interval:")
    assert header.split()[:4] == ["crime", "group", "score", "95"]
    for row, line in zip(rows, table, strict=True):
        slug, share, *_ = line.split()
        assert (slug, share) == (row["crime_group"], f"{100 * row['hit_rate']:.1f}")
        assert row["hit_rate_10km2"] is None  # of so small a force
    assert last == "Nothing to do: everything is already done."


@pytest.mark.system
def test_only_what_is_surely_done_is_answered_without_a_flow(
    source: Path, finished: Finished, tmp_path: Path
) -> None:
    home = open_home(shutil.copytree(finished.home, tmp_path / "home"))
    asked = {"all_forces": True, "source": str(source), "home": home.address}

    def outcomes() -> dict[str, str | None]:
        """By flow, how a command without one says that it ended, if it says so."""
        found = {}
        for flow, model in (
            ("ingest", IngestParams),
            ("score", ScoreParams),
            ("publish", PublishParams),
            ("refresh", RefreshParams),
        ):
            given = {k: v for k, v in asked.items() if k in model.model_fields}
            account = account_of_nothing(flow, model(**given), home)
            found[flow] = account and account["outcome"]
        return found

    done = dict.fromkeys(("ingest", "score", "publish", "refresh"), "nothing to do")
    assert outcomes() == done
    for flow, model, more in (
        ("ingest", IngestParams, {"refetch": True}),
        ("score", ScoreParams, {"rescore": True}),
        ("publish", PublishParams, {"public": True}),
        ("publish", PublishParams, {"boundary": tmp_path / "none.gpkg"}),
        ("refresh", RefreshParams, {"backtest": True}),
    ):
        given = {k: v for k, v in asked.items() if k in model.model_fields}
        assert account_of_nothing(flow, model(**given | more), home) is None, more

    # a publication that nothing points at
    latest = home.publications / "latest.json"
    pointed = latest.read_bytes()
    latest.unlink()
    assert outcomes() == done | {"publish": None, "refresh": None}
    latest.write_bytes(pointed)
    assert outcomes() == done

    # scores that are gone: what is published is not of the lake
    force = next(iter(home.registry))
    newest = max(f.partition["as_of"] for f in home.lake.files("scores", force))
    home.lake.commit("scores", force, [], [newest])
    assert outcomes() == {"ingest": "nothing to do"} | dict.fromkeys(
        ("score", "publish", "refresh")
    )
    # incidents that are not those of the ledger
    month = home.lake.files("incidents", force)[-1].partition["month"]
    home.lake.commit("incidents", force, [], [month])
    assert outcomes() == dict.fromkeys(done)


@pytest.mark.system
def test_gaps_that_no_run_can_close_are_reported_as_by_a_flow(
    source: Path, finished: Finished, tmp_path: Path, prefect: dict[str, str]
) -> None:
    """One force has a month of twice as many rows, which is held; another is absent."""
    home = Path(shutil.copytree(finished.home, tmp_path / "home"))
    newest = max(source.glob("*.zip"))
    with zipfile.ZipFile(newest) as archive:
        member = max(n for n in archive.namelist() if "avonmere-street" in n)
        header, *rows = archive.read(member).splitlines(keepends=True)
    odd = tmp_path / "odd" / newest.name
    odd.parent.mkdir()
    with zipfile.ZipFile(odd, "w") as archive:
        archive.writestr(member, b"".join([header, *rows, *rows, *rows]))
    forces = ("--force", "avonmere", "--force", "saltmarsh")
    asked = ("run", *forces, "--source", odd.parent, "--home", home, "--json")
    assert hexbeat(*asked, env=prefect).returncode == 3  # reads it

    looked = hexbeat(*asked)
    recorded = hexbeat(*asked, "--task-runner", "threads", env=prefect)
    account = json.loads(looked.stdout)
    assert (looked.returncode, account["outcome"]) == (3, "gaps")
    assert list(account["failed"]) == ["ingest saltmarsh", "publish avonmere"]
    assert "withheld until somebody has looked" in account["failed"]["publish avonmere"]
    assert (looked.returncode, looked.stdout) == (recorded.returncode, recorded.stdout)
    plain = hexbeat(*asked[:-1])
    assert plain.stderr.splitlines() == [
        f"hexbeat: {why}" for why in account["failed"].values()
    ]  # no progress of a flow


@pytest.mark.system
def test_a_publication_takes_areas_from_the_command(
    finished: Finished, tmp_path: Path, prefect: dict[str, str]
) -> None:
    home = Path(shutil.copytree(finished.home, tmp_path / "home"))
    areas = {"Here": shapely.box(300_000, 100_000, 700_000, 700_000)}
    file = areas_file(tmp_path / "a.gpkg", areas)
    asked = ("publish", "--boundary-layer", f"beat={file}", "--home", home, "--json")
    done = hexbeat(*asked, env=prefect)
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)["facts"]
    spots = pacsv.read_csv(Path(facts["folder"]) / "internal" / "hotspots.csv")
    assert spots["beat"].unique().to_pylist() == ["Here"]


@pytest.mark.system
def test_a_layer_that_reaches_no_cell_is_a_gap(
    finished: Finished, tmp_path: Path, prefect: dict[str, str]
) -> None:
    home = Path(shutil.copytree(finished.home, tmp_path / "home"))
    paris = gpd.GeoDataFrame(
        {"beat": ["W", "E"]}, geometry=[shapely.box(2.2, 48.8, 2.4, 48.9)] * 2, crs=4326
    )
    paris.to_parquet(tmp_path / "paris.parquet")
    file = tmp_path / "paris.parquet"
    asked = ("--boundary-layer", f"beat={file}", "--boundary", file, "--home", home)
    for changed in (True, False):  # when the publication stands, too
        done = hexbeat("publish", *asked, "--json", env=prefect)
        account = json.loads(done.stdout)
        assert (done.returncode, account["outcome"]) == (3, "gaps"), done.stderr
        assert account["changed"] is changed
        assert list(account["failed"]) == ["boundary", "boundary layer beat"]
        for why in account["failed"].values():
            assert "no published cell is in any of its 2 areas" in why


WITHOUT_WAYPOINTS = """
from dataclasses import replace
import flows.command.cli
from transforms.publications.formats.registry import FORMATS

def fail(*_):
    raise RuntimeError("no such glyph")

FORMATS["top_hotspots.gpx"] = replace(FORMATS["top_hotspots.gpx"], write=fail)
flows.command.cli.main()
"""


@pytest.mark.system
def test_a_document_that_fails_is_a_gap_and_the_next_publication_whole(
    finished: Finished, tmp_path: Path, prefect: dict[str, str]
) -> None:
    home = tmp_path / "home"
    shutil.copytree(finished.home, home, ignore=shutil.ignore_patterns("publications"))
    asked = ("publish", "--home", str(home), "--json")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_WAYPOINTS, *asked],
        env=prefect,
        capture_output=True,
        text=True,
        check=False,
    )
    account = json.loads(done.stdout)
    assert (done.returncode, account["outcome"]) == (3, "gaps"), done.stderr
    assert list(account["failed"]) == ["top_hotspots.gpx"]
    assert (
        "could not be written (RuntimeError)" in account["failed"]["top_hotspots.gpx"]
    )
    run = account["facts"]["run_id"]
    latest = json.loads((home / "publications" / "latest.json").read_text())
    assert latest["run_id"] == run
    whole = hexbeat(*asked, env=prefect)
    assert whole.returncode == 0, whole.stderr
    assert json.loads(whole.stdout)["facts"]["run_id"] != run


@pytest.mark.system
def test_a_corrupt_member_fails_its_force_alone(
    source: Path, tmp_path: Path, prefect: dict[str, str]
) -> None:
    home = _demo_home(tmp_path / "home")
    member = "2025-12/2025-12-northfell-street.csv"
    broken = _corrupted(source, tmp_path / "source", member)
    asked = ("run", "--all-forces", "--source", broken, "--home", home)
    done = hexbeat(*asked, "--json", env=prefect)
    account = json.loads(done.stdout)
    assert done.returncode == 3, done.stderr
    assert list(account["failed"]) == ["ingest northfell"]
    assert f"release 2025-12, {member}" in account["failed"]["ingest northfell"]
    assert {"avonmere", "saltmarsh"} <= set(account["stages"][-1]["facts"]["scored"])
    plain = hexbeat(*asked, env=prefect)
    complaints = [x for x in plain.stderr.splitlines() if x.startswith("hexbeat:")]
    assert len(complaints) == 1
    assert "Traceback" not in plain.stderr


def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    home = _demo_home(tmp_path / "home")
    simulate(tmp_path / "source", size=0.02)
    done = subprocess.run(
        [*CLI, "ingest", "--all-forces", "--source", tmp_path / "source"],
        env=os.environ
        | {"PREFECT_API_URL": "http://127.0.0.1:9/api", "HEXBEAT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no Prefect server answers" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.system
def test_one_corrupt_month_of_the_only_force_is_a_gap_and_no_failure(
    source: Path, tmp_path: Path, prefect: dict[str, str]
) -> None:
    home = _demo_home(tmp_path / "home")
    member = "2025-12/2025-12-avonmere-street.csv"
    broken = _corrupted(source, tmp_path / "source", member)
    options = ["--force", "avonmere", "--source", broken, "--home", home]
    done = hexbeat("run", *options, "--json", env=prefect)
    account = json.loads(done.stdout)
    assert (done.returncode, account["outcome"]) == (3, "gaps")
    assert account["stages"][-1]["facts"]["scored"] == ["avonmere"]


SWALLOWED = """
import os, signal
import flows.command.cli

def swallow(**_):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        raise ValueError("as pydantic does") from None

flows.command.cli.app = swallow
flows.command.cli.main()
"""


def test_an_interrupt_that_a_library_made_an_error_of_is_still_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SWALLOWED], capture_output=True, text=True, check=False
    )
    stopped = "hexbeat: stopped; run the same command again to go on\n"
    assert (done.returncode, done.stderr) == (130, stopped)


@pytest.mark.system
def test_ctrl_c_is_told_and_the_same_command_goes_on(
    source: Path, tmp_path: Path
) -> None:
    home = _demo_home(tmp_path / "home")
    with_database(home / "prefect")
    command = [*CLI, "run", "--all-forces", "--source", source, "--home", home]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        first = running.stderr.readline()  # of progress: its server is up, work is on
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert first.startswith("ingest 1/"), first + said
    assert running.returncode == 130, said
    assert "stopped; run the same command again" in said
    assert "Traceback" not in said
    again = hexbeat("run", "--all-forces", "--source", source, "--home", home)
    assert again.returncode == 0, again.stderr


FAILED_SERVER = """
import flows.command.cli
from prefect.exceptions import PrefectHTTPStatusError
import httpx

def fail(**_):
    url = "http://127.0.0.1:1/api/flow_runs/"
    answer = httpx.Response(503, json={}, request=httpx.Request("POST", url))
    try:
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise PrefectHTTPStatusError.from_httpx_error(error) from error

flows.command.cli.app = fail
flows.command.cli.main()
"""


LOST_SERVER = """
import flows.command.cli
import httpx

def lose(**_):
    raise httpx.ConnectError("All connection attempts failed")

flows.command.cli.app = lose
flows.command.cli.main()
"""


def test_a_server_that_prefect_gave_up_is_a_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOST_SERVER], capture_output=True, text=True, check=False
    )
    why = "the Prefect server does not answer: All connection attempts failed"
    assert done.returncode == 1
    assert done.stderr == f"hexbeat: {why}; run the same command again to go on\n"


def test_a_server_that_fails_in_the_middle_is_a_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAILED_SERVER],
        capture_output=True,
        text=True,
        check=False,
    )
    [line] = done.stderr.splitlines()
    assert done.returncode == 1
    assert line.startswith(
        "hexbeat: the Prefect server failed: Server error '503 Service Unavailable'"
    )
