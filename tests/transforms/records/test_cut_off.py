"""A pull that was cut off is finished, whatever its source offers by then."""

from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import Truth, as_csv, csv_row
from tests.transforms.records.made_homes import (
    GONE,
    NOW,
    UPDATED_MAPPING,
    Offers,
    canary,
    made_home,
    pulled,
    seen,
    state,
    truth,
)
from transforms.records import cut_off, ledger
from transforms.records.erasure import erase_reference
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.pull import pull_of_nothing
from transforms.records.tables import quarantined_rows


def drop(*made: Truth, unknown: int = 0, day: int = 5) -> bytes:
    """Those records, and some with a code that nobody has mapped."""
    rows = [csv_row(one) for one in made]
    rows += [csv_row(truth(f"u{n}"), HO_code="77Z") for n in range(unknown)]
    return as_csv([row | {"Updated": f"0{day}/10/2026 10:00"} for row in rows])


WHOLE = [truth(f"r{n}") for n in range(30)]
NEXT = drop(truth("r1", 2), day=6)
LATER: dict[str, dict[str, bytes]] = {
    "gone": {},
    "other bytes by its name": {"1.csv": NEXT},
    "another drop": {"2.csv": NEXT},
    "as it was": {"1.csv": drop(*WHOLE, unknown=2)},
}


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def cut(home: ForceHome, data: bytes, where: str) -> None:
    """A pull of that drop, which ends before that."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"transforms.records.{where}", killed)
        with pytest.raises(KeyboardInterrupt):
            pulled(home, {"1.csv": data})


def digests(home: ForceHome) -> set[object]:
    """The raw drops that rows refer to."""
    broken = quarantined_rows(home.lake, home.force)["raw_sha256"].to_pylist()
    return {row["raw_sha256"] for row in state(home).values()} | set(broken)


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("where", ["ledger.commit", "landing.replace_quarantine"])
def test_what_landed_is_finished_from_its_raw_bytes(
    where: str, later: str, tmp_path: Path
) -> None:
    first = drop(*WHOLE, unknown=2)
    home = made_home(tmp_path, UPDATED_MAPPING)
    pulled(home, {"0.csv": drop(truth("z"))})
    cut(home, first, where)
    assert pull_of_nothing(home, Offers(LATER[later]), "me", NOW) is None
    done = pulled(home, LATER[later])
    assert (done.rejected, "1.csv" in done.names) == ({}, True)

    (tmp_path / "whole").mkdir()
    whole = made_home(tmp_path / "whole", UPDATED_MAPPING)
    for drops in ({"0.csv": drop(truth("z"))}, {"1.csv": first}, LATER[later]):
        pulled(whole, drops)
    assert state(home) == state(whole)
    rows, others = (quarantined_rows(h.lake, "kent") for h in (home, whole))
    assert rows.to_pylist() == others.to_pylist()
    assert digests(home) <= {e.raw_sha256 for e in ledger.drops(home.lake, "kent")}
    assert pull_of_nothing(home, Offers(LATER[later]), "me", NOW) is not None


def test_a_doubt_that_nobody_was_shown_is_reported_once(tmp_path: Path) -> None:
    home, data = made_home(tmp_path), drop(*WHOLE, unknown=3)
    cut(home, data, "pull.doubts_among")
    assert [doubt.drop for doubt in pulled(home, {"1.csv": data}).doubts] == ["1.csv"]
    assert pulled(home, {"1.csv": data}).doubts == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_is_erased_is_not_in_what_is_finished(when: str, tmp_path: Path) -> None:
    home = made_home(tmp_path)
    pulled(home, {"0.csv": drop(truth("z"), canary())})
    for erases in ("before", "after"):
        if erases == when:
            erase_reference(home, GONE, "asked for", "me", NOW)
        if erases == "before":
            cut(home, drop(*WHOLE, canary(2), unknown=1), "ledger.commit")
    pulled(home, {})
    assert seen(home.home.root, GONE) == []
    assert set(state(home)) == {"z", *(one.reference for one in WHOLE)}
    entry = ledger.drops(home.lake, "kent")[-1]
    assert (entry.accepted, entry.quarantined, entry.erased) == (30, 1, 1)


def test_what_had_not_landed_is_read_from_its_source(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    cut(home, drop(*WHOLE), "landing.replace_months")
    assert pulled(home, {}).drops == 0
    assert cut_off.begun(home) == []
    assert state(home) == {}


def test_what_the_mapping_refuses_by_now_waits_until_it_is_mended(
    tmp_path: Path,
) -> None:
    home = made_home(tmp_path)
    cut(home, drop(*WHOLE), "ledger.commit")
    text = home.feed.mapping.read_text()
    home.feed.mapping.write_text(text.replace('easting = "E"', 'easting = "X"'))
    for _ in range(2):
        done = pulled(open_force_home(home.home.root), {})
        assert "no column 'X'" in done.rejected["1.csv"]
    home.feed.mapping.write_text(text)
    assert pulled(home, {}).counts["accepted"] == 30
