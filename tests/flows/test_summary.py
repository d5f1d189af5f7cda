"""The line in which a run says what it did and what failed."""

import pytest

from flows.command.running import refuse_failed
from flows.summary import Summary
from transforms.errors import HexbeatError


CORRUPT = "release 2025-12: the bytes do not match their checksum"


def test_a_stage_says_how_many_of_its_forces_failed_and_why() -> None:
    stage = Summary(stage="ingest", asked=["kent", "essex", "dorset"])
    stage.failed = {"kent": CORRUPT, "essex": "essex: it answered 503"}
    said = stage.headline(500)
    assert said == f"2 of 3 forces: kent: {CORRUPT}; essex: it answered 503"


def test_a_run_says_what_it_read_and_published_first() -> None:
    ingest = Summary(stage="ingest", asked=["kent"], facts={"files": 1200})
    ingest.failed, ingest.changed = {"kent": CORRUPT}, True
    facts = {"run_id": "2025-12-abc", "created": True}
    publish = Summary(stage="publish", asked=["publication"], facts=facts)
    whole = Summary(stage="refresh")
    for stage in (ingest, publish):
        whole.add(stage.as_json())
    said = whole.headline(500)
    read, published, gap = said.split("; ")
    assert (read, published) == ("1,200 files read", "2025-12-abc published")
    assert gap == f"1 gap: ingest kent: {CORRUPT}"


@pytest.mark.parametrize("forces", [1, 3, 44])
def test_it_is_bounded_and_names_as_many_as_there_is_room_for(forces: int) -> None:
    names = [f"force-{number:02}" for number in range(forces)]
    stage = Summary(stage="ingest", asked=names)
    stage.failed = dict.fromkeys(names, "x" * 1000)
    said = stage.headline(200)
    assert len(said) == 200
    assert said.startswith(f"{forces} of {forces} force")
    assert all(f"{name}: xx" in said for name in names[:3])


def test_of_those_without_room_the_names_are_said() -> None:
    names = ["dorset", *(f"force-{number:02}" for number in range(20))]
    stage = Summary(stage="publish", asked=["publication"])
    stage.failed = {name: f"{name}: {'x' * 300}" for name in names}
    said = stage.headline(200)
    assert said.startswith("21 gaps: dorset: xx")
    assert said.count("x…") == 3
    assert "; and 18 more: force-02, force-03" in said
    assert len(said) == 200


def test_without_work_and_gaps_it_says_so() -> None:
    assert Summary(stage="score").headline(100) == "nothing to do"


@pytest.mark.parametrize(("facts", "code"), [({}, 1), ({"exit_code": 3}, 3)])
def test_what_ended_the_one_task_of_a_run_is_raised_with_its_exit_code(
    facts: dict[str, int], code: int
) -> None:
    stages = [{"facts": facts}]
    refuse_failed({"failed": {}, "facts": {}, "stages": stages})
    failed = {"plan": "the lake is damaged"}
    with pytest.raises(HexbeatError, match=r"^the lake is damaged$") as raised:
        refuse_failed({"failed": failed, "facts": {}, "stages": stages})
    assert raised.value.exit_code == code
