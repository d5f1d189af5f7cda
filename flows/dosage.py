"""The dosage flow: take new patrol logs, and report what was delivered."""

from collections.abc import Callable
from typing import Any

from prefect import State, flow

from flows.artifacts import page_artifact, summary_artifact, table_artifact
from flows.dosage_tasks import report_one, take_one
from flows.events import emit_short
from flows.patrol_params import DosageParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, final, gather
from flows.settings import Settings
from flows.summary import OfProgrammes, Summary, counted
from flows.tasks import Account, Whole
from transforms.homes.home import Home, open_either_home
from transforms.patrols.new_logs import new_logs
from transforms.programmes.register import started


class _OfLogs(Summary):
    """The account of a stage that is about files of patrols."""

    OF = ("log", "logs")


@flow(name="dosage", flow_run_name="dosage: {params.what}", version=VERSION)
@plain_faults
def dosage(params: DosageParams) -> State[dict[str, Any]]:
    """Take what is new of patrol logs; report the programmes that have started.

    A log that was refused is a gap, and so are rows that were held back: what is there
    is reported all the same.
    """
    home = open_either_home(params.home or Settings().home)
    steps: dict[str, Callable[[Home, DosageParams], Summary]] = {
        "take": _take,
        "report": _report,
    }
    whole = Summary(stage="dosage")
    for stage in params.stages:
        whole.add(steps[stage](home, params).as_json())
    summary_artifact(whole, "dosage-summary")
    has_gaps = whole.failed or any(s["facts"].get("held_back") for s in whole.stages)
    unattended = params.file is None and params.programme is None
    return final(whole, "gaps" if unattended and has_gaps else None)


def _take(home: Home, params: DosageParams) -> Summary:
    if params.file and params.mapping:
        given = str(params.file), str(params.mapping), params.gps_buffer_m, False
        tasks = {params.file.name: take_one.submit(home.address, *given)}
    else:
        tasks = {
            log.path.name: take_one.submit(
                home.address,
                str(log.path),
                str(log.mapping),
                params.gps_buffer_m,
                True,
            )
            for log in new_logs(home)
        }
    summary = _OfLogs(stage="take", asked=list(tasks))
    logs = [one for one in gather(summary, tasks) if "rows_in" in one]
    summary.changed = any(one["changed"] for one in logs)
    held_back = sum(one["held_back"] for one in logs)
    summary.facts |= {"logs": logs, "held_back": held_back}
    summary.facts["nothing"] = "Nothing to take: no folder has a new log."
    if held_back:
        summary.notes.append(f"{counted(held_back, 'row', 'rows')} held back")
    if logs:
        table_artifact(
            key="dosage-taken",
            table=[row for one in logs for row in _by_rule(one)],
            description="Rows of the newest logs, and which rules held some back",
        )
    return summary


def _by_rule(log: Account) -> list[dict[str, Any]]:
    rules = log.get("quarantined") or log.get("dropped") or {}
    kept = {"rule": "none: kept", "rows": log["rows_in"] - log["held_back"]}
    rows = [kept, *({"rule": name, "rows": rows} for name, rows in rules.items())]
    return [{"programme": log["programme"], **row} for row in rows]


def _report(home: Home, params: DosageParams) -> Summary:
    names = [params.programme] if params.programme else started(home)
    summary = OfProgrammes(stage="report", asked=names)
    tasks = {n: report_one.submit(home.address, n, Whole(params)) for n in names}
    found = sorted(gather(summary, tasks), key=lambda one: str(one.get("programme")))
    summary.notes += [one["nothing"] for one in found if "nothing" in one]
    reports = [one for one in found if "headline" in one]
    summary.facts["reports"] = reports
    summary.changed = any(one["created"] for one in reports)
    for one in reports:
        _show(one)
        if missing := len(one["missing_days"]):
            days = counted(missing, "day", "days")
            summary.notes.append(f"{one['programme']}: no log has a row of {days}")
    return summary


def _show(report: Account) -> None:
    """What the Prefect UI shows of a report: sums of all places, and its page."""
    name = report["programme"]
    columns = ("first", "last", "supplied_days", "held_back", "recent_share")
    row = {column: report[column] for column in columns}
    table_artifact(
        key=f"dosage-{name}",
        table=[row | {"missing_days": len(report["missing_days"])}],
        description=f"{name}: {report['headline']}",
    )
    page_artifact(
        key=f"dosage-page-{name}",
        description=f"{name}: the page of its newest report",
        lines=[report["headline"]],
        page=f"{report['folder']}/dosage.html",
    )
    if report["created"] and report["short"]:
        emit_short(name, report["last"], report["recent_share"])
