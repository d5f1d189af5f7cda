"""What a force's server asks of whoever reads there. Secrets do not show in a repr."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr


@dataclass(frozen=True)
class Access:
    """The keys to a source; each source takes those of its kind."""

    token: SecretStr | None = None  # HTTPS: sent as a bearer token
    password: SecretStr | None = None  # SFTP: of the user, or of the key file
    key_file: Path | None = None  # SFTP: a private key
    host_key: str | None = None  # SFTP: the server's, as it has been pinned
    database_url: SecretStr | None = None  # SQL
