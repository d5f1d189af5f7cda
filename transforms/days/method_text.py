"""METHOD.md of a publication of a force's own feed."""

from transforms.days.edition import ATTRIBUTION, DayEdition
from transforms.days.near import BANDS, PERMUTATIONS
from transforms.overrides import Override


_TEXT = """# How these hot spots were made

{attribution}.

Run `{run_id}`: {force}, counts to the end of {as_of}, method {method}. Nothing later is
known to it.

## What a score says

`score` is the number of incidents of a crime group expected in a cell in the next
`horizon_days` (1 or 7) days; `score_lo` to `score_hi` should hold that count in 95 of
100 such spans. `n_7d`, `n_28d`, `n_91d` and `n_365d` rest on the supplied days beside
them (`days_…`): a day that was not supplied is no quiet day.{overrides}
An incident counts on the day, on the clock in London, by whose end it had happened.
Days and weeks have no season here.

{in_words}

## How well it does

{accuracy}

## The other files

- `weekday_hours.csv`: incidents by weekday and hour over 365 days, spans spread over
  their hours (aoristic analysis, Ratcliffe 2000); {days_of} records.
- `day_and_night.csv`: each cell's incidents between 07:00 and 19:00 and between 19:00
  and 07:00, in the same way.
- `near_repeats.csv`: the Knox test over 365 days, {permutations} permutations, bands to
  {reach_m:g} m and {reach_days} days. A ratio above 1 with a small p says that a crime
  is followed by others near it sooner than chance would have it.
- `top_cells.csv`: the highest 1 % of the cells, {cells} in the universe.
- `day_cells.parquet`: all scored cells, with their hexagons.

These files are restricted. There is no public tier of them.
"""

_HEADER = (
    "| crime group | days ahead | origins | found in 1 % of the area |"
    " best rolling count | gain on it (95 %) |"
)


def method_text(edition: DayEdition) -> str:
    """The text, filled from the run."""
    return _TEXT.format(
        attribution=ATTRIBUTION,
        run_id=edition.run_id,
        force=edition.force.name,
        as_of=edition.as_of,
        overrides=_overrides(edition),
        method=f"{edition.method.NAME} {edition.method.VERSION}",
        in_words=edition.method.IN_WORDS,
        accuracy=_accuracy(edition),
        days_of=f"{len(edition.year):,}",
        permutations=PERMUTATIONS,
        reach_m=BANDS.distance_m[-1],
        reach_days=BANDS.days[-1],
        cells=f"{edition.scores['universe_cells'][0].as_py():,}",
    )


def _overrides(edition: DayEdition) -> str:
    """What somebody knew of days, in their own words."""
    by_entry: dict[Override, list[str]] = {}
    for day, override in edition.overrides.items():
        by_entry.setdefault(override, []).append(day)
    return "".join(
        f" {_span(sorted(days))} as {override.verdict.replace('_', ' ')}:"
        f" {override.reason}."
        for override, days in by_entry.items()
    )


def _span(days: list[str]) -> str:
    if len(days) == 1:
        return f"{days[0]} counts"
    return f"{len(days)} days from {days[0]} to {days[-1]} count"


def _accuracy(edition: DayEdition) -> str:
    mine = [a for a in edition.accuracy if a.method == edition.method.NAME]
    if not mine:
        return "Not backtested in this run: `hexbeat feed backtest` does."
    lines = [_HEADER, "|---|---|---|---|---|---|"]
    for a in mine:
        interval = (
            f"{a.gain_lo:+.3f} to {a.gain_hi:+.3f}"
            if a.gain_lo is not None and a.gain_hi is not None
            else "too few origins"
        )
        lines.append(
            f"| {a.crime_group} | {a.horizon_days} | {a.origins} | {a.hit_rate:.3f} |"
            f" {a.rival} | {a.gain:+.3f} ({interval}) |"
        )
    return "\n".join(lines)
