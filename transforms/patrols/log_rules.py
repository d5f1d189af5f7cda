"""Why a row of a patrol log is held back, and why a whole log is refused."""

import numpy as np

from transforms.feeds.rules import FileRule, Rule
from transforms.patrols.ground import NOWHERE
from transforms.patrols.log_file import LogFile
from transforms.reference.arrays import Mask


MOST_MINUTES = 240  # longer is a shift, or a day that nobody closed
MOST_OFFICERS = 20
PLACE = "place"  # such a row still shows that the log has its day


def _bad_times(file: LogFile) -> Mask:
    minutes = file.minutes
    with np.errstate(invalid="ignore"):
        possible = (minutes > 0) & (minutes <= MOST_MINUTES)
    return ~possible | ~file.began.known | file.odd_hours


def _no_role(file: LogFile) -> Mask:
    return np.array([role is None for role in file.roles], dtype=bool)


def _negative(file: LogFile) -> Mask:
    found = np.zeros(file.count, dtype=bool)
    for numbers, given in file.activities.values():
        found |= given & (numbers < 0)
    return found


def _early(file: LogFile) -> Mask:
    days = file.days
    return np.array([day is not None and day < file.starts for day in days], dtype=bool)


RULES: list[Rule[LogFile]] = [
    Rule(
        "times",
        "its times are none of the mapping's format, it ends before it begins, or it is"
        f" longer than {MOST_MINUTES // 60} hours",
        _bad_times,
    ),
    Rule(
        PLACE,
        "its place is none of the programme's, or it lies outside all of them",
        lambda f: f.place == NOWHERE,
    ),
    Rule(
        "officers",
        f"the officers are no whole number from 1 to {MOST_OFFICERS}",
        lambda f: (f.officers < 1) | (f.officers > MOST_OFFICERS),
    ),
    Rule("role", "the role is a word that the mapping does not list", _no_role),
    Rule(
        "mode",
        "the mode is a word that the mapping does not list",
        lambda f: f.odd_modes,
    ),
    Rule(
        "background",
        "whether it is of the programme is said in a word that the mapping does not"
        " list",
        lambda f: f.odd_background,
    ),
    Rule("negative", "a count is negative, or no whole number", _negative),
    Rule(
        "future",
        "it ends after the file was read",
        lambda f: np.asarray(f.last_known > f.received),
    ),
    Rule("before-start", "it was before the programme started", _early),
    Rule(
        "duplicate",
        "another row has a visit of that role to that place at that time",
        lambda f: f.repeated,
    ),
]

_MAPPING_SHARE = 0.5  # more are no slips: the mapping is of another file

FILE_RULES: list[FileRule[LogFile]] = [
    FileRule(
        "times",
        "the times are not of the mapping's format",
        _MAPPING_SHARE,
        lambda f: (int((~f.began.readable).sum()), f.count),
    ),
    FileRule(
        "words",
        "the words for roles are not in the mapping",
        _MAPPING_SHARE,
        lambda f: (int(_no_role(f).sum()), f.count),
    ),
]
