"""The bar of a stage in Prefect's UI: a few steps of many tasks, and none of one."""

from uuid import uuid4

import pytest

from flows import run_stages


@pytest.mark.parametrize(
    ("tasks", "told"),
    [
        (1, []),
        (2, [50.0, 100.0]),
        (44, [100 * n / 44 for n in (5, 9, 14, 18, 22, 27, 31, 36, 40, 44)]),
    ],
)
def test_a_bar_tells_of_several_tasks_ten_times_at_most(
    tasks: int, told: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, reached, bar = list[str](), list[float](), uuid4()

    def create(progress: float, key: str, description: str) -> object:
        made.append(f"{key} {progress} {description}")
        return bar

    def update(artifact: object, progress: float) -> None:
        assert artifact == bar
        reached.append(progress)

    monkeypatch.setattr(run_stages, "create_progress_artifact", create)
    monkeypatch.setattr(run_stages, "update_progress_artifact", update)
    shown = run_stages._Bar("ingest", tasks)
    for number in range(1, tasks + 1):
        shown.reach(number)
    assert made == (["ingest-progress 0.0 Progress of ingest"] if told else [])
    assert reached == told
