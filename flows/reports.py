"""Artifacts: what the Prefect UI shows of a run beside its tasks."""

from collections import Counter
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.summary import Summary
from transforms.coverage import supplied_months
from transforms.errors import ForceError
from transforms.home import Home
from transforms.ledger import force_coverage, forces_held


def coverage_artifact(home: Home) -> None:
    """What is held of each force: the matrix by month is in coverage.csv."""
    rows: list[dict[str, Any]] = []
    for force in forces_held(home.lake, home.registry):
        try:
            months = force_coverage(home.lake, force)
        except ForceError as error:
            rows.append({"force": force.id, "newest": str(error)})
            continue
        supplied = supplied_months(months)
        counts = Counter(c.status for c in months.values())
        rows.append(
            {
                "force": force.id,
                "first": str(min(months)),
                "newest": str(max(supplied, default="none")),
                **{status: counts[status] for status in sorted(counts)},
            }
        )
    create_table_artifact(
        key="coverage",
        table=rows,
        description="What is held of each force: months by status",
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
        facts = ", ".join(f"{k} {v}" for k, v in stage["facts"].items())
        lines.append(f"- {stage['stage']}: {stage['outcome']}; {facts}")
    lines += [f"- **{what}**: {why}" for what, why in summary.failed.items()]
    lines += [f"- {note}" for note in summary.notes]
    create_markdown_artifact(
        key="run-summary", markdown="\n".join(lines), description="The run in words"
    )
