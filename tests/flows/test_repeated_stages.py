"""A run that repeats its stages reports all that it did, not only the last time."""

from types import SimpleNamespace
from typing import Any

import pytest

from flows import run_stages


def account(stage: str, changed: bool, **facts: Any) -> dict[str, Any]:
    outcome = "done" if changed else "nothing to do"
    return {"stage": stage, "changed": changed, "outcome": outcome, "facts": facts}


def test_work_before_a_repeat_is_in_the_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passes = iter(
        [
            [
                account("score", True, rows=70, as_ofs_scored=2, as_ofs_unchanged=0),
                account("publish", True, run_id="a", created=True),
            ],
            [
                account("score", False, rows=0, as_ofs_scored=0, as_ofs_unchanged=2),
                account("publish", False, run_id="a", created=False),
            ],
        ]
    )
    ledgers = iter([1, 2, 2, 2])  # the other run stores months during the first pass
    lake = SimpleNamespace(versions=lambda: {"coverage": next(ledgers)})
    monkeypatch.setattr(run_stages, "_run", lambda _: next(passes))
    home: Any = SimpleNamespace(lake=lake)
    score, publish = run_stages._settled(home, [])
    assert score["facts"] == {"rows": 70, "as_ofs_scored": 2, "as_ofs_unchanged": 2}
    assert publish["facts"]["created"]
    assert score["outcome"] == publish["outcome"] == "done"
