"""Parameters of the flows: one model each, which the Prefect UI shows as a form.

Rules about one field are constraints of that field, so that the server refuses a wrong
value before anything runs.
"""

from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from transforms.errors import UsageError
from transforms.incidents.freshness import Stale
from transforms.lake.addresses import PATTERN, refuse_secrets
from transforms.publications.layers import LayerFiles
from transforms.publications.layers.area_columns import NAME_PATTERN
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import HORIZONS_DAYS, day_clock
from transforms.scores.methods import (
    DEFAULT_DAY_METHOD,
    DEFAULT_METHOD,
    methods_for,
)


def _without_secrets(address: str) -> str:
    try:
        refuse_secrets("address", address)
    except UsageError as error:
        raise ValueError(str(error)) from error
    return address


ForceId = Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,40}$")]
AreaName = Annotated[str, Field(pattern=NAME_PATTERN)]
Address = Annotated[
    str,
    AfterValidator(_without_secrets),
    Field(json_schema_extra={"pattern": PATTERN}),
]
MonthText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


_DAYS = day_clock(HORIZONS_DAYS[0])


def _serving(clock: Clock) -> AfterValidator:
    """Refuses the name of a method that does not serve the clock."""
    known = methods_for(clock)

    def checked(name: str) -> str:
        if name not in known:
            raise ValueError(f"unknown; there are {', '.join(known)}")
        return name

    return AfterValidator(checked)


MethodName = Annotated[
    str,
    _serving(MONTHS),
    Field(json_schema_extra={"enum": sorted(methods_for(MONTHS))}),
]
DayMethodName = Annotated[
    str,
    _serving(_DAYS),
    Field(json_schema_extra={"enum": sorted(methods_for(_DAYS))}),
]


