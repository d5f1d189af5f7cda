"""Outcomes of crimes: which are final, and which of those are positive.

The classes are a versioned data file, because changing one changes published shares.
"""

import tomllib
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from transforms.reference.place_labels import slug


CLASSES = ("positive", "negative", "not_final")


@dataclass(frozen=True)
class Outcome:
    """An outcome as police.uk labels it."""

    label: str
    kind: str  # one of CLASSES

    @property
    def final(self) -> bool:
        """Whether the case is closed."""
        return self.kind != "not_final"

    @property
    def positive(self) -> bool:
        """Whether the police found and dealt with a suspect."""
        return self.kind == "positive"


def _source() -> bytes:
    return files("transforms.reference").joinpath("data/outcomes.toml").read_bytes()


def outcomes_sha256() -> str:
    """The hash of the data file that classes the outcomes."""
    return sha256(_source()).hexdigest()


def _load() -> dict[str, Outcome]:
    data = tomllib.loads(_source().decode())
    return {
        slug(label) or "": Outcome(label, kind)
        for kind in CLASSES
        for label in data[kind]
    }


OUTCOMES: dict[str, Outcome] = _load()
