"""A command's watch over the server that it runs on, which may be killed meanwhile.

Prefect would try each request again for a minute or more, one after the other, and end
in a traceback. What has landed by then is whole, as after any kill.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import httpx

from flows.command.printing.terminal import flush_all, print_error


_EVERY_SECONDS = 5
_ANSWER_SECONDS = 10
_WARN_AFTER_SECONDS = 10
_GONE_AFTER_SECONDS = 60  # a restart takes less


@contextmanager
def watched(url: str) -> Iterator[None]:
    """End this process, with exit code 1, if the server at that API is gone.

    It is gone if it has not answered for a minute.
    """
    over = Event()
    watch = Thread(target=_watch, args=(url, over), daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()


def _watch(url: str, over: Event) -> None:
    answered, warned = time.monotonic(), False
    while not over.wait(_EVERY_SECONDS):
        if _answers(url):
            answered, warned = time.monotonic(), False
            continue
        silent = time.monotonic() - answered
        if silent >= _GONE_AFTER_SECONDS:
            print_error(
                f"the Prefect server at {url} is gone: no answer for {silent:.0f} s."
                " Nothing is lost: start it, and run the same command again to go on"
            )
            flush_all()
            os._exit(1)  # Prefect's own end would wait for the server again
        if silent >= _WARN_AFTER_SECONDS and not warned:
            print_error(f"the Prefect server at {url} does not answer; waiting for it")
            warned = True


def _answers(url: str) -> bool:
    try:
        return httpx.get(
            f"{url.rstrip('/')}/health", timeout=_ANSWER_SECONDS
        ).is_success
    except httpx.HTTPError:
        return False
