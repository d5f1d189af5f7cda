"""The command as people call it: in a process of its own, or quickly in this one."""

import signal
import subprocess
import sys
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from flows.command.cli import main
from tests.flows.servers import CLI


Done = subprocess.CompletedProcess[str]


def hexbeat(*arguments: object, env: Mapping[str, str] | None = None) -> Done:
    """A command, run to its end in a process, in this environment or that one."""
    words = [str(argument) for argument in arguments]
    return subprocess.run(
        [*CLI, *words], capture_output=True, text=True, check=False, env=env
    )


def hexbeat_here(*arguments: object, stdin: str = "") -> Done:
    """A command that runs no flow, in this process: a new one takes seconds."""
    words = [str(argument) for argument in arguments]
    out, err, before = StringIO(), StringIO(), signal.getsignal(signal.SIGINT)
    with (
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        warnings.simplefilter("ignore")  # Cyclopts', of a command within a test
        patch.setattr(sys, "argv", ["hexbeat", *words])
        patch.setattr(sys, "stdin", StringIO(stdin))
        main()
    signal.signal(signal.SIGINT, before)
    return Done(words, int(ended.value.code or 0), out.getvalue(), err.getvalue())
