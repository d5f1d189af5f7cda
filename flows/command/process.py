"""The `hexbeat` command as a process of its own, which starts and ends fast.

A run loads a million objects, most of Prefect, which live as long as the process:
Python would take each of them apart at its end.
"""

import atexit
import os
import sys
from contextlib import suppress


_codes: list[int] = []  # the exit code, once the command has ended


def _end_at_once() -> None:
    """End without taking modules apart, once all that is due at an end is done."""
    if not _codes:
        return
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody may be left to read it
            stream.flush()
    os._exit(_codes[0])


atexit.register(_end_at_once)  # before any other module does: so it is the last to run


def run() -> None:
    """Run the command to the end of the process; errors nobody met are printed."""
    from flows.command.cli import main

    try:
        main()
    except SystemExit as end:
        _codes.append(end.code if isinstance(end.code, int) else 0)
        raise
