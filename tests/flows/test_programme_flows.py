"""The flows of programmes: what a Prefect server sees of them, and what it does not."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows import events, refresh
from flows.params import RefreshParams
from tests.flows.commands import hexbeat
from tests.flows.made_programmes import Made, make_programme
from tests.flows.servers import ask
from tests.transforms.searches.made_searches import put_searches
from tests.transforms.simulated_home import Simulated


@pytest.fixture(scope="module")
def made(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_programme(simulated, tmp_path_factory.mktemp("flows"))


def test_a_look_has_artifacts_without_a_place(
    made: Made, prefect: dict[str, str]
) -> None:
    name = made.frozen.programme.id
    done = hexbeat("track", name, "--home", made.home.root, env=prefect)
    assert done.returncode == 0, done.stderr
    asked = {"artifacts": {"key": {"like_": f"look-%{name}"}}}
    found = ask(f"{prefect['PREFECT_API_URL']}/artifacts/latest/filter", asked)
    by_key = {one["key"]: one for one in found}
    assert by_key.keys() == {f"look-{name}", f"look-page-{name}"}
    assert "tracker.html" in by_key[f"look-page-{name}"]["data"]
    assert '"last_month": "2025-12"' in by_key[f"look-{name}"]["data"]
    text = str(found)
    for place in made.frozen.programme.places.to_pylist():
        assert place["h3_cells"] not in text
        assert not place["name"] or place["name"] not in text


def test_of_searches_a_server_sees_areas_and_no_group(
    made: Made, prefect: dict[str, str], tmp_path: Path
) -> None:
    made = made.again(tmp_path)
    places = made.frozen.programme.places["h3_cells"].to_pylist()
    put_searches(made.home, made.rule.force, places, tmp_path / "stops")
    home = "--home", made.home.root
    out = tmp_path / "rows.csv"
    done = hexbeat("searches", *home, "--group", "all-crime", "--out", out, env=prefect)
    assert done.returncode == 3  # two of three forces have no searches
    assert done.stderr.count("no stop and search file") == 2
    assert made.rule.force in done.stdout
    assert "officer-defined" in out.read_text()
    asked = {"artifacts": {"key": {"any_": ["searches"]}}}
    url = f"{prefect['PREFECT_API_URL']}/artifacts/latest/filter"
    [seen] = ask(url, asked)
    assert '"area": "hot spots"' in seen["data"]
    assert "defined" not in seen["data"]
    assert "Controlled drugs" not in seen["data"]


def test_events_say_what_was_frozen_and_which_look_was_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[str, dict[str, str], dict[str, str]]] = []
    monkeypatch.setattr(
        events,
        "emit_event",
        lambda name, resource, payload: sent.append((name, resource, payload)),
    )
    events.emit_frozen("autumn-1", "kent", 20)
    events.emit_look("autumn-1", "2025-12-ab", "month", "2025-10", "2025-12")
    events.emit_plan("autumn-1", "2025-12-01-ab", 56)
    events.emit_pack("autumn-1", "2025-12-07-ab", "2025-12-07")
    (frozen, of, about), (look, seen, months), (plan, made, visits), pack = sent
    assert (frozen, look) == ("hexbeat.programme.frozen", "hexbeat.look.made")
    assert of["prefect.resource.id"] == "hexbeat.programme.autumn-1"
    assert about == {"force": "kent", "places": "20"}
    assert seen["prefect.resource.id"] == "hexbeat.look.autumn-1.2025-12-ab"
    assert months["last_month"] == "2025-12"
    assert plan == "hexbeat.plan.made"
    assert made["prefect.resource.id"] == "hexbeat.plan.autumn-1.2025-12-01-ab"
    assert visits == {"programme": "autumn-1", "visits": "56"}
    assert pack[0] == "hexbeat.pack.made"
    assert pack[1]["prefect.resource.id"] == "hexbeat.pack.autumn-1.2025-12-07-ab"
    assert pack[2] == {"programme": "autumn-1", "last_day": "2025-12-07"}


@pytest.mark.parametrize("running", [True, False])
def test_a_refresh_tracks_last_and_only_where_a_programme_has_started(
    monkeypatch: pytest.MonkeyPatch, running: bool
) -> None:
    seen: list[str] = []

    def carry_out(_: Any, __: Any, stages: list[tuple[Any, Any]]) -> None:
        seen.extend(flow.name for flow, _ in stages)

    monkeypatch.setattr(refresh, "home_of", lambda _: SimpleNamespace())
    monkeypatch.setattr(refresh, "started", lambda _: ["autumn-1"] if running else [])
    monkeypatch.setattr(refresh, "carry_out", carry_out)
    run: Callable[[RefreshParams], Any] = refresh.refresh.fn
    run(RefreshParams.model_validate({"all_forces": True}))
    whole = ["ingest", "score", "publish"]
    assert seen == ([*whole, "track"] if running else whole)
