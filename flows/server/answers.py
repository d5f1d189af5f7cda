"""Whether a Prefect server answers, and whether it requires a password.

It is asked over HTTP, without Prefect, which may be broken. Nothing heavy is imported
at the top, because every command imports this module.
"""

import os
from base64 import b64encode
from enum import Enum
from http import HTTPStatus

from transforms.errors import HexbeatError
from transforms.lake.addresses import AUTH_INSTEAD, refuse_secrets


_PATIENCE_SECONDS = 10
_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class ServerError(HexbeatError):
    """A Prefect server does not answer, or did not start."""


class Answer(Enum):
    """What the server answered."""

    TAKES_OURS = "takes the password"
    REFUSES_OURS = "refuses the password in PREFECT_API_AUTH_STRING (401 Unauthorized)"
    WANTS_ONE = (
        "wants a password (401 Unauthorized), and PREFECT_API_AUTH_STRING is not set"
    )
    OPEN = (
        "answers without a password: everyone who reaches it can run commands on its"
        " workers, with their rights"
    )


def ask(url: str) -> Answer:
    """Ask without a password first; `httpx.HTTPError` if no server answers."""
    import httpx

    url = url.rstrip("/")
    with httpx.Client(timeout=_PATIENCE_SECONDS) as client:
        client.get(f"{url}/health").raise_for_status()
        guarded = f"{url}/admin/version"
        if client.get(guarded).is_success:
            return Answer.OPEN
        if not (headers := _credentials()):
            return Answer.WANTS_ONE
        refused = client.get(guarded, headers=headers).status_code in _REFUSALS
    return Answer.REFUSES_OURS if refused else Answer.TAKES_OURS


def check_answers(url: str) -> Answer:
    """Its answer; `ServerError` in one line, where Prefect would print a traceback.

    Without a password in the environment there may be one in Prefect's own profile:
    then Prefect finds out whether the server accepts it.
    """
    import httpx

    refuse_secrets("PREFECT_API_URL", url, AUTH_INSTEAD)
    try:
        answer = ask(url)
    except httpx.HTTPError as error:
        raise ServerError(
            f"no Prefect server answers at PREFECT_API_URL={url} ({error}): start it,"
            " or unset the variable for a server of our own"
        ) from error
    if answer is Answer.REFUSES_OURS:
        raise ServerError(f"the Prefect server at {url} {answer.value}")
    return answer


def refusal() -> str:
    """The answer of a server that sent 401 to Prefect itself."""
    ours = "PREFECT_API_AUTH_STRING" in os.environ
    answer = Answer.REFUSES_OURS if ours else Answer.WANTS_ONE
    return str(answer.value)


def is_refusal(error: Exception) -> bool:
    """Whether the server refused the password; works without importing Prefect."""
    return type(error).__name__ == "PrefectHTTPStatusError" and str(error).startswith(
        f"Client error '{HTTPStatus.UNAUTHORIZED:d} "
    )


def _credentials() -> dict[str, str]:
    """As Prefect's own clients send them: the password, or the key of its cloud."""
    if password := os.environ.get("PREFECT_API_AUTH_STRING"):
        return {"Authorization": f"Basic {b64encode(password.encode()).decode()}"}
    if key := os.environ.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {key}"}
    return {}
