"""A feed that cannot be read: what is stored is scored and published all the same."""

import json
from pathlib import Path

import pytest

from flows.events import RUN_TAG
from flows.ingest import _note_unreached
from flows.params import IngestParams
from flows.summary import Summary
from tests.builders import kent_csv, months, release_zip
from tests.flows.commands import hexbeat
from tests.flows.servers import ask
from tests.mirror import Handler, serving
from transforms.errors import SourceError
from transforms.homes.home import open_home


def _encoded(handler: Handler) -> bool:
    """An answer that is not worth another try, so that the test need not wait."""
    handler.answer(200, b"", {"Content-Encoding": "br"})
    return True


@pytest.mark.system
def test_what_is_stored_is_published_and_the_feed_is_a_gap(
    tmp_path: Path, prefect: dict[str, str]
) -> None:
    source, home = tmp_path / "source", tmp_path / "home"
    span = [str(month) for month in months("2024-01", 3)]
    release_zip(source, "2024-03", {("kent", m): kent_csv(m, 40) for m in span})
    asked = ("--force", "kent", "--home", home)
    first = hexbeat("ingest", *asked, "--source", source, env=prefect)
    assert first.returncode == 0, first.stderr
    with serving(source) as mirror:
        mirror.faults.append(_encoded)
        done = hexbeat("run", *asked, "--source", mirror.address, env=prefect)
    assert done.returncode == 3, done.stderr
    assert "comes encoded (br)" in done.stderr
    assert "Traceback" not in done.stderr
    assert "1 force at 2024-03" in done.stdout
    assert " published\n" in done.stdout

    newest = {"limit": 4, "sort": "START_TIME_DESC"}
    runs = ask(f"{prefect['PREFECT_API_URL']}/flow_runs/filter", newest)
    # of no deployment: the tag is what makes a killed one Crashed
    assert {(run["deployment_id"], *run["tags"]) for run in runs} == {(None, RUN_TAG)}

    # what a list of runs shows of it, and the page of its artifacts
    [whole] = [run for run in runs if run["name"].startswith("refresh kent 36 months")]
    assert whole["state"]["name"] == "CompletedWithGaps"
    assert " published; 1 gap: ingest source: http://127.0.0.1:" in whole["name"]
    assert "comes encoded" in whole["state"]["message"]
    api = f"{prefect['PREFECT_API_URL']}/artifacts"
    found = ask(f"{api}/run-summary/latest")
    assert " published; 1 gap: ingest source" in found["description"]
    assert "encoded br" in found["description"]  # nothing of which links are made
    summary = str(found["data"])
    assert "**kent**: stopped\\: its newest supplied month is 2024\\-03" in summary
    assert "file://" not in summary
    where = ask(f"{api}/publication/latest")["data"].split("    ")[1].strip()
    assert Path(where).is_file()

    again = hexbeat("ingest", *asked, "--source", source, "--json", env=prefect)
    assert json.loads(again.stdout)["outcome"] == "nothing to do"
    [row] = json.loads(ask(f"{api}/ingest/latest")["data"])
    assert row["files"] == 3  # what was read, and not that nothing was left to read


def test_nothing_stored_of_what_was_asked_for_is_a_failure(tmp_path: Path) -> None:
    home, summary = open_home(tmp_path), Summary(stage="ingest")
    why = SourceError("https://example.invalid/: cannot be reached")
    _note_unreached(summary, IngestParams(forces=["kent"]), home, why)
    assert (summary.outcome, summary.lost) == ("failed", ["kent"])
    assert summary.failed == {"source": str(why)}
