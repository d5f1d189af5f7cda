"""A home: the folder that holds one lake, its publications and its settings.

`hexbeat.toml` in it holds the user's settings; shipped defaults apply where it is
silent. A home keeps real forces or the demo's made-up ones, never both; or it is of one
force's own feed, and then `hexbeat feed` alone opens it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from transforms.disclosure.settings import DisclosureSettings, read_disclosure
from transforms.disclosure.transparency import OPERATOR_FIELDS
from transforms.errors import UsageError
from transforms.forces import DEMO_FORCES, FORCES, Force, find_force
from transforms.home_feed import HomeFeed, read_feed
from transforms.lake import Lake
from transforms.layout import refuse_other_layout
from transforms.maintenance.settings import RetentionSettings, read_retention
from transforms.overrides import Overrides, read_overrides, shipped_overrides
from transforms.scoring import SCORING_KEYS, Scoring, read_scoring
from transforms.storage import is_remote, located


SETTINGS_FILE = "hexbeat.toml"
_REGISTRIES = {"forces": FORCES, "demo": DEMO_FORCES}
_DEMO_ATTRIBUTION = "Simulated data of made-up forces: no real place, no real crime"


@dataclass(frozen=True)
class Home:
    """Where things are, and whose they are."""

    root: Path
    registry_name: str
    overrides: Overrides
    scoring: Scoring = field(default_factory=Scoring)
    disclosure: DisclosureSettings = field(default_factory=DisclosureSettings)
    transparency: Mapping[str, str] = field(default_factory=dict)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    feed: HomeFeed | None = None  # of a force's own feed

    @property
    def address(self) -> str:
        """Where it is, for another process or machine."""
        root = self.root if is_remote(self.root) else self.root.resolve()
        return str(root)

    @property
    def lake(self) -> Lake:
        """The lake at its newest."""
        return Lake(self.root / "lake")

    @property
    def publications(self) -> Path:
        """The folder of all publications."""
        return self.root / "publications"

    @cached_property
    def registry(self) -> dict[str, Force]:
        """The forces that may live here, with what is known of their months."""
        shipped = shipped_overrides()
        return {
            force_id: replace(
                force,
                overrides={
                    **shipped.get(force_id, {}),
                    **self.overrides.get(force_id, {}),
                },
            )
            for force_id, force in _REGISTRIES[self.registry_name].items()
        }

    @property
    def attribution_instead(self) -> str | None:
        """What stands on publications in place of the feed's own attribution."""
        return _DEMO_ATTRIBUTION if self.registry_name == "demo" else None


def open_home(address: str | Path) -> Home:
    """The home at that folder, which need not exist yet; of the layout known here."""
    home = _open_known_layout(address)
    if home.feed:
        raise UsageError(
            f"{home.root} is of a force's own feed: only hexbeat feed opens it"
        )
    return home


def open_feed_home(address: str | Path) -> Home:
    """The home of a force's own feed at that folder; `UsageError` for any other."""
    home = _open_known_layout(address)
    if home.feed is None:
        raise UsageError(
            f"{home.root} is no home of a force's own feed: make one with hexbeat feed"
            " create"
        )
    return home


def _open_known_layout(address: str | Path) -> Home:
    refuse_other_layout(located(address) / "lake")
    return open_any_layout(address)


def open_any_layout(address: str | Path) -> Home:
    """The home at that folder, whatever its layout: to tell of it, or to migrate it."""
    root = located(address)
    file = root / SETTINGS_FILE
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is no folder: a home is one")
    if not file.exists():
        return Home(root, "forces", {})
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{file}: not valid TOML ({error})") from error
    tables = ("home", "coverage", "public", "transparency", "retention", "feed")
    known = {*tables, *SCORING_KEYS}
    if unknown := sorted(set(settings) - known):
        raise UsageError(f"{file}: unknown key {unknown[0]!r}")
    table = settings.get("home", {})
    if not isinstance(table, dict) or set(table) - {"registry"}:
        raise UsageError(f"{file}: home is a table with one key, registry")
    name = table.get("registry", "forces")
    if not isinstance(name, str) or name not in _REGISTRIES:
        raise UsageError(
            f"{file}: registry = {name!r} is unknown; write"
            f" {' or '.join(map(repr, _REGISTRIES))}"
        )
    overrides = read_overrides(settings, str(file))
    for force in overrides:
        find_force(force, _REGISTRIES[name])
    scoring = read_scoring(settings, str(file), root)
    for rule in scoring.exclusions:
        if rule.force is not None:
            find_force(rule.force, _REGISTRIES[name])
    return Home(
        root,
        name,
        overrides,
        scoring,
        read_disclosure(settings, str(file)),
        _answers(settings.get("transparency", {}), file),
        read_retention(settings, str(file)),
        read_feed(settings, str(file), root),
    )


def _answers(table: object, file: Path) -> Mapping[str, str]:
    """What the operator says in transparency.md."""
    if not isinstance(table, dict) or not all(
        isinstance(text, str) for text in table.values()
    ):
        raise UsageError(f"{file}: transparency is a table of texts")
    if unknown := sorted(set(table) - set(OPERATOR_FIELDS)):
        raise UsageError(
            f"{file}: transparency {unknown[0]!r} is unknown; there are"
            f" {', '.join(OPERATOR_FIELDS)}"
        )
    return table


def create_demo_home(root: Path) -> Home:
    """A home for made-up forces; a folder that holds real ones is refused."""
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
