"""A programme on simulated forces, frozen half a year before the newest month."""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.transforms.simulated_home import Simulated, copied_home
from transforms.homes.home import Home
from transforms.programmes.freeze import Frozen, freeze
from transforms.programmes.programme import open_programme
from transforms.programmes.register import start
from transforms.programmes.rule import Rule
from transforms.publications.formats import registry
from transforms.publications.publish import publish
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
FROZEN_AT = Month(2025, 6)
METHOD = METHODS[DEFAULT_METHOD]
BUFFER_M = 100.0


@dataclass(frozen=True)
class Made:
    home: Home
    rule: Rule
    frozen: Frozen

    def again(self, folder: Path) -> "Made":
        """A copy to change."""
        shutil.copytree(self.home.root, folder / "copy")
        home = replace(self.home, root=folder / "copy")
        found = open_programme(home, self.frozen.programme.id)
        return Made(home, self.rule, replace(self.frozen, programme=found))


def make_programme(simulated: Simulated, folder: Path) -> Made:
    """A programme of June, when nothing later was known, and half a year after it."""
    home = copied_home(simulated.home, folder)
    for force in home.registry.values():
        score_force(home.lake, force, FROZEN_AT, METHOD, home.scoring)
    with pytest.MonkeyPatch.context() as patch:  # a programme reads the cells alone
        needed = {name: row for name, row in registry.FORMATS.items() if row.needed}
        patch.setattr(registry, "FORMATS", needed)
        publish(home, FROZEN_AT, METHOD)
    force = min(home.registry)
    rule = Rule(force=force, group="all-crime", top=8, spacing=2, least_incidents_12m=5)
    frozen = freeze(home, "summer", rule, None, BUFFER_M, NOW, "me")
    start(home, frozen.programme, date(2025, 7, 1), NOW, "me")
    return Made(home, rule, frozen)
