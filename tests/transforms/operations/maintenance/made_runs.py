"""Homes and runs made for maintenance: small, and of the shape of real ones."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from tests.builders import kent_csv, member
from transforms.feeds.police_uk.street import sift
from transforms.homes.home import Home, open_home
from transforms.homes.runs.catalog import write_catalog
from transforms.homes.runs.seal import TIER, point_latest
from transforms.lake.data_files import DataFile
from transforms.lake.lake import Lake, NewFile
from transforms.reference.forces import FORCES


NOW = datetime.now(UTC)  # files carry the time at which a test writes them
LATER = NOW + timedelta(days=8)  # past the days that anything is safe by its age


def home_with(folder: Path, **retention: int) -> Home:
    """A home with those settings of what is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {value}" for name, value in retention.items()]
    (folder / "hexbeat.toml").write_text("\n".join(["[retention]", *lines]))
    return open_home(folder)


def written(lake: Lake, month: str, rows: int) -> NewFile:
    """A data file of Kent's that waits for its commit."""
    sifted = sift(kent_csv(month, rows), member(month=month), FORCES["kent"])
    partition = {"force": "kent", "month": month}
    return lake.write("incidents", partition, sifted.accepted)


def put(lake: Lake, month: str, rows: int) -> DataFile:
    """Replace a month of Kent's; its data file."""
    lake.commit("incidents", "kent", [written(lake, month, rows)], [month])
    [file] = [f for f in lake.files("incidents") if f.partition["month"] == month]
    return file


def made_run(
    home: Home,
    as_of: str,
    files: Iterable[DataFile] = (),
    scores: Mapping[str, str] | None = None,
    public: bool = False,
) -> str:
    """A run that rests on those data files, and is pointed at; its id."""
    facts = {
        "parameters": {"as_of": as_of},
        "scores": dict(scores or {}),
        "backtests": [],
        "inputs": [{**f.partition, "raw_sha256": f.mark} for f in files],
    }
    digest = sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    run_id = f"{as_of}-{digest[:12]}"
    manifest = {"run_id": run_id, "as_of": as_of, "method": "none 1", "forces": []}
    for tier in [TIER, "public"] if public else [TIER]:
        folder = home.publications / "runs" / run_id / tier
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps(manifest))
        (folder / "provenance.json").write_text(json.dumps({"run_id": run_id, **facts}))
    point_latest(home.publications, run_id)
    write_catalog(home.publications)
    return run_id


def on_disk(home: Home) -> set[str]:
    """Every file of a home."""
    return {
        path.relative_to(home.root).as_posix()
        for path in home.root.rglob("*")
        if path.is_file()
    }
