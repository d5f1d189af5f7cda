"""A filter before every Prefect server that hexbeat starts: one host, one origin.

Prefect checks the password and a CSRF token. This refuses, before Prefect sees it, a
request that names another host (of a page whose name was pointed at this machine) or
that comes from a page of another origin. No other page may frame those of the server.
"""

from typing import Any

from fastapi.datastructures import Headers
from fastapi.responses import PlainTextResponse


# What its own pages may load: only themselves. Prefect's pages contain scripts, styles,
# and an editor with a worker. Those of its API description (`/docs`) would run a script
# of another host, in a browser that keeps the password.
_SOURCES = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
    " font-src 'self' data:; worker-src 'self' blob:; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
POLICY = (b"content-security-policy", _SOURCES.encode())


class Guard:
    """An ASGI application in front of another, for HTTP and for websockets."""

    def __init__(self, app: Any, host: str) -> None:
        self._app = app
        self._host = host  # with its port, as clients name it

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on what is addressed to this server and comes from its own pages."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif refusal := self._refusal(Headers(scope=scope)):
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, _with_policy(send))

    def _refusal(self, headers: Headers) -> PlainTextResponse | None:
        if headers.getlist("host") != [self._host]:
            text = f"This server answers only at http://{self._host}.\n"
            return PlainTextResponse(text, status_code=421)
        # A browser names the origin of whatever can change something or is a websocket.
        if set(headers.getlist("origin")) - {f"http://{self._host}"}:
            text = "This server refuses requests from other pages.\n"
            return PlainTextResponse(text, status_code=403)
        return None


def _with_policy(send: Any) -> Any:
    async def with_policy(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), POLICY]}
        await send(message)

    return with_policy
