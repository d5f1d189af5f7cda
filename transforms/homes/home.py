"""A home: the folder that holds one lake, its publications and its settings.

`hexbeat.toml` in it has the user's settings; shipped defaults apply to the rest. A home
contains real forces or the demo's made-up ones, never both; or it contains one force's
own feed, and is opened by `hexbeat feed` and the commands that work on both.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

from transforms.errors import UsageError
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.homes.feed_settings import HomeFeed, open_feed
from transforms.homes.home_paths import (
    home_path,
    refuse_file,
    refuse_uncreatable,
)
from transforms.homes.map_settings import MapTable
from transforms.homes.patrol_settings import PatrolTable
from transforms.homes.settings import (
    REGISTRIES,
    RetentionSettings,
    UniverseTable,
    read_settings,
)
from transforms.lake.lake import Lake
from transforms.lake.layout import refuse_other_layout
from transforms.lake.storage import is_remote
from transforms.reference.forces import Force
from transforms.reference.overrides import Overrides, month_overrides, shipped_overrides
from transforms.reference.resolutions import DAYS_RESOLUTION, MONTHS_RESOLUTION
from transforms.reference.score_settings import OwnUniverse, Scoring


SETTINGS_FILE = "hexbeat.toml"
_DEMO_ATTRIBUTION = "Simulated data of made-up forces: no real place, no real crime"


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folders and settings of one home."""

    root: Path
    registry_name: str
    overrides: Overrides
    scoring: Scoring = field(default_factory=Scoring)  # but for the universe of a force
    universe: UniverseTable = field(default_factory=UniverseTable)
    disclosure: DisclosureSettings = field(default_factory=DisclosureSettings)
    transparency: Mapping[str, str] = field(default_factory=dict)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    map: MapTable = field(default_factory=MapTable)
    patrol: PatrolTable = field(default_factory=PatrolTable)
    feed: HomeFeed | None = None  # of a force's own feed

    @property
    def address(self) -> str:
        """Where it is, for another process or machine."""
        root = self.root if is_remote(self.root) else self.root.resolve()
        return str(root)

    @property
    def lake(self) -> Lake:
        """The lake at its newest version."""
        return Lake(self.root / "lake")

    @property
    def publications(self) -> Path:
        """The folder of all publications."""
        return self.root / "publications"

    @cached_property
    def registry(self) -> dict[str, Force]:
        """The forces that this home may contain, with their overrides."""
        shipped = shipped_overrides()
        return {
            force_id: replace(
                force,
                overrides={
                    **shipped.get(force_id, {}),
                    **self.overrides.get(force_id, {}),
                },
            )
            for force_id, force in REGISTRIES[self.registry_name].items()
        }

    def scoring_of(self, force: str) -> Scoring:
        """The choices about one force's scores, with the user's universe if any.

        `UsageError` for a file of it that cannot be meant.
        """
        file = self.universe.file_of(force, self.root)
        if file is None:
            return self.scoring
        from transforms.map_files.cells_within import cells_within  # has GeoPandas

        resolution = DAYS_RESOLUTION if self.feed else MONTHS_RESOLUTION
        own = OwnUniverse(cells_within(file, resolution))
        return replace(self.scoring, universe=own)

    @property
    def attribution_instead(self) -> str | None:
        """What publications print in place of the feed's own attribution."""
        return _DEMO_ATTRIBUTION if self.registry_name == "demo" else None


def open_home(address: str | Path) -> Home:
    """The home at that folder, which need not exist yet; of the layout known here."""
    home = open_either_home(address)
    if home.feed:
        raise UsageError(
            f"{home.root} is a home of a force's own feed: only hexbeat feed, withdraw,"
            " view, verify, maintain, doctor, programme, track, trial, dosage, patrol"
            " and profile open it"
        )
    return home


def open_feed_home(address: str | Path) -> Home:
    """The home of a force's own feed at that folder; `UsageError` for any other."""
    home = open_either_home(address)
    if home.feed is None:
        raise UsageError(
            f"{home.root} is not a home of a force's own feed: create one with"
            " hexbeat feed create"
        )
    return home


def open_either_home(address: str | Path) -> Home:
    """The home at that folder, of the public feed or of a force's own."""
    root = home_path(address)
    refuse_file(root)
    refuse_other_layout(root / "lake")
    return open_any_layout(address)


def open_any_layout(address: str | Path) -> Home:
    """The home at that folder, whatever its layout: to inspect it, or to migrate it."""
    root = home_path(address)
    file = root / SETTINGS_FILE
    refuse_file(root)
    if not file.exists():
        return Home(root=root, registry_name="forces", overrides={})
    settings = read_settings(file)
    return Home(
        root=root,
        registry_name=settings.home.registry,
        overrides=month_overrides(settings.coverage),
        scoring=settings.scoring(root),
        universe=settings.universe,
        disclosure=settings.public,
        transparency=asdict(settings.transparency),
        retention=settings.retention,
        map=settings.map,
        patrol=settings.patrol,
        feed=open_feed(settings.feed, root) if settings.feed else None,
    )


def create_demo_home(root: Path) -> Home:
    """A home for made-up forces; a folder that holds real ones is refused."""
    refuse_uncreatable(home_path(root))
    if (
        root.exists()
        and any(root.iterdir())
        and open_home(root).registry_name != "demo"
    ):
        raise UsageError(
            f"{root} is not a demo home: give the demo a folder of its own"
        )
    root.mkdir(parents=True, exist_ok=True)
    (root / SETTINGS_FILE).write_text('[home]\nregistry = "demo"\n')
    return open_home(root)
