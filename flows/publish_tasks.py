"""The tasks of the publish flow, in their order."""

from datetime import UTC, datetime

from prefect import State, get_run_logger, task

from flows.month_summary import publication_account
from flows.plain_logs import plain_faults
from flows.task_runner import each_of
from flows.tasks import PATIENT, Account, Whole, failed, left_out
from transforms.errors import HexbeatError
from transforms.homes.home import open_home
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.forecasts import freeze
from transforms.publications.judging import judge
from transforms.publications.layers import LayerFiles, read_layers
from transforms.publications.public.publish import publish_public
from transforms.publications.publish import publish
from transforms.reference.months import Month
from transforms.scores.methods import METHODS


@task(task_run_name="judge older forecasts", tags=["publish"], **PATIENT)
@plain_faults
def judge_forecasts(home: str) -> Account | State[Account]:
    """Count the forecasts whose month has come: publications contain the result."""
    try:
        judged = judge(open_home(home), datetime.now(UTC))
    except HexbeatError as error:
        return failed("judge", str(error))
    get_run_logger().info("%d rows of accuracy", judged.rows)
    return {"forecasts_judged": judged.rows, "notes": judged.notes}


@task(task_run_name="publish {as_of}", tags=["publish"], **PATIENT)
@plain_faults
def publish_edition(
    home: str, as_of: str, method: str, files: LayerFiles, where: str = "threads"
) -> Account | State[Account]:
    """Publish every force; the account has the `edition`, for the tasks after it.

    `where` is the task runner's: a cluster computes the forces' parts, and writes the
    files.
    """
    given = Month.parse(as_of), METHODS[method]
    try:
        layers = read_layers(files)
        done = publish(open_home(home), *given, layers, each_of(where))
    except HexbeatError as error:
        return failed("publication", str(error))
    get_run_logger().info(
        "%s %s", done.run_id, "published" if done.created else "was already published"
    )
    account = publication_account(done, left_out(done.unwritten))
    return account | {"edition": Whole(done.edition)}


@task(task_run_name="freeze new forecasts", tags=["publish"], **PATIENT)
@plain_faults
def freeze_forecasts(
    home: str, edition: Whole[MonthEdition]
) -> Account | State[Account]:
    """Freeze what a publication forecasts, to be judged when its month has come."""
    try:
        frozen = freeze(open_home(home), edition.value, datetime.now(UTC))
    except HexbeatError as error:
        return failed("freeze", str(error))
    get_run_logger().info("forecasts of %d forces", len(frozen))
    return {"forecasts_frozen": frozen}


@task(task_run_name="publish the public tier", tags=["publish"], **PATIENT)
@plain_faults
def publish_public_tier(
    home: str, edition: Whole[MonthEdition]
) -> Account | State[Account]:
    """Publish what everyone may see of a publication."""
    try:
        done = publish_public(open_home(home), edition.value)
    except HexbeatError as error:
        return failed("public tier", str(error))
    get_run_logger().info(
        "published" if done.created else "already published, or refused"
    )
    return {
        "public_created": done.created,
        "public_refused": done.refused,
        "public_withheld": done.withheld,
        "public_unanswered": done.unanswered,
    }
