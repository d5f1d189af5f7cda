"""The demo's trial: what was planted is found, and nothing is done twice."""

from pathlib import Path

import pytest

from flows import made_up_trial
from flows.made_up_trial import PLANTED, MadeUpTrial, run_trial, told


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


def test_it_is_told_in_lines_of_one_page(made: MadeUpTrial) -> None:
    lines = list(told(made))
    heads = ["patrol", "planted", "truth", "dosage", "trial", "tracker", "page", "page"]
    assert [head for head, _ in lines] == heads
    assert f"{made.without - made.left} of {made.without} incidents" in lines[1][1]
    assert lines[4][1].startswith("Fewer") and lines[5][1].startswith("Lower")
    assert all(Path(words).is_file() for head, words in lines if head == "page")


def test_the_same_again_does_nothing(
    made: MadeUpTrial, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_up_trial, "DRAWS", 99)
    again = run_trial(folder)
    assert list(told(again)) == list(told(made))
    states = again.analysed, again.tracked, again.reported
    assert not any(state.created for state in states)
