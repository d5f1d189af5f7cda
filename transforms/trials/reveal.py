"""Opens a trial after its last day: the seed, and the whole schedule that it gives."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.programme import canonical
from transforms.programmes.register import REVEALED
from transforms.publications.formats.csv_files import write_csv
from transforms.reference.days import LONDON
from transforms.trials.issue import check_issued
from transforms.trials.trial import DESIGN_FILE, Trial, note
from transforms.trials.week import patrols_table


REVEALED_FOLDER, SEED_TEXT = "revealed", "seed.txt"


@dataclass(frozen=True)
class Revealed:
    """A seed that anyone may read now."""

    folder: Path
    seed: str
    created: bool  # False if it was revealed before


def reveal(home: Home, trial: Trial, at: datetime, who: str) -> Revealed:
    """Write seed, design and schedule for whoever checks the draw."""
    today = at.astimezone(LONDON).date()
    if today <= trial.design.last_day:
        raise UsageError(
            f"{trial.id} goes on until {trial.design.last_day}: its seed is revealed"
            " after that, or the rest of the schedule would be known"
        )
    seed = trial.seed()
    check_issued(home, trial, seed)

    def write(folder: Path) -> str:
        (folder / SEED_TEXT).write_text(f"{seed.hex()}\n")
        (folder / DESIGN_FILE).write_text(canonical(trial.design.content))
        weeks = [trial.design.week(monday, seed) for monday in trial.design.mondays]
        days = {day: places for week in weeks for day, places in week.items()}
        write_csv(patrols_table(days, trial.programme), folder / "schedule.csv")
        return REVEALED_FOLDER

    kept = keep(trial.folder, write, write_manifest)
    what = {"seed": seed.hex(), "commitment": trial.commitment}
    note(home, trial, REVEALED, at, who, **what)
    return Revealed(kept.folder, seed.hex(), kept.created)
