"""A registered trial: its folder, its commitment, and the seed that nobody should read.

`<programme>/trials/<id>/` is never changed; the weeks that were issued, and the
analyses, are folders within it. The id ends with the hash of `design.json`. The seed is
in a file that only its owner reads, until it is revealed.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home
from transforms.lake.checksums import file_sha256
from transforms.programmes.kept_folder import refuse_links
from transforms.programmes.programme import Programme
from transforms.programmes.register import TRIAL, Register, unregistered
from transforms.trials.design import Design


DESIGN_FILE = "design.json"
COMMITMENT_FILE = "commitment.txt"
PROTOCOL_FILE = "protocol.md"
POWER_FILE = "power.json"
SEED_FILE = "seed.hex"
TRIALS = "trials"


@dataclass(frozen=True)
class Trial:
    """A trial as it was registered."""

    programme: Programme
    folder: Path
    design: Design
    commitment: str

    @property
    def id(self) -> str:
        """Its kind and the start of its design's hash."""
        return self.folder.name

    def seed(self) -> bytes:
        """The seed; `LakeError` where the commitment does not follow from it."""
        try:
            refuse_links(self.folder / SEED_FILE)
            seed = bytes.fromhex((self.folder / SEED_FILE).read_text())
        except (OSError, ValueError) as error:
            raise LakeError(
                f"{self.folder / SEED_FILE}: cannot be read: bring it back from a"
                " backup"
            ) from error
        if self.design.commitment(seed) != self.commitment:
            raise LakeError(
                f"{self.folder / SEED_FILE}: not the seed that was sealed: the"
                " commitment does not follow from it; bring it back from a backup"
            )
        return seed


def registered(register: Register, programme: Programme, trial: str) -> list[str]:
    """The commitments that the register has of a trial."""
    lines = register.of_trials(programme.id, TRIAL)
    return [what["commitment"] for what in lines if what["trial"] == trial]


def note(
    home: Home, trial: Trial, action: str, at: datetime, who: str, **what: str | bool
) -> int:
    """Add a line about a trial, unless it is there; how many of that action there are.

    A kill may have come after the line, or between it and its count.
    """
    register = Register(home)
    line = {"programme": trial.programme.id, "trial": trial.id, **what}
    known = [one for one in of_trial(register, trial, action) if one == line]
    if not known:
        register.add(action, trial.programme.id, at, who, trial=trial.id, **what)
    register.log.settle()
    return len(of_trial(register, trial, action))


def of_trial(register: Register, trial: Trial, action: str) -> list[dict[str, Any]]:
    """What the lines of that action say of a trial, oldest first."""
    lines = register.of_trials(trial.programme.id, action)
    return [what for what in lines if what["trial"] == trial.id]


def trial_folders(programme: Programme) -> list[Path]:
    """The folders of a programme's trials, by name."""
    files = (programme.folder / TRIALS).glob(f"[a-z]*/{DESIGN_FILE}")
    return sorted(file.parent for file in files)


def open_trial(home: Home, programme: Programme, name: str | None) -> Trial:
    """A trial by its id, or the only one; `LakeError` where it is not as registered."""
    known = {folder.name: folder for folder in trial_folders(programme)}
    if not known:
        raise UsageError(
            f"{programme.id} has no trial: hexbeat trial design {programme.id} --kind"
            " weekly"
        )
    listed = ", ".join(known)
    if name is None and len(known) > 1:
        raise UsageError(f"{programme.id} has several trials: {listed}; name one")
    if name is not None and name not in known:
        raise UsageError(f"{name!r} is no trial of {programme.id}; there are: {listed}")
    trial = opened(programme, known[name or listed])
    written = registered(Register(home), programme, trial.id)
    if not written:
        raise LakeError(unregistered(trial.folder, "hexbeat trial design"))
    if written != [trial.commitment]:
        raise LakeError(
            f"{trial.folder}: its commitment is not the one that was registered: bring"
            " it back from a backup"
        )
    return trial


def opened(programme: Programme, folder: Path) -> Trial:
    """A trial of that folder; `LakeError` where it is not as it was registered."""
    try:
        refuse_links(folder, folder / "manifest.json")
        design = Design(json.loads((folder / DESIGN_FILE).read_bytes()))
        if design.trial_id != folder.name:
            raise ValueError(DESIGN_FILE)
        listed = json.loads((folder / "manifest.json").read_bytes())["files"]
        for facts in listed:
            refuse_links(folder / facts["path"])
            if file_sha256(folder / facts["path"]) != facts["sha256"]:
                raise ValueError(facts["path"])
        commitment = (folder / COMMITMENT_FILE).read_text().strip()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LakeError(
            f"{folder}: not as it was registered ({error}): bring it back from a backup"
        ) from error
    return Trial(programme, folder, design, commitment)
