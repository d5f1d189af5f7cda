"""The programmes of a home hashed again, with all that was kept of them since.

Looks, dose reports, packs, trials, their weeks and analyses are folders that never
change: each is compared with its own list of hashes, trials with their seed, and the
register with what is there.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from transforms.errors import LakeError
from transforms.homes.home import Home
from transforms.lake.storage import is_remote
from transforms.plans.folder import PLANS
from transforms.programmes.kept_folder import damaged_files
from transforms.programmes.programme import (
    IDENTITY,
    Programme,
    all_programmes,
    open_programme,
    programmes_folder,
)
from transforms.programmes.register import (
    ANALYSED,
    ISSUED,
    PLANNED,
    REVEALED,
    TASKED,
    TRIAL,
    Register,
)
from transforms.tasking.folder import PACKS
from transforms.trials.analyse import ANALYSES
from transforms.trials.issue import ISSUES, check_issued
from transforms.trials.reveal import REVEALED_FOLDER, SEED_TEXT
from transforms.trials.trial import (
    DESIGN_FILE,
    TRIALS,
    Trial,
    open_trial,
    trial_folders,
)


# Folders within a programme, besides those of trials, which are opened.
_KEPT = {
    "looks/[0-9]*": "looks",
    "dosage/[0-9]*": "dose reports",
    f"{PLANS}/[0-9]*": "plans",
    f"{PACKS}/[0-9]*": "tasking packs",
    "searches/[0-9a-z]*": "counts of searches",
    f"{TRIALS}/[a-z]*/{ISSUES}/[0-9]*": "weeks",
    f"{TRIALS}/[a-z]*/{REVEALED_FOLDER}": "seeds",
    f"{TRIALS}/[a-z]*/{ANALYSES}/[0-9]*": "analyses",
}


@dataclass
class CheckedProgrammes:
    """What was hashed, by kind of folder, and what differs."""

    folders: Counter[str] = field(default_factory=Counter)
    differs: list[str] = field(default_factory=list)  # one line each


def check_programmes(home: Home) -> CheckedProgrammes:
    """Every programme against its name, its hashes and the register's chain."""
    found = CheckedProgrammes()
    if is_remote(home.root):
        return found  # a store has none
    register = Register(home)
    for folder in all_programmes(home):
        found.folders["programmes"] += 1
        try:
            programme = open_programme(home, folder.name)
            found.differs += [*_damage(folder), *_lost(register, programme)]
            _check_trials(home, programme, found)
        except LakeError as error:
            found.differs.append(str(error))
        for pattern, kind in _KEPT.items():
            for kept in sorted(folder.glob(pattern)):
                found.folders[kind] += 1
                found.differs += _damage(kept)
    log = register.log
    if not found.folders and not log.path.exists():
        return found
    if fault := log.verify().fault:
        found.differs.append(f"{log.path}: {fault}")
        return found
    places = (
        programmes_folder(home) / name / IDENTITY for name in register.standings()
    )
    found.differs += [_gone(place) for place in places if not place.exists()]
    return found


def _damage(folder: Path) -> Iterator[str]:
    """The files of a folder that are not as its own list says."""
    for name in damaged_files(folder):
        yield f"{folder / name}: not as it was written: bring it back from a backup"


def _lost(register: Register, programme: Programme) -> Iterator[str]:
    """What the register says was kept of trials, plans and packs, and is not there."""
    of_trial = f"{TRIALS}/{{trial}}"
    within = {
        TRIAL: f"{of_trial}/{DESIGN_FILE}",
        ISSUED: f"{of_trial}/{ISSUES}/{{week}}",
        REVEALED: f"{of_trial}/{REVEALED_FOLDER}",
        ANALYSED: f"{of_trial}/{ANALYSES}/{{analysis}}",
        PLANNED: f"{PLANS}/{{plan}}",
        TASKED: f"{PACKS}/{{pack}}",
    }
    for action, part in within.items():
        for what in register.of_trials(programme.id, action):
            kept = programme.folder / part.format(**what)
            if not kept.exists():
                yield _gone(kept)


def _gone(kept: Path) -> str:
    return f"{kept}: gone, and the register has it: bring it back from a backup"


def _check_trials(home: Home, programme: Programme, found: CheckedProgrammes) -> None:
    """Each trial against its commitment, and its weeks against the seed."""
    for folder in trial_folders(programme):
        found.folders["trials"] += 1
        try:
            trial = open_trial(home, programme, folder.name)
            seed = trial.seed()
            check_issued(home, trial, seed)
            _check_revealed(trial, seed)
        except LakeError as error:
            found.differs.append(str(error))


def _check_revealed(trial: Trial, seed: bytes) -> None:
    file = trial.folder / REVEALED_FOLDER / SEED_TEXT
    if file.is_file() and file.read_bytes().strip() != seed.hex().encode():
        raise LakeError(
            f"{file}: not the seed that was sealed: bring it back from a backup"
        )
