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
    except CycloptsError as error:
        _complain(" ".join(str(error).split()))
        code = 2
    except HexbeatError as error:
        _complain(str(error))
        code = error.exit_code
    except OSError as error:
        _complain(f"{type(error).__name__}: {' '.join(str(error).split())}")
        code = 1
    except Exception as error:
        if is_store_error(error):
            _complain(f"the object store: {' '.join(str(error).split())}")
            code = 1
        elif interrupted:
            code = _stopped()
        else:
            raise
    except KeyboardInterrupt:
        code = _stopped()
    sys.exit(code if isinstance(code, int) else 0)


def _stopped() -> int:
    _complain("stopped; run the same command again to go on")
    return 130


def _complain(text: str) -> None:
    sys.stderr.write(f"hexbeat: {text}\n")
