"""How the trials of a programme stand: for those who look after a home."""

from dataclasses import dataclass
from datetime import date

from transforms.homes.home import Home
from transforms.programmes.programme import Programme
from transforms.programmes.register import ANALYSED, Register
from transforms.trials.due import due_weeks, issued_weeks
from transforms.trials.trial import of_trial, open_trial, trial_folders


@dataclass(frozen=True)
class TrialStanding:
    """What its folder and the register say of one trial."""

    trial: str
    first_day: date
    last_day: date
    issued: date | None  # the Monday of the newest week that was issued
    unissued: date | None  # the Monday of this week, if it runs and nobody issued it
    looks: int

    def state(self, today: date) -> str:
        """Whether it runs: in a word or two."""
        if today < self.first_day:
            return "not begun"
        if today <= self.last_day:
            return "running"
        return "analysed" if self.looks else "over, not analysed"

    @property
    def in_words(self) -> str:
        """Its days, and the week that was issued last."""
        issued = (
            f"issued to the week of {self.issued}" if self.issued else "none issued"
        )
        return f"{self.first_day} to {self.last_day}, {issued}"


def trial_standings(
    home: Home, programme: Programme, today: date
) -> list[TrialStanding]:
    """All trials of a programme; `LakeError` for one that is not as registered."""
    found, register = [], Register(home)
    for folder in trial_folders(programme):
        trial = open_trial(home, programme, folder.name)
        late = [monday for monday in due_weeks(trial, today) if monday <= today]
        found.append(
            TrialStanding(
                trial.id,
                trial.design.first_day,
                trial.design.last_day,
                max(issued_weeks(trial), default=None),
                late[0] if late else None,
                len(of_trial(register, trial, ANALYSED)),
            )
        )
    return found
