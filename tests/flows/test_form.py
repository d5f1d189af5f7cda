"""What the server takes of the forms in its UI, what it says, and in which order."""

from typing import Any

import pytest
from prefect import Flow
from prefect.utilities.schema_tools import validate
from pydantic import ValidationError

from flows.backfill import backfill
from flows.force_feed import force_feed
from flows.ingest import ingest
from flows.params import BackfillParams, IngestParams
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


@pytest.mark.parametrize("flow", [refresh, backfill])
def test_a_bad_month_quotes_no_pattern(flow: Flow[..., Any]) -> None:
    said = refusals(flow, {"forces": ["kent"], **RANGE, "start": "2024-1"})
    assert len(said) == 1
    assert "\\d" not in said[0]
    with pytest.raises(ValidationError, match="write YYYY-MM, for example 2025-12"):
        IngestParams(start="2024-1")


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
