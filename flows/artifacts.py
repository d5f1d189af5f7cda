"""Artifacts: what the Prefect UI shows of a run, besides its tasks.

The UI renders them as Markdown, and others wrote much of the text: names of files,
reasons of rejections.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.summary import Summary
from transforms.errors import ForceError
from transforms.homes.home import Home
from transforms.homes.runs.seal import TIER
from transforms.incidents.coverage import MonthCoverage
from transforms.incidents.freshness import late
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.incidents.status import statuses
from transforms.lake.storage import is_remote, located
from transforms.plain_text import in_markdown, plain
from transforms.reference.coverage import supplied_periods
from transforms.reference.months import Month, window


_SHOWN_MONTHS = 12
_HEADLINE_CHARACTERS = 200
_MARKUP = frozenset("<>[]()`!")  # what links, images and HTML are made of


def table_artifact(key: str, table: list[dict[str, Any]], description: str) -> None:
    """A table of numbers, ids and reasons."""
    rows = [
        {
            name: _cell(value) if isinstance(value, str) else value
            for name, value in row.items()
        }
        for row in table
    ]
    create_table_artifact(key=key, table=rows, description=description)


def _cell(text: str) -> str:
    """A cell: ids stay as they are."""
    return in_markdown(text) if set(text) & _MARKUP else plain(text)


def publication_artifact(run_id: str, folder: str) -> None:
    """Which publication is the newest, and where its map is."""
    create_markdown_artifact(
        key="publication",
        markdown="\n".join([f"**{run_id}**", "", *_where(folder)]),
        description=f"The newest publication: {run_id}",
    )


def _where(folder: str) -> list[str]:
    """The path of a publication's map, to copy: no browser follows a link to a file."""
    page = located(folder) / TIER / "map.html"
    path = plain(page if is_remote(page) else page.resolve())
    return ["Its map, which hexbeat view shows:", "", f"    {path}", ""]


def late_forces(home: Home) -> dict[str, str]:
    """The forces whose feed is late, stopped or incomplete today, and why."""
    now = datetime.now(UTC)
    found = late(statuses(home), Month(now.year, now.month))
    return {force: f"{how}: {why}" for force, (how, why) in found.items()}


def coverage_artifact(home: Home) -> None:
    """What the newest months of each force count as; coverage.csv has all months."""
    coverage: dict[str, Mapping[Month, MonthCoverage]] = {}
    unfinished: list[dict[str, Any]] = []
    for force in stored_forces(home.lake, home.registry):
        try:
            coverage[force.id] = force_coverage(home.lake, force)
        except ForceError as error:
            unfinished.append({"force": force.id, "newest": str(error)})
    newest = max((max(months) for months in coverage.values()), default=None)
    shown = window(newest, _SHOWN_MONTHS) if newest else []
    matrix = [
        {
            "force": force,
            "newest": str(max(supplied_periods(months), default="none")),
            **{str(m): months[m].status if m in months else "" for m in shown},
        }
        for force, months in coverage.items()
    ]
    table_artifact(
        key="coverage",
        table=matrix + unfinished,
        description="What the newest twelve months of each force count as",
    )


def quarantine_artifact(accounts: Iterable[Mapping[str, Any]]) -> None:
    """How many rows of this run each rule quarantined."""
    rows = [
        {"force": account["force"], "feed": feed, "rule": rule, "rows": number}
        for account in accounts
        for feed, counts in account.get("feeds", {}).items()
        for rule, number in sorted(counts["quarantined_by_rule"].items())
    ]
    table_artifact(
        key="quarantine", table=rows, description="Quarantined rows, by rule"
    )


_LOOK_COLUMNS = (
    "observed", "expected", "ratio", "low", "high", "without", "prevented",
    "prevented_low", "prevented_high", "past_lists",
)  # fmt: skip


_SEARCHES_COLUMNS = (
    "force", "period", "area", "n", "share_find", "lo", "hi", "share_of_searches",
    "share_of_incidents",
)  # fmt: skip


def ends_of(look: Mapping[str, Any]) -> tuple[str, str, str]:
    """Whether a look has months or days, and the first and the last of them."""
    period = "month" if "months" in look else "day"
    periods = look[f"{period}s"]
    return period, periods[0], periods[-1]


