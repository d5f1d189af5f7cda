"""A restart keeps what people changed in a deployment; an upgrade comes through."""

import copy
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows.server.kept import Deployment, kept_part, merged
from flows.server.registration import _refused, _usable
from tests.deployments import FILE


REFRESH: Deployment = next(
    each
    for each in yaml.safe_load(FILE.read_text())["deployments"]
    if each["name"] == "refresh"
)
REFRESH["schedules"] = REFRESH["schedules"][:1]  # one is enough for these tests
EMPTY: Deployment = {"name": "x"}
WORDS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), max_size=3)


def changed(**change: Any) -> Deployment:
    return copy.deepcopy(REFRESH) | change


def again(shipped: Deployment, now: Deployment) -> Deployment:
    """What the next start registers, after REFRESH and what people made of it."""
    noted = json.loads(json.dumps(kept_part(REFRESH)))
    return merged(shipped, noted, kept_part(now))


def schedule(**change: Any) -> dict[str, Any]:
    [shipped] = REFRESH["schedules"]
    return {**shipped, **change}


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": {"params": {"forces": ["kent"], "home": "/srv/kent"}}},
        {"parameters": {"params": {}}},
        {"schedules": [schedule(cron="*/15 * * * *")]},
        {"schedules": [schedule(timezone="UTC")]},
        {"schedules": [schedule(active=False)]},
        {"schedules": [schedule(parameters={"params": {"backtest": True}})]},
        {"schedules": []},
        {"schedules": [schedule(), schedule(slug="noon", cron="0 12 * * *")]},
        {"paused": True},
        {"concurrency_limit": {"limit": 3, "collision_strategy": "ENQUEUE"}},
        {"concurrency_limit": {"limit": 1, "collision_strategy": "CANCEL_NEW"}},
        {"concurrency_limit": None},
    ],
)
def test_what_people_changed_stays(change: dict[str, Any]) -> None:
    now = changed(**change)
    kept = again(REFRESH, now)
    assert kept_part(kept) == kept_part(now)
    assert {k: v for k, v in kept.items() if k not in kept_part(now)} == {
        k: v for k, v in REFRESH.items() if k not in kept_part(now)
    }
    # and at the start after it, which finds what this one registered
    assert kept_part(again(REFRESH, kept)) == kept_part(now)


def test_another_kind_of_schedule_replaces_the_cron_whole() -> None:
    hourly = {"interval": "PT1H", "timezone": "UTC", "active": True}
    now = changed(schedules=[hourly | {"slug": "every-morning"}])
    upgraded = changed(schedules=[schedule(cron="45 6 * * *")])
    for last in (kept_part(REFRESH), None):
        [kept] = merged(upgraded, last, kept_part(now))["schedules"]
        assert kept == hourly | {"slug": "every-morning"}


def test_a_schedule_that_somebody_added_without_a_slug_stays_and_gets_none() -> None:
    added = {"cron": "0 12 * * *", "timezone": "UTC", "active": True}
    kept = again(REFRESH, changed(schedules=[schedule(), added]))
    assert kept["schedules"] == [schedule(), added]


def test_an_upgrade_comes_through_beside_what_people_changed() -> None:
    upgraded = changed(
        description="new",
        parameters={"params": {"all_forces": True, "backtest": True}},
        schedules=[schedule(cron="45 6 * * *"), schedule(slug="evening")],
    )
    now = changed(
        parameters={"params": {"all_forces": True, "workers": 1}},
        schedules=[schedule(active=False)],
    )
    kept = again(upgraded, now)
    assert kept["description"] == "new"
    assert kept["parameters"] == {
        "params": {"all_forces": True, "backtest": True, "workers": 1}
    }
    assert kept["schedules"] == [
        schedule(cron="45 6 * * *", active=False),
        schedule(slug="evening"),
    ]


def test_what_an_older_hexbeat_registered_stays_where_no_note_was_kept() -> None:
    now = changed(schedules=[schedule(cron="0 5 * * *")])
    kept = merged(
        changed(parameters={"params": {"all_forces": False, "backtest": True}}),
        None,
        kept_part(now),
    )
    assert kept["schedules"] == now["schedules"]
    assert kept["parameters"] == {"params": {"all_forces": True, "backtest": True}}


def test_a_new_deployment_is_as_shipped() -> None:
    assert merged(REFRESH, None, None) == REFRESH


@given(WORDS, WORDS, WORDS)
def test_each_value_is_somebody_s_or_the_shipped_one(
    last: dict[str, int], now: dict[str, int], shipped: dict[str, int]
) -> None:
    """By a plain rule for each key: unchanged since the last start, as shipped."""
    noted = kept_part(EMPTY | {"parameters": last})
    standing = kept_part(EMPTY | {"parameters": now})
    found = merged(EMPTY | {"parameters": shipped}, noted, standing)["parameters"]
    for key in "abc":
        somebody_s = now.get(key) != last.get(key)
        assert found.get(key) == (now if somebody_s else shipped).get(key)


def test_the_server_s_default_is_no_change() -> None:
    assert kept_part(changed(schedules=[schedule(day_or=True)])) == kept_part(REFRESH)


@pytest.mark.parametrize("given_params", [{"all_forcs": True}, {"method": "best"}])
def test_parameters_that_this_version_refuses_pause_the_deployment(
    given_params: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = changed(parameters={"params": given_params})
    assert _usable(REFRESH, wanted) == {**REFRESH, "paused": True}
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("warning: refresh/refresh is paused, with the parameters")


def test_parameters_of_a_schedule_are_checked_too() -> None:
    odd = schedule(parameters={"params": {"all_forcs": True}})
    assert _refused(changed(schedules=[odd]))
    assert _refused(changed(parameters={"params": {"forces": ["kent"]}})) is None
