"""Rows 34 to 60 of the catalogue of bad input, as far as they are of a force's feed.

| row | input | action |
|---|---|---|
| 34 | day and month undecidable | refused unless the mapping says the order |
| 35 | an hour that the clock shows twice | both kept, and flagged |
| 36 | an hour that the clock leaves out | quarantined |
| 37 | no time zone | the mapping says it, or the file is refused |
| 46 | the feed stops | told, and no exposure (records/test_day_coverage.py) |
| 47 | days are missing | hold, no exposure (day_publications/test_held.py) |
| 57 | TLS fails | refused, never unchecked |
| 60 | a file that still grows | waits |
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    JSON_MAPPING,
    Truth,
    as_csv,
    as_json_lines,
    json_row,
    one,
    sifted,
)
from tests.transforms.feeds.force.sources.servers import Sleeper
from tests.transforms.feeds.force.sources.test_https import folder, force_server
from transforms.errors import FileRejectedError, HexbeatError, SourceError, UsageError
from transforms.feeds.force.sources.settling import settled
from transforms.feeds.force.sources.still_growing import Look


UNDECIDABLE = as_csv([one(Date_from="03/04/2026", Time_from="12:00", Date_to="")] * 9)
AMERICAN = as_csv([one(Date_from="10/31/2026", Time_from="12:00", Date_to="")] * 9)
ISO_TIMES = JSON_MAPPING.replace('"UTC"', '"Europe/London"')

REFUSED = {
    "34, the mapping says no order": (
        UNDECIDABLE,
        CSV_MAPPING.replace('date_format = "%d/%m/%Y"', ""),
        UsageError,
        "date_format is missing",
    ),
    "34, the file has another": (
        AMERICAN,
        CSV_MAPPING,
        FileRejectedError,
        "only with day and month the other way round",
    ),
    "37, the mapping says no clock": (
        UNDECIDABLE,
        CSV_MAPPING.replace('time_zone = "Europe/London"', ""),
        UsageError,
        "time_zone is missing",
    ),
    "37, a clock that is no zone": (
        UNDECIDABLE,
        CSV_MAPPING.replace("Europe/London", "GMT+1"),
        UsageError,
        "time_zone must be .Europe/London. or .UTC. .got .GMT.1..",
    ),
}


@pytest.mark.parametrize(
    ("data", "text", "kind", "words"), REFUSED.values(), ids=REFUSED
)
def test_is_refused(
    data: bytes, text: str, kind: type[HexbeatError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        sifted(data, text)


READ = {
    "34, as the mapping says": ("03/04/2026", "12:00", "2026-04-03 11:00", False),
    "35, the first time": ("25/10/2026", "01:30", "2026-10-25 00:30", True),
    "37, by the mapping's clock": ("01/07/2026", "12:00", "2026-07-01 11:00", False),
}


@pytest.mark.parametrize(
    ("date", "clock", "instant", "flagged"), READ.values(), ids=READ
)
def test_is_read(date: str, clock: str, instant: str, flagged: bool) -> None:
    row = one(Date_from=date, Time_from=clock, Date_to="", Time_to="")
    [record] = sifted(as_csv([row])).records.reveal().to_pylist()
    assert record["occurred_from"] == datetime.fromisoformat(instant + "+00:00")
    assert record["time_ambiguous"] is flagged


def test_35_both_folds_are_kept_where_they_are_told_apart() -> None:
    texts = ["2026-10-25T01:30+01:00", "2026-10-25T01:30+00:00", "2026-10-25T01:30"]
    text = ISO_TIMES.replace('ambiguous = "quarantine"', 'ambiguous = "later"')
    data = as_json_lines(json_row(Truth("1")) | {"from": told} for told in texts)
    records = sifted(data, text).records.reveal()
    assert records["time_ambiguous"].to_pylist() == [False, False, True]
    assert records["occurred_from"].to_pylist() == [
        datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1, 1)
    ]


def test_36_is_quarantined() -> None:
    gap = one(Date_from="29/03/2026", Time_from="01:30", Date_to="", Time_to="")
    result = sifted(as_csv([gap, one()]))
    assert result.quarantined["rule"].to_pylist() == ["skipped-hour"]
    assert (result.skipped, len(result.records)) == (1, 1)


def test_57_is_refused(tmp_path: Path) -> None:
    with (
        force_server(tmp_path) as server,
        pytest.raises(SourceError, match="certificate verify failed"),
    ):
        folder(server.address).offered()
    assert server.asked == []


def test_60_waits() -> None:
    looks = iter([{"a.csv": Look(1, 0)}, {"a.csv": Look(2, 0)}])
    sleep = Sleeper()
    found = settled("place", lambda: next(looks), sleep)
    assert (found.whole, found.growing) == ({}, ["a.csv"])
    assert len(sleep.asked) == 1
