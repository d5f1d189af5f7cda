"""Parameters of the flows: one model each, so that the UI's form explains itself.

Rules that a single field can break are constraints of that field: the server refuses
them before anything runs.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from transforms.publications.area_columns import NAME_PATTERN
from transforms.publications.layers import LayerFiles
from transforms.scores import DEFAULT_METHOD, METHODS


ForceId = Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,40}$")]
AreaName = Annotated[str, Field(pattern=NAME_PATTERN)]
MonthText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


def _known_method(name: str) -> str:
    if name not in METHODS:
        raise ValueError(f"unknown; there are {', '.join(METHODS)}")
    return name


MethodName = Annotated[
    str,
    AfterValidator(_known_method),
    Field(json_schema_extra={"enum": sorted(METHODS)}),
]


class _Params(BaseModel):
    model_config = ConfigDict(extra="forbid")

    home: str | None = Field(
        None,
        description="Folder of lake and publications, or s3://bucket/prefix; default"
        " HEXBEAT_HOME",
    )


class IngestParams(_Params):
    """What to bring into the lake."""

    forces: list[ForceId] = Field(
        default_factory=list, description="police.uk ids, such as bedfordshire"
    )
    all_forces: bool = Field(
        False, description="Every force with a street file in the source and range"
    )
    start: MonthText | None = Field(
        None, description="First month, YYYY-MM; default 36 months to the newest"
    )
    end: MonthText | None = Field(
        None, description="Last month, YYYY-MM; default the newest of the source"
    )
    source: str | None = Field(
        None,
        description="Address or folder of release zips, or folder of extracted CSVs;"
        " default HEXBEAT_SOURCE, else the public archive",
    )
    release: MonthText | None = Field(
        None, description="Release of a folder of extracted CSVs, YYYY-MM"
    )
    until_release: MonthText | None = Field(
        None, description="Take the source as it was at that release, YYYY-MM"
    )

    whole_zips: bool = Field(
        False, description="Download whole zips from a server that cannot send parts"
    )
    refetch: bool = Field(
        False, description="Fetch and read what is held anew, too: the mend of damage"
    )

    @property
    def span(self) -> str:
        """How a run's name says what it is about."""
        who = "all forces" if self.all_forces else ", ".join(self.forces)
        return f"{who} {self.start or '36 months'}..{self.end or 'newest'}"


class AsOfParams(_Params):
    """Which as-of month, by which method."""

    as_of: MonthText | None = Field(
        None, description="As-of month, YYYY-MM; default the newest supplied month"
    )
    method: MethodName = Field(DEFAULT_METHOD, description="Scoring method")

    @property
    def when(self) -> str:
        """How a run's name says which as-of month it is about."""
        return self.as_of or "newest month"


class ScoreParams(AsOfParams):
    """What to score."""

    rescore: bool = Field(
        False, description="Compute scores anew even where nothing they rest on changed"
    )


class PublishParams(AsOfParams):
    """What to publish, and for whom."""

    public: bool = Field(
        False, description="Make the disclosure-controlled public tier of the run too"
    )
    boundary: Path | None = Field(
        None, description="Polygons whose outlines the map draws under its cells"
    )
    basemap: Path | None = Field(
        None, description="GeoPackage in the layout of OS Open Zoomstack, for the map"
    )
    boundary_layers: dict[AreaName, str] = Field(
        default_factory=dict,
        description="Areas of one's own that cells are joined to: column name, and"
        " FILE or FILE:COLUMN of its labels",
    )

    @property
    def layers(self) -> LayerFiles:
        """The files of the user's layers."""
        return LayerFiles(self.boundary, self.basemap, self.boundary_layers)


class BacktestParams(_Params):
    """Which forces to backtest, from which months on."""

    forces: list[ForceId] = Field(
        default_factory=list, description="police.uk ids; default every force held"
    )
    start: MonthText | None = Field(
        None, description="First origin, YYYY-MM; default 12 months to the last"
    )
    end: MonthText | None = Field(
        None, description="Last origin, YYYY-MM; default the newest with an outcome"
    )

    @property
    def span(self) -> str:
        """How a run's name says what it is about."""
        who = ", ".join(self.forces) or "all forces"
        return f"{who} {self.start or '12 origins'}..{self.end or 'newest'}"


class MaintainParams(_Params):
    """How a home is kept in order; what is kept stands in its hexbeat.toml."""

    dry_run: bool = Field(False, description="Only count what would be removed")

    @property
    def how(self) -> str:
        """How a run's name says whether anything was removed."""
        return "dry run" if self.dry_run else "for good"


DayText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-[0-3]\d$")]


class ForceFeedParams(BaseModel):
    """Which home of a force's own feed is brought up to date, and how far."""

    model_config = ConfigDict(extra="forbid")

    home: str | None = Field(
        None, description="Folder of the feed's own home; default HEXBEAT_HOME"
    )
    source: str | None = Field(
        None, description="Where its drops come from; default that of its hexbeat.toml"
    )
    stages: list[Literal["pull", "score"]] = Field(
        default=["pull", "score"],
        min_length=1,
        description="What to do: bring in what is new; score a day and publish it",
    )
    as_of: DayText | None = Field(
        None, description="As-of day, YYYY-MM-DD; default the newest supplied day"
    )
    method: MethodName = Field(DEFAULT_METHOD, description="Scoring method")
    backtest: bool = Field(
        False, description="Backtest too, so that the publication tells its accuracy"
    )


class RefreshParams(IngestParams, ScoreParams, PublishParams):
    """Everything: what is missing is ingested, scored and published."""

    backtest: bool = Field(
        False, description="Backtest too, so that the publication tells its accuracy"
    )


class BackfillParams(RefreshParams):
    """A range to make whole: what is held stays, what is missing or revised comes."""

    start: MonthText = Field(description="First month, YYYY-MM")
    end: MonthText = Field(description="Last month, YYYY-MM")
    dry_run: bool = Field(False, description="Tell what would be done, and do nothing")
    rescore_only: bool = Field(
        False,
        description="Ingest nothing: score the twelve months to the last one anew, of"
        " every force, and publish",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        ingesting = self.forces or self.all_forces or self.refetch or self.dry_run
        if self.rescore_only and ingesting:
            raise ValueError(
                "rescore_only is of every force held, and ingests nothing: give it no"
                " forces, no refetch and no dry run"
            )
        if self.dry_run and self.whole_zips:
            raise ValueError("a dry run with whole_zips would download them all")
        return self


Verdict = Literal["stale", "partial", "rejected", "stopped", "unfinished"]


class FreshnessParams(_Params):
    """How old a force's newest month may be, and what the run fails for."""

    stale_after_months: int = Field(
        4, ge=1, le=60, description="Its newest month is older than this: stale"
    )
    stopped_after_months: int = Field(
        12, ge=1, le=120, description="Its newest month is older than this: stopped"
    )
    fails_for: list[Verdict] = Field(
        default=["stale", "partial", "rejected", "stopped", "unfinished"],
        description="What a force may not be: the run fails, and names it",
    )
