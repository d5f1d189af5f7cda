"""Parameters of the flows: one model each, which the Prefect UI shows as a form.

Rules about one field are constraints of that field, so that the server refuses a wrong
value before anything runs.
"""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flows.fields import (
    DAY,
    MONTH,
    Address,
    AreaName,
    DayMethodName,
    DayText,
    ForceId,
    MethodName,
    MonthText,
    PeriodText,
)
from flows.form import ONE_OR_ALL, RESCORE_OR_RANGE, form
from transforms.incidents.freshness import (
    STALE_AFTER_MONTHS,
    STOPPED_AFTER_MONTHS,
    Stale,
)
from transforms.publications.layers import LayerFiles
from transforms.scores.methods import (
    DEFAULT_DAY_METHOD,
    DEFAULT_METHOD,
)
from transforms.searches.table import USUAL_GROUP


if TYPE_CHECKING:
    from transforms.homes.home import Home
    from transforms.plans.asked import Asked
    from transforms.plans.hours import Hours
    from transforms.profiles.profile import Context
    from transforms.programmes.around import UserLayers
    from transforms.programmes.chosen import Choice
    from transforms.programmes.programme import Programme


class Params(BaseModel):
    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra=form()
    )

    home: Address = Field(
        None,
        description="Folder of the home, or s3://bucket/prefix; default: HEXBEAT_HOME",
    )


class IngestParams(Params):
    """What to bring into the lake."""

    model_config = ConfigDict(json_schema_extra=form(ONE_OR_ALL))

    forces: list[ForceId] = Field(
        default_factory=list,
        description="Forces by their police.uk ids, such as bedfordshire; none if All"
        " Forces is on",
    )
    all_forces: bool = Field(
        False,
        description="Every force with a street file in the source and range of months;"
        " default: off",
    )
    start: MonthText = Field(
        None, description=f"First month, {MONTH}; default: the newest 36 months"
    )
    end: MonthText = Field(
        None, description=f"Last month, {MONTH}; default: the newest in the source"
    )
    source: Address = Field(
        None,
        description="Address or folder of release ZIP files, or folder of extracted"
        " CSVs; default: HEXBEAT_SOURCE, or the public archive",
    )
    release: MonthText = Field(
        None,
        description=f"Release of a folder of extracted CSVs, {MONTH}; default: as the"
        " folder is named",
    )
    until_release: MonthText = Field(
        None,
        description=f"Use the source as it was at that release, {MONTH}; default: as it"
        " is now",
    )
    whole_zips: bool = Field(
        False,
        description="Download whole ZIP files from a server without range requests;"
        " default: off",
    )
    refetch: bool = Field(
        False,
        description="Also fetch and read again what is stored: repairs damaged files;"
        " default: off",
    )

    @property
    def span(self) -> str:
        """What the name of the flow run says of these parameters."""
        who = "all forces" if self.all_forces else ", ".join(self.forces)
        return f"{who} {self.start or '36 months'}..{self.end or 'newest'}"


class AsOfParams(Params):
    """Which as-of month, by which method."""

    as_of: MonthText = Field(
        None, description=f"As-of month, {MONTH}; default: the newest supplied month"
    )
    method: MethodName = Field(
        DEFAULT_METHOD, description=f"Scoring method; default: {DEFAULT_METHOD}"
    )

    @property
    def when(self) -> str:
        """What the name of the flow run says of the as-of month."""
        return self.as_of or "newest month"


class ScoreParams(AsOfParams):
    """What to score."""

    rescore: bool = Field(
        False,
        description="Compute scores again, even if their input has not changed;"
        " default: off",
    )


class PublishParams(AsOfParams):
    """What to publish, and for whom."""

    public: bool = Field(
        False,
        description="Also make the public tier, with disclosure control; default: off",
    )
    boundary: Path | None = Field(
        None,
        description="File of polygons whose outlines the map draws under the cells; it"
        " changes no figure ([universe] in hexbeat.toml does); default: none",
    )
    basemap: Path | None = Field(
        None,
        description="GeoPackage in the layout of OS Open Zoomstack, as the base map;"
        " default: none",
    )
    boundary_layers: dict[AreaName, str] = Field(
        default_factory=dict,
        description="Your own areas, to join to the cells, as JSON: the name of the new"
        ' column, and FILE or FILE:COLUMN with its labels, such as {"beat":'
        ' "/srv/beats.gpkg:NAME"}; default: none',
    )

    landmarks: str | None = Field(
        None,
        description="Named places to show and find on the map, as FILE or FILE:COLUMN;"
        " default: none",
    )

    @property
    def layers(self) -> LayerFiles:
        """The files of the user's layers."""
        return LayerFiles(
            self.boundary, self.basemap, self.boundary_layers, self.landmarks
        )


