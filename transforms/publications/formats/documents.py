"""The files that explain the others: method, dictionary and provenance."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from textwrap import fill

import pyarrow as pa

from transforms.lake.schemas import about
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.reconciliation import EVERYTHING, PARTS
from transforms.publications.edition.selection import TOP_CELLS, TOP_GROUPS
from transforms.publications.formats.accuracy_text import accuracy_in_words
from transforms.publications.formats.day_method import day_method
from transforms.publications.formats.format import Format
from transforms.reference.categories import BIRTHS, CATEGORIES, LABELS, first_month
from transforms.reference.clocks import MONTHS
from transforms.reference.groups import GROUPS
from transforms.scores.labels.group_labels import HOT_AT_LEAST_INCIDENTS


WINDOW_MONTHS = 36
_OTHER_COLUMNS = {
    "months": (
        "\nThe Parquet file of cells also has `geometry` (the hexagon, WGS 84)"
        " and `bbox`. In hotspots.gpkg, the layer `hotspot_cells` has all columns and"
        " `geom` (British National Grid), for all-crime and the top 5 % of every other"
        " group; the layer `hotspots` has all columns of hotspots.csv and `geom`."
        " top_hotspots.geojson has some of these, for the 50 top cells of six groups.\n"
    ),
    "days": (
        "\nThe Parquet file of cells also has `geometry` (the hexagon, WGS 84)"
        " and `bbox`. In hotspots.gpkg, the layer `hotspot_cells` has all columns and"
        " `geom` (British National Grid), for all-crime and the top 5 % of every other"
        " group; the layer `hotspots` has all columns of hotspots.csv and `geom`."
        " top_hotspots.geojson has some of the columns, for the 50 top cells of six"
        " groups at each horizon, hotspots.geojson for the 50 first hot spots.\n"
    ),
}

_METHOD = r"""# How these hot spots were made

{attribution}.

Run `{run_id}`, counts to the end of {as_of}, method {method}.

## What a score says

The score of a cell is the number of incidents of that crime group expected in it in the
month after {as_of}. The interval `score_lo` to `score_hi` should contain that month's
count, ends included, in 95 of 100 cases like this. For example, a score of 4.2 with an
interval of 0 to 10 means: expect about four recorded incidents next month; none would
not be surprising, more than ten would be. Rank 1 is the highest score in the force.
Bands are shares of all cells in the force's universe, with and without crime. `p_top1`
is the probability that the cell's true rate is among the highest 1 %. `expected_12m`
compared with `n_12m` shows how large a fall to expect even if nothing is done.

An **empty count** means unknown: no month of its window was supplied. `n_12m` is a
plain count, not scaled up where `months_12m` is under 12. A **cell without a row** had
no incident of the group in 36 months and is outside its force's top 5 %.

{in_words}

## How well it does

{accuracy}

## Labels, harm and hot spots

- **Gi\*** (`gi_star_z`, `gi_star_q`) says whether a cell and the six around it contain
  more incidents than expected by chance. `hotspot_class` describes how that pattern
  developed over the last twelve months for which data was supplied (Esri's emerging hot
  spot categories; a cell is never hot in a month with fewer than {hot_incidents}
  incidents in it and the six around it). Both are labels: a map ranked by them finds
  less crime than one ranked by score. For rare crimes, one incident can make a cell and
  its neighbours look significant.
- **Harm** uses: {harm}. Weights by category hide most differences in severity;
  `harm_top_share_12m` shows where one incident makes up most of a cell's harm.
- **Hot spots** (`hotspots.csv`) are neighbouring cells of the top {share_percent:g} %
  of a group in a force, grouped: one stops growing at {max_cells} cells or {max_km2:g}
  km²; pieces of up to a quarter as many that remain beside it join it, up to half as
  many more. A hot spot keeps its id as long as most of its cells stay.

## What it is based on

- **Cells** are H3 hexagons, resolution 9 for the public feed (about 0.1 km² each).
- **The universe** of a force is every cell inside the H3 resolution-7 cells that
  contain at least five of its located incidents up to {as_of}, except areas far from
  the force (`far-from-force` in `exclusions.csv`). Every row gives its size.{own}
- **Only supplied months count.** A month that a force did not supply is missing, never
  zero; a month with fewer than 60 % of the rows of the force's recent months is
  `partial_suspected` and left out too. `coverage.csv` lists every month; `months_12m`
  says how many months a 12-month count is based on.
