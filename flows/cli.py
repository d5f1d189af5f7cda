"""The `hexbeat` command: the flows that deployments run, for one's own terminal."""

import os
import sys

from cyclopts import CycloptsError

from flows.commands import feeding, keeping, looking, stages  # noqa: F401 (they add commands)
from flows.commands.app import app
from transforms.crash_points import arm
from transforms.errors import HexbeatError
from transforms.storage import is_store_error


def main() -> None:
    """Run the command; an error that people can mend is one line."""
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
        if not is_store_error(error):
            raise
        _complain(f"the object store: {' '.join(str(error).split())}")
        code = 1
    except KeyboardInterrupt:
        _complain("stopped; run the same command again to go on")
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _complain(text: str) -> None:
    sys.stderr.write(f"hexbeat: {text}\n")
