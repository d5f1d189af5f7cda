"""Artifacts: what the Prefect UI shows of a run beside its tasks."""

from collections.abc import Iterable, Mapping
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.summary import Summary
from transforms.coverage import MonthCoverage, supplied_months
from transforms.errors import ForceError
from transforms.home import Home
from transforms.ledger import force_coverage, forces_held
from transforms.months import Month, window
from transforms.seal import TIER
from transforms.storage import is_remote, located


_SHOWN_MONTHS = 12


def coverage_artifact(home: Home) -> None:
    """What the newest months of each force count as: all are in coverage.csv."""
    coverage: dict[str, Mapping[Month, MonthCoverage]] = {}
    unfinished: list[dict[str, Any]] = []
    for force in forces_held(home.lake, home.registry):
        try:
            coverage[force.id] = force_coverage(home.lake, force)
        except ForceError as error:
            unfinished.append({"force": force.id, "newest": str(error)})
    newest = max((max(months) for months in coverage.values()), default=None)
    shown = window(newest, _SHOWN_MONTHS) if newest else []
    matrix = [
        {
            "force": force,
            "newest": str(max(supplied_months(months), default="none")),
            **{str(m): months[m].status if m in months else "" for m in shown},
        }
        for force, months in coverage.items()
    ]
    create_table_artifact(
        key="coverage",
        table=matrix + unfinished,
        description="What the newest twelve months of each force count as",
    )


def quarantine_artifact(accounts: Iterable[Mapping[str, Any]]) -> None:
    """How many rows of this run each rule held back."""
    rows = [
        {"force": account["force"], "feed": feed, "rule": rule, "rows": number}
        for account in accounts
        for feed, counts in account.get("feeds", {}).items()
        for rule, number in sorted(counts["quarantined_by_rule"].items())
    ]
    create_table_artifact(
        key="quarantine", table=rows, description="Rows held back, by rule"
    )


def accuracy_artifact(rows: list[dict[str, Any]]) -> None:
    """What the default score found in 1 % of the area, beside its rivals."""
    create_table_artifact(
        key="accuracy",
        table=rows,
        description="Share of next month's crime found in 1 % of the area",
    )


def summary_artifact(summary: Summary) -> None:
    """The run in words."""
    lines = [f"**{summary.outcome}**", ""]
    for stage in summary.stages:
        facts = ", ".join(
            f"{k.replace('_', ' ')} {v}"
            for k, v in stage["facts"].items()
            if isinstance(v, (str, int)) and not isinstance(v, bool) and k != "folder"
        )
        lines.append(f"- {stage['stage']}: {stage['outcome']}; {facts}")
        if folder := stage["facts"].get("folder"):
            page = map_link(folder)
            lines.append(f"- the publication: [{stage['facts']['run_id']}]({page})")
    lines += [f"- **{what}**: {why}" for what, why in summary.failed.items()]
    lines += [f"- {note}" for note in summary.notes]
    create_markdown_artifact(
        key="run-summary", markdown="\n".join(lines), description="The run in words"
    )


def map_link(folder: str) -> str:
    """The address of a publication's map."""
    page = located(folder) / TIER / "map.html"
    return str(page) if is_remote(page) else page.resolve().as_uri()
