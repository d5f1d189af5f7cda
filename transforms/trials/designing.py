"""Designs a trial: draws it, seals it, registers it, and says what it can show."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home
from transforms.lake.storage import make_folder
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.programme import Programme, canonical
from transforms.programmes.register import TRIAL, Register
from transforms.reference.days import LONDON
from transforms.trials.choose import Asked, design_of
from transforms.trials.design import Design
from transforms.trials.expected_power import Power, plan_of, power_of
from transforms.trials.protocol import protocol_text
from transforms.trials.trial import (
    COMMITMENT_FILE,
    DESIGN_FILE,
    POWER_FILE,
    PROTOCOL_FILE,
    SEED_FILE,
    TRIALS,
    Trial,
    note,
    opened,
    registered,
)


_SEED_BYTES = 32
_PRIVATE = 0o600
_LOCK = ".lock"


@dataclass(frozen=True)
class Designed:
    """What designing did."""

    trial: Trial
    created: bool  # False if that trial was registered before
    power: Power


def design_trial(
    home: Home,
    programme: Programme,
    asked: Asked,
    at: datetime,
    who: str,
    seed: bytes | None = None,
) -> Designed:
    """Draw and seal a trial, once; the same design again changes nothing.

    A seed that is given makes the same draw again: where nothing real depends on it.
    """
    register = Register(home)
    design = design_of(home, programme, register.standing(programme.id), asked)
    parent = programme.folder / TRIALS
    place = parent / design.trial_id
    if not place.exists():
        _refuse_late(design, at)

    def write(folder: Path) -> str:
        (folder / DESIGN_FILE).write_text(canonical(design.content))
        return design.trial_id

    drawn_by = seed or secrets.token_bytes(_SEED_BYTES)

    def rest(folder: Path) -> None:
        power = power_of(home, programme, plan_of(design))
        commitment = design.commitment(drawn_by)
        (folder / COMMITMENT_FILE).write_text(f"{commitment}\n")
        (folder / POWER_FILE).write_text(canonical(asdict(power)))
        (folder / PROTOCOL_FILE).write_text(
            protocol_text(programme, design, commitment, power)
        )
        write_manifest(folder)
        _write_private(folder / SEED_FILE, drawn_by.hex())

    with _alone(parent):
        _clear(parent)
        if not place.exists():
            _refuse_second_draw(register, programme, design)
        kept = keep(parent, write, rest)
        trial = opened(programme, kept.folder)
        note(home, trial, TRIAL, at, who, commitment=trial.commitment)
    power = json.loads((trial.folder / POWER_FILE).read_bytes())
    return Designed(
        trial, kept.created, Power(**power | {"lines": tuple(power["lines"])})
    )


def _refuse_late(design: Design, at: datetime) -> None:
    today = at.astimezone(LONDON).date()
    if design.first_day < today:
        raise UsageError(
            f"a trial cannot start on {design.first_day}, before it is drawn: today is"
            f" {today}"
        )


def _refuse_second_draw(
    register: Register, programme: Programme, design: Design
) -> None:
    """A draw that is gone is not drawn again: it might have been disliked."""
    if registered(register, programme, design.trial_id):
        raise LakeError(
            f"{design.trial_id} was drawn before and its folder is gone: bring it back"
            " from a backup; it is not drawn again"
        )


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """One design at a time; the kernel unlocks it after a kill."""
    make_folder(parent)
    with (parent / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear(parent: Path) -> None:
    """Remove what a killed design left: a seed that nobody uses must not stay.

    Somebody could else draw until a schedule pleased, and say that a kill came.
    """
    for left in parent.glob(".tmp-*"):
        shutil.rmtree(left)


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
