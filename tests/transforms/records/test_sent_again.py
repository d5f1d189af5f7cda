"""A drop whose quarantined rows come again as good records is in doubt no more."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import (
    HANDS,
    Truth,
    as_csv,
    csv_row,
    in_hand,
    one,
)
from tests.transforms.records.made_homes import NOW, made_home, pulled, truth
from transforms.records.homes import ForceHome
from transforms.records.status import status


GOOD = [truth(f"g{n}") for n in range(30)]
MENDED = [truth(f"u{n}", 2) for n in range(5)]
BAD = [replace(each, offence="77Z") for each in MENDED]


def home_of(folder: Path, form: str, *drops: Sequence[Truth]) -> ForceHome:
    home = made_home(folder, in_hand(form, GOOD)[1])
    for number, drop in enumerate(drops):
        pulled(home, {str(number): in_hand(form, drop)[0]}, number)
    return home


def doubts(home: ForceHome) -> list[str]:
    return status(home, NOW, 99).doubts


@pytest.mark.parametrize("form", HANDS)
def test_rows_that_came_again_are_no_doubt(form: str, tmp_path: Path) -> None:
    home = home_of(tmp_path, form, [*GOOD, *BAD])
    assert doubts(home) == ["0: 5 of 35 rows quarantined (14.3%), 5 by rule offence"]
    done = pulled(home, {"1": in_hand(form, [*GOOD, *MENDED])[0]}, 1)
    assert (done.doubts, doubts(home)) == ([], [])


def test_those_that_did_not_come_again_still_are(tmp_path: Path) -> None:
    home = home_of(tmp_path, "csv", [*GOOD, *BAD], MENDED[:1])
    assert doubts(home) == ["0: 4 of 35 rows quarantined (11.4%), 4 by rule offence"]


def test_what_was_good_before_is_no_answer_to_a_bad_change(tmp_path: Path) -> None:
    home = home_of(tmp_path, "csv", [*GOOD, *MENDED], [*GOOD, *BAD])
    assert len(doubts(home)) == 1


def test_a_row_that_names_no_record_stays_in_doubt(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    rows = [csv_row(each) for each in GOOD]
    pulled(home, {"0": as_csv([*rows, *[one(Crime_ref="")] * 5])})
    pulled(home, {"1": as_csv(rows)}, 1)
    assert len(doubts(home)) == 1


def test_small_drops_that_are_judged_together_are_mended_together(
    tmp_path: Path,
) -> None:
    home = home_of(tmp_path, "csv", *[[*GOOD[:4], bad] for bad in BAD[:3]])
    [said] = doubts(home)
    assert said.startswith("2 and 2 small drops before it: 3 of 15 rows quarantined")
    pulled(home, {"9": in_hand("csv", MENDED)[0]}, 9)
    assert doubts(home) == []


def test_without_its_raw_bytes_the_doubt_stays(tmp_path: Path) -> None:
    home = home_of(tmp_path, "csv", [*GOOD, *BAD], MENDED)
    home.raw.remove_but(())
    assert len(doubts(home)) == 1
