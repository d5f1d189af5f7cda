"""Where the plans of a programme are."""

from pathlib import Path

from transforms.programmes.programme import Programme


PLANS = "plans"


def plan_folders(programme: Programme) -> list[Path]:
    """The folders of a programme's plans, by name."""
    return sorted((programme.folder / PLANS).glob("[0-9]*/"))
