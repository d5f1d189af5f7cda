"""Residents by LSOA and group of ethnicity, from a file of the user's.

Such as table TS021 of the Census of 2021, its groups added up to the five of hexbeat.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from transforms.errors import UsageError
from transforms.searches.ethnicity import GROUPS as _GROUPS
from transforms.searches.ethnicity import NOT_STATED, SELF


_HEADER = ["lsoa21cd", "group", "residents"]
_STATED = [group for group in _GROUPS[SELF] if group != NOT_STATED]
Residents = Mapping[str, Mapping[str, int]]  # by LSOA, by group


def read_residents(path: Path) -> Residents:
    """The file's residents; `UsageError` with the first mistake."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"--residents {path}: cannot be read ({error})") from error
    if rows[:1] != [_HEADER]:
        header = ",".join(_HEADER)
        raise UsageError(f"--residents {path}: its first line is not {header}")
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for number, row in enumerate(rows[1:], start=2):
        if why := _mistake(row, found):
            raise UsageError(f"--residents {path}, row {number}: {why}")
        lsoa, group, residents = row
        found[lsoa][group] = int(residents)
    if not found:
        raise UsageError(f"--residents {path}: it lists no LSOA")
    return dict(found)


def _mistake(row: list[str], found: Mapping[str, Mapping[str, int]]) -> str | None:
    """What is wrong with a line."""
    if len(row) != len(_HEADER):
        return f"{len(row)} columns, not {len(_HEADER)}"
    lsoa, group, number = row
    if not (len(lsoa) == 9 and lsoa[:3] in ("E01", "W01") and lsoa[3:].isdecimal()):
        return f"{lsoa!r} is not an LSOA of England or Wales, such as E01017403"
    if group not in _STATED:
        return f"{group!r} is no group; there are: {', '.join(_STATED)}"
    if not (number.isascii() and number.isdecimal() and len(number) <= 7):
        return f"{number!r} is not a number of residents"
    if group in found.get(lsoa, {}):
        return f"{group} of {lsoa} is there twice"
    return None
