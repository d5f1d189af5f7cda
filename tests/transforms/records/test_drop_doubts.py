"""A drop with too many quarantined rows is in doubt; somebody's slips are not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.oracles import drop_doubts as oracle
from transforms.lake.schemas import FORCE_QUARANTINE
from transforms.records.doubt import Doubt, open_doubts
from transforms.records.drop_doubts import doubts_of, is_far_above
from transforms.records.ledger import Entry
from transforms.reference.days import Day
from transforms.reference.overrides import DropsEntry


START = datetime(2026, 10, 1, 12, tzinfo=UTC)
Made = tuple[int, dict[str, int]]  # the rows of a drop, and how many break each rule


def accepting(name: str) -> DropsEntry:
    """What a home's settings say of a drop."""
    entry = {"name": name, "as": "accepted", "reason": "known"}
    return TypeAdapter(DropsEntry).validate_python(entry)


def taken(number: int, rows: int) -> Entry:
    """What the ledger says of a drop that came on that day."""
    return Entry(
        force="kent",
        name=f"{number:03}.csv",
        offered_hmac=str(number),
        mapping_sha256="m",
        received_at=START + timedelta(days=number),
        observed="supplied",
        raw_sha256=f"raw {number}",
        rows_in=rows,
        erased=0,
    )


def bad_rows(
    number: int, broken: dict[str, int], is_call: bool = False
) -> list[dict[str, object]]:
    """The quarantined rows of that drop."""
    rules = [rule for rule, count in broken.items() for _ in range(count)]
    common = {"force": "kent", "raw_sha256": f"raw {number}", "call": is_call}
    return [
        common | {"raw_line": n, "rule": rule} for n, rule in enumerate(rules, start=2)
    ]


def doubts(*made: Made, accepted: tuple[DropsEntry, ...] = ()) -> list[Doubt]:
    """Those drops, one a day, judged."""
    entries, quarantine = [], []
    for number, (rows, broken) in enumerate(made):
        entries.append(taken(number, rows))
        quarantine += bad_rows(number, broken)
    table = pa.Table.from_pylist(quarantine, schema=FORCE_QUARANTINE)
    return doubts_of(reversed(entries), table, accepted)


def of_kinds(*made: tuple[Made, Made], has_both: bool = True) -> list[Doubt]:
    """Drops of crimes and of calls, one a day, judged."""
    entries, quarantine = [], []
    for number, (crimes, calls) in enumerate(made):
        entries.append(
            replace(taken(number, crimes[0] + calls[0]), calls=calls[0]),
        )
        for is_call, (_, broken) in ((False, crimes), (True, calls)):
            quarantine += bad_rows(number, broken, is_call)
    table = pa.Table.from_pylist(quarantine, schema=FORCE_QUARANTINE)
    return doubts_of(entries, table, (), has_both)


DROP = st.tuples(
    st.integers(20, 1500),
    st.dictionaries(st.sampled_from(["offence", "future"]), st.integers(1, 8)),
)


@given(st.lists(st.tuples(DROP, DROP), max_size=12))
def test_each_kind_is_judged_as_if_it_were_alone(made: list[tuple[Made, Made]]) -> None:
    apart = of_kinds(*made)
    crimes, calls = (doubts(*(drop[kind] for drop in made)) for kind in (0, 1))
    assert {doubt.drop for doubt in apart} == {d.drop for d in [*crimes, *calls]}
    assert sum(doubt.rows for doubt in apart) == sum(d.rows for d in [*crimes, *calls])


def test_a_drop_in_doubt_for_both_kinds_is_one_doubt() -> None:
    [doubt] = of_kinds(((600, {"future": 30}), (2000, {"offence": 20})))
    assert doubt.in_words == (
        "000.csv: 30 of 600 rows of crimes quarantined (5.0%), 30 by rule future;"
        " 20 of 2,000 rows of calls for service quarantined (1.0%), 20 by rule offence"
    )
    together = ((600, {"future": 3}), (2000, {"offence": 3}))
    assert of_kinds(together) == of_kinds(together, has_both=False) == []


