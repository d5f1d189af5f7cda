"""METHOD.md of a day: a publication of a force's own feed."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import pyarrow.compute as pc

from transforms.publications.edition.calls import CALLS, WINDOW_DAYS
from transforms.publications.edition.calls import DAYS as CALL_DAYS
from transforms.publications.edition.day_edition import DayEdition
from transforms.reference.calls import is_call
from transforms.reference.days import HORIZONS_DAYS, day_clock
from transforms.reference.groups import GROUPS
from transforms.reference.overrides import Override


_TEXT = """# How these hot spots were made

{attribution}.

Run `{run_id}`: {force}, counts to the end of {as_of}, method {method}. No later data is
used.

{known_then}

## What a score says

`score` is the number of incidents of a crime group expected in a cell in the next
`horizon_days` (1 or 7) days; `score_lo` to `score_hi` should contain that count in 95
of 100 such periods. `n_7d`, `n_28d`, `n_91d` and `n_365d` are based on the supplied
days in the columns `days_…`: a day that was not supplied is missing, never zero, and a
day with far fewer records than the feed's own past expects is partial and does not
count either.{not_whole}{overrides} An incident counts on the last day, in London time,
on which it can have happened. Daily and weekly scores are not adjusted for season or
weekday. An empty count means unknown: no day of its window was supplied.{not_scored}

`place_label` and `name` are streets that three or more of the force's records of 365
days name. Records flagged as sensitive name no place.{calls}{groups}

{in_words}

## How well it does

{accuracy}

## The other files

{files}

## Where it fails, and what it cannot show

- It counts what was recorded and received. Records of the last days may still be
  missing, and places differ in how much is reported.
- A cell that was very high is likely to be lower next time without any patrols
  (regression to the mean). A fall does not prove that something worked.
- It knows no new place and no sudden change until days with it are supplied.
- For the groups above whose gain is below zero, a plain count found more.

{excluded}.

