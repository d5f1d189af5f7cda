"""The demo's trial: what was planted is found, and nothing is done twice."""

from pathlib import Path

import pytest

from flows import made_up_trial, progress
from flows.made_up_trial import PLANTED, MadeUpTrial, run_trial, told
from transforms.homes.home import SETTINGS_FILE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "patrol"


@pytest.fixture(scope="module")
def made(folder: Path) -> MadeUpTrial:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_up_trial, "DRAWS", 99)
        return run_trial(folder)


def test_the_trial_finds_what_was_planted(made: MadeUpTrial) -> None:
    analysis = made.analysed.analysis
    found = analysis.primary
    assert found.low is not None and found.high is not None
    assert found.low <= PLANTED.by_intention <= found.high < 1
    # the feed deletes some records and moves others: it never says the whole truth
    assert found.treated + found.control == pytest.approx(made.left, rel=0.02)
    assert found.p == pytest.approx(1 / 100)


def test_the_tracker_finds_it_too(made: MadeUpTrial) -> None:
    found = made.tracked.look.estimate
    assert found is not None
    assert found.low <= made.left / made.without <= found.high < 1
    by_day = made.analysed.analysis.primary
    assert made.tracked.look.places.observed == by_day.treated + by_day.control


def test_patrols_are_delivered_as_planted(made: MadeUpTrial) -> None:
    compliance = made.analysed.analysis.compliance
    assert compliance is not None
    assert compliance.compliance == pytest.approx(PLANTED.compliance, abs=0.04)
    assert compliance.contamination == pytest.approx(PLANTED.contamination, abs=0.04)
    sources = made.reported.dosage.days["source"].to_pylist()
    assert set(sources) == {"log", "pings"}


def test_the_pack_has_the_dose_the_lot_and_the_tracker(made: MadeUpTrial) -> None:
    pack = made.packed.pack
    assert pack.tracked is not None
    assert pack.tracked.look == made.tracked.folder.name
    as_planned = pack.delivered.made
    assert as_planned is not None
    assert as_planned.visited / as_planned.planned == pytest.approx(0.9, abs=0.1)
    assert not pack.delivered.missing
    assert {of.periods for of in pack.changed.rows.values()} == {
        len(pack.changed.periods)
    }
    assert pack.trials == [made.analysed.analysis.trial.id]
    assert pack.is_restricted
    assert pack.searches is None


def test_it_is_told_in_lines_of_one_page(made: MadeUpTrial) -> None:
    lines = list(told(made))
    heads = ["patrol", "planted", "truth", "dosage", "trial", "tracker"]
    assert [head for head, _ in lines] == [*heads, "page", "page", "pack"]
    assert f"{made.without - made.left} of {made.without} incidents" in lines[1][1]
    assert lines[4][1].startswith("Fewer") and lines[5][1].startswith("Lower")
    assert all(Path(words).is_file() for _, words in lines[-3:])


def test_the_same_again_does_nothing(
    made: MadeUpTrial, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_up_trial, "DRAWS", 99)
    again = run_trial(folder)
    assert list(told(again)) == list(told(made))
    states = again.analysed, again.tracked, again.reported, again.packed
    assert not any(state.created for state in states)


def test_a_home_that_a_kill_left_unfinished_is_made_again(tmp_path: Path) -> None:
    left = tmp_path / "patrol" / "home" / "erasure"
    left.mkdir(parents=True)
    (left / "key").write_text("half")
    home = made_up_trial._home(tmp_path / "patrol")
    assert home.home.patrol.planned_minutes == made_up_trial.PLANNED_MINUTES


def test_a_home_without_its_settings_of_patrol_gets_them(tmp_path: Path) -> None:
    settings = made_up_trial._home(tmp_path / "patrol").home.root / SETTINGS_FILE
    settings.write_text(settings.read_text().split("[patrol]")[0])
    home = made_up_trial._home(tmp_path / "patrol")
    assert home.home.patrol.planned_minutes == made_up_trial.PLANNED_MINUTES
    assert settings.read_text().count("[patrol]") == 1


def test_each_step_is_told(made: MadeUpTrial, folder: Path) -> None:
    told_steps: list[str] = []

    class Listener:
        def start(self, stage: str, steps: int) -> None:
            told_steps.append(f"{stage} {steps}")

        def step(self, stage: str, label: str) -> None:
            told_steps.append(label)

        def wait(self, text: str) -> None:
            raise AssertionError(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_up_trial, "DRAWS", 99)
        patch.setattr(progress, "_listener", Listener())
        run_trial(folder)
    assert told_steps[0] == f"trial {len(told_steps) - 1}"
