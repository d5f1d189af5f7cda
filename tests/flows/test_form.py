"""What the server takes of the forms in its UI, what it says, and in which order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect import Flow
from prefect.utilities.schema_tools import validate
from pydantic import ValidationError

from flows.backfill import backfill
from flows.force_feed import force_feed
from flows.ingest import ingest
from flows.params import BackfillParams, ForceFeedParams, IngestParams, RefreshParams
from flows.refresh import refresh


RANGE = {"start": "2024-01", "end": "2024-02"}


def refusals(flow: Flow[..., Any], params: dict[str, Any], **how: bool) -> list[str]:
    """What the server says of each field of a run with these parameters."""
    schema = flow.parameters.model_dump_for_openapi()
    return [
        f"{'.'.join(map(str, error.path))}: {error.message}"
        for error in validate({"params": params}, schema, **how)
    ]


@pytest.mark.parametrize(
    ("flow", "params"),
    [
        (refresh, {"all_forces": True}),
        (refresh, {"all_forces": True, "forces": []}),
        (ingest, {"forces": ["kent"], "all_forces": False}),
        (backfill, {"forces": ["avonmere"], **RANGE}),
        (backfill, {"rescore_only": True}),
        (backfill, {"rescore_only": True, "end": "2024-02"}),
        (force_feed, {}),
    ],
)
def test_what_makes_sense_is_taken(
    flow: Flow[..., Any], params: dict[str, Any]
) -> None:
    assert refusals(flow, params) == []


@pytest.mark.parametrize(
    ("flow", "params", "where", "words"),
    [
        (refresh, {"all_forces": True, "forces": ["kent"]}, "params.forces", "empty"),
        (ingest, {"all_forces": True, "forces": ["kent"]}, "params.forces", "empty"),
        (refresh, {}, "params", "'forces' is a required property"),
        (refresh, {"forces": ["clevland"]}, "params.forces.0", "'cleveland'"),
        (refresh, {"forces": ["northern-ireland"]}, "params.forces.0", "not one of"),
        (backfill, {"forces": ["kent"]}, "params", "'start' is a required"),
        (backfill, {**RANGE, "all_forces": True, "forces": ["kent"]}, "", "empty"),
        (backfill, {"rescore_only": True, "forces": ["kent"]}, "", "empty"),
        (backfill, {"rescore_only": True, "all_forces": True}, "", "False was"),
        (backfill, {"forces": ["kent"], **RANGE, "start": None}, "params.start", "str"),
    ],
)
def test_what_makes_none_is_refused_before_anything_runs(
    flow: Flow[..., Any], params: dict[str, Any], where: str, words: str
) -> None:
    said = refusals(flow, params)
    assert any(line.startswith(where) and words in line for line in said), said


BAD_MONTHS = ["2024-1", "2024-13", "2024-01\n", " 2024-01", "٢٠٢٤-01", "0000-01", ""]
BAD_DAYS = ["2026-02-29", "2026-3-29", "20260329", "2026-03-29\n", "0000-01-01", ""]


@pytest.mark.parametrize("flow", [refresh, backfill])
@pytest.mark.parametrize("text", BAD_MONTHS)
def test_a_bad_month_is_said_in_one_line_of_ours(
    flow: Flow[..., Any], text: str
) -> None:
    said = refusals(flow, {"forces": ["kent"], **RANGE, "start": text})
    assert said == [
        "params.start: 'a month as YYYY-MM, for example 2025-12' was expected"
    ]
    with pytest.raises(ValidationError, match="write YYYY-MM, for example 2025-12"):
        IngestParams(start=text)


@pytest.mark.parametrize("text", BAD_DAYS)
def test_a_bad_day_is_said_in_one_line_of_ours(text: str) -> None:
    assert refusals(force_feed, {"as_of": text}) == [
        "params.as_of: 'a day as YYYY-MM-DD, for example 2026-03-29' was expected"
    ]
    with pytest.raises(ValidationError, match="write YYYY-MM-DD, for example"):
        ForceFeedParams(as_of=text)


def test_what_the_words_of_a_refusal_say_is_no_month_either() -> None:
    words = "a month as YYYY-MM, for example 2025-12"
    assert refusals(refresh, {"all_forces": True, "as_of": words})


def test_an_address_with_a_secret_is_refused_without_repeating_it() -> None:
    address = "https://me:canary@mirror.example/"
    assert refusals(refresh, {"all_forces": True, "source": address}) == [
        "params.source: 'an address without a password, token or query' was expected"
    ]


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{3,4}-[01]?[0-9](-[0-9]{2})?"))
def test_the_form_takes_what_a_run_takes(text: str) -> None:
    for flow, params, name in (
        (refresh, RefreshParams, "as_of"),
        (force_feed, ForceFeedParams, "as_of"),
    ):
        rest = {"all_forces": True} if flow is refresh else {}
        try:
            params(**rest, **{name: text})
            taken = True
        except ValidationError:
            taken = False
        assert (refusals(flow, {**rest, name: text}) == []) == taken


@pytest.mark.parametrize("flow", [refresh, backfill])
def test_what_a_deployment_leaves_open_is_no_fault_of_it(
    flow: Flow[..., Any],
) -> None:
    for params in ({}, {"forces": ["kent"]}, {"all_forces": True}):
        assert refusals(flow, params, ignore_required=True) == []


def test_what_people_set_first_comes_first_and_each_default_is_said() -> None:
    schema = refresh.parameters.model_dump_for_openapi()
    fields = schema["definitions"]["RefreshParams"]["properties"]
    order = sorted(fields, key=lambda name: fields[name]["position"])
    assert order[:5] == ["forces", "all_forces", "start", "end", "source"]
    assert order[-1] == "home"
    silent = [n for n, f in fields.items() if "default:" not in f["description"]]
    assert silent == ["forces"]
    assert "as JSON" in fields["boundary_layers"]["description"]


def test_an_unknown_force_is_named_with_the_nearest() -> None:
    with pytest.raises(ValidationError, match="did you mean 'cleveland'"):
        IngestParams(forces=["clevland"])


def test_only_a_rescore_needs_no_range() -> None:
    again = BackfillParams(rescore_only=True, end="2024-02")
    assert again.span == "all stored forces again, to 2024-02"
    with pytest.raises(ValidationError, match="give its start and end"):
        BackfillParams(forces=["kent"], start="2024-01")