def look_artifacts(look: Mapping[str, Any]) -> None:
    """A look in figures of all places together, and where its page is."""
    name, (period, first, last) = look["programme"], ends_of(look)
    row = {c: round(look[c], 2) for c in _LOOK_COLUMNS if c in look}
    table_artifact(
        key=f"look-{name}",
        table=[{f"first_{period}": first, f"last_{period}": last, **row}],
        description=f"{name}: {look['headline']}",
    )
    page_artifact(
        key=f"look-page-{name}",
        description=f"{name}: the page of its newest look",
        lines=[look["headline"]],
        page=f"{look['folder']}/tracker.html",
    )


def page_artifact(
    key: str, description: str, lines: Sequence[str], page: str | Path
) -> None:
    """What a page says, the first line in bold, and its path, to copy."""
    first, *more = map(in_markdown, lines)
    text = [f"**{first}**", *more, "Its page, for those who may open the home:"]
    where = plain(Path(page).resolve())
    create_markdown_artifact(
        key=key,
        markdown="\n\n".join([*text, f"    {where}"]),
        description=description,
    )


def searches_artifact(found: Iterable[Mapping[str, Any]]) -> None:
    """The areas of each force: how many searches, and how often they found anything.

    No object and no group: those are few in many forces.
    """
    rows = [
        {name: row[name] for name in _SEARCHES_COLUMNS}
        for one in found
        for row in one["rows"]
        if row["breakdown"] == "all"
    ]
    table_artifact(
        key="searches", table=rows, description="Searches beside hot spots or places"
    )


def plan_artifact(made: Mapping[str, Any]) -> None:
    """A plan of patrols in a sentence, and where its pages are; no place of it."""
    name = made["programme"]
    page_artifact(
        key=f"plan-{name}",
        description=f"{name}: its newest plan of patrols",
        lines=[made["headline"]],
        page=f"{made['folder']}/briefing.pdf",
    )


def pack_artifact(made: Mapping[str, Any]) -> None:
    """A tasking pack in sentences about all places, and where its pages are."""
    name = made["programme"]
    page_artifact(
        key=f"pack-{name}",
        description=f"{name}: its newest tasking pack, to {made['last']}",
        lines=[made["delivered"], made["tracker"], *made["to_see_to"]],
        page=f"{made['folder']}/tasking.pdf",
    )


def accuracy_artifact(rows: list[dict[str, Any]]) -> None:
    """How much crime the default score found in 10 km2 and in 1 %, and its rivals."""
    table_artifact(
        key="accuracy",
        table=rows,
        description="Share of next month's crime found in 1 % of the area, and in the"
        " same area of each force (…_10km2): compare homes and years by that",
    )


def summary_artifact(
    summary: Summary,
    key: str = "run-summary",
    late: Mapping[str, str] | None = None,
) -> None:
    """The run in words: how it ended, what failed, which forces are late, what it did.

    `late` has the reason of each force.
    """
    headline = summary.headline(_HEADLINE_CHARACTERS)
    lines = [f"**{in_markdown(headline)}**", ""]
    lines += _list("Failed", summary.failed)
    lines += _list("Late", late or {})
    for stage in summary.stages:
        facts = ", ".join(
            f"{k.replace('_', ' ')} {in_markdown(v)}"
            for k, v in stage["facts"].items()
            if isinstance(v, (str, int)) and not isinstance(v, bool) and k != "folder"
        )
        lines.append(f"- {stage['stage']}: {stage['outcome']}; {facts}")
    lines += [f"- {in_markdown(note)}" for note in summary.notes]
    for stage in summary.stages:
        if folder := stage["facts"].get("folder"):
            lines += ["", *_where(folder)]
    # the page of all artifacts shows the descriptions
    create_markdown_artifact(
        key=key, markdown="\n".join(lines), description=_without_markup(headline)
    )


def _without_markup(text: str) -> str:
    """A text for those who show it as it is, and for those who read Markdown in it."""
    return "".join(mark for mark in plain(text) if mark not in _MARKUP)


def _list(title: str, reasons: Mapping[str, str]) -> list[str]:
    lines = [f"- **{in_markdown(x)}**: {in_markdown(y)}" for x, y in reasons.items()]
    return [f"{title}:", "", *lines, ""] if lines else []
