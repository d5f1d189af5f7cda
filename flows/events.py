"""Events that hexbeat sends to the Prefect server, and tags, for automations to act on.

Counts, months and reasons: never a row.
"""

from collections.abc import Iterable, Mapping

from prefect.events import emit_event

from transforms.plain_text import plain_values


LANDED = "hexbeat.partition.landed"
PUBLISHED = "hexbeat.publication.published"
STALE = "hexbeat.feed.stale"
FROZEN = "hexbeat.programme.frozen"
LOOK = "hexbeat.look.made"
PLAN = "hexbeat.plan.made"
PACK = "hexbeat.pack.made"
ISSUED = "hexbeat.trial.issued"
SHORT = "hexbeat.dose.short"

# A shared server has runs of others too. The first is of our deployments, of whose runs
# people are notified; the other of stages, and of runs that were started by hand.
DEPLOYMENT_TAG = "hexbeat"
RUN_TAG = "hexbeat-run"


def emit_landed(force: str, months: Iterable[str]) -> None:
    """Months of a force were ingested."""
    for month in months:
        _emit(LANDED, f"hexbeat.partition.{month}.{force}", f"{force} {month}", {})


def emit_published(run_id: str, folder: str) -> None:
    """A publication is out."""
    _emit(PUBLISHED, f"hexbeat.publication.{run_id}", run_id, {"folder": folder})


def emit_stale(force: str, why: str) -> None:
    """The feed of a force is not fresh."""
    _emit(STALE, f"hexbeat.feed.{force}", force, {"why": why})


def emit_frozen(programme: str, force: str, places: int) -> None:
    """The places of a programme are frozen."""
    about = {"force": force, "places": str(places)}
    _emit(FROZEN, f"hexbeat.programme.{programme}", programme, about)


def emit_look(programme: str, look: str, period: str, first: str, last: str) -> None:
    """A look at a programme was made."""
    about = {"programme": programme, f"first_{period}": first, f"last_{period}": last}
    _emit(LOOK, f"hexbeat.look.{programme}.{look}", f"{programme} {look}", about)


def emit_plan(programme: str, plan: str, visits: int) -> None:
    """A plan of patrols was made."""
    about = {"programme": programme, "visits": str(visits)}
    _emit(PLAN, f"hexbeat.plan.{programme}.{plan}", f"{programme} {plan}", about)


def emit_pack(programme: str, pack: str, last_day: str) -> None:
    """The tasking pack of a fortnight was made."""
    about = {"programme": programme, "last_day": last_day}
    _emit(PACK, f"hexbeat.pack.{programme}.{pack}", f"{programme} {pack}", about)


def emit_issued(programme: str, trial: str, week: str) -> None:
    """A week of a trial was issued: that it was, and not who is patrolled."""
    about = {"programme": programme, "trial": trial, "week": week}
    _emit(ISSUED, f"hexbeat.trial.{trial}.{week}", f"{trial} {week}", about)


def emit_short(programme: str, last_day: str, share: float) -> None:
    """Much less was delivered lately than was planned."""
    about = {"last_day": last_day, "delivered_share": f"{share:.2f}"}
    _emit(SHORT, f"hexbeat.dose.{programme}", programme, about)


def _emit(event: str, resource: str, name: str, payload: Mapping[str, str]) -> None:
    about = {"prefect.resource.id": resource, "prefect.resource.name": name}
    emit_event(event, resource=about, payload=plain_values(dict(payload)))
