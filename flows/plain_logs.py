"""Make log records and error messages safe before Prefect stores and shows them.

Both repeat text of others: addresses, headers, names of files.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from transforms.errors import HexbeatError
from transforms.plain_text import plain, plain_lines


P = ParamSpec("P")
R = TypeVar("R")
_TRACEBACK = logging.Formatter()
_make = logging.getLogRecordFactory()


def _plain_record(*given: Any, **more: Any) -> logging.LogRecord:
    """A record whose message is one plain line, and its traceback plain lines."""
    record = _make(*given, **more)
    record.msg, record.args = plain(record.getMessage()), None
    if record.exc_info and record.exc_info[0]:
        record.exc_text = plain_lines(_TRACEBACK.formatException(record.exc_info))
        record.exc_info = None  # otherwise each handler would format it again
    return record


def log_plainly() -> None:
    """Make every record of this process plain, whichever library's it is."""
    logging.setLogRecordFactory(_plain_record)


def plain_faults(work: Callable[P, R]) -> Callable[P, R]:
    """The same work, but the message of an error that it raises is plain text.

    Prefect puts that message into the state of the run. The type of the error stays: it
    decides whether the task is retried.
    """

    @wraps(work)
    def done(*args: P.args, **more: P.kwargs) -> R:
        try:
            return work(*args, **more)
        except HexbeatError:
            raise
        except Exception as error:
            raise _made_plain(error) from error.__cause__

    return done


def _made_plain(error: Exception) -> Exception:
    """The error with a plain message; another error if its message is fixed."""
    error.args = tuple(plain(a) if isinstance(a, str) else a for a in error.args)
    if isinstance(error, OSError) and error.strerror:
        error.strerror = plain(error.strerror)
    if str(error) == plain(error):
        return error
    return HexbeatError(f"{type(error).__name__}: {error}")
