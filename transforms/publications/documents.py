"""The files that say what the others mean: method, dictionary and provenance."""

import json
from pathlib import Path

import pyarrow as pa

from transforms.categories import CATEGORIES
from transforms.groups import GROUPS
from transforms.publications.accuracy import accuracy_in_words
from transforms.publications.edition import Edition
from transforms.publications.geojson import TOP_CELLS, TOP_GROUPS
from transforms.publications.star_columns import STAR
from transforms.schemas import (
    ACCURACY_SUMMARY,
    CALIBRATION,
    CONCENTRATION,
    EXCLUDED,
    HISTORY,
    HOTSPOTS,
    PUBLISHED,
    PUBLISHED_COVERAGE,
    PUBLISHED_HISTORY,
    about,
)
from transforms.scores.group_labels import HOT_AT_LEAST_INCIDENTS


_METHOD = r"""# How these hot spots were made

{attribution}.

Run `{run_id}`, counts to the end of {as_of}, method {method}.

## What a score says

The score of a cell is the number of incidents of that crime group expected in it in
the month after {as_of}. The interval `score_lo` to `score_hi` should hold that month's
count in 95 of 100 such months. A rank of 1 is the highest score of the force; bands are
shares of all cells of the force's universe, with and without crime. `p_top1` says how
sure the rank is: the probability that the cell's true rate is among the highest 1 %.
`expected_12m` beside `n_12m` shows how much of a fall to expect where nothing is done.

{in_words}

## How well it does

{accuracy}

## Labels, harm and hot spots

- **Gi\*** (`gi_star_z`, `gi_star_q`) says whether a cell and the six around it hold
  more than chance would give them; `hotspot_class` how they came to, over the supplied
  months of the last twelve (Esri's emerging hot spot categories; no cell counts as hot
  in a month in which fewer than {hot_incidents} incidents fell in it and the six around
  it). Both are labels: ranked by them, a map finds less crime. Of scarce crime a single
  incident can make a ring stand out.
- **Harm** is counted in: {harm}. By category, most differences in severity are hidden;
  `harm_top_share_12m` tells where one incident makes up most of a cell's harm.
- **Hot spots** (`hotspots.csv`) are cells of the top {share_percent:g} % that touch, at
  most {max_cells} cells or {max_km2:g} km² each. An id lives on while most of its cells
  do.

## What it rests on

- **Cells** are H3 hexagons, resolution 9 for the public feed (about 0.1 km² each).
- **The universe** of a force is every cell inside the H3 resolution-7 cells that hold
  at least five of its located incidents up to {as_of}. Its size stands on every row.
- **Only supplied months count.** A month that a force did not supply is missing, never
  zero; a month with under 0.6 of the rows of the force's recent months is
  `partial_suspected` and left out too. `coverage.csv` lists every month;
  `months_12m` says how many months a count of twelve rests on.
- **A force has no score** where fewer than 3 of the 12 months to {as_of} were supplied,
  or its newest supplied month is more than 3 months before {as_of}.
- **Stop and search never enters a score.**
- **Excluded places.** {excluded}.

## Which file holds which cells

`hotspot_cells.parquet` and `.csv` hold every published cell of every crime group: those
with any incident of it in 36 months, and the top 5 %. `hotspots.gpkg` holds the same of
all crime, and of every other group the top 5 % of each force alone, so that a desktop
GIS can open it; its style draws all crime. Hot spots of every group are in
`hotspots.csv`, in a layer of hotspots.gpkg and, as tables with views and comments, in
`hotspots.duckdb`. `top_hotspots.xlsx` and `.gpx` hold the highest hot spots,
`powerbi_*.csv` a star of facts and dimensions. `top_hotspots.geojson` holds the
{top_cells} highest cells of each force in each of {top_groups}.
A street label that starts as a spreadsheet formula does is left empty in every file.

## Forces

| force | scored | cells of universe | its km² | months of 12 | newest month |
|---|---|---|---|---|---|
{forces}

## Crime groups

| group | what it is | categories |
|---|---|---|
{groups}

## What it cannot tell

- The public feed gives the month of an incident and a snap point near it: nothing here
  knows the hour, the day or the address. Points stack on street centres and venues.
- It counts what was reported and recorded. Places differ in how much is reported.
- A cell that was very high last year is likely to be lower next year with no patrol at
  all. A fall is no proof that something worked.
- Recorded crime that officers mostly find for themselves (drugs, possession of weapons)
  is scored alone, and kept out of all crime and of every other group's prior.
"""


