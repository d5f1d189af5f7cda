"""Make log records and error messages safe before Prefect stores and shows them.

Both repeat text of others: addresses, headers, names of files.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect.exceptions import FailedRun

from flows.settings import Settings
from transforms.errors import HexbeatError
from transforms.homes.full_disk import full_disk, is_full
from transforms.plain_text import plain, plain_lines


P = ParamSpec("P")
R = TypeVar("R")
_LOGGED = "_hexbeat_logged"
_TRACEBACK = logging.Formatter()
_make = logging.getLogRecordFactory()


def _plain_record(*given: Any, **more: Any) -> logging.LogRecord:
    """A record whose message is one plain line, and its traceback plain lines."""
    record = _make(*given, **more)
    record.msg, record.args = plain(record.getMessage()), None
    if record.exc_info and record.exc_info[0]:
        if _is_news(record.exc_info[1]):
            record.exc_text = plain_lines(_TRACEBACK.formatException(record.exc_info))
        record.exc_info = None  # otherwise each handler would format it again
    return record


def _is_news(error: BaseException | None) -> bool:
    """Whether the traceback of this error says something, and no record has it yet.

    Prefect logs an error in the task, in each flow around it and in the process; and
    of a run that has ended as failed, where in Prefect it noticed that.
    """
    if isinstance(error, FailedRun):
        return False
    if getattr(error, _LOGGED, False):
        return False
    with suppress(AttributeError):  # of an error with slots
        setattr(error, _LOGGED, True)
    return True


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
            if is_full(error):
                raise full_disk(_home_of(*args, *more.values())) from None
            raise _made_plain(error) from error.__cause__

    return done


def _home_of(*given: object) -> str:
    """The home of a task, its first argument, or of a flow, of its parameters."""
    first = next(iter(given), None)
    if isinstance(first, (str, Path)):
        return str(first)
    return getattr(first, "home", None) or Settings().home


def _made_plain(error: Exception) -> Exception:
    """The error with a plain message; another error if its message is fixed."""
    error.args = tuple(plain(a) if isinstance(a, str) else a for a in error.args)
    if isinstance(error, OSError) and error.strerror:
        error.strerror = plain(error.strerror)
    if str(error) == plain(error):
        return error
    return HexbeatError(f"{type(error).__name__}: {error}")