class BacktestParams(Params):
    """Which forces and origins to backtest."""

    forces: list[ForceId] = Field(
        default_factory=list,
        description="Forces by their police.uk ids; default: all that are stored",
    )
    start: MonthText = Field(
        None, description=f"First origin, {MONTH}; default: the last 12 origins"
    )
    end: MonthText = Field(
        None, description=f"Last origin, {MONTH}; default: the newest with an outcome"
    )

    @property
    def span(self) -> str:
        """What the name of the flow run says of these parameters."""
        who = ", ".join(self.forces) or "all forces"
        return f"{who} {self.start or '12 origins'}..{self.end or 'newest'}"


class MaintainParams(Params):
    """How to maintain a home; its hexbeat.toml says what to keep."""

    dry_run: bool = Field(
        False,
        description="Count what would be removed, and remove nothing; default: off",
    )

    @property
    def how(self) -> str:
        """What the name of the flow run says: whether anything is removed."""
        return "dry run" if self.dry_run else "for good"


class ProgrammeParams(Params):
    """Which places to freeze, as a programme of which name."""

    name: str = Field(
        min_length=1, description="Name of the programme, such as winter-2026"
    )
    force: ForceId = Field(description="Force by its police.uk id")
    group: str = Field(description="Crime group")
    top: int | None = Field(None, description="So many of the highest cells")
    hotspots: list[str] = Field(
        default_factory=list,
        description="Or hot spots, by their ids in hotspots.csv; default: none",
    )
    places: str | None = Field(
        None,
        description="Or a file of polygons, FILE or FILE:COLUMN with their names;"
        " default: none",
    )
    spacing: int | None = Field(
        None, description="Of Top: steps of the grid between two places; default: 1"
    )
    least_incidents_12m: int | None = Field(
        None,
        description="Of Top: least incidents in 12 months; default: 36, or 12 of the"
        " smaller cells of a force's own feed",
    )
    join: int | None = Field(
        None,
        description="Of Top, on a force's own feed: cells that a place may have, those"
        " of the highest 2 % that touch; default: 1",
    )
    without: list[str] = Field(
        default_factory=list, description="Of Top: cells to leave out; default: none"
    )
    run: str | None = Field(
        None, description="Publication to freeze from; default: the newest"
    )
    buffer_m: float = Field(
        100.0, description="Metres around each place to watch; default: 100"
    )
    context: list[str] = Field(
        default_factory=list,
        description="Layers of what is around, each NAME=FILE; default: none",
    )
    sensitive_layer: str | None = Field(
        None, description="Why a layer of places that need protection is shown"
    )

    def read_layers(self) -> "UserLayers":
        """The layers, read; `UsageError` for one that cannot be."""
        from transforms.programmes.around import UserLayers
        from transforms.publications.layers.context import read_context

        reason = self.sensitive_layer
        return UserLayers([read_context(one, reason) for one in self.context], reason)

    def choice_in(self, home: "Home") -> "Choice":
        """What is chosen; `UsageError` unless it is said in one way."""
        from transforms.programmes.chosen import asked
        from transforms.programmes.rule import LEAST_INCIDENTS_365D

        least = self.least_incidents_12m
        if home.feed and self.top is not None and least is None:
            least = LEAST_INCIDENTS_365D
        return asked(
            self.force,
            self.group,
            self.top,
            self.hotspots,
            self.places,
            spacing=self.spacing,
            least_incidents_12m=least,
            without=tuple(self.without),
            join=self.join,
        )


class TrackParams(Params):
    """Which programmes to look at, and over which months."""

    programmes: list[str] = Field(
        default_factory=list,
        description="Programmes by name or id; default: all that have started and"
        " have a month, or a week, that no look has seen",
    )
    to: PeriodText = Field(
        None,
        description=f"Last month, {MONTH}, or last day of a force's own feed, {DAY};"
        " default: the newest that counts",
    )
    window_months: int = Field(
        3, ge=1, le=11, description="Months up to then; default: 3"
    )
    window_weeks: int = Field(
        13,
        ge=1,
        le=26,
        description="On a force's own feed: weeks up to then; default: 13",
    )

    @property
    def which(self) -> str:
        """What the name of the flow run says of these parameters."""
        return ", ".join(self.programmes) or "those with something new"


