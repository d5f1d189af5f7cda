"""How well the scores have done, in the words of METHOD.md."""

from typing import Any

from transforms.backtests.report import headline
from transforms.publications.edition.month_edition import MonthEdition
from transforms.reference.groups import ALL_CRIME


_ABOUT_BACKTEST = """\
Share of the next month's crime found in 1 % of the area, using only what was known at
the time; mean over force-months, with its 95 % interval. Gain: compared with the
rolling count that found most in the same months, in percentage points. `accuracy.csv`
has more shares, rivals and measures; `calibration.csv` compares what was expected with
what was observed.
"""


def accuracy_in_words(edition: MonthEdition) -> str:
    """The accuracy section of METHOD.md: shares found, and past forecasts."""
    rows = headline(edition.accuracy).to_pylist()
    if not rows:
        return (
            "These scores have not been backtested on the data of this publication:"
            " run `hexbeat backtest`, and the next publication reports the result."
        )
    mine = [r for r in rows if r["method"] == edition.method.NAME]
    lines = [
        _ABOUT_BACKTEST,
        "| crime group | force-months | found | 95 % | PAI | gain | 95 % |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in mine:
        found = _interval(r["hit_rate_lo"], r["hit_rate_hi"])
        gain = _interval(r["gain_lo"], r["gain_hi"])
        lines.append(
            f"| `{r['crime_group']}` | {r['force_months']} | {r['hit_rate']:.1%} |"
            f" {found} | {r['pai']:.1f} | {100 * r['gain']:+.1f} | {gain} |"
        )
    return "\n".join(lines + _history_in_words(edition))


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