- **A cell's count never crosses a renewal of the map points**, nor the first month of a
  category. {crossed}
- **A force has no score** if fewer than 3 of the 12 months to {as_of} were supplied, or
  if its newest supplied month is more than 3 months before {as_of}.
- **Stop and search never enters a score.**{searches}
- **Excluded places.** {excluded}.

## Which file contains which cells

`hotspot_cells.parquet` and `.csv` contain every published cell of every crime group:
those with any incident of the group in 36 months, and the top 5 %. `hotspots.gpkg`
contains the same for all crime, but for every other group only the top 5 % of each
force, so that a desktop GIS can open it; its style draws all crime. Hot spots of every
group are in `hotspots.csv`, in a layer of hotspots.gpkg and, as tables with views and
comments, in `hotspots.duckdb`. `top_hotspots.xlsx` and `.gpx` contain the highest hot
spots, `powerbi_*.csv` a star schema of facts and dimensions. `top_hotspots.geojson`
contains the {top_cells} highest cells of each force in each of {top_groups}.
A street label that starts like a spreadsheet formula, or contains `<`, `>` or a control
character, is left empty in every file.{left_out}

## Forces

| force | scored | cells in universe | km² | months of 12 | newest month |
|---|---|---|---|---|---|
{forces}

## What became of the incidents

The rows of each force's files of the months that `n_12m` counts, and what became of
them: quarantined because they broke a rule, without coordinates, outside England and
Wales, at excluded places, far from the force, outside the universe, or counted in a
cell. By crime group: `reconciliation.csv`, also in
hotspots.gpkg, hotspots.duckdb, top_hotspots.xlsx and `powerbi_fact_totals.csv`.

| force | rows | broken | no place | abroad | excluded | far | not ranked | counted |
|---|---|---|---|---|---|---|---|---|
{totals}

## Crime groups

| group | what it is | categories |
|---|---|---|
{groups}

## Where it fails, and what it cannot show

- The public feed gives only the month of an incident and a map point near it: not the
  hour, the day or the address. Many incidents share a point at a street centre or
  venue.
- It knows no new place (a new venue, a new estate) and no sudden change until months
  with it are supplied.
- It counts what was reported and recorded. Places differ in how much is reported.
- A cell that was very high last year is likely to be lower next year without any
  patrols (regression to the mean). A fall does not prove that something worked.
- Crime that is mostly recorded because officers find it (drugs, possession of weapons)
  is scored separately, and kept out of all crime and of every other group's prior.
"""


_SEARCHES = """\
 `searches.csv` counts it beside the hot spots of
  serious violence, for scrutiny: nothing else is made of it."""


def write_method(edition: Edition, path: Path) -> None:
    """What the numbers mean, how certain they are and what they cannot show."""
    match edition:
        case MonthEdition():
            text = _month_method(edition)
        case DayEdition():
            text = day_method(edition)
        case _:
            raise TypeError(type(edition).__name__)
    path.write_text(text, encoding="utf-8")


def _own_universes(edition: MonthEdition) -> str:
    """Which forces are ranked within areas of the user's, in place of that rule."""
    named = [
        f"{f.force.name} ({f.universe_cells:,} cells, `{f.universe.sha256[:12]}`)"
        for f in edition.scored
        if f.universe
    ]
    if not named:
        return ""
    text = (
        f"Not so here: {', '.join(named)}. Of these the universe is every cell whose"
        " centre lies in the areas of the file that the home's settings name, whatever"
        " was recorded there; nothing counts as far from the force, and all else is"
        " outside the universe in `reconciliation.csv`."
    )
    return "\n" + fill(text, 88, initial_indent="  ", subsequent_indent="  ")


