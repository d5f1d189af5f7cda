"""The settings that hexbeat gives Prefect, through the environment.

Prefect reads its settings once, when it is first imported: they are set before that.
"""

import os
from hashlib import sha256
from pathlib import Path

from flows.server.listening import LOOPBACK
from flows.server.password import make_private
from flows.settings import Settings
from transforms.lake.storage import is_remote


# A failed task prints its traceback on Prefect's console handlers, but the commands
# print their own lines. Levels of loggers stay as they are: the API gets every line.
QUIET = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_DEBUG_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "DO_NOT_TRACK": "1",
}

# For a command's own server, which lives as long as one run: it has no deployments,
# workers, automations or browser.
LEAN = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    # Events are written one by one by default: a commit for every state of every task.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
}

# For every server of ours. These names have priority over those that the user's
# environment may have. `settle` adds the password and the origin.
CLOSED = {
    "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
}

# For the server that `hexbeat up` keeps: on this machine only, and its pages ask no
# other host for anything.
STANDING = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    "PREFECT_WORKER_QUERY_SECONDS": "5",
    "DO_NOT_TRACK": "1",
}

# Not `prefect.db`, which servers without a password kept: what other accounts of the
# machine put into that one would run with the rights of the home's owner.
DATABASE = "runs.db"


def prefect_folder(home: Path) -> Path:
    """Where Prefect's own files are: in the home; if it is in a store, on this disk."""
    if not is_remote(home):
        return home / "prefect"
    name = sha256(str(home).encode()).hexdigest()[:12]
    return Settings().state.expanduser() / name


def settle(folder: Path, url: str, password: str) -> None:
    """Set where Prefect's files and its server are, and the password."""
    make_private(folder)
    bypass_proxy()
    database = (folder / DATABASE).resolve()
    os.environ.pop("PREFECT_API_KEY", None)
    os.environ.update(
        CLOSED,
        PREFECT_API_URL=url,
        PREFECT_API_AUTH_STRING=password,
        PREFECT_SERVER_API_AUTH_STRING=password,
        PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS=url.removesuffix("/api"),
        PREFECT_HOME=str(folder.resolve()),
        PREFECT_SERVER_DATABASE_CONNECTION_URL=f"sqlite+aiosqlite:///{database}",
    )


def bypass_proxy() -> None:
    """Do not use a proxy of the environment for this machine itself."""
    given = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    os.environ["no_proxy"] = f"{given},{LOOPBACK}" if given else LOOPBACK
