"""A home: the folder that holds one lake, its publications and its settings.

`hexbeat.toml` in it holds the user's settings; shipped defaults apply where it is
silent. A home keeps real forces or the demo's made-up ones, never both.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from transforms.errors import UsageError
from transforms.forces import DEMO_FORCES, FORCES, Force
from transforms.lake import Lake


SETTINGS_FILE = "hexbeat.toml"
_REGISTRIES = {"forces": FORCES, "demo": DEMO_FORCES}
_DEMO_ATTRIBUTION = "Simulated data of made-up forces: no real place, no real crime"


@dataclass(frozen=True)
class Home:
    """Where things are, and whose they are."""

    root: Path
    registry_name: str

    @property
    def lake(self) -> Lake:
        """The lake at its newest."""
        return Lake(self.root / "lake")

    @property
    def publications(self) -> Path:
        """The folder of all publications."""
        return self.root / "publications"

    @property
    def registry(self) -> dict[str, Force]:
        """The forces that may live here."""
        return _REGISTRIES[self.registry_name]

    @property
    def attribution_instead(self) -> str | None:
        """What stands on publications in place of the feed's own attribution."""
        return _DEMO_ATTRIBUTION if self.registry_name == "demo" else None


def open_home(root: Path) -> Home:
    """The home at that folder, which need not exist yet."""
    settings = root / SETTINGS_FILE
    if not settings.exists():
        return Home(root, "forces")
    try:
        table = tomllib.loads(settings.read_text(encoding="utf-8")).get("home", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{settings}: not valid TOML ({error})") from error
    if not isinstance(table, dict):
        raise UsageError(f"{settings}: home is a table: write [home]")
    name = table.get("registry", "forces")
    if not isinstance(name, str) or name not in _REGISTRIES:
        raise UsageError(
            f"{settings}: registry = {name!r} is unknown; write"
            f" {' or '.join(map(repr, _REGISTRIES))}"
        )
    return Home(root, name)


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
