"""Scores of months and of days: the same columns, each in the words of its clock."""

import re

import pyarrow as pa
import pytest

from transforms.lake.schemas import DAY_SCORES, SCORES, about
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import day_clock


CLOCKS = [(SCORES, MONTHS), (DAY_SCORES, day_clock(7))]


@pytest.mark.parametrize(("schema", "clock"), CLOCKS)
def test_every_window_of_the_clock_has_its_columns(
    schema: pa.Schema, clock: Clock
) -> None:
    names = [*clock.windows, f"prev_{clock.before}"]
    counts = [name for name in schema.names if name.startswith("n_")]
    assert counts == [f"n_{name}" for name in names]
    supplied = [name for name in schema.names if name.startswith(f"{clock.unit}_")]
    assert supplied == [f"{clock.unit}_{name}" for name in names]
    assert f"harm_{clock.year}" in schema.names


@pytest.mark.parametrize(("schema", "clock"), CLOCKS)
def test_a_description_names_only_columns_that_there_are(
    schema: pa.Schema, clock: Clock
) -> None:
    for field in schema:
        text = " ".join(about(field).values())
        named = re.findall(r"\b(?:n|harm|expected)_\w+|horizon_days", text)
        assert set(named) <= set(schema.names), (field.name, text)
        assert not re.search("[{}]", text)


def test_no_description_of_a_day_speaks_of_months() -> None:
    for field in DAY_SCORES:
        assert "month" not in " ".join(about(field).values()), field.name


def test_both_have_the_same_columns_but_for_the_horizon() -> None:
    def plain(name: str, clock: Clock) -> str:
        said = re.sub(r"_(prev_)?\d+[md]$", r"_\1N", name)
        return said.replace(clock.unit, "periods")

    months, days = (
        {plain(name, clock) for name in schema.names} for schema, clock in CLOCKS
    )
    assert days - months == {"horizon_periods"}
    assert months <= days