These files are restricted: there is no public version.{left_out}
"""

# One line for each file: those left out are not mentioned.
_FILES = {
    "weekday_hours.csv": "incidents by weekday and hour over 365 days, a record with a"
    " span of time shared across its hours (aoristic analysis, Ratcliffe 2000);"
    " {hours_of} of the {days_of} records have an hour; the others are left out.",
    "day_and_night.csv": "each cell's incidents between 07:00 and 19:00 and between"
    " 19:00 and 07:00, in the same way.",
    "hotspot_hours.parquet": "each hot spot's incidents by weekday and hour, in the"
    " same way; `busiest_from` and `busiest_weekday` of `hotspots.csv` are of these.",
    "near_repeats.csv": "the Knox test over 365 days. A ratio above 1 with a small p"
    " means that a crime is followed by others nearby sooner than expected by chance."
    " {near_repeats}",
    "day_cells.parquet": "all scored cells at both horizons, {cells} in the universe:"
    " those {universe}.",
    "day_cells.csv": "the same.",
    "hotspots.gpkg": "of the cells those of all crime, and of every other group the top"
    " 5 %, and the hot spots; its styles draw all crime and hot spots, one day ahead.",
    "hotspots.csv": "neighbouring cells of the top 1 %, grouped as the home's settings"
    " say.",
    "hotspot_changes.csv": "the hot spots that are new, gone or kept since the newest"
    " scored day of the seven before.",
    "top_cells.csv": "the cells of the top 1 %.",
    "top_hotspots.geojson": "the 50 highest cells of six groups at each horizon.",
    "hotspots.geojson": "the 50 first hot spots of these, with their outlines.",
    "top_hotspots.xlsx": "the 20 first hot spots on a page to print, the 50 first and"
    " the 50 highest cells of six groups, and what each day counts as, for reading.",
    "hotspots.duckdb": "the tables of these files, with comments, for SQL.",
    "powerbi_fact_cells.csv": "a star schema for Power BI: the cells that are in"
    " hotspots.gpkg.",
    "powerbi_fact_hotspots.csv": "of it, what is expected of each hot spot at each"
    " horizon.",
    "powerbi_dim_hotspot.csv": "of it, the hot spots: what both horizons have alike.",
    "powerbi_dim_cell.csv": "of it, where the cells are.",
    "powerbi_dim_force.csv": "of it, the force.",
    "powerbi_dim_group.csv": "of it, the crime groups.",
    "powerbi_dim_day.csv": "of it, the days of coverage.csv.",
    "top_hotspots.gpx": "the 50 first hot spots of all crime and of serious violence"
    " (proxy), one day ahead, as waypoints.",
    "briefing-{force}.pdf": "one page for a shift: the first hot spots of the next day,"
    " by day, by night, and what changed.",
    "map.html": "the cells as a map, one day ahead.",
    "map-7-days.html": "the cells as a map, seven days ahead.",
    "coverage.csv": "what each day up to {as_of} counts as.",
    "DATA_DICTIONARY.md": "what every column of every table means.",
    "datapackage.json": "the same, for software.",
}

_BY_RECORDS = (
    "inside the resolution-7 cells with five records or more up to the as-of, none far"
    " from the force"
)
_OWN = "whose centres lie in the areas that the home's settings name"
_OF_CHANGES = "hotspot_changes.csv"
_OF_HOURS = ("weekday_hours.csv", "day_and_night.csv", "hotspot_hours.parquet")
_BULLET: dict[str, Any] = {
    "width": 88,
    "subsequent_indent": "  ",
    "break_on_hyphens": False,
}
_ALIKE = """\
1 % of the area grows with the records that a home holds, and so does what is found in
it: compare years and methods by 10 km², where that is no more than 5 % of it."""
_HEADER = (
    "| crime group | days ahead | origins | area | found in it |"
    " best rival | gain over it (95 %) |"
)


def day_method(edition: DayEdition) -> str:
    """The text, filled from the run."""
    return _TEXT.format(
        attribution=edition.attribution,
        run_id=edition.run_id,
        force=edition.force.name,
        as_of=edition.as_of,
        known_then=_filled(edition.tables.known_then_in_words),
        not_whole=_not_whole(edition),
        not_scored=_not_scored(edition),
        overrides=_overrides(edition) + _accepted(edition),
        calls=_calls(edition),
        groups=_groups(edition),
        method=edition.facts["method"],
        in_words=edition.method.in_words(day_clock(HORIZONS_DAYS[0])),
        accuracy=_accuracy(edition),
        files=_files(edition),
        excluded=edition.excluded_in_words,
        left_out=edition.left_out_in_words,
    )


def _filled(text: str) -> str:
    """A paragraph, broken between words alone."""
    return fill(text, 88, break_on_hyphens=False, break_long_words=False)


def _files(edition: DayEdition) -> str:
    facts = {
        "as_of": edition.as_of,
        "force": edition.force.id,
        "hours_of": f"{edition.tables.with_hours_365d:,}",
        "days_of": f"{edition.tables.records_365d:,}",
        "near_repeats": edition.tables.near_repeats_in_words,
        "universe": _OWN if edition.scoring.universe else _BY_RECORDS,
        "cells": f"{edition.force_facts[0]['universe_cells']:,}",
    }
    no_hours = () if edition.tables.with_hours_365d else _OF_HOURS
    no_changes = () if len(edition.hotspot_changes) else (_OF_CHANGES,)
    missing = {*edition.left_out, *no_hours, *no_changes}
    words = {name.format(**facts): text for name, text in _FILES.items()}
    lines = [
        fill(f"- `{name}`: {text.format(**facts)}", **_BULLET)
        for name, text in words.items()
        if name not in missing
    ]
    if no_hours:
        files = ", ".join(f"`{name}`" for name in no_hours)
        said = f"- {files} are not made: no record of the 365 days has an hour."
        lines.append(fill(said, **_BULLET))
    return "\n".join([*lines, "", _ALIKE])


def _calls(edition: DayEdition) -> str:
    """What the columns of calls for service are, where the edition has them."""
    if (counts := edition.tables.calls) is None:
        return ""
    text = (
        f"`{CALLS}` is the number of calls for service in a cell or hot spot in the"
        f" {WINDOW_DAYS} days to the as-of, of all kinds and the same for each crime"
        f" group; `{CALL_DAYS}` is how many of those days were supplied with calls."
        " Calls are no crimes: no shipped group counts them, they are judged by their"
        " own past, and they name no place beside crimes. A call may be about a crime"
        f" that is counted too. {counts.in_words}"
    )
    return f"\n\n{_filled(text)}"


def _groups(edition: DayEdition) -> str:
    """What the groups that the user named are made of, and whether one is mixed."""
    lines = []
    for group in edition.own:
        of = {is_call(member) for member in group.categories}
        has = "mixes crimes and calls"
        if len(of) == 1:
            has = "has calls alone" if True in of else "has crimes alone"
        text = f"- `{group.slug}` {has}: {', '.join(group.categories)}."
        lines.append(fill(text, **_BULLET))
    if not lines:
        return ""
    head = "Groups that the home's settings name, scored beside the shipped ones"
    mixed = " (a day counts for a mix if its crimes and its calls were supplied):"
    return "\n\n" + "\n".join([_filled(head + mixed), "", *lines])


def _not_scored(edition: DayEdition) -> str:
    """The groups without a row: no cell can be ranked by nothing."""
    scored = set(pc.unique(edition.cells["crime_group"]).to_pylist())
    why = {
        "the feed has sent no incident of them (its mapping may name no offence of"
        " theirs)": list(GROUPS),
        "the feed has sent no record of them, or too few of its last days were supplied"
        " with what they count": [group.slug for group in edition.own],
    }
    said = ""
    for reason, slugs in why.items():
        if lacking := [slug for slug in slugs if slug not in scored]:
            text = f"Not scored, because {reason}: {', '.join(lacking)}."
            said += f"\n\n{_filled(text)}"
    return said


def _not_whole(edition: DayEdition) -> str:
    """How many days are not counted, since they were not sent whole."""
    status = edition.coverage["status"].to_pylist()
    numbers = {s: status.count(s) for s in ("missing", "partial")}
    said = [f"{number:,} as {s}" for s, number in numbers.items() if number]
    return f" To the as-of, days count {' and '.join(said)}." if said else ""


def _overrides(edition: DayEdition) -> str:
    """The overrides of days, with their reasons."""
    by_entry: dict[Override, list[str]] = {}
    for day, override in edition.overrides.items():
        by_entry.setdefault(override, []).append(day)
    return "".join(
        f" {_span(sorted(days))} as {override.verdict.replace('_', ' ')}:"
        f" {override.reason}."
        for override, days in by_entry.items()
    )


def _accepted(edition: DayEdition) -> str:
    """The drops that were in doubt, with the reasons for which they were accepted."""
    return "".join(_accepted_drops(entry) for entry in edition.accepted)


def _accepted_drops(entry: Mapping[str, Any]) -> str:
    rows = entry["rows_quarantined"]
    left_out = f"{rows:,} rows are quarantined and left out"
    elsewhere = "taken with places outside the area of the force"
    what = left_out if rows else elsewhere
    return f" {entry['name']}: {what}, accepted: {entry['reason']}."


def _span(days: list[str]) -> str:
    if len(days) == 1:
        return f"{days[0]} counts"
    return f"{len(days)} days from {days[0]} to {days[-1]} count"


def _accuracy(edition: DayEdition) -> str:
    rows = edition.accuracy.to_pylist()
    mine = [row for row in rows if row["method"] == edition.method.NAME]
    if not mine:
        return "Not backtested in this run: use `hexbeat feed backtest`."
    lines = [_HEADER, "|---|---|---|---|---|---|---|"]
    for row in mine:
        interval = (
            "too few origins"
            if row["gain_lo"] is None or row["gain_hi"] is None
            else f"{row['gain_lo']:+.3f} to {row['gain_hi']:+.3f}"
        )
        lines.append(
            f"| {row['crime_group']} | {row['horizon_days']} | {row['origins']} |"
            f" {row['area'].replace('km2', 'km²')} | {row['hit_rate']:.3f} |"
            f" {row['rival']} |"
            f" {row['gain']:+.3f} ({interval}) |"
        )
    return "\n".join([*lines, "", _ALIKE])