def write_method(edition: Edition, path: Path) -> None:
    """What the numbers mean, how sure they are and where they fail."""
    forces = [
        f"| {f.force.name} | {f.unscored or 'yes'} | {f.universe_cells:,} |"
        f" {f.universe_area_m2 / 1e6:,.0f} | {f.supplied(edition.as_of, 12)} |"
        f" {f.newest_month(edition.as_of) or 'none'} |"
        for f in edition.forces
    ]
    groups = [
        f"| `{g.slug}` | {g.note} | {', '.join(CATEGORIES[c] for c in g.categories)} |"
        for g in GROUPS.values()
    ]
    text = _METHOD.format(
        attribution=edition.attribution,
        run_id=edition.run_id,
        as_of=edition.as_of,
        method=f"{edition.method.LABEL} (version {edition.method.VERSION})",
        excluded=edition.excluded_in_words,
        accuracy=accuracy_in_words(edition),
        hot_incidents=HOT_AT_LEAST_INCIDENTS,
        harm=edition.scoring.harm.in_words,
        share_percent=edition.scoring.hotspots.share_percent,
        max_cells=edition.scoring.hotspots.max_cells,
        max_km2=edition.scoring.hotspots.max_area_m2 / 1e6,
        in_words=edition.method.IN_WORDS,
        top_cells=TOP_CELLS,
        top_groups=", ".join(TOP_GROUPS),
        forces="\n".join(forces),
        groups="\n".join(groups),
    )
    path.write_text(text, encoding="utf-8")


def write_dictionary(edition: Edition, path: Path) -> None:
    """Every column of every file."""
    text = dictionary(edition.cell_schema, edition.hotspot_schema)
    path.write_text(
        f"{text}\nRun `{edition.run_id}`. {edition.attribution}.\n",
        encoding="utf-8",
    )


def dictionary(cells: pa.Schema = PUBLISHED, hotspots: pa.Schema = HOTSPOTS) -> str:
    """The data dictionary, generated from the schemas; two may have users' columns."""
    parts = ["# Data dictionary"]
    for title, schema in {
        "hotspot_cells.parquet and hotspot_cells.csv": cells,
        "hotspots.csv": hotspots,
        "hotspot_history.parquet": HISTORY,
        "accuracy.csv": ACCURACY_SUMMARY,
        "calibration.csv": CALIBRATION,
        "accuracy_history.csv": PUBLISHED_HISTORY,
        "concentration.csv": CONCENTRATION,
        "exclusions.csv": EXCLUDED,
        "coverage.csv": PUBLISHED_COVERAGE,
        **STAR,
    }.items():
        rows = [_row(field) for field in schema]
        parts.append(
            f"\n## {title}\n\n"
            "| column | type | meaning | empty means |\n|---|---|---|---|"
        )
        parts += rows
    parts.append(
        "\nThe Parquet file of cells also has `geometry` (the hexagon, WGS 84)"
        " and `bbox`; `hotspot_cells` in hotspots.gpkg has all columns and `geom`"
        " (British National Grid), for all-crime and the top 5 % of every other group,"
        " and its layer `hotspots` all columns of hotspots.csv and `geom`;"
        " top_hotspots.geojson some of them, for the 50 highest cells of six groups."
    )
    return "\n".join(parts) + "\n"


def _row(field: pa.Field) -> str:
    says = about(field)
    empty = says.get("null", "never empty")
    return f"| `{field.name}` | {field.type} | {says['description']} | {empty} |"


def write_provenance(edition: Edition, path: Path) -> None:
    """What the publication was made from, down to the hash of each file."""
    facts = {"run_id": edition.run_id, **edition.identity}
    path.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
