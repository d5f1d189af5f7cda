"""Settings from the environment, which only this module reads for hexbeat."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from transforms.errors import UsageError


Model = TypeVar("Model", bound=BaseModel)
_IN_ADDRESS = re.compile(r"(\w+://)[^'\"]*")


class Settings(BaseSettings):
    """What an operator sets once, as HEXBEAT_… variables."""

    model_config = SettingsConfigDict(env_prefix="HEXBEAT_", env_ignore_empty=True)

    home: str = "data"  # a folder, or s3://bucket/prefix
    # For a home in an object store: the folder for Prefect's own files.
    state: Path = Path("~/.local/state/hexbeat")
    source: str | None = None  # of releases, if a run names none
    workers: int = Field(default=2, ge=1, le=64)  # forces at the same time
    # Where the forces' tasks run: threads of this process, or dask://host:port.
    task_runner: str = Field(
        default="threads", pattern=r"^(threads|dask://[^/\s@?#]+)$"
    )
    # The Prefect notification block for runs that end badly: type/name.
    notify: str | None = Field(default=None, pattern=r"^[a-z0-9-]+/[A-Za-z0-9_-]+$")


class FeedSettings(BaseSettings):
    """The keys to a force's own feed, as HEXBEAT_FEED_… variables.

    Each secret may be in a file instead: the variable with _FILE has its path.
    """

    model_config = SettingsConfigDict(env_prefix="HEXBEAT_FEED_", env_ignore_empty=True)

    token: SecretStr | None = None  # HTTPS
    token_file: Path | None = None
    password: SecretStr | None = None  # SFTP: of the user, or of the key file
    password_file: Path | None = None
    key_file: Path | None = None  # SFTP: a private key
    host_key: str | None = None  # SFTP: SHA256:… of the server, or its known_hosts line
    database_url: SecretStr | None = None  # SQL
    database_url_file: Path | None = None
    access_key_id: str | None = None  # object store, with
    secret_access_key: SecretStr | None = None
    secret_access_key_file: Path | None = None
    endpoint_url: str | None = None  # object store, if not Amazon's


def checked(model: type[Model], given: Mapping[str, Any]) -> Model:
    """The settings or parameters; `UsageError` names the one that is wrong."""
    try:
        return model(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        if not where:  # of the options together
            raise UsageError(why) from error
        # an address may have a secret in its path, as those of web hooks do
        shown = _IN_ADDRESS.sub(r"\1…", repr(first["input"]))
        raise UsageError(f"{where} {shown}: {why}") from error
