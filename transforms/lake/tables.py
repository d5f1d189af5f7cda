"""The tables of a lake: their columns, their partitions, what marks their content."""

from dataclasses import dataclass

import pyarrow as pa

from transforms.lake.schemas import (
    ACCURACY,
    ACCURACY_HISTORY,
    COVERAGE,
    DAY_SCORES,
    DROPS,
    FORCE_QUARANTINE,
    FORECASTS,
    INCIDENTS,
    OUTCOMES,
    PING_DAYS,
    PINGS,
    QUARANTINE,
    RECORDS,
    SCORES,
    STOPS,
    VISITS,
    VISITS_QUARANTINE,
)


@dataclass(frozen=True)
class TableSpec:
    """A table: its columns, its partitions, and what marks a partition's content."""

    schema: pa.Schema
    partition_by: tuple[str, ...]
    mark: str | None = None  # a column with one value in each file
    light: bool = False  # its files are many, and to be written quickly before all
    # Worked out from other tables, or worth nothing without its new columns: migrating
    # empties it, and the next run makes it again.
    made_again: bool = False

    @property
    def stored(self) -> pa.Schema:
        """The columns in the data files; partition values stand in their paths."""
        return pa.schema([f for f in self.schema if f.name not in self.partition_by])


TABLES: dict[str, TableSpec] = {
    "incidents": TableSpec(
        INCIDENTS, ("force", "month"), mark="raw_sha256", light=True
    ),
    "quarantine": TableSpec(QUARANTINE, ("force", "month"), mark="raw_sha256"),
    "outcomes": TableSpec(OUTCOMES, ("force", "month"), mark="raw_sha256", light=True),
    "outcomes_quarantine": TableSpec(QUARANTINE, ("force", "month"), mark="raw_sha256"),
    "stops": TableSpec(STOPS, ("force", "month"), mark="raw_sha256", light=True),
    "stops_quarantine": TableSpec(QUARANTINE, ("force", "month"), mark="raw_sha256"),
    "scores": TableSpec(
        SCORES, ("force", "as_of"), mark="inputs_sha256", made_again=True
    ),
    "accuracy": TableSpec(
        ACCURACY, ("force", "as_of"), mark="inputs_sha256", made_again=True
    ),
    # one whose exclusions nobody knows cannot be judged
    "forecasts": TableSpec(FORECASTS, ("force",), made_again=True),
    "accuracy_history": TableSpec(ACCURACY_HISTORY, ("force",)),
    "coverage": TableSpec(COVERAGE, ("force",)),
    # a force's own feed, in a home of its own: only transforms.records opens these
    "records": TableSpec(RECORDS, ("force", "month")),
    "records_quarantine": TableSpec(FORCE_QUARANTINE, ("force",)),
    "drops": TableSpec(DROPS, ("force",)),
    "day_scores": TableSpec(
        DAY_SCORES, ("force", "as_of"), mark="inputs_sha256", made_again=True
    ),
    # patrols: pings only in a force's own home, through transforms.records
    "visits": TableSpec(VISITS, ("force", "month")),
    "visits_quarantine": TableSpec(VISITS_QUARANTINE, ("force",)),
    "pings": TableSpec(PINGS, ("force", "day"), light=True),
    "ping_days": TableSpec(PING_DAYS, ("force",)),
}
