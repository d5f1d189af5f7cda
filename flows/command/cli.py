"""The `hexbeat` command: the flows that deployments run, for one's own terminal."""

import os
import signal
import sys
from types import FrameType

from cyclopts import CycloptsError

from flows.commands import feeding, keeping, looking, stages  # noqa: F401 (they add commands)
from flows.commands.app import app
from transforms.crash_points import arm
from transforms.errors import HexbeatError
from transforms.storage import is_store_error


def main() -> None:
    """Run the command; an error that people can mend is one line."""
    interrupted: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        # noted, for pydantic makes an error of its own of one that meets it at work
        interrupted.append(number)
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        if where := os.environ.get("HEXBEAT_CRASH_AT"):  # of tests/faults alone
            arm(where)
        code = app(exit_on_error=False, print_error=False, result_action="return_value")
    except Exception as error:
        code = _stopped() if interrupted else _told(error)
    except KeyboardInterrupt:
        code = _stopped()
    sys.exit(code if isinstance(code, int) else 0)


def _stopped() -> int:
    _complain("stopped; run the same command again to go on")
    return 130


def _told(error: Exception) -> int:
    """Tell an error that people can mend, and its exit code; raise any other."""
    text = " ".join(str(error).split())
    match error:
        case HexbeatError():
            _complain(str(error))
            return error.exit_code
        case CycloptsError():
            _complain(text)
            return 2
        case OSError():
            _complain(f"{type(error).__name__}: {text}")
        case _ if is_store_error(error):
            _complain(f"the object store: {text}")
        case _ if type(error).__name__ == "PrefectHTTPStatusError":  # it is not loaded
            _complain(
                f"the Prefect server failed: {text.partition(' - ')[0]}; where it does"
                " so again, the database in the home's prefect folder is damaged: it"
                " holds nothing but the history of runs, so move it away"
            )
        case _:
            raise error
    return 1


def _complain(text: str) -> None:
    sys.stderr.write(f"hexbeat: {text}\n")
