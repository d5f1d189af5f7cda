"""Versions that do not go together, with the mend: a table, and nothing imported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet


PACKAGES = (
    "hexbeat",
    "prefect",
    "fastapi",
    "sqlalchemy",
    "duckdb",
    "deltalake",
    "pyarrow",
    "h3",
    "geopandas",
)


@dataclass(frozen=True)
class BadPair:
    """A package's versions that break beside another's."""

    package: str
    bad: str
    beside: str
    versions: str
    breaks: str
    mend: str


_PREFECT = ">=3.8,<3.9"
BAD_PAIRS = (
    BadPair(
        "fastapi",
        ">=0.155",
        "prefect",
        _PREFECT,
        "the Prefect server does not start",
        "fastapi>=0.139,<0.151",
    ),
    BadPair(
        "fastapi",
        ">=0.151,<0.155",
        "prefect",
        _PREFECT,
        "prefect deploy is refused by the server",
        "fastapi>=0.139,<0.151",
    ),
    BadPair(
        "sqlalchemy",
        ">=2.1.dev0",
        "prefect",
        _PREFECT,
        "the scheduler fails, and no scheduled run is ever made",
        "sqlalchemy[asyncio]>=2.0,<2.1",
    ),
    BadPair(
        "prefect",
        ">=3.9.dev0",
        "hexbeat",
        ">=0",
        "hexbeat's own server and flows are not made for it",
        "prefect>=3.8.8,<3.9",
    ),
    BadPair(
        "prefect",
        "<3.8.8",
        "hexbeat",
        ">=0",
        "hexbeat's own server and flows are not made for it",
        "prefect>=3.8.8,<3.9",
    ),
)


def refusals(installed: Mapping[str, str]) -> Iterator[str]:
    """One line for each bad pair among the installed versions, the mend named."""
    for pair in BAD_PAIRS:
        if _is(installed, pair.package, pair.bad) and _is(
            installed, pair.beside, pair.versions
        ):
            yield (
                f"{pair.package} {installed[pair.package]} beside"
                f" {pair.beside} {installed[pair.beside]}: {pair.breaks};"
                f" install '{pair.mend}', or the lock with make"
            )


def _is(installed: Mapping[str, str], package: str, versions: str) -> bool:
    held = installed.get(package)
    return held is not None and SpecifierSet(versions, prereleases=True).contains(held)
