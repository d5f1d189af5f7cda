"""Prefect's heartbeats, by which a server knows that a run has not died.

A thread of each flow sends them, and sleeps a second at a time. At its end a flow would
wait until that thread wakes, which then does nothing but end.
"""

from functools import partial

from prefect import flow_engine


def end_without_waiting() -> None:
    """Let the thread of a flow's heartbeats end by itself, once it wakes."""
    send = partial(flow_engine._send_heartbeats, join_on_exit=False)
    flow_engine._send_heartbeats = send
