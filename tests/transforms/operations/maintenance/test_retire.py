"""Which runs are retired, and what is left of one."""

import json
from pathlib import Path

import pytest

from tests.transforms.operations.maintenance.made_runs import LATER, home_with, made_run
from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home, open_home
from transforms.homes.runs.catalog import retire, run_folder, runs, withdraw
from transforms.homes.runs.seal import latest_run
from transforms.operations.maintenance.maintain import maintain
from transforms.operations.maintenance.retire import RETIRED
from transforms.operations.verify import verify
from transforms.publications.forecasts import freeze
from transforms.publications.publish import publish
from transforms.scores.methods import DEFAULT_METHOD, METHODS


MONTHS = ("2024-01", "2024-02", "2024-03")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_with(tmp_path / "home", runs_kept=1)


def there(home: Home) -> list[str]:
    return [run.run_id for run in runs(home.publications) if not run.retired]


def test_the_newest_runs_keep_their_files_and_the_others_their_place(
    home: Home,
) -> None:
    made = [made_run(home, month) for month in MONTHS]
    done = maintain(home, LATER)
    assert done.retired == made[:2]
    assert [(r.kind, r.files) for r in done.removed] == [(RETIRED, 4)]
    catalog = json.loads((home.publications / "catalog.json").read_text())
    assert [run["run_id"] for run in catalog["runs"]] == made
    assert [run["as_of"] for run in catalog["runs"]] == list(MONTHS)
    day = LATER.date().isoformat()
    why = f"{day}: hexbeat.toml says runs_kept = 1"
    assert [run["retired"] for run in catalog["runs"]] == [why, why, None]
    left = [p.name for p in (home.publications / "runs" / made[0]).iterdir()]
    assert left == ["retired.json"]
    assert list((home.publications / "runs").glob(".tmp-*")) == []
    assert not maintain(home, LATER).changed


def test_whoever_asks_for_a_retired_run_is_told(home: Home) -> None:
    made = [made_run(home, month) for month in MONTHS]
    maintain(home, LATER)
    for ask in (run_folder, lambda _, run: verify(home, run)):
        with pytest.raises(
            UsageError, match=r"were removed on .*: hexbeat.toml says"
        ) as caught:
            ask(home.publications, made[0])
        assert made[0] in str(caught.value)
    with pytest.raises(UsageError, match="there is no publication"):
        run_folder(home.publications, f"../{made[0]}")


def test_a_retired_run_can_be_withdrawn_and_is_never_pointed_at(home: Home) -> None:
    made = [made_run(home, month) for month in MONTHS]
    maintain(home, LATER)
    assert withdraw(home, made[0], "a wrong file", LATER) == made[2]
    assert withdraw(home, made[2], "another", LATER) is None
    told = [(run.withdrawn, bool(run.retired)) for run in runs(home.publications)]
    assert told == [("a wrong file", True), (None, True), ("another", False)]


def test_the_run_that_is_pointed_at_stays_however_old(home: Home) -> None:
    made = [made_run(home, month) for month in MONTHS]
    withdraw(home, made[2], "wrong", LATER)
    assert latest_run(home.publications) == made[1]
    maintain(home, LATER)
    assert there(home) == made[1:]


def test_a_public_tier_that_is_out_binds_its_run(home: Home) -> None:
    out = made_run(home, "2023-12", public=True)
    made = [made_run(home, month) for month in MONTHS]
    maintain(home, LATER)
    assert there(home) == [out, made[2]]
    withdraw(home, out, "wrong", LATER)
    assert maintain(home, LATER).retired == [out]


def test_nothing_is_retired_unless_asked_for(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    made = [made_run(home, month) for month in MONTHS]
    assert not maintain(home, LATER).changed
    assert there(home) == made


def test_a_kill_halfway_is_made_good_by_the_next_round(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [made_run(home, month) for month in MONTHS[:2]]
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", _killed)
        with pytest.raises(KeyboardInterrupt):
            maintain(home, LATER)
    assert there(home) == made  # its files are all there: so is the run
    retire(home.publications, made[0], "killed after the move", LATER)
    assert there(home) == made[1:]
    kinds = {r.kind: r.files for r in maintain(home, LATER).removed}
    assert kinds == {"cut-off publications": 2}


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_kept_run_that_cannot_say_what_it_rests_on_stops_everything(
    home: Home,
) -> None:
    made = [made_run(home, month) for month in MONTHS]
    file = home.publications / "runs" / made[2] / "internal" / "provenance.json"
    file.write_text(file.read_text().replace('as_of": "2024', 'as_of": "2023'))
    with pytest.raises(LakeError, match=f"run {made[2]}: its provenance.json is dam"):
        maintain(home, LATER)
    assert there(home) == made


@pytest.mark.usefixtures("needed_formats")
def test_a_forecast_that_waits_keeps_its_run_and_publishing_brings_one_back(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    settings = home.root / "hexbeat.toml"
    settings.write_text(settings.read_text() + "[retention]\nruns_kept = 1\n")
    home = open_home(home.root)
    method = METHODS[DEFAULT_METHOD]
    done = publish(home, AS_OF, method)
    newer = made_run(home, "2026-01")
    frozen = freeze(home, done.edition, LATER)
    assert frozen
    assert maintain(home, LATER).retired == []

    for force in frozen:  # as if they had never been frozen
        home.lake.commit("forecasts", force, [])
    assert maintain(home, LATER).retired == [done.run_id]
    before = {f.path for f in home.lake.files("scores")}
    again = publish(home, AS_OF, method)
    assert (again.run_id, again.created, again.pointed) == (done.run_id, True, False)
    assert verify(home, done.run_id).whole
    assert there(home) == [done.run_id, newer]
    assert {f.path for f in home.lake.files("scores")} == before

    withdraw(home, done.run_id, "wrong", LATER)
    maintain(home, LATER)
    last = publish(home, AS_OF, method)
    assert (last.created, last.withdrawn) == (False, "wrong")
    assert freeze(home, last.edition, LATER) == []
    assert there(home) == [newer]
