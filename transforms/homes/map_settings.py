"""The tiles that a home's maps may load: off unless `hexbeat.toml` names them."""

import re
from typing import Annotated

from pydantic.dataclasses import dataclass

from transforms.reference.toml_files import STRICT, Text


# The host becomes part of the page's policy: nothing in it may be read as more.
_TILES = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?/[!-~]*")
_PLACES = ("{z}", "{x}", "{y}")


@dataclass(frozen=True, config=STRICT)
class MapTable:
    """What the maps load from elsewhere."""

    tiles: Annotated[Text | None, "online tiles, https://…/{z}/{x}/{y}.png"] = None
    attribution: Annotated[Text | None, "whose tiles they are"] = None

    def __post_init__(self) -> None:
        if self.tiles and not self.attribution:
            raise ValueError(
                "tiles need an attribution: who made them, and the licence"
            )
        if self.attribution and not self.tiles:
            raise ValueError("attribution is for tiles, of which there are none")
        if self.tiles and not _is_address(self.tiles):
            raise ValueError(
                f"tiles: {self.tiles[:80]!r} is no address of tiles; write it as"
                " https://host/{z}/{x}/{y}.png"
            )


def host_of(tiles: str) -> str:
    """The one address that pages with those tiles may load from."""
    return "/".join(tiles.split("/")[:3])


def _is_address(tiles: str) -> bool:
    return bool(_TILES.fullmatch(tiles)) and all(part in tiles for part in _PLACES)
