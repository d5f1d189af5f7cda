"""The source that the parameters of a run name, and the exact request to it.

Prefect is not needed here: a plan is made without it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flows import progress
from flows.params import IngestParams
from flows.settings import Settings
from transforms.feeds.archive.remote import Archive
from transforms.homes.home import Home
from transforms.incidents.lake_check import refuse_newer
from transforms.incidents.request import Request, opened, resolve, source_named
from transforms.reference.months import Month


@contextmanager
def asked_of(
    params: IngestParams, home: Home
) -> Iterator[tuple[Path | Archive, Request]]:
    """The source, open for as long as the block lasts, and the exact request of it."""
    source = source_named(params.source or Settings().source)
    today = datetime.now(UTC)
    newest = Month(today.year, today.month)
    if params.until_release:
        refuse_newer(home.lake, params.until_release)
        newest = min(newest, Month.parse(params.until_release))
    given = (source, home, newest, params.whole_zips, params.refetch)
    with opened(*given, waits=progress.wait) as ready:
        yield (
            ready,
            resolve(
                ready,
                home.registry,
                params.forces,
                params.all_forces,
                params.start,
                params.end,
                params.release,
                params.until_release,
                params.refetch,
            ),
        )
