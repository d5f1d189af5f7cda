"""The source of a force's drops, opened."""

from transforms.feeds.force.sources.offered import DropSource
from transforms.feeds.force.sources.opening import open_source
from transforms.records.homes import ForceHome


def drop_source(home: ForceHome, asked: str | None) -> DropSource:
    """The source asked, else the home's; `UsageError` for none, or one that is none."""
    return open_source(home.source_of(asked))
