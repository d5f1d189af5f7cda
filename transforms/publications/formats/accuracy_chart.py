"""The chart of how well the scores have done, with their rivals."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.backtests.contest import GI_STAR
from transforms.backtests.report import equal_area, headline
from transforms.publications.edition.month_edition import MonthEdition
from transforms.reference.groups import GROUPS


if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SCORE, _ROLLING, _GI = "score", "Best rolling count", "Gi* (a label, no ranking)"
# Colours that colour-blind readers can distinguish (Okabe and Ito 2008), and marks that
# need no colour.
_SHOWN = ((_SCORE, "#0072B2", "o"), (_ROLLING, "#D55E00", "s"), (_GI, "#777777", "^"))


def write_chart(edition: MonthEdition, path: Path) -> None:
    """The share of next month's crime found in 10 km², as SVG or PNG.

    In 1 % of the area, where no universe is large enough.
    """
    if not len(_compared(edition)):
        return
    # slow to load: only whoever draws a chart needs it
    from matplotlib import style
    from matplotlib.figure import Figure

    # the same bytes each time: ids in an SVG are hashes, there is no date, and the
    # user's matplotlibrc is ignored
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


def _draw(axes: "Axes", edition: MonthEdition) -> None:
    from matplotlib.ticker import PercentFormatter

    rows = _compared(edition)
    listed = [slug for slug in GROUPS if slug in rows["crime_group"].to_pylist()]
    for offset, (label, colour, mark) in zip((-0.2, 0, 0.2), _SHOWN, strict=True):
        listed_rows = [_row(rows, slug, label, edition) for slug in listed]
        drawn = [(y + offset, r) for y, r in enumerate(listed_rows) if r]
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
    # above the marks, which can be anywhere
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False)


def _reach(row: dict[str, Any]) -> tuple[float, float]:
    """How far the interval reaches below the mean and above it."""
    mean, low, high = (row[f"hit_rate{end}"] for end in ("", "_lo", "_hi"))
    if low is None or high is None:
        return 0.0, 0.0
    # for equal months the bounds may miss the mean by its last digit
    return max(mean - low, 0.0), max(high - mean, 0.0)


def _title(edition: MonthEdition) -> str:
    rows = _compared(edition)
    alike = rows["area_share"][0].as_py() is None
    area = "10 km² of each force" if alike else "1 % of the area"
    first = pc.min(rows["first_outcome_month"]).as_py()
    last = pc.max(rows["last_outcome_month"]).as_py()
    return (
        f"Share of next month's crime found in {area}, {first} to {last}:\n"
        "mean over force-months, with its 95 % interval"
    )


def _compared(edition: MonthEdition) -> pa.Table:
    """The rows to compare by: of the same area, where there are any."""
    equal = equal_area(edition.accuracy)
    return equal if len(equal) else headline(edition.accuracy)


def _row(
    rows: pa.Table, slug: str, label: str, edition: MonthEdition
) -> dict[str, Any] | None:
    """The row of a crime group that a mark of that label shows."""
    of_group = [r for r in rows.to_pylist() if r["crime_group"] == slug]
    rival = next((r["rival"] for r in of_group), None)
    name = {_SCORE: edition.method.NAME, _ROLLING: rival, _GI: GI_STAR}[label]
    return next((r for r in of_group if r["method"] == name), None)
