"""The publication of a month as it stands, where nothing is left to publish."""

from transforms.homes.home import Home
from transforms.homes.runs.seal import TIER, is_installed, latest_run
from transforms.publications.edition.edition import run_id_of
from transforms.publications.edition.gather import gather
from transforms.publications.forecasts import is_frozen
from transforms.publications.judging import is_judged
from transforms.publications.layers import Layers
from transforms.publications.publish import Published, put_in_place
from transforms.reference.months import Month
from transforms.scores.methods import Method


def standing_publication(
    home: Home, as_of: Month, method: Method, layers: Layers
) -> Published | None:
    """What judging, publishing and freezing find done; None where they would act.

    It does what `publish` does where there is nothing to do; else it changes nothing.
    """
    latest = latest_run(home.publications)
    if latest is None or not is_judged(home):
        return None
    edition = gather(home, as_of, method, layers)
    run_id = run_id_of(as_of, edition.rests_on, [])
    if latest != run_id or not is_installed(home.publications / "runs" / run_id, TIER):
        return None
    if not is_frozen(home, edition):
        return None
    return put_in_place(home, edition)