def _month_method(edition: MonthEdition) -> str:
    forces = [
        f"| {f.force.name} | {f.unscored or 'yes'} | {f.universe_cells:,} |"
        f" {f.universe_area_m2 / 1e6:,.0f} | {f.supplied(edition.as_of, 12)} |"
        f" {f.newest_month(edition.as_of) or 'none'} |"
        for f in edition.forces
    ]
    groups = [
        f"| `{g.slug}` | {g.note} | {', '.join(LABELS[c] for c in g.categories)} |"
        for g in GROUPS.values()
    ]
    text = _METHOD.format(
        attribution=edition.attribution,
        run_id=edition.run_id,
        as_of=edition.as_of,
        method=f"{edition.method.LABEL} (version {edition.method.VERSION})",
        excluded=edition.excluded_in_words,
        own=_own_universes(edition),
        crossed=crossed_in_words(edition),
        accuracy=accuracy_in_words(edition),
        hot_incidents=HOT_AT_LEAST_INCIDENTS,
        harm=edition.scoring.harm.in_words,
        share_percent=edition.scoring.hotspots.share_percent,
        max_cells=edition.scoring.hotspots.max_cells,
        max_km2=edition.scoring.hotspots.max_area_m2 / 1e6,
        in_words=edition.method.in_words(MONTHS),
        top_cells=TOP_CELLS,
        top_groups=", ".join(TOP_GROUPS),
        forces="\n".join(forces),
        totals="\n".join(_totals(edition)),
        groups="\n".join(groups),
        left_out=edition.left_out_in_words,
        searches=_SEARCHES if len(edition.searches) else "",
    )
    return text


def _totals(edition: MonthEdition) -> Iterator[str]:
    """A row a force: its files' rows, and what became of them."""
    names = {f.force.id: f.force.name for f in edition.scored}
    for row in edition.reconciliation.to_pylist():
        if row["crime_group"] == EVERYTHING:
            numbers = [f"{row[name]:,}" for name in PARTS]
            yield f"| {' | '.join([names[row['force']], *numbers])} |"


def crossed_in_words(edition: MonthEdition) -> str:
    """Which windows would cross a renewal or a new category, and what is done."""
    notes = [
        f"{force.force.name}: the points were renewed in {first.in_words}. Counts begin"
        f" there, in {force.counted(edition.as_of, 12)} of the last 12 months; scores"
        " halve the weight of older months once for each month supplied since, and no"
        " change, class, hot spot id or history on the map reaches back before it."
        for force in edition.scored
        if (first := force.crossed(edition.as_of, WINDOW_MONTHS))
    ]
    began = edition.as_of + (1 - WINDOW_MONTHS)
    for month in sorted({birth.month for birth in BIRTHS.values()}):
        if began < month <= edition.as_of:
            slugs = [c for c in CATEGORIES if first_month(c) == month]
            names = ", ".join(CATEGORIES[slug] for slug in slugs)
            notes.append(f"Categories only since {month.in_words}: {names}.")
    return " ".join(notes) or "No window of this run crosses either."


def write_dictionary(edition: Edition, formats: Iterable[Format], path: Path) -> None:
    """Every column of the tables beside it, with those of the user's layers.

    A table for which there was nothing to say, such as accuracy, is not there.
    """
    there = (row for row in formats if (path.parent / row.name).exists())
    text = dictionary(there, edition.clock.unit, edition.widened)
    path.write_text(
        f"{text}\nRun `{edition.run_id}`. {edition.attribution}.\n",
        encoding="utf-8",
    )


def dictionary(
    formats: Iterable[Format],
    unit: str,
    widened: Callable[[pa.Schema], pa.Schema] = lambda schema: schema,
) -> str:
    """The tables of a clock of that unit, from their schemas; equal ones once."""
    equal: dict[int, tuple[pa.Schema, list[str]]] = {}
    for row in formats:
        contents = row.contents(unit)
        if row.audience == "internal" and contents and contents.schema:
            _, names = equal.setdefault(id(contents.schema), (contents.schema, []))
            names.append(row.name)
    tables = [
        described(" and ".join(names), widened(schema))
        for schema, names in equal.values()
    ]
    return "\n".join(["# Data dictionary", *tables, _OTHER_COLUMNS[unit]])


def described(title: str, schema: pa.Schema) -> str:
    """The columns of a file, under its name."""
    head = "| column | type | meaning | empty means |\n|---|---|---|---|"
    return "\n".join([f"\n## {title}\n\n{head}", *map(_row, schema)])


def _row(field: pa.Field) -> str:
    meaning = about(field)
    empty = meaning.get("null", "never empty")
    return f"| `{field.name}` | {field.type} | {meaning['description']} | {empty} |"


def write_provenance(edition: Edition, path: Path) -> None:
    """What the publication was made from, down to the hash of each file."""
    facts = {"run_id": edition.run_id, **edition.identity}
    path.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
