"""The keys to a force's own feed, out of the environment or the files that it names."""

from pathlib import Path

from pydantic import SecretStr

from flows.settings import FeedSettings
from transforms.errors import UsageError
from transforms.feeds.force.sources.access import Access


def feed_access(settings: FeedSettings) -> Access:
    """What a source may ask for; `UsageError` for a secret that cannot be read."""
    return Access(
        token=_secret("TOKEN", settings.token, settings.token_file),
        password=_secret("PASSWORD", settings.password, settings.password_file),
        key_file=settings.key_file,
        host_key=settings.host_key,
        database_url=_secret(
            "DATABASE_URL", settings.database_url, settings.database_url_file
        ),
    )


def _secret(name: str, given: SecretStr | None, file: Path | None) -> SecretStr | None:
    """A secret from the one place it stands in; a file's last line may end."""
    if file is None:
        return given
    if given is not None:
        raise UsageError(f"HEXBEAT_FEED_{name}: set it or {name}_FILE, not both")
    try:
        text = file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"HEXBEAT_FEED_{name}_FILE: {file}: not a readable text file"
        ) from error
    if not text:
        raise UsageError(f"HEXBEAT_FEED_{name}_FILE: {file}: empty")
    return SecretStr(text)
