"""Forecasts as they were published: appended, never rewritten.

A publication is a forecast of the month after its as-of. If that month is not stored
yet, publishing freezes the forecast: the hash of its cells is stored in the lake.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pyarrow as pa

from transforms.homes.home import Home
from transforms.homes.runs.seal import TIER
from transforms.incidents.coverage import MonthCoverage
from transforms.lake.checksums import file_sha256
from transforms.lake.lake import Lake, SupersededError
from transforms.lake.schemas import FORECASTS
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.schemas import CELLS_FILE
from transforms.reference.months import Month


def is_frozen(home: Home, edition: MonthEdition) -> bool:
    """Whether `freeze` would find every forecast of that publication frozen."""
    return not any(
        edition.run_id not in _frozen(home.lake, force.force.id)
        for force in edition.scored
        if not _is_known(edition.as_of + 1, force.months)
    )


def _frozen(lake: Lake, force: str) -> list[str]:
    """The runs whose forecasts of a force are frozen."""
    runs: list[str] = lake.read("forecasts", force)["run_id"].to_pylist()
    return runs


def freeze(home: Home, edition: MonthEdition, now: datetime) -> list[str]:
    """Freeze a publication's forecasts; the forces whose outcome is still to come."""
    outcome = edition.as_of + 1
    published = home.publications / "runs" / edition.run_id / TIER / CELLS_FILE
    if not published.exists():  # withdrawn, and its files removed since
        return []
    digest = file_sha256(published)
    frozen = []
    for force in edition.scored:
        if _is_known(outcome, force.months):
            continue
        row = {
            "force": force.force.id,
            "run_id": edition.run_id,
            "as_of": str(edition.as_of),
            "outcome_month": str(outcome),
            "method": f"{edition.method.NAME} {edition.method.VERSION}",
            "universe_cells": force.universe_cells,
            "forecast_sha256": digest,
            "exclusions": json.dumps([asdict(rule) for rule in force.exclusions]),
            "frozen_at": now,
        }
        if _added(home.lake, force.force.id, row):
            frozen.append(force.force.id)
    return frozen


def _added(lake: Lake, force: str, forecast: Mapping[str, Any]) -> bool:
    """Add a forecast; False if that run's is stored already."""
    row = pa.Table.from_pylist([forecast], schema=FORECASTS)
    while True:
        stored = lake.read("forecasts", force)
        if forecast["run_id"] in stored["run_id"].to_pylist():
            return False
        try:
            lake.append("forecasts", force, stored, row)
        except SupersededError:  # another run came in between: decide again
            continue
        return True


def _is_known(month: Month, months: Mapping[Month, MonthCoverage]) -> bool:
    """Whether any row of that month could have been read, counted or not."""
    covered = months.get(month)
    return bool(covered and covered.entry and covered.entry.raw_sha256)
