"""Issues a trial's patrols week by week, and checks those that were issued before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home
from transforms.programmes.kept_folder import dated_folders, keep, write_manifest
from transforms.programmes.register import ISSUED, Register
from transforms.publications.formats.csv_files import write_csv
from transforms.reference.days import LONDON
from transforms.trials.trial import Trial, note, of_trial
from transforms.trials.week import CSV_FILE, patrols_table, write_week


ISSUES = "issues"
EARLIEST_DAYS = 10  # before a week's Monday: who knows more may shift other work


@dataclass(frozen=True)
class Issued:
    """A week that was issued."""

    folder: Path
    week: Mapping[date, list[str]]
    created: bool  # False if it was issued before


def issue(home: Home, trial: Trial, monday: date, at: datetime, who: str) -> Issued:
    """Write a week's patrols; the same week again is the same files."""
    _refuse(trial, monday, at.astimezone(LONDON).date())
    seed = trial.seed()
    check_issued(home, trial, seed)
    week = trial.design.week(monday, seed)

    def write(folder: Path) -> str:
        write_week(folder, week, trial.programme, trial.commitment)
        return monday.isoformat()

    kept = keep(trial.folder / ISSUES, write, write_manifest)
    digest = sha256((kept.folder / CSV_FILE).read_bytes()).hexdigest()
    note(home, trial, ISSUED, at, who, week=monday.isoformat(), sha256=digest)
    return Issued(kept.folder, week, kept.created)


def _refuse(trial: Trial, monday: date, today: date) -> None:
    if monday.weekday():
        raise UsageError(f"--week {monday} is a {monday:%A}: give a Monday")
    mondays = trial.design.mondays
    if monday not in mondays:
        raise UsageError(
            f"{trial.id} has no week of {monday}: its weeks are those of"
            f" {mondays[0]} to {mondays[-1]}"
        )
    if monday > today + timedelta(days=EARLIEST_DAYS):
        first = monday - timedelta(days=EARLIEST_DAYS)
        raise UsageError(
            f"the week of {monday} is issued from {first} on: a list known long before"
            " invites other plans for its days"
        )


def check_issued(home: Home, trial: Trial, seed: bytes) -> None:
    """`LakeError` where a week that was issued does not follow from the seed."""
    hashes = _registered(home, trial)
    for monday, folder in dated_folders(trial.folder / ISSUES).items():
        drawn = _csv(trial, monday, seed)
        file = folder / CSV_FILE
        if not file.exists() or file.is_symlink() or file.read_bytes() != drawn:
            raise LakeError(
                f"{file}: not what was drawn: it does not follow from the seed; bring"
                " it back from a backup"
            )
        registered = hashes.get(folder.name)
        if registered and registered != sha256(drawn).hexdigest():
            raise LakeError(
                f"{file}: not what was issued: the register has another week of"
                f" {folder.name}"
            )


def _csv(trial: Trial, monday: date, seed: bytes) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / CSV_FILE
        week = trial.design.week(monday, seed)
        write_csv(patrols_table(week, trial.programme), path)
        return path.read_bytes()


def _registered(home: Home, trial: Trial) -> dict[str, str]:
    """The weeks that the register has of a trial, and the hash of each."""
    lines = of_trial(Register(home), trial, ISSUED)
    return {what["week"]: what["sha256"] for what in lines}
