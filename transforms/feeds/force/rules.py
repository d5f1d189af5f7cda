"""Why a row of a force's drop is quarantined, and why a whole drop is refused."""

from collections.abc import Callable

import numpy as np

from transforms.feeds.force.drop_file import DropFile
from transforms.feeds.force.mapping_values import QUARANTINE
from transforms.feeds.force.moments import Moments
from transforms.feeds.rules import FileRule, Rule
from transforms.reference.arrays import Mask
from transforms.reference.national_grid import GRID


_MAX_REFERENCE_LENGTH = 64
_MAX_DEGREES = 360.0
_ENOUGH_ROWS = 20
_MARGIN_DEGREES = 0.2
_NEARLY_EVERY = (0.02, 0.98)


def _is_reference(text: str) -> bool:
    """What distinguishes records, without invisible characters."""
    text = text.strip()
    return 0 < len(text) <= _MAX_REFERENCE_LENGTH and text.isprintable()


def _of_live(broken: Callable[[DropFile], Mask]) -> Callable[[DropFile], Mask]:
    """The rows that break it, but for those whose record is deleted."""
    return lambda f: broken(f) & ~f.deleted.yes


def _none(file: DropFile) -> Mask:
    return np.zeros(len(file.drop.lines), dtype=bool)


def _bad_end(file: DropFile) -> Mask:
    ended = file.ended
    return ~(ended.blank | ended.readable) if ended else _none(file)


def _bad_update(file: DropFile) -> Mask:
    updated = file.updated
    return ~(updated.blank | updated.readable) if updated else _none(file)


def _backwards(file: DropFile) -> Mask:
    began, ended = file.began, file.ended
    if ended is None:
        return _none(file)
    return np.asarray(began.known & ended.known & (ended.last < began.first))


def _future(file: DropFile) -> Mask:
    return np.asarray(file.began.known & (file.began.first > file.received))


def _bad_recording(file: DropFile) -> Mask:
    recorded = file.recorded
    if recorded is None:
        return _none(file)
    unread = ~(recorded.blank | recorded.readable)
    return unread | (recorded.known & (recorded.first > file.received))


def _unsure_flags(file: DropFile) -> Mask:
    unclear = [flag.unclear for flag in file.flags.values()]
    return np.asarray(np.any([_none(file), *unclear], axis=0))


def _unsure_hour(file: DropFile) -> Mask:
    refused = file.mapping.times.ambiguous == QUARANTINE
    return file.odd_hours("ambiguous") if refused else _none(file)


def _no_such_hour(file: DropFile) -> Mask:
    refused = file.mapping.times.skipped == QUARANTINE
    return file.odd_hours("skipped") if refused else _none(file)


def _unknown_offence(file: DropFile) -> Mask:
    known = file.mapping.category
    return ~file.offence.where(lambda text: known(text.strip()) is not None)


def _cut_place(file: DropFile) -> Mask:
    """The last row of a file that nothing ends, if its place is far from all others.

    Half a number is a number, and a place far off.
    """
    found, points = _none(file), file.points
    others = np.flatnonzero(points.located & file.live)
    if not file.drop.is_open or len(others) <= _ENOUGH_ROWS:
        return found
    last = len(found) - 1
    others = others[others != last]
    for degrees in (points.longitude, points.latitude):
        low, high = np.quantile(degrees[others], _NEARLY_EVERY)
        margin = max(high - low, _MARGIN_DEGREES)
        found[last] |= not low - margin <= degrees[last] <= high + margin
    found[last] &= points.located[last]
    return found


RULES: list[Rule[DropFile]] = [
    Rule(
        "reference",
        "the reference is empty, over 64 characters, or not printable",
        lambda f: ~f.reference.where(_is_reference),
    ),
    Rule(
        "tombstone",
        "whether it is deleted is said in a word that the mapping does not list",
        lambda f: f.deleted.unclear,
    ),
    Rule(
        "updated",
        "the time of its last change is none of the mapping's format",
        _bad_update,
    ),
    Rule(
        "offence",
        "the offence code or category is not in the mapping",
        _of_live(_unknown_offence),
    ),
    Rule(
        "occurred-from",
        "the earliest time is empty, or none of the mapping's format",
        _of_live(lambda f: ~f.began.known),
    ),
    Rule(
        "occurred-to",
        "the latest time is none of the mapping's format",
        _of_live(_bad_end),
    ),
    Rule("ambiguous-hour", "the clock showed its hour twice that night", _unsure_hour),
    Rule("skipped-hour", "the clock never showed its hour that night", _no_such_hour),
    Rule("backwards", "it ends before it begins", _of_live(_backwards)),
    Rule("future", "it begins after the file was received", _of_live(_future)),
    Rule(
        "recorded",
        "the time it was recorded is none of the mapping's format, or after the file"
        " was received",
        _of_live(_bad_recording),
    ),
    Rule(
        "coordinates",
        "the coordinates are half given, no numbers, or outside Great Britain",
        _of_live(lambda f: ~f.points.placeless & ~f.points.located),
    ),
    Rule(
        "cut-place",
        "nothing ends the last line, and its place is far from all others",
        _of_live(_cut_place),
    ),
    Rule(
        "sensitive",
        "a sensitive flag is neither of the mapping's words for yes nor for no",
        _of_live(_unsure_flags),
    ),
]


