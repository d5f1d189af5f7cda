"""A publication of a force's own feed taken back, as one of the public feed is."""

from datetime import datetime

from transforms.homes.runs.catalog import withdraw
from transforms.records.homes import ForceHome


def withdraw_feed(
    home: ForceHome, run_id: str, why: str, who: str, now: datetime
) -> str | None:
    """Withdraw a run, and say so in the audit log; the run that is latest then."""
    with home.alone("a withdrawal"):
        latest = withdraw(home.home, run_id, why, now)
        reason = {"run_id": run_id, "why": " ".join(why.split())}
        home.audit.append(now, who, "withdraw", reason)
    return latest
