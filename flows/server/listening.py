"""The socket of a Prefect server on this machine, and its name in addresses."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EADDRINUSE

from transforms.errors import UsageError


LOOPBACK = "127.0.0.1"
_HTTP_PORT = 80


@contextmanager
def listening(port: int = 0) -> Iterator[socket.socket]:
    """A socket that listens at that port, or at a free one, before others learn of it.

    To bind it is not enough: another account could bind the port too, listen first, and
    receive the password.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
            listener.listen()
        except OSError as error:
            raise UsageError(
                f"port {port} of this machine is {_unusable(error)}:"
                " choose another with --port"
            ) from error
        yield listener


def _unusable(error: OSError) -> str:
    return "taken" if error.errno == EADDRINUSE else f"not available ({error.strerror})"


def host_of(listener: socket.socket) -> str:
    """Host and port as clients name them, without the default port of HTTP."""
    port = listener.getsockname()[1]
    return LOOPBACK if port == _HTTP_PORT else f"{LOOPBACK}:{port}"
