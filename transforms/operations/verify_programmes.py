"""The programmes of a home hashed again, with all that was kept of them since.

Looks, dose reports, packs, trials, their weeks and analyses are folders that never
change: each is compared with its own list of hashes, trials with their seed, and the
register with what is there.
"""

from collections import Counter
from csv import DictReader
from dataclasses import dataclass, field
from pathlib import Path

from transforms.errors import LakeError
from transforms.homes.home import Home
from transforms.impact.track import LOOKS
from transforms.lake.storage import is_remote
from transforms.patrols.report import REPORTS, RETURN_FILE
from transforms.plans.folder import PLANS
from transforms.programmes.kept_folder import damage_in_words, damaged_files
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
    LOOK,
    PLANNED,
    REVEALED,
    TASKED,
    TRIAL,
    Register,
    unregistered,
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


_DOSE_REPORTS, _SEARCHES = f"{REPORTS}/[0-9]*", "searches/[0-9a-z]*"
# Folders within a programme, besides those of trials, which are opened.
_KEPT = {
    f"{LOOKS}/[0-9]*": "looks",
    _DOSE_REPORTS: "dose reports",
    f"{PLANS}/[0-9]*": "plans",
    f"{PACKS}/[0-9]*": "tasking packs",
    _SEARCHES: "counts of searches",
    f"{TRIALS}/[a-z]*/{ISSUES}/[0-9]*": "weeks",
    f"{TRIALS}/[a-z]*/{REVEALED_FOLDER}": "seeds",
    f"{TRIALS}/[a-z]*/{ANALYSES}/[0-9]*": "analyses",
}
_UNREGISTERED = _DOSE_REPORTS, _SEARCHES  # they decide nothing
# What a line of the register says was kept.
_REGISTERED = {
    LOOK: f"{LOOKS}/{{look}}",
    TRIAL: f"{TRIALS}/{{trial}}/{DESIGN_FILE}",
    ISSUED: f"{TRIALS}/{{trial}}/{ISSUES}/{{week}}",
    REVEALED: f"{TRIALS}/{{trial}}/{REVEALED_FOLDER}",
    ANALYSED: f"{TRIALS}/{{trial}}/{ANALYSES}/{{analysis}}",
    PLANNED: f"{PLANS}/{{plan}}",
    TASKED: f"{PACKS}/{{pack}}",
}


@dataclass
class CheckedProgrammes:
    """What was hashed, by kind of folder, and what differs."""

    folders: Counter[str] = field(default_factory=Counter)
    differs: list[str] = field(default_factory=list)  # one line each

    def differs_at(self, path: Path, line: str) -> None:
        """Add what differs at a path, unless something was said of it, or within."""
        if not any(
            known.startswith((f"{path}:", f"{path}/")) for known in self.differs
        ):
            self.differs.append(line)


def check_programmes(home: Home) -> CheckedProgrammes:
    """Every programme against its name, its hashes and the register's chain."""
    found = CheckedProgrammes()
    if is_remote(home.root):
        return found  # a store has none
    register, folders = Register(home), all_programmes(home)
    if not folders and not register.log.path.exists():
        return found
    fault = register.log.verify().fault
    for folder in folders:
        found.folders["programmes"] += 1
        try:
            programme = open_programme(home, folder.name)
            _check_damage(folder, found)
            if not fault:
                _check_trials(home, programme, found)
        except LakeError as error:
            found.differs.append(str(error))
        _check_kept(folder, found)
        if not fault:
            _check_registered(register, folder, found)
    if fault:
        found.differs.append(f"{register.log.path}: {fault}")
        return found
    for name in register.standings():
        _check_gone(programmes_folder(home) / name / IDENTITY, found)
    return found


def _check_damage(folder: Path, found: CheckedProgrammes) -> None:
    """The files of a folder that are not as its own list says."""
    for name in damaged_files(folder):
        found.differs_at(folder / name, damage_in_words(folder / name))


def _check_kept(folder: Path, found: CheckedProgrammes) -> None:
    """All folders that were kept of a programme, but for those of trials."""
    for pattern, kind in _KEPT.items():
        for kept in sorted(folder.glob(pattern)):
            found.folders[kind] += 1
            _check_damage(kept, found)
    for file in sorted(folder.glob(f"{_DOSE_REPORTS}/{RETURN_FILE}")):
        if (of := _programme_of(file)) not in (None, folder.name):
            text = f"{file.parent}: it reports on {of}, and lies in another's folder"
            found.differs_at(file.parent, text)


def _programme_of(file: Path) -> str | None:
    """The programme that a return is of; None where it has no row."""
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        return next((row.get("programme") for row in DictReader(lines)), None)


def _check_registered(
    register: Register, folder: Path, found: CheckedProgrammes
) -> None:
    """What was kept of a programme against the register: no more, and no less."""
    listed = {
        folder / part.format(**what)
        for action, part in _REGISTERED.items()
        for what in register.of_trials(folder.name, action)
    }
    for kept in sorted(listed):
        _check_gone(kept, found)
    there = [
        kept for of in _KEPT if of not in _UNREGISTERED for kept in folder.glob(of)
    ]
    if folder.name not in register.standings():
        there = [folder]
    for kept in sorted(set(there) - listed):
        found.differs_at(kept, unregistered(kept))


def _check_gone(kept: Path, found: CheckedProgrammes) -> None:
    if not kept.exists():
        text = f"{kept}: gone, and the register has it: bring it back from a backup"
        found.differs.append(text)


def _check_trials(home: Home, programme: Programme, found: CheckedProgrammes) -> None:
    """Each trial against its commitment, and its weeks against the seed."""
    for folder in trial_folders(programme):
        found.folders["trials"] += 1
        try:
            trial = open_trial(home, programme, folder.name)
            seed = trial.seed()
            check_issued(home, trial, seed)
            _check_revealed(trial, seed)
            _check_damage(folder, found)
        except LakeError as error:
            found.differs.append(str(error))


def _check_revealed(trial: Trial, seed: bytes) -> None:
    file = trial.folder / REVEALED_FOLDER / SEED_TEXT
    if file.is_file() and file.read_bytes().strip() != seed.hex().encode():
        raise LakeError(
            f"{file}: not the seed that was sealed: bring it back from a backup"
        )
