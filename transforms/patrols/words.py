"""What a dose report says, in sentences: for the crew, and for who plans their week."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from transforms.patrols.dosage import Dosage
from transforms.patrols.hours import hours_overlap
from transforms.patrols.mapping import ACTIVITIES
from transforms.patrols.place_sums import delivered_share, overlap
from transforms.reference.days import Day


_SHOWN = 6  # places, or days, in one sentence
_HOUR = 60.0
_LONG_GAP_MINUTES = 120.0
_IN_WORDS = {
    "arrests": "arrests", "searches": "stop and searches", "weapons": "weapons",
    "asb_powers": "uses of ASB powers", "engagements": "engagements",
}  # fmt: skip

Row = Mapping[str, Any]


def headline(dosage: Dosage) -> str:
    """How much was delivered: one sentence."""
    rows = dosage.days.to_pylist()
    share = delivered_share(rows)
    visits = _total(rows, "visits")
    done = f"{visits:,} {'visit' if visits == 1 else 'visits'}"
    done += f" on {_days(len(dosage.supplied))} with a log"
    if share is None:
        return f"{done}; nothing says how much was planned."
    planned = sum(row["planned_minutes"] or 0 for row in rows)
    return (
        f"{100 * share:.0f} % of {planned:,.0f} planned minutes were delivered: {done}."
    )


def delivered(dosage: Dosage) -> list[str]:
    """Visits, hours, and what came of them."""
    rows = dosage.days.to_pylist()
    visits, lines = _total(rows, "visits"), []
    if visits:
        mean = sum((r["mean_minutes"] or 0) * r["visits"] for r in rows) / visits
        lines.append(f"A visit took {mean:.0f} minutes on average.")
    if any(row["visits_10_20"] is None for row in rows):
        lines.append(
            "Visits are not classed by length: a unit reported less often than every"
            " three minutes. Their sum is right."
        )
    elif visits:
        good = _total(rows, "visits_10_20")
        lines.append(f"{good:,} of the {visits:,} visits took 10 to 20 minutes.")
    hours = sum(row["officer_minutes"] for row in rows) / _HOUR
    lines.append(f"{hours:,.1f} officer-hours, partners among them.")
    other = sum(row["background_minutes"] for row in rows)
    if other:
        lines.append(f"Other work led officers there for {other:,.0f} minutes more.")
    came = [
        f"{sum(known):,} {_IN_WORDS[name]}"
        for name in ACTIVITIES
        if (known := [row[name] for row in rows if row[name] is not None])
    ]
    if came:
        lines.append(f"Logged: {', '.join(came)}.")
    return lines


def spread(dosage: Dosage) -> list[str]:
    """Whether patrol was where the need is, and how often somebody came."""
    places, lines = dosage.places.to_pylist(), []
    minutes = [row["patrol_minutes"] for row in places]
    if sum(minutes):
        share = overlap(minutes, [row["need_share"] for row in places])
        lines.append(
            f"{100 * share:.0f} % of the patrol minutes lay where the expected"
            " incidents do; 100 % would be minutes shared out as the incidents are."
        )
    if dosage.hours is not None:
        share = hours_overlap(dosage.hours)
        lines.append(
            f"By the hours of the week {100 * share:.0f} % of the patrol minutes lay"
            " where incidents of the newest 365 days did."
        )
    gaps = [g for g in dosage.days["gap_minutes"].to_pylist() if g is not None]
    if gaps:
        mean = sum(gaps) / len(gaps)
        lines.append(
            f"Between two visits to a place on a day lay {mean:,.0f} minutes on average"
            + (
                "; a place is best seen again within two hours."
                if mean > _LONG_GAP_MINUTES
                else "."
            )
        )
    over = [row for row in places if row["word"] == "over"]
    if over:
        lines.append(f"Over twice their share of need: {_named(over)}.")
    return lines or ["Nobody patrolled."]


def to_do(dosage: Dosage) -> list[str]:
    """The places that lack visits."""
    places = dosage.places.to_pylist()
    lines = []
    if under := [row for row in places if row["word"] == "under"]:
        lines.append(f"Under half their share of need: {_named(under)}.")
    if never := [row for row in places if not row["visits"]]:
        lines.append(f"No visit at all: {_named(never)}.")
    worst = max(places, key=lambda row: row["longest_gap_days"], default=None)
    if worst and worst["visits"] and worst["longest_gap_days"] > 1:
        lines.append(
            f"Longest without a visit: {_named([worst])}, {worst['longest_gap_days']}"
            " supplied days in a row."
        )
    return lines or ["No place lacks visits."]


def unsaid(dosage: Dosage) -> list[str]:
    """What is not known, and what cannot be concluded."""
    return [
        *unknown(dosage),
        "Whether it helped: the tracker compares, and only a trial can show it.",
        "Anything about officers: no name, number or call sign is stored.",
    ]


def unknown(dosage: Dosage) -> list[str]:
    """What these logs or pings leave open."""
    lines = []
    if dosage.missing:
        lines.append(
            f"What was done on {_days(len(dosage.missing))}: no log has a row of"
            f" {_listed(dosage.missing)}. They are left out, and are no days without"
            " patrol."
        )
    if dosage.held_back:
        rows = len(dosage.held_back) + len(dosage.accepted)
        share = 100 * len(dosage.held_back) / rows
        lines.append(
            f"What is in {_rows(len(dosage.held_back))} of logs that were held back"
            f" ({share:.1f} %): what is of the programme was delivered too."
        )
    error = [e for e in dosage.days["minutes_se"].to_pylist() if e is not None]
    if error:
        whole = math.hypot(*error)
        lines.append(f"Minutes from pings are right to about ±{2 * whole:,.0f} in all.")
    if "log" in dosage.days["source"].to_pylist():
        lines.append("How exact the log is: people write times down, often rounded.")
    return lines


def span(dosage: Dosage) -> str:
    """Its first and last day."""
    first, last = Day.of(dosage.first), Day.of(dosage.last)
    return first.in_words if first == last else f"{first.in_words} to {last.in_words}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number:,} days"


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _listed(days: Iterable[date]) -> str:
    listed = [str(day) for day in days]
    more = len(listed) - _SHOWN
    return ", ".join(listed[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _named(places: Iterable[Row]) -> str:
    named = [
        f"{row['place_id']} ({row['name']})" if row["name"] else row["place_id"]
        for row in places
    ]
    more = len(named) - _SHOWN
    return ", ".join(named[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _total(rows: Iterable[Row], name: str) -> int:
    return sum(row[name] for row in rows)
