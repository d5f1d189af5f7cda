"""A public tier of the simulated home, made once and not changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.homes.runs.seal import PUBLIC
from transforms.publications.public.publish import publish_public
from transforms.publications.publish import publish
from transforms.scores.methods import DEFAULT_METHOD, METHODS


@pytest.fixture(scope="package")
def public_tier(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a public tier whose record has one answer."""
    copied = copied_home(simulated.home, tmp_path_factory.mktemp("public"))
    answers = {"organisation": "Police of <b>Avonmere</b>"}
    home = replace(copied, transparency=answers)
    done = publish(home, AS_OF, METHODS[DEFAULT_METHOD])
    assert publish_public(home, done.edition).created
    return done.folder / PUBLIC
