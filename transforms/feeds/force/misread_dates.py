"""Whether a drop's dates are written with day and month the other way round.

Of the first twelve days of a month both readings are dates. What the whole drop says
decides: the days that can be read one way only, how far apart they are, and how long
before their last change.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np

from transforms.feeds.force.drop_file import DropFile
from transforms.feeds.force.mapping_values import ISO
from transforms.feeds.force.moments import read_moments
from transforms.feeds.rules import FileRule
from transforms.reference.days import LONDON


SHARE = 0.5
_MONTHS = 12
_SLIP_TEXTS = 5
_APART = timedelta(days=62)  # days read wrongly are months away
_TOGETHER = timedelta(days=31)
_FEW_DAYS = 3
_DAY, _MONTH = "%d", "%m"


def exchanged(date_format: str) -> str | None:
    """A format with day and month in each other's place; None where it has no such."""
    if date_format == ISO or _DAY not in date_format or _MONTH not in date_format:
        return None
    return date_format.replace(_DAY, "%\0").replace(_MONTH, _DAY).replace("%\0", _MONTH)


def exchanged_days(file: DropFile) -> tuple[date, date] | None:
    """The first and last day of the rows read the other way round.

    None where a row cannot be read so: then the mapping's way is the right one.
    """
    turned = exchanged(file.mapping.times.date_format)
    if turned is None:
        return None
    days, differs = [], False
    for text in _dates(file):
        read = _day(text, file.mapping.times.date_format)
        if read is not None and read.day > _MONTHS:
            return None
        other = _day(text, turned)
        differs |= read != other
        days += [other] if other else []
    return (min(days), max(days)) if differs and days else None


def _counts(file: DropFile) -> tuple[int, int]:
    """Rows whose dates make sense only the other way round."""
    live = int(file.live.sum())
    if exchanged_days(file) is None:
        return 0, live
    if _only_turned(file) or _closer_together(file) or _changed_soon_after(file):
        return live, live
    return 0, live


def _only_turned(file: DropFile) -> bool:
    """Some days can be read in no other way."""
    turned = exchanged(file.mapping.times.date_format) or ""
    form = file.mapping.times.date_format
    column = file.drop.columns[file.mapping.columns.occurred_from]
    odd = column.where(lambda t: _day(t, form) is None and _day(t, turned) is not None)
    return int((odd & file.live).sum()) > _SLIP_TEXTS


def _closer_together(file: DropFile) -> bool:
    """A few days in a row become the same day of many months."""
    first, last = exchanged_days(file) or (date.min, date.max)
    days = {_day(text, file.mapping.times.date_format) for text in _dates(file)}
    known = sorted(day for day in days if day)
    apart = known[-1] - known[0] if known else timedelta()
    return len(known) >= _FEW_DAYS and apart > _APART and last - first <= _TOGETHER


def _changed_soon_after(file: DropFile) -> bool:
    """The last changes come within a month of the days, if these are turned."""
    if file.updated is None:
        return False
    times = file.mapping.times
    turned = exchanged(times.date_format) or ""
    columns, data = file.mapping.columns, file.drop.columns
    clock = columns.occurred_from_time
    other = read_moments(
        data[columns.occurred_from],
        data[clock] if clock else None,
        replace(times, date_format=turned),
    )
    known = file.live & file.updated.known & other.known & file.began.known
    if not known.any():
        return False
    one_day = np.timedelta64(1, "D")
    changed = file.updated.last[known]
    as_read = np.median((changed - file.began.first[known]) / one_day)
    as_turned = np.median((changed - other.first[known]) / one_day)
    is_far = as_read < 0 or as_read > _APART.days
    return bool(is_far and 0 <= as_turned <= _TOGETHER.days)


def _dates(file: DropFile) -> list[str]:
    """The distinct texts of dates of rows that are not deleted."""
    column = file.drop.columns[file.mapping.columns.occurred_from]
    used = np.unique(column.codes[file.live]).tolist()
    return [text for code in used if (text := column.texts[code]).strip()]


def _day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text.strip(), form).replace(tzinfo=LONDON).date()
    except ValueError:
        return None


MISREAD_DATES: list[FileRule[DropFile]] = [
    FileRule(
        "day-and-month",
        "the dates make sense only with day and month the other way round: mend"
        " date_format in the mapping",
        SHARE,
        _counts,
    )
]
