"""The newest look at a programme: its verdict, read from the folder that was kept."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from transforms.homes.home import Home
from transforms.impact.track import LOOKS
from transforms.impact.words import verdict
from transforms.programmes.kept_folder import refuse_damaged
from transforms.programmes.programme import Programme
from transforms.programmes.register import LOOK, Register
from transforms.records.sheets import retired
from transforms.reference.clocks import Period
from transforms.reference.days import parse_period


_TABLE = "tracker.csv"


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """What the newest look says of all places together."""

    look: str
    first: Period
    last: Period
    figures: dict[str, Any]  # the row of the places in tracker.csv
    headline: str

    @property
    def span(self) -> str:
        """The months or days that it counts."""
        if self.first == self.last:
            return self.last.in_words
        return f"{self.first.in_words} to {self.last.in_words}"


def newest_look(home: Home, programme: Programme, last: date) -> Tracked | None:
    """The look with the newest end up to a day; of several, the one made last.

    `LakeError` where its folder is not as it was kept.
    """
    made = [w["look"] for w in Register(home).of_trials(programme.id, LOOK)]
    ended = [(_end_of(name), name) for name in made]
    folders = programme.folder / LOOKS
    known = [
        (end, name)
        for end, name in ended
        if end.last_day <= last and retired(folders / name) is None
    ]
    if not known:
        return None
    _, name = max(reversed(known), key=lambda one: one[0].last_day)
    folder = folders / name
    refuse_damaged(folder)
    text = (folder / _TABLE).read_text(encoding="utf-8")
    row = next(
        row for row in csv.DictReader(io.StringIO(text)) if row["area"] == "places"
    )
    period = programme.clock.period
    figures = {key: _number(value) for key, value in row.items()}
    return Tracked(
        look=name,
        first=parse_period(row[f"first_{period}"]),
        last=parse_period(row[f"last_{period}"]),
        figures=figures,
        headline=_headline(figures),
    )


def _end_of(look: str) -> Period:
    found: Period = parse_period(look.rpartition("-")[0])
    return found


def _number(text: str) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _headline(figures: dict[str, Any]) -> str:
    past = int(figures["past_lists"])
    if figures["ratio"] is None:
        return f"Not enough quiet past to tell: {past} past lists."
    as_low = round(figures["p_fall"] * (past + 1)) - 1
    return verdict(figures["ratio"], figures["low"], figures["high"], as_low, past)