class ProfileParams(Params):
    """Which areas to write problem profiles of."""

    areas: list[str] = Field(
        default_factory=list,
        description="Hot spots by their ids in hotspots.csv, or places of Programme;"
        " default: the highest ones",
    )
    programme: str | None = Field(
        None, description="Programme whose places they are, by name or id"
    )
    force: ForceId | None = Field(
        None, description="Of the highest hot spots: force by its police.uk id"
    )
    group: str | None = Field(None, description="Of the highest hot spots: crime group")
    top: int | None = Field(None, description="Of the highest hot spots: how many")
    context: list[str] = Field(
        default_factory=list,
        description="Layers of what is around, each NAME=FILE; default: none",
    )
    context_counts: list[str] = Field(
        default_factory=list,
        description="Counts of others by place and month, each NAME=FILE, in a home of"
        " a force's own feed; default: none",
    )
    sensitive_layer: str | None = Field(
        None, description="Why a layer of places that need protection is shown"
    )

    def read_layers(self, home: "Home") -> "Context":
        """The layers and counts, read; `UsageError` for one that cannot be."""
        from transforms.profiles.context_counts import read_counts
        from transforms.profiles.profile import Context
        from transforms.publications.layers.context import read_context

        reason = self.sensitive_layer
        read = [read_context(one, reason) for one in self.context]
        counts = [read_counts(home, one, reason) for one in self.context_counts]
        return Context(read, reason, counts)

    @property
    def choice(self) -> dict[str, Any]:
        """What was asked for, by name."""
        return {
            name: getattr(self, name)
            for name in ("areas", "programme", "force", "group", "top")
        }

    @property
    def which(self) -> str:
        """What the name of the flow run says of these parameters."""
        if self.top is not None:
            return f"{self.top} of {self.force}"
        return "1 area" if len(self.areas) == 1 else f"{len(self.areas)} areas"


class SearchesParams(Params):
    """Beside which hot spots or places to count stop and search."""

    forces: list[ForceId] = Field(
        default_factory=list,
        description="Forces by their police.uk ids; default: all of the publication",
    )
    group: str = Field(
        USUAL_GROUP,
        description=f"Crime group of the hot spots; default: {USUAL_GROUP}",
    )
    run: str | None = Field(
        None, description="Publication with the hot spots; default: the newest"
    )
    programme: str | None = Field(
        None,
        description="Beside the places of a programme instead, by its name or id",
    )
    residents: Path | None = Field(
        None,
        description="CSV of residents by LSOA and group (lsoa21cd,group,residents);"
        " default: none, and no rates by residents",
    )

    @property
    def which(self) -> str:
        """What the name of the flow run says of these parameters."""
        return self.programme or ", ".join(self.forces) or "all forces"


class PatrolParams(Params):
    """Which patrols to plan."""

    programme: str | None = Field(
        None,
        description="Programme by name or id; default: the only one that has started",
    )
    shifts: str | None = Field(
        None,
        description="CSV of the shifts; default: that of the home's settings,"
        " `[patrol] shifts`, of which next week is planned",
    )
    trial: str | None = Field(
        None, description="Trial whose issued weeks the plan follows; default: none"
    )
    first: DayText = Field(
        None, description="First day, YYYY-MM-DD; default: the first of the file"
    )
    last: DayText = Field(
        None, description="Last day, YYYY-MM-DD; default: the last of the file"
    )

    hours_from: Address = Field(
        None,
        description="Home of the force's own feed, which has hours; default: none",
    )

    def hours(self, home: "Home", programme: "Programme") -> "Hours | None":
        """The hours of its places, where a feed has any; `UsageError` for another."""
        from transforms.errors import UsageError
        from transforms.plans.hours import hours_from
        from transforms.records.homes import open_force_home

        if home.feed and self.hours_from:
            raise UsageError(f"{home.root} has its own hours: leave out --hours-from")
        feed = home.root if home.feed else self.hours_from
        return hours_from(open_force_home(feed), programme) if feed else None

    def asked(self, home: "Home", now: datetime) -> "Asked":
        """The plan that is asked for; `UsageError` for what cannot be planned."""
        from transforms.plans.asked import asked_of, of_the_settings
        from transforms.programmes.programme import open_programme
        from transforms.programmes.register import only_started

        programme = open_programme(home, self.programme or only_started(home))
        first, last = (
            date.fromisoformat(text) if text else None
            for text in (self.first, self.last)
        )
        if self.shifts:
            file = Path(self.shifts)
            return asked_of(home, programme, file, self.trial, first, last)
        file, *week = of_the_settings(home, now)
        given = first or week[0], last or week[1]
        return asked_of(home, programme, file, self.trial, *given)

    @property
    def which(self) -> str:
        """What the name of the flow run says of these parameters."""
        return self.programme or "next week"


