"""Installed versions against those that hexbeat requires; nothing is imported."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement


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
_BREAKS = {
    "fastapi": "the Prefect server does not start, or refuses prefect deploy",
    "sqlalchemy": "the scheduler fails, and no scheduled run is ever created",
}


def refusals(installed: Mapping[str, str]) -> Iterator[str]:
    """One line for each installed version outside its range, with the fix."""
    for needed in _requirements():
        number = installed.get(needed.name)
        if number is None or needed.specifier.contains(number, prereleases=True):
            continue
        breaks = _BREAKS.get(needed.name, "hexbeat is not made for it")
        yield (
            f"{needed.name} {number}: {breaks}; install '{needed}', or the locked"
            " versions with make"
        )


def _requirements() -> list[Requirement]:
    """What hexbeat itself requires, without its extras."""
    try:
        listed = [Requirement(text) for text in requires("hexbeat") or ()]
    except PackageNotFoundError:
        return []
    return [each for each in listed if each.marker is None]
