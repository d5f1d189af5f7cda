"""The entry point of the `hexbeat` command: exit codes, and errors in one line."""

import os
import signal
import sys
from types import FrameType

from cyclopts import CycloptsError, MissingArgumentError

from flows.command import (  # noqa: F401 (they add commands)
    dosage,
    feed,
    home,
    inspect,
    patrol,
    profile,
    programme,
    run,
    scrutiny,
    tasking,
    trial,
)
from flows.command.app import app
from flows.command.printing.terminal import (
    flush_all,
    is_unread,
    print_error,
    print_traceback,
)
from flows.server.answers import is_refusal, refusal
from transforms.errors import HexbeatError
from transforms.homes.full_disk import is_full
from transforms.lake.crash_points import arm
from transforms.lake.storage import is_store_error, said_by_store


_WHY = "--why requires an argument"
_SAY_WHY = ": say why, such as --why 'a wrong mapping'"
_GO_ON = "run the same command again to go on"


def main() -> None:
    """Run the command; an error that people can fix is one line."""
    interrupted: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        # noted, because pydantic would turn the exception into one of its own
        interrupted.append(number)
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        if where := os.environ.get("HEXBEAT_CRASH_AT"):  # of tests/faults alone
            arm(where)
        code = app(exit_on_error=False, print_error=False, result_action="return_value")
    except Exception as error:
        if isinstance(error, BrokenPipeError) and is_unread(sys.stdout):
            code = 0  # of what others print, such as the help
        else:
            code = _stopped() if interrupted else _report(error)
    except KeyboardInterrupt:
        code = _stopped()
    flush_all()
    sys.exit(code if isinstance(code, int) else 0)


def _stopped() -> int:
    print_error(f"stopped; {_GO_ON}")
    return 130


def _unknown_option(error: CycloptsError) -> str:
    """What is also wrong where something required is missing: it is told first.

    `--starts` for `--on` would be answered with the missing `--on` alone.
    """
    if not isinstance(error, MissingArgumentError):
        return ""
    options = [word for word in error.unused_tokens or () if word.startswith("--")]
    return f"Unknown option: {options[0]}. " if options else ""


def _report(error: Exception) -> int:
    """Print an error, in one line if people can fix it; the exit code."""
    text = " ".join(str(error).split())
    match error:
        case HexbeatError():
            print_error(str(error))
            return error.exit_code
        case CycloptsError():
            text = f"{text.removesuffix('.')}{_SAY_WHY}" if _WHY in text else text
            print_error(f"{_unknown_option(error)}{text}")
            return 2
        case _ if is_full(error):
            print_error(f"a disk is full ({text}): free some space; {_GO_ON}")
        case OSError():
            print_error(said_by_store(text) or f"{type(error).__name__}: {text}")
        case _ if is_store_error(error):
            print_error(f"the object store: {text}")
        case _ if is_refusal(error):
            print_error(f"the Prefect server {refusal()}")
        case _ if type(error).__name__ == "PrefectHTTPStatusError":  # it is not loaded
            print_error(
                f"the Prefect server failed: {text.partition(' - ')[0]}; if it does so"
                " again, the database in the home's prefect folder is damaged: it"
                " contains only the history of runs, so move it away"
            )
        case _ if type(error).__module__.partition(".")[0] in ("httpx", "httpcore"):
            # sources have errors of ours
            print_error(f"the Prefect server does not answer: {text}; {_GO_ON}")
        case _:
            print_traceback(error)
    return 1
