"""The Prefect server of `hexbeat up`, on a socket that its parent has bound.

Run as a module with the number of that socket. `prefect server start` cannot have the
guard, and binds the port late, when another process may have it.
"""

import socket
import sys

from prefect.server.api.server import create_app
from uvicorn import Config, Server

from flows.server.guard import Guard
from flows.server.listening import host_of


def serve(listener: socket.socket) -> None:
    """Answer until SIGTERM."""
    guarded = Guard(create_app(final=True), host_of(listener))
    config = Config(guarded, lifespan="on", log_level="warning", access_log=False)
    Server(config).run(sockets=[listener])


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
