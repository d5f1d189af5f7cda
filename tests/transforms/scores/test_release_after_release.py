"""A release republishes all months: only what scores read of them is scored again."""

import csv
import io
from collections.abc import Callable, Collection
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import release_zip
from tests.transforms.simulated_home import (
    AS_OF,
    MONTHS,
    RECEIVED_AT,
    Simulated,
    copied_home,
)
from transforms.feeds.archive.members import read_member
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, create_demo_home
from transforms.incidents.coverage import deciding
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import ledger_of
from transforms.incidents.scored import scored_sha256
from transforms.reference.forces import DEMO_FORCES
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import Scored, score_force


FORCE = DEMO_FORCES["avonmere"]
READ = ("category", "offence_code", "longitude", "latitude", "in_area", "place_label")
Rows = list[dict[str, str]]

incident = st.tuples(
    st.sampled_from(["burglary", "drugs"]),
    st.sampled_from([None, "28A"]),
    st.sampled_from([None, 0.5, -0.5]),
    st.sampled_from([None, 51.0, 52.0]),
    st.booleans(),
    st.sampled_from([None, "On or near High Street", "Pier"]),
)


def table_of(rows: list[tuple[object, ...]], outcome: str | None = None) -> pa.Table:
    by_name = {name: [row[i] for row in rows] for i, name in enumerate(READ)}
    types = [pa.string(), pa.string(), *2 * [pa.float64()], pa.bool_(), pa.string()]
    columns = [
        pa.array(by_name[name], kind) for name, kind in zip(READ, types, strict=True)
    ]
    read = pa.table(columns, names=list(READ))
    return read.append_column("outcome", pa.repeat(pa.scalar(outcome), len(rows)))


@given(st.lists(incident, max_size=6), st.data())
def test_the_hash_is_of_the_rows_that_scores_read_in_any_order(
    rows: list[tuple[object, ...]], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(rows) | st.lists(incident, max_size=6))
    same = sorted(map(repr, rows)) == sorted(map(repr, other))
    hashes = scored_sha256(table_of(rows)), scored_sha256(table_of(other, "charged"))
    assert (hashes[0] == hashes[1]) is same


def test_a_release_that_changes_only_outcomes_scores_nothing(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    _ingest(home, _next_release(simulated, tmp_path, MONTHS))
    assert _releases(home) == {"2026-02"}
    done = _score(home)
    assert (done.as_ofs, done.unchanged) == ([], 12)


def test_only_as_ofs_whose_rows_changed_are_scored_and_as_a_fresh_home_scores_them(
    simulated: Simulated, tmp_path: Path
) -> None:
    changed = {Month(2025, 10): _without_the_first, Month(2025, 12): _moved}
    newer = _next_release(simulated, tmp_path, MONTHS, changed)
    home = copied_home(simulated.home, tmp_path)
    _ingest(home, newer)
    assert _score(home).as_ofs == ["2025-10", "2025-11", "2025-12"]

    fresh = create_demo_home(tmp_path / "fresh")
    _ingest(fresh, newer)
    _score(fresh)
    for scored in (home, fresh):
        assert len(scored.lake.files("scores", FORCE.id)) == 12
    assert _scores(home).equals(_scores(fresh))


def test_the_order_of_a_file_s_rows_is_no_change(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    turned = dict.fromkeys(MONTHS[-3:], lambda rows: rows[::-1])
    _ingest(home, _next_release(simulated, tmp_path, MONTHS[-3:], turned))
    assert _score(home).as_ofs == []


def _next_release(
    simulated: Simulated,
    folder: Path,
    months: Collection[Month],
    changes: dict[Month, Callable[[Rows], Rows]] | None = None,
) -> Path:
    """The same months in a later release, each with other outcomes, some with more."""
    files = {}
    for member in street.members(simulated.source):
        if member.force == FORCE.id and member.month in months:
            text = read_member(member).decode()
            rows = list(csv.DictReader(io.StringIO(text)))
            for row in rows:
                row["Last outcome category"] = "Under investigation"
            change = (changes or {}).get(member.month, list)
            out = io.StringIO()
            writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(change(rows))
            files[FORCE.id, str(member.month)] = out.getvalue().encode()
    release_zip(folder / "newer", "2026-02", files)
    return folder / "newer"


def _without_the_first(rows: Rows) -> Rows:
    return rows[1:]


def _moved(rows: Rows) -> Rows:
    first, second, *rest = sorted(rows, key=lambda row: row["Longitude"])
    place = {name: first[name] for name in ("Longitude", "Latitude", "Location")}
    return [first, second | place, *rest]


def _ingest(home: Home, source: Path) -> None:
    members = street.members(source)
    ingest_force(home.lake, street, FORCE, members, MONTHS, RECEIVED_AT)


def _score(home: Home) -> Scored:
    method = METHODS[DEFAULT_METHOD]
    return score_force(home.lake, FORCE, AS_OF, method, home.scoring)


def _scores(home: Home) -> pa.Table:
    return home.lake.read("scores", FORCE.id)  # by as-of


def _releases(home: Home) -> set[str]:
    known = deciding(ledger_of(home.lake, FORCE.id).entries)
    return {entry.release for entry in known.values()}
