"""What was worked out from records goes with them: publications and scores of days.

An old publication shows an erased incident in its cell, and one subtracted from the
next shows it alone. Both go from the home; copies made of them before are out of reach.
"""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from transforms.errors import LakeError
from transforms.homes.runs.catalog import retire, runs, write_catalog
from transforms.homes.runs.seal import (
    LATEST,
    TIER,
    is_installed,
    latest_run,
    point_latest,
)
from transforms.homes.runs.seal_check import provenance_of
from transforms.lake.lake import Lake
from transforms.lake.storage import flush_folder
from transforms.records.tables import DAY_SCORES_TABLE


DROPS = "drops_hmac"  # in provenance.json: the drops that a publication rests on
_COUNTED_DAYS = 365  # to the as-of: no count by cell is of longer


@dataclass(frozen=True)
class Gone:
    """What is removed, as those know it that rest on it."""

    why: str
    drops: Collection[str] = ()  # by the keyed hash of what was offered
    before: date | None = None  # records that began before that day
    scores: bool = False  # all scores of days
    since: date | None = None  # the first day on which a row of those drops began

    def takes(self, as_of: date, facts: dict[str, Any] | None) -> bool:
        """Whether a publication goes; one that cannot say what it rests on does."""
        if facts is None or DROPS not in facts:
            return True
        return self.counts(as_of) or not set(self.drops).isdisjoint(facts[DROPS])

    def may_be_in(self, counted_to: date) -> bool:
        """Whether what counts records up to a day may count one that is removed."""
        return self.counts(counted_to) or (
            self.since is not None and self.since <= counted_to
        )

    def counts(self, as_of: date) -> bool:
        """Whether a day of the year to that as-of is removed."""
        first = as_of - timedelta(days=_COUNTED_DAYS - 1)
        return self.before is not None and first < self.before


def remove_publications(publications: Path, gone: Gone, now: datetime) -> int:
    """Retire each run that rests on it, whole, and what killed runs left; how many."""
    places = publications / "runs"
    resting = [
        tier.parent
        for tier in sorted(places.glob(f"[0-9]*/{TIER}"))
        if gone.takes(_as_of(tier.parent), provenance_of(tier))
    ]
    for folder in resting:
        try:
            retire(publications, folder.name, gone.why, now)
        except LakeError:  # damaged: it cannot even say what the catalogue lists
            shutil.rmtree(folder)
    for left in [*places.glob(".tmp-*"), *publications.glob(".*.json")]:
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    if places.is_dir():
        flush_folder(places)
        _point_on(publications)
    return len(resting)


def _as_of(folder: Path) -> date:
    try:
        return date.fromisoformat(folder.name[:10])
    except ValueError:
        return date.min


def _point_on(publications: Path) -> None:
    """Let latest.json name the newest run that still has its files, or be gone."""
    pointed = latest_run(publications)
    if pointed and not is_installed(publications / "runs" / pointed, TIER):
        out = [r for r in runs(publications) if not (r.withdrawn or r.retired)]
        if newest := max(out, key=lambda run: run.as_of, default=None):
            point_latest(publications, newest.run_id)
        else:
            (publications / LATEST).unlink()
    write_catalog(publications)


def remove_day_scores(lake: Lake, force: str, gone: Gone) -> None:
    """Empty the scores of days that rest on it: they are made again from what stays."""
    as_ofs = [f.partition["as_of"] for f in lake.files(DAY_SCORES_TABLE, force)]
    old = [a for a in as_ofs if gone.scores or gone.counts(date.fromisoformat(a))]
    if old:
        lake.commit(DAY_SCORES_TABLE, force, [], old)
