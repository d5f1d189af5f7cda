"""How well the scores have done, in the words of METHOD.md."""

from typing import Any

from transforms.backtests.report import equal_area, headline
from transforms.publications.edition.month_edition import MonthEdition
from transforms.reference.groups import ALL_CRIME


_ABOUT_BACKTEST = """\
Share of the next month's crime found, using only what was known at the time; mean over
force-months, with its 95 % interval: in 10 km² of each force, and in 1 % of its area.
**1 % of the area grows with the months that a home holds, and so does what it finds:
compare homes, years and methods by 10 km².** There is no such figure of a force of
which that is over 5 %. Gain: compared with the rolling count that found most there in
the same months, in percentage points. `accuracy.csv` has more areas, rivals and
measures; `calibration.csv` compares what was expected with what was observed.
"""
_HEADER = (
    "| crime group | force-months | in 10 km² | 95 % | gain | 95 % | in 1 % | 95 % |"
    " km² | PAI | gain | 95 % |"
)


def accuracy_in_words(edition: MonthEdition) -> str:
    """The accuracy section of METHOD.md: shares found, and past forecasts."""
    rows = headline(edition.accuracy).to_pylist()
    if not rows:
        return (
            "These scores have not been backtested on the data of this publication:"
            " run `hexbeat backtest`, and the next publication reports the result."
        )
    mine = [r for r in rows if r["method"] == edition.method.NAME]
    equal = {
        r["crime_group"]: r
        for r in equal_area(edition.accuracy).to_pylist()
        if r["method"] == edition.method.NAME
    }
    lines = [
        _ABOUT_BACKTEST,
        _HEADER,
        f"|{'---|' * 12}",
    ]
    for r in mine:
        alike = equal.get(r["crime_group"])
        lines.append(
            f"| `{r['crime_group']}` | {r['force_months']} |"
            f" {' | '.join(_found(alike) if alike else ['–'] * 4)} |"
            f" {' | '.join(_found(r)[:2])} | {r['area_km2']:.1f} | {r['pai']:.1f} |"
            f" {' | '.join(_found(r)[2:])} |"
        )
    return "\n".join(lines + _history_in_words(edition))


def _found(row: dict[str, Any]) -> list[str]:
    """What was found, and the gain, each with its interval."""
    return [
        f"{row['hit_rate']:.1%}",
        _interval(row["hit_rate_lo"], row["hit_rate_hi"]),
        f"{100 * row['gain']:+.1f}",
        _interval(row["gain_lo"], row["gain_hi"]),
    ]


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "not known"
    return f"{100 * low:.1f} to {100 * high:.1f}"


def _history_in_words(edition: MonthEdition) -> list[str]:
    """How forecasts that were published before their month turned out."""
    rows = edition.history
    method = f"{edition.method.NAME} {edition.method.VERSION}"
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows.sort_by("judged_at").to_pylist():  # a month may be published twice
        if row["crime_group"] == ALL_CRIME and row["method"] == method:
            first.setdefault((row["force"], row["as_of"]), row)
    mine = list(first.values())
    if not mine:
        return ["", "No forecast of an earlier publication has come due yet."]
    found = sum(r["hits_1pct"] for r in mine)
    expected = sum(r["expected_1pct"] for r in mine)
    share = found / max(sum(r["incidents"] for r in mine), 1)
    summary = (
        f"For all crime, {len(mine)} published forecasts of a force's month have come"
        f" due: their top 1 % of cells contained {share:.1%} of it, {found:,} incidents"
        f" compared with {expected:,.0f} expected (`accuracy_history.csv`)."
    )
    return ["", summary]
