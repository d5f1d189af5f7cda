"""A flow's heartbeats: sent while it runs, and not waited for at its end."""

import time
from types import SimpleNamespace

from prefect import flow_engine

import flows.run_stages  # noqa: F401 (as each flow does)


_SLEEPS_SECONDS = 1  # Prefect's thread, each time


class Engine(SimpleNamespace):
    """What the heartbeats ask of a flow's run, with a count of those sent."""

    heartbeat_seconds = 60
    flow_run = None
    sent = 0

    def _build_heartbeat_event_template(self) -> tuple[None, None]:
        return None, None

    def _emit_flow_run_heartbeat(self, *of: None) -> None:
        self.sent += 1


def test_a_flow_sends_heartbeats_and_does_not_wait_for_the_next() -> None:
    engine = Engine(logger=SimpleNamespace(debug=lambda *_, **__: None))
    with flow_engine._send_heartbeats(engine):  # type: ignore[arg-type]
        deadline = time.monotonic() + 30
        while not engine.sent and time.monotonic() < deadline:
            time.sleep(0.01)
        ending = time.monotonic()
    assert time.monotonic() - ending < _SLEEPS_SECONDS / 2
    assert engine.sent == 1
