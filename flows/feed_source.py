"""The source of a force's drops, opened with the keys of this environment."""

from datetime import UTC, datetime

from flows.console import checked
from flows.feed_keys import feed_access
from flows.settings import FeedSettings
from transforms.feeds.force.sources.offered import DropSource
from transforms.feeds.force.sources.opening import open_source
from transforms.records.homes import ForceHome


def drop_source(home: ForceHome, asked: str | None) -> DropSource:
    """The source asked, else the home's; `UsageError` for none, or one that is none."""
    access = feed_access(checked(FeedSettings, {}))
    now = datetime.now(UTC)
    return open_source(home.source_of(asked), home.mapping, access, now)
