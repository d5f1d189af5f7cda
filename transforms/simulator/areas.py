"""The three made-up forces: where they lie, how busy they are, how they supply."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Town:
    """A Gaussian cloud of snap points; its name is also the LSOAs' district."""

    name: str
    east_km: float
    north_km: float
    spread_km: float
    share: float


@dataclass(frozen=True, kw_only=True)
class Area:
    """What a made-up force covers at size 1."""

    longitude: float
    latitude: float
    snap_points: int
    rows_a_month: int
    asb_share: float
    placeless_share: float
    newline: str
    coast: bool
    towns: tuple[Town, ...]


AREAS: dict[str, Area] = {
    "avonmere": Area(
        longitude=-2.05,
        latitude=51.55,
        snap_points=4000,
        rows_a_month=4500,
        asb_share=0.15,
        placeless_share=0.006,
        newline="\n",
        coast=False,
        towns=(
            Town("Avonmere", 0.0, 0.0, 2.2, 0.45),
            Town("Vale, Quay and Orchard", 9.0, 4.0, 1.3, 0.2),
            Town("Little Sarum", -8.0, 6.0, 1.0, 0.12),
            Town("Wick & Harrow", 3.0, -10.0, 0.8, 0.08),
        ),
    ),
    "northfell": Area(
        longitude=-2.35,
        latitude=54.35,
        snap_points=2500,
        rows_a_month=2500,
        asb_share=0.29,
        placeless_share=0.02,
        newline="\r\n",
        coast=False,
        towns=(
            Town("Northfell", 0.0, 0.0, 1.8, 0.4),
            Town("Becksideborough", -9.0, -5.0, 1.1, 0.2),
            Town("Scarhow", 7.0, 9.0, 0.8, 0.12),
        ),
    ),
    "saltmarsh": Area(
        longitude=0.75,
        latitude=52.75,
        snap_points=1200,
        rows_a_month=1200,
        asb_share=0.02,
        placeless_share=0.07,
        newline="\n",
        coast=True,
        towns=(
            Town("Saltmarsh", 0.0, 0.0, 1.3, 0.45),
            Town("Ternhaven", 6.0, 7.0, 0.8, 0.2),
            Town("Fen Staithe", -8.0, 2.0, 0.7, 0.12),
        ),
    ),
}