class _Params(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    home: Address | None = Field(
        None,
        description="Folder of the home, or s3://bucket/prefix; default: HEXBEAT_HOME",
    )


class IngestParams(_Params):
    """What to bring into the lake."""

    forces: list[ForceId] = Field(
        default_factory=list,
        description="police.uk ids of forces, such as bedfordshire",
    )
    all_forces: bool = Field(
        False,
        description="Every force with a street file in the source and range of months",
    )
    start: MonthText | None = Field(
        None, description="First month, YYYY-MM; default: the newest 36 months"
    )
    end: MonthText | None = Field(
        None, description="Last month, YYYY-MM; default: the newest in the source"
    )
    source: Address | None = Field(
        None,
        description="Address or folder of release ZIP files, or folder of extracted"
        " CSVs; default: HEXBEAT_SOURCE, or the public archive",
    )
    release: MonthText | None = Field(
        None, description="Release of a folder of extracted CSVs, YYYY-MM"
    )
    until_release: MonthText | None = Field(
        None, description="Use the source as it was at that release, YYYY-MM"
    )
    whole_zips: bool = Field(
        False,
        description="Download whole ZIP files from a server without range requests",
    )
    refetch: bool = Field(
        False,
        description="Also fetch and read again what is stored: repairs damaged files",
    )

    @property
    def span(self) -> str:
        """What the name of the flow run says of these parameters."""
        who = "all forces" if self.all_forces else ", ".join(self.forces)
        return f"{who} {self.start or '36 months'}..{self.end or 'newest'}"


class AsOfParams(_Params):
    """Which as-of month, by which method."""

    as_of: MonthText | None = Field(
        None, description="As-of month, YYYY-MM; default: the newest supplied month"
    )
    method: MethodName = Field(DEFAULT_METHOD, description="Scoring method")

    @property
    def when(self) -> str:
        """What the name of the flow run says of the as-of month."""
        return self.as_of or "newest month"


class ScoreParams(AsOfParams):
    """What to score."""

    rescore: bool = Field(
        False, description="Compute scores again, even if their input has not changed"
    )


class PublishParams(AsOfParams):
    """What to publish, and for whom."""

    public: bool = Field(
        False, description="Also make the public tier, with disclosure control"
    )
    boundary: Path | None = Field(
        None,
        description="File of polygons whose outlines the map draws under the cells",
    )
    basemap: Path | None = Field(
        None,
        description="GeoPackage in the layout of OS Open Zoomstack, as the base map",
    )
    boundary_layers: dict[AreaName, str] = Field(
        default_factory=dict,
        description="Your own areas, to join to the cells: the name of the new column,"
        " and FILE or FILE:COLUMN with its labels",
    )

    @property
    def layers(self) -> LayerFiles:
        """The files of the user's layers."""
        return LayerFiles(self.boundary, self.basemap, self.boundary_layers)


class BacktestParams(_Params):
    """Which forces and origins to backtest."""

    forces: list[ForceId] = Field(
        default_factory=list,
        description="police.uk ids of forces; default: all that are stored",
    )
    start: MonthText | None = Field(
        None, description="First origin, YYYY-MM; default: the last 12 origins"
    )
    end: MonthText | None = Field(
        None, description="Last origin, YYYY-MM; default: the newest with an outcome"
    )

    @property
    def span(self) -> str:
        """What the name of the flow run says of these parameters."""
        who = ", ".join(self.forces) or "all forces"
        return f"{who} {self.start or '12 origins'}..{self.end or 'newest'}"


class MaintainParams(_Params):
    """How to maintain a home; its hexbeat.toml says what to keep."""

    dry_run: bool = Field(
        False, description="Count what would be removed, and remove nothing"
    )

    @property
    def how(self) -> str:
        """What the name of the flow run says: whether anything is removed."""
        return "dry run" if self.dry_run else "for good"


DayText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-[0-3]\d$")]


class ForceFeedParams(_Params):
    """What to do for a force's own feed, which has a home of its own."""

    source: Address | None = Field(
        None, description="Where the drops come from; default: as in its hexbeat.toml"
    )
    stages: list[Literal["reread", "pull", "score"]] = Field(
        default=["pull", "score"],
        min_length=1,
        description="reread: read quarantined rows of stored drops again; pull: ingest"
        " new drops; score: score a day and publish it",
    )
    drop: str | None = Field(
        None, description="Drop to read again; default: all with quarantined rows"
    )
    as_of: DayText | None = Field(
        None, description="As-of day, YYYY-MM-DD; default: the newest supplied day"
    )
    method: DayMethodName = Field(DEFAULT_DAY_METHOD, description="Scoring method")
    backtest: bool = Field(
        False,
        description="Also run a backtest, so that the publication has its accuracy",
    )


class RefreshParams(IngestParams, ScoreParams, PublishParams):
    """What to ingest, score and publish."""

    backtest: bool = Field(
        False,
        description="Also run a backtest, so that the publication has its accuracy",
    )


class BackfillParams(RefreshParams):
    """A range of months to complete: what is missing or revised is ingested."""

    start: MonthText = Field(description="First month, YYYY-MM")
    end: MonthText = Field(description="Last month, YYYY-MM")
    dry_run: bool = Field(False, description="Only show what would be done")
    rescore_only: bool = Field(
        False,
        description="Ingest nothing; score the last twelve months of every stored"
        " force again, and publish",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        ingesting = self.forces or self.all_forces or self.refetch or self.dry_run
        if self.rescore_only and ingesting:
            raise ValueError(
                "rescore_only ingests nothing, and scores every stored force: it cannot"
                " be combined with forces, all_forces, refetch or dry_run"
            )
        if self.dry_run and self.whole_zips:
            raise ValueError(
                "dry_run and whole_zips cannot be combined: it would download every ZIP"
            )
        return self


class FreshnessParams(_Params):
    """How old the newest month of a force may be, and when the run fails."""

    stale_after_months: int = Field(
        4,
        ge=1,
        le=60,
        description="A feed is stale if its newest month is older than this",
    )
    stopped_after_months: int = Field(
        12,
        ge=1,
        le=120,
        description="A feed has stopped if its newest month is older than this",
    )
    fails_for: list[Stale] = Field(
        default=list(get_args(Stale)),
        description="The run fails if the feed of any force is one of these",
    )