def test_over_half_a_percent_is_a_doubt_and_the_next_good_drop_is_none() -> None:
    [doubt] = doubts((600, {}), (600, {"offence": 30, "future": 2}), (600, {}))
    assert doubt.in_words == (
        "001.csv: 32 of 600 rows quarantined (5.3%), 30 by rule offence, 2 by rule"
        " future"
    )
    assert (doubt.received, doubt.accepted) == (Day.parse("2026-10-02"), None)


def test_the_limit_itself_is_no_doubt() -> None:
    assert doubts((1000, {"offence": 5})) == []
    assert len(doubts((1000, {"offence": 6}))) == 1


@pytest.mark.parametrize("bad", [1, 2])
def test_one_or_two_slips_are_none_however_small_the_drop(bad: int) -> None:
    assert doubts(*[(20_000, {})] * 50, (20, {"coordinates": bad})) == []
    assert doubts((bad, {"coordinates": bad})) == []


def test_a_rule_far_above_its_past_is_a_doubt_under_the_limit() -> None:
    past = [(1000, {"coordinates": 2})] * 100
    assert doubts(*past, (10_000, {"coordinates": 45})) == []
    [doubt] = doubts(*past, (10_000, {"coordinates": 20, "future": 12}))
    assert doubt.in_words == (
        "100.csv: 12 of 10,000 rows quarantined (0.1%), 12 by rule future; of the"
        " 100,000 rows before it 0"
    )


def test_a_first_drop_has_no_past_to_be_above() -> None:
    assert doubts((100_000, {"offence": 400})) == []


def test_a_drop_in_doubt_is_no_past_for_the_next_until_it_is_accepted() -> None:
    past = [(1000, {})] * 20
    bad = (10_000, {"offence": 40})
    both = doubts(*past, bad, bad)
    assert [doubt.drop for doubt in both] == ["020.csv", "021.csv"]
    entry = accepting("020.csv")
    judged = doubts(*past, bad, bad, accepted=(entry,))
    assert [(doubt.drop, doubt.accepted) for doubt in judged] == [("020.csv", entry)]
    assert open_doubts(judged) == []


def test_small_drops_add_up() -> None:
    """Every quarter of an hour five rows: a new offence code still shows."""
    steady = [(5, {})] * 200
    found = doubts(*steady, *[(5, {"offence": 1}), (5, {})] * 4)
    [doubt] = found
    assert doubt.in_words.startswith("206.csv and 119 small drops before it: 4 of 600")
    assert doubts(*[*steady, (5, {"offence": 1})] * 4) == []


def test_an_hour_that_the_mapping_asks_to_quarantine_is_none() -> None:
    assert doubts((600, {"ambiguous-hour": 30})) == []


def test_an_accepted_pattern_names_drops() -> None:
    entry = accepting("00*.csv")
    found = doubts((600, {"offence": 30}), (600, {"offence": 30}), accepted=(entry,))
    assert [doubt.accepted for doubt in found] == [entry, entry]


def test_a_doubt_holds_publications_of_a_year() -> None:
    [doubt] = doubts((600, {"offence": 30}))
    first = Day.parse("2026-10-01")
    assert doubt.holds(first + -500)  # its rows may be of any day before
    assert doubt.holds(first + 364)
    assert not doubt.holds(first + 365)


@given(
    rows=st.integers(1, 400),
    share=st.floats(0, 1),
    past_rows=st.integers(0, 5000),
    past_share=st.floats(0, 0.1),
)
def test_the_chance_is_that_of_the_plain_sum(
    rows: int, share: float, past_rows: int, past_share: float
) -> None:
    number = max(1, round(share * rows))
    past_number = round(past_share * past_rows)
    found = is_far_above(number, rows, past_number, past_rows)
    assert found == oracle.is_far_above(number, rows, past_number, past_rows)
