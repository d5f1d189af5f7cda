"""What a force's server asks of its readers. Secrets do not show in a repr."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic.dataclasses import dataclass

from transforms.reference.toml_files import STRICT, Text


Secret = Annotated[SecretStr, Field(min_length=1)]


@dataclass(frozen=True, config=STRICT)
class Access:
    """The keys to a source; each source takes those of its kind."""

    token: Secret | None = None  # HTTPS: sent as a bearer token
    password: Secret | None = None  # SFTP: of the user, or of the key file
    key_file: Path | None = None  # SFTP: a private key
    host_key: Text | None = None  # SFTP: the server's, as it has been pinned
    database_url: Secret | None = None  # SQL
    access_key_id: Text | None = None  # object store, with
    secret_access_key: Secret | None = None
    endpoint_url: Text | None = None  # object store, if not Amazon's
