"""The files that say how well the scores have done: backtest, chart, kept forecasts."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from transforms.backtest.contest import GI_STAR
from transforms.backtest.report import calibration, headline
from transforms.groups import ALL_CRIME, GROUPS
from transforms.publications.edition import Edition
from transforms.publications.tables import rounded, write_csv
from transforms.schemas import PUBLISHED_HISTORY


_SCORE, _ROLLING, _GI = "score", "Best rolling count", "Gi* (a label, no ranking)"
# Colours that stay apart for the colour-blind (Okabe and Ito 2008), and marks that tell
# without any.
_SHOWN = ((_SCORE, "#0072B2", "o"), (_ROLLING, "#D55E00", "s"), (_GI, "#777777", "^"))
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


def write_chart(edition: Edition, path: Path) -> None:
    """The share of next month's crime found in 1 % of the area, as SVG or PNG."""
    if not len(headline(edition.accuracy)):
        return
    # the same bytes each time: ids in an SVG are hashes, no date is kept, and nobody's
    # own matplotlibrc counts
    with style.context({"svg.hashsalt": edition.run_id}, after_reset=True):
        figure = Figure(figsize=(8, 8), layout="constrained")
        axes = figure.subplots()
        _draw(axes, edition)
        figure.suptitle(_title(edition), fontsize=11)
        figure.supxlabel(
            f"Run {edition.run_id}. {edition.attribution}.", fontsize=7, wrap=True
        )
        about = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, dpi=120, metadata=about)


def _draw(axes: Axes, edition: Edition) -> None:
    rows = headline(edition.accuracy)
    listed = [slug for slug in GROUPS if slug in rows["crime_group"].to_pylist()]
    for offset, (label, colour, mark) in zip((-0.2, 0, 0.2), _SHOWN, strict=True):
        found = [_row(rows, slug, label, edition) for slug in listed]
        drawn = [(y + offset, r) for y, r in enumerate(found) if r]
        reach = [_reach(r) for _, r in drawn]
        named = edition.method.LABEL if label == _SCORE else label
        axes.errorbar(
            [r["hit_rate"] for _, r in drawn],
            [y for y, _ in drawn],
            xerr=[[below for below, _ in reach], [above for _, above in reach]],
            fmt=mark,
            color=colour,
            label=named,
        )
    axes.set_yticks(range(len(listed)), [GROUPS[slug].label for slug in listed])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    axes.legend(loc="lower right")


def _reach(row: dict[str, Any]) -> tuple[float, float]:
    """How far the interval reaches below the mean and above it."""
    mean, low, high = (row[f"hit_rate{end}"] for end in ("", "_lo", "_hi"))
    if low is None or high is None:
        return 0.0, 0.0
    # of months all alike the bounds may miss the mean by its last digit
    return max(mean - low, 0.0), max(high - mean, 0.0)


def _title(edition: Edition) -> str:
    rows = headline(edition.accuracy)
    first = pc.min(rows["first_outcome_month"]).as_py()
    last = pc.max(rows["last_outcome_month"]).as_py()
    return (
        f"Share of next month's crime found in 1 % of the area, {first} to {last}:\n"
        "mean over force-months, with its 95 % interval"
    )


def _row(
    rows: pa.Table, slug: str, label: str, edition: Edition
) -> dict[str, Any] | None:
    """The row of a crime group that a mark of that label stands for."""
    of_group = [r for r in rows.to_pylist() if r["crime_group"] == slug]
    rival = next((r["rival"] for r in of_group), None)
    name = {_SCORE: edition.method.NAME, _ROLLING: rival, _GI: GI_STAR}[label]
    return next((r for r in of_group if r["method"] == name), None)


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
