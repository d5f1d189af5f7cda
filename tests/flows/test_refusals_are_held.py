"""Which test holds each refusal of programmes, tracker, trials and dosage.

Each is a whole command: one line, its exit code, nothing kept that should not be.
"""

import re
from pathlib import Path

import pytest


_FLOWS, _PLACES = "tests/flows", "tests/flows/test_programme_places.py"
_PROGRAMME = f"{_FLOWS}/test_programme_refusals.py"
_TRIAL = f"{_FLOWS}/test_trial_refusals.py"
_DOSAGE, _TRIALS = f"{_FLOWS}/test_dosage.py", f"{_FLOWS}/test_trials.py"
_DAYS = "tests/transforms/programmes/test_force_feed.py"
_OWN = "tests/transforms/programmes/test_own_groups.py"
_PINGS = "tests/transforms/patrols/test_take_pings.py"

HELD: dict[str, tuple[str, str]] = {
    # programme
    "unknown run": (_PLACES, "test_what_freeze_refuses_is_one_line_and_its_code"),
    "withdrawn run": (_PLACES, "test_a_run_that_is_withdrawn_and_a_force_without"),
    "force held or missing": (_PLACES, "test_a_run_that_is_withdrawn_and_a_force"),
    "starts by its as-of": (_PLACES, "test_what_freeze_refuses_is_one_line_and_its"),
    "polygons without CRS": (_PLACES, "refused"),
    "polygons that overlap": (_PLACES, "refused"),
    "over 200 places": (_PLACES, "test_what_freeze_refuses_is_one_line_and_its"),
    "a group that is none": (_DAYS, "test_what_cannot_be_is_one_line"),
    "a group by other settings": (_OWN, "test_a_group_is_what_it_was_when_it_was"),
    "a line of the register": (_PROGRAMME, "test_a_line_of_the_register_that_cannot"),
    "damaged programme": (_PROGRAMME, "test_a_damaged_programme_is_damage_at_each"),
    "damaged register": (_PROGRAMME, "test_an_edited_register_is_damage"),
    "unknown option": (_PROGRAMME, "test_a_line_of_the_register_that_cannot_be"),
    # tracker
    "window of 12 months": (_PROGRAMME, "test_a_look_that_cannot_be"),
    "window of 27 weeks": (_DAYS, "test_what_cannot_be_is_one_line"),
    "a month after the newest": (_PROGRAMME, "test_a_look_that_cannot_be"),
    "after the programme's end": (_PROGRAMME, "test_a_look_that_cannot_be"),
    "not started": (_PROGRAMME, "test_a_look_that_cannot_be"),
    "months in a home of days": (_PROGRAMME, "test_a_list_of_months_is_not_counted"),
    "quiet past too short": (_PROGRAMME, "test_a_past_too_short_to_tell_is_a_look"),
    # trials
    "capacity": (_TRIAL, "test_a_design_that_cannot_be"),
    "under six places": (_TRIAL, "test_a_design_that_cannot_be"),
    "places in contact": (_TRIAL, "test_a_design_that_cannot_be"),
    "a start in the past": (_TRIAL, "test_a_design_that_cannot_be"),
    "outcomes found by patrols": (_TRIAL, "test_a_design_that_cannot_be"),
    "a week too early": (_TRIAL, "test_a_step_that_cannot_be"),
    "a week of another trial": (_TRIAL, "test_a_step_that_cannot_be"),
    "analysed before its end": (_TRIAL, "test_a_step_that_cannot_be"),
    "a crossover of months": (_TRIAL, "test_a_step_that_cannot_be"),
    "days of another force": (_TRIAL, "test_a_step_that_cannot_be"),
    "a seed before its end": (_TRIAL, "test_a_step_that_cannot_be"),
    "a swapped day": (_TRIAL, "test_a_swapped_day_is_damage"),
    "a swapped day, to a panel": (_TRIALS, "test_a_panel_draws_it_again_from_what"),
    "damaged trial": (_PROGRAMME, "test_a_damaged_trial_is_damage_at_each_command"),
    "a power that cannot be": (_TRIAL, "test_a_power_that_cannot_be"),
    # dosage
    "a mapping with a slip": (_DOSAGE, "test_what_it_refuses"),
    "a key for a name": (_DOSAGE, "test_what_it_refuses"),
    "a log that is none": (_DOSAGE, "test_what_it_refuses"),
    "each rule of a visit": (_DOSAGE, "test_a_row_held_back_is_said_by_its_rule"),
    "a column of names": (_DOSAGE, "test_what_it_prints"),
    "missing days": (_DOSAGE, "test_missing_days_and_rows_held_back_are_gaps"),
    "each rule of a ping": (_PINGS, "test_each_rule_has_its_line_at_the_command"),
    "a mapping of pings with a slip": (_PINGS, "test_a_slip_in_a_mapping_is_one_line"),
    "pings in a public home": (_PINGS, "test_a_public_home_refuses_pings"),
}


@pytest.mark.parametrize("row", HELD)
def test_a_refusal_is_held_at_the_command(row: str) -> None:
    file, name = HELD[row]
    text = (Path(__file__).parents[2] / file).read_text()
    found = re.search(
        rf"^ *def {name}\w*\(.*?(?=^ *(?:def|class) |\Z)", text, re.M | re.S
    )
    assert found, f"{file} has no {name}…"
    assert re.search(r"hexbeat_here|\.run\(|frozen\(|drawn_again|refused\(", found[0])
