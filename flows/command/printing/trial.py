"""What the commands of trials print."""

from dataclasses import asdict

from flows.command.printing.terminal import (
    PlainTable,
    print_json,
    print_line,
    print_table,
)
from transforms.trials import words
from transforms.trials.analyse import Analysed
from transforms.trials.designing import Designed
from transforms.trials.expected_power import Power
from transforms.trials.issue import Issued
from transforms.trials.reveal import Revealed
from transforms.trials.trial import Trial


_GAPS = 3


def show_designed(designed: Designed, as_json: bool) -> int:
    """Print a trial that was drawn; 3 if it can hardly show anything."""
    trial, power = designed.trial, designed.power
    code = _GAPS if power.is_weak else 0
    if as_json:
        print_json(
            {
                "trial": trial.id,
                "created": designed.created,
                "commitment": trial.commitment,
                "first_day": str(trial.design.first_day),
                "last_day": str(trial.design.last_day),
                "places": len(trial.design.places),
                "power": asdict(power),
                "folder": str(trial.folder),
                "exit_code": code,
            }
        )
        return code
    state = "drawn and sealed" if designed.created else "was drawn before"
    print_line(f"trial      {trial.id} {state}")
    print_line(
        f"days       {trial.design.first_day} to {trial.design.last_day},"
        f" {len(trial.design.places)} places"
    )
    print_line(f"commitment {trial.commitment}")
    print_line("           Give it out now: it shows later that no day was swapped.")
    _print_power(power)
    print_line(f"protocol   {trial.folder / 'protocol.md'}")
    return code


def _print_power(power: Power) -> None:
    for line in power.lines:
        print_line(f"power      {line}")


def show_power(power: Power, as_json: bool) -> int:
    """Print what a trial can show; 3 if it can hardly show anything."""
    code = _GAPS if power.is_weak else 0
    if as_json:
        print_json(asdict(power) | {"exit_code": code})
    else:
        for line in power.lines:
            print_line(line)
    return code


def show_issued(issued: Issued, as_json: bool) -> int:
    """Print the patrols of a week; 0."""
    week = {str(day): places for day, places in sorted(issued.week.items())}
    if as_json:
        print_json(
            {"week": week, "created": issued.created, "folder": str(issued.folder)}
        )
        return 0
    table = PlainTable("day", "", "places", left=3)
    for day, places in sorted(issued.week.items()):
        table.row(day, f"{day:%a}", " ".join(sorted(places)))
    print_table(table)
    print_line(f"folder   {issued.folder}")
    return 0


def show_revealed(trial: Trial, revealed: Revealed, as_json: bool) -> int:
    """Print a seed; 0."""
    if as_json:
        print_json(
            {
                "trial": trial.id,
                "commitment": trial.commitment,
                "seed": revealed.seed,
                "folder": str(revealed.folder),
            }
        )
        return 0
    print_line(f"commitment {trial.commitment}")
    print_line(f"seed       {revealed.seed}")
    print_line(f"schedule   {revealed.folder / 'schedule.csv'}")
    return 0


def show_analysed(done: Analysed, as_json: bool) -> int:
    """Print what a trial showed; 3 with days missing, or if it could show little."""
    found, power = done.analysis, done.power
    code = _GAPS if found.missing or power.is_weak else 0
    if as_json:
        print_json(
            {
                "trial": found.trial.id,
                "headline": words.headline(found),
                "findings": [vars(one) for one in found.findings],
                "look": f"{found.look.number}/{found.look.of}",
                "planned": found.look.is_planned,
                "looks": done.looks,
                "missing": list(found.missing),
                "folder": str(done.folder),
                "created": done.created,
                "exit_code": code,
            }
        )
        return code
    print_line(words.headline(found))
    for line in words.delivered(found):
        print_line(line)
    for line in words.changed(found):
        print_line(line)
    print_line("What cannot be concluded:")
    for line in words.not_concluded(found, power):
        print_line(f"- {line}")
    print_line(f"page     {done.folder / 'trial.html'}")
    return code
