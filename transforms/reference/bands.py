"""Bands: a cell's share of the ranking, and the colour it has on every map."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """Cells ranked within so many in a hundred of the universe, and not in a higher."""

    slug: str
    percent: int
    label: str
    colour: str  # dark for high


BANDS = (
    Band("top_1pct", 1, "Top 1 % of cells", "#253494"),
    Band("top_2pct", 2, "1 to 2 %", "#2c7fb8"),
    Band("top_5pct", 5, "2 to 5 %", "#41b6c4"),
    Band("top_20pct", 20, "5 to 20 %", "#a1dab4"),
    Band("rest", 100, "The rest with crime", "#ffffcc"),
)
SLUGS = tuple(band.slug for band in BANDS)
TOP_5 = SLUGS[:3]
REST = SLUGS[-1]
