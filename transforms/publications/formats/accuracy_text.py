"""The files that say how well the scores have done: backtest, kept forecasts."""

from pathlib import Path
from typing import Any

from transforms.backtest.report import calibration, headline
from transforms.groups import ALL_CRIME
from transforms.publications.edition import Edition
from transforms.publications.tables import rounded, write_csv
from transforms.schemas import PUBLISHED_HISTORY


_ABOUT_BACKTEST = """\
Share of the next month's crime that was found in 1 % of the area, knowing only what was
known then; mean over force-months, with its 95 % interval. Gain: over the rolling count
that found most in the same months, in percentage points. `accuracy.csv` has more
shares, rivals and measures, `calibration.csv` what was expected beside what was
observed.
"""


def write_accuracy(edition: Edition, path: Path) -> None:
    """Each contestant's share of next month's crime; no file without a backtest."""
    if len(edition.accuracy):
        write_csv(rounded(edition.accuracy), path)


def write_calibration(edition: Edition, path: Path) -> None:
    """Expected beside observed, and how often the interval held."""
    if len(rows := calibration(edition.accuracy_rows)):
        write_csv(rounded(rows), path)


def write_accuracy_history(edition: Edition, path: Path) -> None:
    """How each published forecast did, as first counted; never rewritten."""
    rows = edition.history.select(PUBLISHED_HISTORY.names)
    order = [
        (name, "ascending") for name in ("as_of", "force", "run_id", "crime_group")
    ]
    write_csv(rows.cast(PUBLISHED_HISTORY).sort_by(order), path)


def accuracy_in_words(edition: Edition) -> str:
    """What METHOD.md says of it: the shares found, and how forecasts turned out."""
    rows = headline(edition.accuracy).to_pylist()
    if not rows:
        return (
            "These scores have not been backtested on the data of this publication:"
            " `hexbeat backtest` does it, and the next publication tells."
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


def _history_in_words(edition: Edition) -> list[str]:
    """How the forecasts turned out that were published before their month came."""
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
    told = (
        f"Of all crime, {len(mine)} published forecasts of a force's month have come"
        f" due: their top 1 % of cells held {share:.1%} of it, {found:,}"
        f" incidents where {expected:,.0f} were expected (`accuracy_history.csv`)."
    )
    return ["", told]
