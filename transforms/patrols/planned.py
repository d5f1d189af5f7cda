"""What was planned: minutes of patrol at each place and day, as a small table.

From a file of the user's, from the weeks that a trial has issued, or one number for
every place and day.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from transforms.errors import UsageError
from transforms.programmes.kept_folder import dated_folders, refuse_damaged
from transforms.programmes.programme import Programme
from transforms.reference.csv_rows import csv_rows
from transforms.reference.toml_files import text_of


COLUMNS = ("place_id", "date", "planned_minutes")
VISIT_MINUTES = 15.0  # a visit, where a trial is issued and nobody says how long
_MOST_MINUTES = 1_440.0
_WEEK_DAYS = 7

Planned = Mapping[tuple[str, date], float]  # by place and day


class Plan:
    """What was planned of a programme."""

    def __init__(
        self,
        programme: Programme,
        minutes: float | None,
        listed: Path | Planned | None,
    ) -> None:
        """A number of minutes for every place and day, and a file that says more."""
        self._minutes = minutes
        if isinstance(listed, Path):
            listed = read_planned(listed, programme)
        self._listed: Planned = listed or {}
        self._issued = _issued(programme)

    def minutes(self, place: str, day: date) -> float | None:
        """The minutes planned there; None where nothing says so.

        A file says all of its days, an issued week all of its own: what they do not
        list was not planned.
        """
        if self._listed:
            days = {listed for _, listed in self._listed}
            return self._listed.get((place, day), 0.0) if day in days else None
        if day in self._issued:
            is_assigned = place in self._issued[day]
            return (self._minutes or VISIT_MINUTES) if is_assigned else 0.0
        return self._minutes


def read_planned(path: Path, programme: Programme) -> Planned:
    """A CSV of `place_id, date, planned_minutes`; `UsageError` for the first slip."""
    known = set(programme.places["place_id"].to_pylist())
    found: dict[tuple[str, date], float] = {}
    for row in csv_rows(text_of(path), str(path), _check_header):
        place = row.values["place_id"]
        if place not in known:
            raise UsageError(f"{row.where}: no place of {programme.id}")
        try:
            day = date.fromisoformat(row.values["date"])
            minutes = float(row.values["planned_minutes"])
        except ValueError as error:
            raise UsageError(f"{row.where}: a date YYYY-MM-DD and minutes") from error
        if not 0 <= minutes <= _MOST_MINUTES:
            raise UsageError(f"{row.where}: 0 to {_MOST_MINUTES:g} minutes a day")
        if (place, day) in found:
            raise UsageError(f"{row.where}: that place and day are there twice")
        found[place, day] = minutes
    return found


def _check_header(header: Sequence[str], where: str) -> None:
    if missing := [name for name in COLUMNS if name not in header]:
        raise UsageError(
            f"{where}, line 1: no column {missing[0]}; it has {', '.join(COLUMNS)}"
        )


def _issued(programme: Programme) -> dict[date, set[str]]:
    """The places that trials have issued for each day, of whole weeks.

    `LakeError` where a week is not as it was issued.
    """
    found: dict[date, set[str]] = {}
    for issues in sorted(programme.folder.glob("trials/[a-z]*/issues")):
        for monday, folder in dated_folders(issues).items():
            refuse_damaged(folder)
            for day in (monday + timedelta(days=n) for n in range(_WEEK_DAYS)):
                found.setdefault(day, set())
            text = (folder / "patrol.csv").read_text(encoding="utf-8")
            for row in csv.DictReader(io.StringIO(text)):
                found.setdefault(date.fromisoformat(row["date"]), set()).add(
                    row["place_id"]
                )
    return found
