"""Settings from the environment: the only reader of it in hexbeat."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator sets once, as HEXBEAT_… variables."""

    model_config = SettingsConfigDict(env_prefix="HEXBEAT_", env_ignore_empty=True)

    home: str = "data"  # a folder, or s3://bucket/prefix
    # Prefect's own files, of a home that is in a store: they need a disk.
    state: Path = Path("~/.local/state/hexbeat")
    source: str | None = None  # where releases come from when a run names no source
    workers: int = Field(default=2, ge=1, le=64)  # forces done at once
    # Where the forces' tasks run: threads of this process, or dask://host:port.
    task_runner: str = Field(default="threads", pattern=r"^(threads|dask://[^/\s]+)$")
    # The Prefect notification block that is told of bad ends: type/name.
    notify: str | None = Field(default=None, pattern=r"^[a-z0-9-]+/[A-Za-z0-9_-]+$")


class FeedSettings(BaseSettings):
    """The keys to a force's own feed, as HEXBEAT_FEED_… variables.

    Each secret may stand in a file instead, whose path the variable with _FILE names.
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
