"""What a publication of a force's own feed says: of one as-of day, and inside alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.days.accuracy import DayAccuracy
from transforms.days.day import Day
from transforms.days.hours import of_the_year
from transforms.forces import Force
from transforms.groups import groups_sha256
from transforms.overrides import Override
from transforms.publications.formulas import withhold_formulas
from transforms.publications.published import cell_positions
from transforms.restricted import Restricted
from transforms.schemas import plain
from transforms.scores import Method
from transforms.scoring import Scoring
from transforms.seal import SCHEMA_VERSION


ATTRIBUTION = "A police force's own records: restricted, not for publication"


@dataclass(frozen=True)
class DayEdition:
    """One publication's content."""

    force: Force
    as_of: Day
    method: Method
    scoring: Scoring
    scores: pa.Table  # as DAY_SCORES
    records: Restricted  # the live ones
    supplied: Sequence[Day]
    overrides: Mapping[str, Override]  # by day, what somebody knew of it
    accuracy: Sequence[DayAccuracy]
    drops: Sequence[str]  # SHA-256 of the bytes of each, as held

    @cached_property
    def cells(self) -> pa.Table:
        """The scores with each cell's place: both horizons, all groups."""
        schema = pa.schema([plain(field) for field in self.scores.schema])
        rows = self.scores.cast(schema).drop_columns(["inputs_sha256", "h3_cell"])
        distinct, at = np.unique(self.scores["h3_cell"].to_numpy(), return_inverse=True)
        places = cell_positions(distinct).take(pa.array(at))
        for name in places.column_names:
            rows = rows.append_column(name, places[name])
        return withhold_formulas(rows).sort_by(
            [(n, "ascending") for n in ("h3_cell", "crime_group", "horizon_days")]
        )

    @property
    def top_cells(self) -> pa.Table:
        """The highest 1 % of each group and horizon, by rank."""
        top = self.cells.filter(pc.equal(self.cells["score_band"], "top_1pct"))
        return top.sort_by(
            [(n, "ascending") for n in ("horizon_days", "crime_group", "score_rank")]
        )

    @cached_property
    def year(self) -> pa.Table:
        """The records of the 365 days to the as-of."""
        return of_the_year(self.records, self.as_of, self.supplied)

    @property
    def identity(self) -> dict[str, object]:
        """Everything that decides what is published: no clock, host or path."""
        marks = self.scores["inputs_sha256"]
        return {
            "schema_version": SCHEMA_VERSION,
            "parameters": {"as_of": str(self.as_of), "method": self.method.NAME},
            "data_files": {"crime_groups.toml": groups_sha256()},
            "versions": {
                "hexbeat": version("hexbeat"),
                self.method.NAME: self.method.VERSION,
            },
            "attribution": ATTRIBUTION,
            "scoring": self.scoring.sha256,
            "scores": sorted(set(marks.to_pylist())),
            "days": {day: asdict(o) for day, o in self.overrides.items()},
            "accuracy": [line.as_row() for line in self.accuracy],
            "drops": sorted(self.drops),
        }

    @cached_property
    def run_id(self) -> str:
        """`<as-of day>-<twelve hex characters of the identity's hash>`."""
        text = json.dumps(self.identity, sort_keys=True)
        return f"{self.as_of}-{sha256(text.encode()).hexdigest()[:12]}"