def _among(bad: Mask, rows: Mask) -> tuple[int, int]:
    return int((bad & rows).sum()), int(rows.sum())


def _unread_times(file: DropFile) -> tuple[int, int]:
    moments: list[Moments] = [m for m in (file.began, file.ended) if m]
    unread = np.any([~(m.readable | m.blank) for m in moments], axis=0)
    return _among(unread, ~file.deleted.yes)


def _recorded_early(file: DropFile) -> tuple[int, int]:
    """Rows that were recorded before they began; of a date alone, before its day."""
    recorded = file.recorded
    if recorded is None:
        return 0, 0
    both = recorded.known & file.began.known & ~file.deleted.yes
    return _among(recorded.last < file.began.first, both)


def _placed(file: DropFile) -> Mask:
    return ~file.points.placeless & ~file.deleted.yes


def _swapped(file: DropFile) -> tuple[int, int]:
    """Rows out of place, where nearly all would be in it the other way round."""
    placed, crs = _placed(file), file.mapping.crs
    out, among = _among(~file.points.in_place(crs), placed)
    turned, _ = _among(file.points.in_place_swapped(crs), placed)
    return (out if turned >= _NEARLY_ALL * among else 0), among


def _off_scale(file: DropFile) -> tuple[int, int]:
    """Metres where the mapping says degrees, or degrees where it says metres."""
    x, y = np.abs(file.points.x), np.abs(file.points.y)
    if file.mapping.crs == GRID:
        return _among((x <= _MAX_DEGREES) & (y <= _MAX_DEGREES), _placed(file))
    return _among((x > _MAX_DEGREES) | (y > _MAX_DEGREES), _placed(file))


def _scaled(file: DropFile) -> tuple[int, int]:
    return _among(file.points.scaled(file.mapping.crs), _placed(file))


def _numberless(file: DropFile) -> tuple[int, int]:
    return _among(np.isnan(file.points.x) | np.isnan(file.points.y), _placed(file))


def _misplaced(file: DropFile) -> tuple[int, int]:
    return _among(~file.points.located, _placed(file))


def _unmapped(file: DropFile) -> tuple[int, int]:
    return _among(_unknown_offence(file), ~file.deleted.yes)


_NEARLY_ALL = 0.99
# Too many for slips: nothing of such a file is taken, and each pull reads it again.
_MAPPING_SHARE = 0.1

FILE_RULES: list[FileRule[DropFile]] = [
    FileRule("times", "the times are not of the mapping's format", 0.5, _unread_times),
    FileRule(
        "future",
        "it reports times in the future",
        0.01,
        lambda f: _among(_future(f), ~f.deleted.yes),
    ),
    FileRule(
        "recorded-early",
        "it was recorded before it began: is [columns] recorded the right column?",
        _MAPPING_SHARE,
        _recorded_early,
    ),
    FileRule(
        "swapped",
        "the coordinates are the wrong way round: the mapping has x for y",
        _MAPPING_SHARE,
        _swapped,
    ),
    FileRule(
        "projected", "the coordinates are not of the mapping's crs", 0.9, _off_scale
    ),
    FileRule(
        "scaled",
        "the coordinates are hundreds of metres; the mapping's crs counts in metres",
        0.9,
        _scaled,
    ),
    FileRule(
        "numbers",
        "the coordinates are half given or no numbers (a decimal comma?); mend the"
        " export, then pull again",
        _MAPPING_SHARE,
        _numberless,
    ),
    FileRule(
        "misplaced",
        "the coordinates lie outside Great Britain, and hexbeat knows no other country",
        0.5,
        _misplaced,
    ),
    FileRule(
        "unmapped",
        "the offence codes or categories are not in the mapping; add them, then pull"
        " again",
        _MAPPING_SHARE,
        _unmapped,
    ),
]


_OLD = np.timedelta64(40 * 366, "D")


def _of_long_ago(file: DropFile) -> tuple[int, int]:
    old = file.began.known & (file.began.first < file.received - _OLD)
    return _among(np.asarray(old), ~file.deleted.yes)


OLD: FileRule[DropFile] = FileRule(
    "old", "the dates are over 40 years past (a wrong century?)", 0.5, _of_long_ago
)
