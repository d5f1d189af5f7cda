"""Every quarter of an hour: a force's own feed with nothing new, and with 500 rows.

As commands, with a Prefect server of their own, and as runs under `hexbeat up`.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.commands import command
from benchmarks.measure import Cost, Prepare, Work, cost
from benchmarks.standing import standing
from transforms.feeds.force.sources.folder import DropFolder
from transforms.records.homes import create_force_home, open_force_home
from transforms.records.pull import pull
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS


DAYS = 1_530  # of 160 records: over 240,000
RECENT = 20  # days that are drops of their own, in the shape that has one large drop
ONE_LARGE = f"one large drop, and {RECENT} of a day"
NEW_ROWS = 500
WITH_NEWS = f"feed run, {NEW_ROWS} new rows"
UP_IDLE, UP_NEWS = "under up, nothing new", f"under up, {NEW_ROWS} new rows"
TARGETS = {
    "feed pull, nothing new": "≤ 4",
    "feed run, nothing new": "≤ 4",
    WITH_NEWS: "≤ 8",
    UP_IDLE: "≤ 4",
    UP_NEWS: "≤ 8",
}


def main() -> None:
    """Measure each shape of drops, turn about with the rival, and print a table."""
    asked = _asked()
    shapes, new = made(asked.days)
    sys.stdout.write(
        "| drops | work | CPU s | target | wall s |\n|---|---|---|---|---|\n"
    )
    for shape in asked.shapes or shapes:
        with tempfile.TemporaryDirectory() as folder:
            _print(shape, measured(Path(folder), shapes[shape], new, asked.repeat))


def made(days: int) -> tuple[dict[str, list[bytes]], bytes]:
    """The drops of each shape, and one with new rows."""
    drops = _drops(days)
    new, old = _together(drops[-4:], NEW_ROWS), drops[:-4]
    large = _together(old[:-RECENT])
    return {"a drop a day": old, ONE_LARGE: [large, *old[-RECENT:]]}, new


def measured(
    folder: Path, drops: list[bytes], new: bytes, repeat: int
) -> dict[str, list[Cost]]:
    """All work in turn, each time in the same home."""
    root, ready, source = _home(folder, drops), folder / "ready", folder / "drops"
    at_home = ("--home", str(root))
    command("feed", "run", *at_home)()
    shutil.copytree(root, ready)
    took: dict[str, list[Cost]] = {}

    def measure(name: str, prepare: Prepare, *given: str) -> None:
        took.setdefault(name, []).append(cost(prepare, *given))

    for _ in range(repeat):
        measure("feed pull, nothing new", command, "feed", "pull", *at_home)
        measure("feed run, nothing new", command, "feed", "run", *at_home)
        measure("pandas, everything again", _rival, str(source))
        (source / "9999.csv").write_bytes(new)
        measure(WITH_NEWS, command, "feed", "run", *at_home)
        (source / "9999.csv").unlink()
        shutil.rmtree(root)
        shutil.copytree(ready, root)
    server = folder / "up"
    server.mkdir()
    with standing(server, root) as serving:
        deployment = f"force-feed/{open_force_home(root).force}"
        serving.run(deployment)
        serving = serving.idle()

        def serve(name: str) -> None:
            whole, process = serving.run(deployment)
            took.setdefault(name, []).append(whole)
            took.setdefault(f"{name}: its process", []).append(process)

        for _ in range(repeat):
            serve(UP_IDLE)
            (source / "9999.csv").write_bytes(new)
            serve(UP_NEWS)
            (source / "9999.csv").unlink()
            shutil.rmtree(root)
            shutil.copytree(ready, root)
    return took


def _print(shape: str, took: Mapping[str, Sequence[Cost]]) -> None:
    for name, costs in took.items():
        sys.stdout.write(
            f"| {shape} | {name} | {median(c.cpu_s for c in costs):.1f} |"
            f" {TARGETS.get(name, '')} | {median(c.wall_s for c in costs):.1f} |\n"
        )
    sys.stdout.flush()


def _home(folder: Path, drops: list[bytes]) -> Path:
    """A home into which those drops were pulled."""
    source, mapping = folder / "drops", folder / "mapping.toml"
    source.mkdir()
    for number, data in enumerate(drops):
        (source / f"{number:04}.csv").write_bytes(data)
    mapping.write_text(HANDS["csv"].mapping)
    now = datetime.now(UTC)
    root = create_force_home(folder / "home", mapping, str(source), "me", now)
    pull(open_force_home(root), DropFolder(source, lambda _: None), "me", now)
    return root


def _drops(days: int) -> list[bytes]:
    """A day's drop each, to yesterday."""
    start = datetime.now(UTC).date() - timedelta(days)
    with tempfile.TemporaryDirectory() as folder:
        truth = simulate_timed(7, start, days)
        return [p.read_bytes() for p in write_drops(truth, Path(folder), "csv")]


def _together(drops: list[bytes], rows: int | None = None) -> bytes:
    """The rows of some drops as one, all or the first."""
    lines = [drop.splitlines(keepends=True) for drop in drops]
    return b"".join([lines[0][0], *[n for one in lines for n in one[1:]][:rows]])


def _rival(source: str) -> Work:
    """What a short script does each time: all drops read, counted, ranked, written."""
    import h3
    import pandas as pd
    from pyproj import Transformer

    def do() -> str:
        files = sorted(Path(source).glob("*.csv"))
        rows = pd.concat([pd.read_csv(file, dtype=str) for file in files])
        rows = rows.drop_duplicates("Crime ref", keep="last")
        rows = rows[rows["Deleted"] != "Y"].dropna(subset=["Easting", "Northing"])
        to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
        east, north = (rows[name].astype(float) for name in ("Easting", "Northing"))
        lon, lat = to_degrees.transform(east.to_numpy(), north.to_numpy())
        pairs = zip(lat.tolist(), lon.tolist(), strict=True)
        rows["cell"] = [h3.latlng_to_cell(y, x, 10) for y, x in pairs]
        began = pd.to_datetime(rows["Date from"], format="%d/%m/%Y")
        year = rows[began > began.max() - pd.Timedelta(days=365)]
        counts = year.groupby(["HO code", "cell"]).size().rename("incidents")
        ranked = counts.reset_index()
        ranked["rank"] = ranked.groupby("HO code")["incidents"].rank(ascending=False)
        with tempfile.NamedTemporaryFile(suffix=".csv") as sink:
            ranked.to_csv(sink.name, index=False)
        return f"{len(ranked):,} rows"

    return do


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.feed", description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS, help="of 160 records each")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--shapes", nargs="+", help="default: both, by their names")
    return parser.parse_args()


if __name__ == "__main__":
    main()
