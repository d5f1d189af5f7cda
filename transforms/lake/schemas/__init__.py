"""The columns of each stored table, with their units and where they come from.

Every table is made to fit its schema before it is stored or published, and the data
dictionary is written from these descriptions.
"""

from transforms.lake.schemas.accuracy import ACCURACY, ACCURACY_HISTORY, FORECASTS
from transforms.lake.schemas.fields import SLUG, TEXT, about, column, conform, plain
from transforms.lake.schemas.incidents import INCIDENTS, OUTCOMES, QUARANTINE, STOPS
from transforms.lake.schemas.ledger import COVERAGE
from transforms.lake.schemas.records import (
    DROPS,
    FORCE_QUARANTINE,
    FORCE_RECORDS,
    RECORDS,
)
from transforms.lake.schemas.scores import DAY_SCORES, SCORES
from transforms.lake.schemas.visits import PING_DAYS, PINGS, VISITS, VISITS_QUARANTINE


__all__ = [
    "ACCURACY",
    "ACCURACY_HISTORY",
    "COVERAGE",
    "DAY_SCORES",
    "DROPS",
    "FORCE_QUARANTINE",
    "FORCE_RECORDS",
    "FORECASTS",
    "INCIDENTS",
    "OUTCOMES",
    "PINGS",
    "PING_DAYS",
    "QUARANTINE",
    "RECORDS",
    "SCORES",
    "SLUG",
    "STOPS",
    "TEXT",
    "VISITS",
    "VISITS_QUARANTINE",
    "about",
    "column",
    "conform",
    "plain",
]
