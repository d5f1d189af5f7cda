"""The source of a force's drops, opened with the keys of its home or environment."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from flows.settings import FeedSettings, checked
from transforms.errors import UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.offered import DropSource
from transforms.feeds.force.sources.opening import open_source
from transforms.records.credentials import stored_access
from transforms.records.homes import ForceHome
from transforms.records.watermark import Watermark


def drop_source(home: ForceHome, given: str | None) -> DropSource:
    """The given source; default: that of the home. `UsageError` if it is unusable."""
    access = stored_access(home.home.root) or feed_access(checked(FeedSettings, {}))
    now = datetime.now(UTC)
    since = Watermark.of(home).since(now)
    return open_source(home.source_of(given), home.mapping, access, now, since=since)


def feed_access(settings: FeedSettings) -> Access:
    """The keys from the settings; `UsageError` for a secret that cannot be read."""
    return Access(
        token=_secret("TOKEN", settings.token, settings.token_file),
        password=_secret("PASSWORD", settings.password, settings.password_file),
        key_file=settings.key_file,
        host_key=settings.host_key,
        database_url=_secret(
            "DATABASE_URL", settings.database_url, settings.database_url_file
        ),
        access_key_id=settings.access_key_id,
        secret_access_key=_secret(
            "SECRET_ACCESS_KEY",
            settings.secret_access_key,
            settings.secret_access_key_file,
        ),
        endpoint_url=settings.endpoint_url,
    )


def _secret(name: str, given: SecretStr | None, file: Path | None) -> SecretStr | None:
    """A secret from the variable or the file; the file may end with a line break."""
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
