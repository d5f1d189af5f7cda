"""Why a row of a force's drop is held back, and why a whole drop is refused."""

from collections.abc import Callable
from datetime import UTC

import numpy as np

from transforms.feeds.force.drop_file import DropFile
from transforms.feeds.force.mapping_values import QUARANTINE
from transforms.feeds.force.moments import Moments
from transforms.feeds.force.places import GRID
from transforms.incidents import FileRule, Mask, Rule


_MAX_REFERENCE_LENGTH = 64
_MAX_DEGREES = 360.0


def _is_reference(text: str) -> bool:
    """Something to tell records apart by, without what does not show."""
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
    now = np.datetime64(file.received_at.astimezone(UTC).replace(tzinfo=None), "us")
    return np.asarray(file.began.known & (file.began.first > now))


def _unsure_flags(file: DropFile) -> Mask:
    unclear = [said.unclear for said in file.flags.values()]
    return np.asarray(np.any([_none(file), *unclear], axis=0))


def _unsure_hour(file: DropFile) -> Mask:
    held = file.mapping.times.ambiguous == QUARANTINE
    return file.odd_hours("ambiguous") if held else _none(file)


def _no_such_hour(file: DropFile) -> Mask:
    held = file.mapping.times.skipped == QUARANTINE
    return file.odd_hours("skipped") if held else _none(file)


def _unknown_offence(file: DropFile) -> Mask:
    known = file.mapping.categories.category
    return ~file.offence.where(lambda text: known(text.strip()) is not None)


RULES: list[Rule[DropFile]] = [
    Rule(
        "reference",
        "the reference is empty, over 64 characters, or holds some that do not show",
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
        "coordinates",
        "the coordinates are half given, no numbers, or outside Great Britain",
        _of_live(lambda f: ~f.points.placeless & ~f.points.located),
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


def _placed(file: DropFile) -> Mask:
    return ~file.points.placeless & ~file.deleted.yes


def _swapped(file: DropFile) -> tuple[int, int]:
    return _among(file.points.swapped(file.mapping.crs), _placed(file))


def _off_scale(file: DropFile) -> tuple[int, int]:
    """Metres where degrees were said, or degrees where metres were."""
    x, y = np.abs(file.points.x), np.abs(file.points.y)
    if file.mapping.crs == GRID:
        return _among((x <= _MAX_DEGREES) & (y <= _MAX_DEGREES), _placed(file))
    return _among((x > _MAX_DEGREES) | (y > _MAX_DEGREES), _placed(file))


FILE_RULES: list[FileRule[DropFile]] = [
    FileRule("times", "the times are not of the mapping's format", 0.5, _unread_times),
    FileRule(
        "future",
        "it tells of times to come",
        0.01,
        lambda f: _among(_future(f), ~f.deleted.yes),
    ),
    FileRule("swapped", "the coordinates are the wrong way round", 0.9, _swapped),
    FileRule(
        "projected", "the coordinates are not of the mapping's crs", 0.9, _off_scale
    ),
]
