"""What is printed of a backfill that was sent to a server."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows.command.printing import backfill
from flows.params import BackfillParams
from flows.server import submission
from transforms.homes.home import open_home


def test_each_run_is_printed_with_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run: Any = SimpleNamespace(id="5ab1", name="busy-crow", state=None)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr(submission, "run_deployment", lambda *_, **__: run)
    monkeypatch.setattr("flows.server.own.check_answers", lambda _: None)
    again = BackfillParams(rescore_only=True)
    assert backfill.show_submitted(again, open_home(tmp_path), as_json=False) == 0
    page = "http://127.0.0.1:9/runs/flow-run/5ab1"
    assert capsys.readouterr().out == f"..newest 0 files busy-crow unknown {page}\n"
