"""`hexbeat.toml`: what it may contain, and what a home makes of it.

All of it is optional: shipped defaults apply to the rest.
"""

from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter, WithJsonSchema
from pydantic.dataclasses import dataclass

from transforms.errors import UsageError
from transforms.homes.disclosure_settings import DisclosureSettings, Transparency
from transforms.homes.feed_settings import FeedTable
from transforms.homes.map_settings import MapTable
from transforms.homes.patrol_settings import PatrolTable
from transforms.lake.storage import is_remote
from transforms.reference.exclusions import OwnExclusions, shipped_exclusions
from transforms.reference.forces import DEMO_FORCES, FORCES, find_force
from transforms.reference.harm import (
    HarmWeights,
    Scale,
    ShippedWeights,
    own_weights,
    shipped_weights,
)
from transforms.reference.overrides import MonthsEntry
from transforms.reference.score_settings import HotspotLimits, Scoring
from transforms.reference.toml_files import (
    STRICT,
    WHOLE,
    Text,
    hint,
    read_toml,
    text_of,
)


REGISTRIES = {"forces": FORCES, "demo": DEMO_FORCES}
_SHIPPED = [rule.id for rule in shipped_exclusions()]


@dataclass(frozen=True, config=STRICT)
class HomeTable:
    """Whose home it is."""

    registry: Annotated[Literal["forces", "demo"], "real or made-up forces"] = "forces"


def _shipped(name: str) -> str:
    if name not in _SHIPPED:
        raise ValueError(f"{name[:40]!r} is not shipped{hint(name, _SHIPPED)}")
    return name


_Shipped = Annotated[
    str, AfterValidator(_shipped), WithJsonSchema({"enum": _SHIPPED, "type": "string"})
]


@dataclass(frozen=True, config=STRICT)
class ExclusionsTable:
    """Shipped exclusions."""

    without: Annotated[tuple[_Shipped, ...], "those to do without"] = ()


@dataclass(frozen=True, config=STRICT)
class UniverseTable:
    """The cells that are ranked: those that your own areas contain."""

    file: Annotated[
        Text | None,
        "a map file of polygons, in this folder; default what incidents say",
    ] = None
    forces: Annotated[tuple[Text, ...], "the forces it is for; default all"] = ()

    def __post_init__(self) -> None:
        if self.forces and not self.file:
            raise ValueError("write file, too: which areas?")

    def file_of(self, force: str, root: Path) -> Path | None:
        """The file with a force's universe; None where its incidents say it."""
        if self.file is None or (self.forces and force not in self.forces):
            return None
        if is_remote(root) and not Path(self.file).is_absolute():
            raise UsageError(
                f"[universe] file {self.file}: write the whole path of a file of this"
                " machine, since the home is in an object store"
            )
        return Path(self.file) if is_remote(root) else root / self.file


@dataclass(frozen=True, config=STRICT)
class HarmTable:
    """What incidents weigh."""

    weights: Annotated[ShippedWeights | None, "shipped weights; default `cchi`"] = None
    file: Annotated[Text | None, "your own instead, in this folder"] = None
    scale: Annotated[Scale, "how they count"] = "raw"

    def __post_init__(self) -> None:
        if self.weights and self.file:
            raise ValueError("write weights or file, not both")


@dataclass(frozen=True, config=STRICT)
class RetentionSettings:
    """How long things are kept; by default for ever."""

    runs_kept: Annotated[
        Annotated[int, Field(ge=1, le=100_000), WHOLE] | None,
        "newest runs that keep their files; default all",
    ] = None
    superseded_raw_days: Annotated[
        Annotated[int, Field(ge=0, le=100_000), WHOLE] | None,
        "raw files that a newer release replaced; default for ever",
    ] = None
    # A run may take a day. Delta forgets after 30 days when it replaced a file.
    unused_days: Annotated[
        int, Field(ge=1, le=30), "what nothing needs, and what a kill left over", WHOLE
    ] = 7


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Settings:
    """The settings of a home of hexbeat."""

    home: HomeTable = HomeTable()
    exclusions: ExclusionsTable = ExclusionsTable()
    exclusion: OwnExclusions = ()
    harm: HarmTable = HarmTable()
    universe: UniverseTable = UniverseTable()
    hotspots: HotspotLimits = field(default_factory=HotspotLimits)
    coverage: tuple[MonthsEntry, ...] = ()
    public: DisclosureSettings = field(default_factory=DisclosureSettings)
    transparency: Transparency = field(default_factory=Transparency)
    retention: RetentionSettings = RetentionSettings()
    feed: FeedTable | None = None
    map: MapTable = MapTable()
    patrol: PatrolTable = PatrolTable()

    def scoring(self, root: Path) -> Scoring:
        """The choices about scores; a file of weights is relative to that folder."""
        dropped = {*self.exclusions.without, *(rule.id for rule in self.exclusion)}
        kept = tuple(rule for rule in shipped_exclusions() if rule.id not in dropped)
        return Scoring(kept + self.exclusion, self._weights(root), self.hotspots)

    def _weights(self, root: Path) -> HarmWeights:
        if self.harm.file:
            return own_weights(root / self.harm.file, self.harm.scale)
        return shipped_weights(self.harm.weights or "cchi", self.harm.scale)


def _of_its_forces(settings: Settings) -> Settings:
    named = {entry.force for entry in settings.coverage}
    named |= {rule.force for rule in settings.exclusion if rule.force}
    named |= {*settings.universe.forces}
    for force in sorted(named):
        try:
            find_force(force, REGISTRIES[settings.home.registry])
        except UsageError as error:
            raise ValueError(error) from error
    return settings


SETTINGS: TypeAdapter[Settings] = TypeAdapter(
    Annotated[Settings, AfterValidator(_of_its_forces)]
)


def read_settings(file: Path) -> Settings:
    """The settings in a file; `UsageError` for the first mistake in it."""
    return read_toml(text_of(file), str(file), SETTINGS)