class TaskingParams(Params):
    """Which tasking packs to make."""

    programme: str | None = Field(
        None,
        description="Programme by name or id; default: each that runs and whose newest"
        " whole fortnight has no pack",
    )
    fortnight: DayText = Field(
        None,
        description="Last day of the fortnight, YYYY-MM-DD; default: that of the newest"
        " whole one",
    )

    @property
    def which(self) -> str:
        """What the name of the flow run says of these parameters."""
        if self.programme is None:
            return "what is due"
        return f"{self.programme} to {self.fortnight or 'newest'}"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.fortnight and self.programme is None:
            raise ValueError("a fortnight is of one programme: name it")
        return self


class ForceFeedParams(Params):
    """What to do for a force's own feed, which has a home of its own."""

    source: Address = Field(
        None, description="Where the drops come from; default: as in its hexbeat.toml"
    )
    stages: list[Literal["reread", "pull", "score"]] = Field(
        default=["pull", "score"],
        min_length=1,
        description="reread: read quarantined rows of stored drops again; pull: ingest"
        " new drops; score: score a day and publish it; default: pull and score",
    )
    drop: str | None = Field(
        None, description="Drop to read again; default: all with quarantined rows"
    )
    as_of: DayText = Field(
        None, description="As-of day, YYYY-MM-DD; default: the newest supplied day"
    )
    method: DayMethodName = Field(
        DEFAULT_DAY_METHOD, description=f"Scoring method; default: {DEFAULT_DAY_METHOD}"
    )
    backtest: bool = Field(
        False,
        description="Also run a backtest, so that the publication has its accuracy;"
        " default: off",
    )


class RefreshParams(IngestParams, ScoreParams, PublishParams):
    """What to ingest, score and publish."""

    model_config = ConfigDict(json_schema_extra=form(ONE_OR_ALL))

    backtest: bool = Field(
        False,
        description="Also run a backtest, so that the publication has its accuracy;"
        " default: off",
    )


class BackfillParams(RefreshParams):
    """A range of months to complete: what is missing or revised is ingested."""

    model_config = ConfigDict(json_schema_extra=form(RESCORE_OR_RANGE))

    start: MonthText = Field(None, description=f"First month, {MONTH}")
    end: MonthText = Field(None, description=f"Last month, {MONTH}")
    dry_run: bool = Field(
        False, description="Only show what would be done; default: off"
    )
    rescore_only: bool = Field(
        False,
        description="Ingest nothing; score the last twelve months of every stored"
        " force again, and publish; default: off",
    )

    @property
    def span(self) -> str:
        """What the name of the flow run says of these parameters."""
        if self.rescore_only:
            return f"all stored forces again, to {self.as_of or self.end or 'newest'}"
        return super().span

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        ingesting = self.forces or self.all_forces or self.refetch or self.dry_run
        if self.rescore_only and ingesting:
            raise ValueError(
                "rescore_only ingests nothing, and scores every stored force: it cannot"
                " be combined with forces, all_forces, refetch or dry_run"
            )
        if not self.rescore_only and not (self.start and self.end):
            raise ValueError("a backfill is of a range: give its start and end")
        if self.dry_run and self.whole_zips:
            raise ValueError(
                "dry_run and whole_zips cannot be combined: it would download every ZIP"
            )
        return self


class FreshnessParams(Params):
    """How old the newest month of a force may be, and when the run fails."""

    stale_after_months: int = Field(
        STALE_AFTER_MONTHS,
        ge=1,
        le=60,
        description="A feed is stale if its newest month is older than this;"
        f" default: {STALE_AFTER_MONTHS} months",
    )
    stopped_after_months: int = Field(
        STOPPED_AFTER_MONTHS,
        ge=1,
        le=120,
        description="A feed has stopped if its newest month is older than this;"
        f" default: {STOPPED_AFTER_MONTHS} months",
    )
    fails_for: list[Stale] = Field(
        default=list(get_args(Stale)),
        description="The run fails if the feed of any force is one of these; default:"
        " all",
    )
