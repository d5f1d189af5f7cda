"""Analyses a trial, and keeps what was found as a folder that never changes."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.programme import canonical
from transforms.programmes.register import ANALYSED, TRIAL, Register
from transforms.publications.formats.csv_files import write_csv
from transforms.records.homes import ForceHome, open_force_home
from transforms.reference.days import LONDON
from transforms.trials.analysis import Analysis, crossover_analysis, look_of
from transforms.trials.day_counts import day_counts
from transforms.trials.expected_power import Power
from transforms.trials.halves_analysis import month_counts, parallel_analysis
from transforms.trials.issue import check_issued
from transforms.trials.page import write_pages
from transforms.trials.reference import DRAWS
from transforms.trials.reveal import reveal
from transforms.trials.schemas import FINDINGS
from transforms.trials.trial import POWER_FILE, Trial, note


ANALYSES = "analyses"
_DECIMALS = 6


@dataclass(frozen=True)
class Analysed:
    """What analysing did."""

    analysis: Analysis
    power: Power
    folder: Path
    created: bool  # False if it was found before
    looks: int  # at this trial, by the register


def analyse(
    home: Home,
    trial: Trial,
    days_from: ForceHome | None,
    interim: str | None,
    at: datetime,
    who: str,
    draws: int = DRAWS,
) -> Analysed:
    """Compare what was drawn with what was not; the last look reveals the seed."""
    if home.feed and days_from is None:
        days_from = open_force_home(home.root)  # the programme's own days
    look, last = look_of(trial, interim, at.astimezone(LONDON).date())
    check_issued(home, trial, trial.seed())
    power = _power(trial)
    if trial.design.is_crossover:
        if days_from is None:
            raise UsageError(
                "trial analyse: this home's feed has months, not days; a crossover"
                " needs a force's own feed: --days-from its home (docs/force-feed.md)"
            )
        counts = day_counts(days_from, trial.programme, trial.design, last)
        found = crossover_analysis(trial, look, last, counts, draws)
    else:
        months = month_counts(home, trial, last)
        found = parallel_analysis(trial, look, last, months, power.variance_factor)
    designs = len(Register(home).of_trials(trial.programme.id, TRIAL))

    def write(folder: Path) -> str:
        write_csv(_findings(found), folder / "trial.csv")
        named = "trial_days" if trial.design.is_crossover else "trial_places"
        pq.write_table(found.rows, folder / f"{named}.parquet")
        pq.write_table(_references(found), folder / "reference_draws.parquet")
        return _name(found, folder)

    rest = partial(_write_rest, found, power, designs)
    kept = keep(trial.folder / ANALYSES, write, rest)
    if look.is_last:
        reveal(home, trial, at, who)
    looks = note(
        home,
        trial,
        ANALYSED,
        at,
        who,
        analysis=kept.folder.name,
        look=f"{look.number}/{look.of}",
        planned=look.is_planned,
    )
    return Analysed(found, power, kept.folder, kept.created, looks)


def _power(trial: Trial) -> Power:
    stored = json.loads((trial.folder / POWER_FILE).read_bytes())
    return Power(**stored | {"lines": tuple(stored["lines"])})


def _write_rest(found: Analysis, power: Power, designs: int, folder: Path) -> None:
    write_pages(found, power, designs, found.last_day, folder)
    write_manifest(folder)


def _name(found: Analysis, built: Path) -> str:
    """The last day and the hash of all that was found."""
    files = {
        f.name: sha256(f.read_bytes()).hexdigest() for f in sorted(built.iterdir())
    }
    identity = {
        "trial": found.trial.id,
        "look": f"{found.look.number}/{found.look.of}",
        "files": files,
    }
    digest = sha256(canonical(identity).encode()).hexdigest()[:12]
    return f"{found.last_day}-{digest}"


def _findings(found: Analysis) -> pa.Table:
    rows = [
        {
            name: round(value, _DECIMALS) if isinstance(value, float) else value
            for name, value in vars(one).items()
        }
        for one in found.findings
    ]
    return pa.Table.from_pylist(rows, schema=FINDINGS)


def _references(found: Analysis) -> pa.Table:
    """The statistic of each other draw: not what it drew."""
    tested = [one.outcome for one in found.findings if one.p is not None]
    columns = {
        name.replace(" ", "_"): found.references[:, at]
        for at, name in enumerate(tested)
    }
    return pa.table(columns)
