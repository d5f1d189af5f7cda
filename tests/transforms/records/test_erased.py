"""After an erasure: what somebody finds who has the home, and guesses at the row."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from tests.transforms.records.made_homes import seen, tellers
from transforms.day_publications import edition as editions
from transforms.day_publications.run import DayRun, run_day
from transforms.errors import LakeError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.homes.runs.catalog import retired, runs
from transforms.homes.runs.seal import latest_run
from transforms.operations.backup import backup
from transforms.operations.verify_feed import verify_feed
from transforms.records import landing, ledger, removal, resting, vacuum
from transforms.records import pull as pulling
from transforms.records.erasure import erase_reference
from transforms.records.homes import ForceHome, create_force_home, open_force_home
from transforms.records.live import live_records
from transforms.records.pull import pull
from transforms.records.pulled import Pulled
from transforms.records.retention import confirm_due
from transforms.reference.days import Day
from transforms.scores.methods import METHODS
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS


DAYS = 50
EARLY = 35  # days whose drops had come when the first publication was made
NOW = datetime(2026, 3, 1, tzinfo=UTC)
METHOD = METHODS["point_exposure"]


def pull_all(home: ForceHome) -> Pulled:
    source = home.home.root.parent / "drops"
    return pull(home, DropFolder(source, lambda _: None), "me", NOW)


def run(home: ForceHome) -> DayRun:
    return run_day(home, METHOD, "me", NOW)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a publication of its first drops, and one of all."""
    folder = tmp_path_factory.mktemp("feed")
    write_drops(simulate_timed(3, date(2025, 9, 1), DAYS, 0.05), folder / "all", "csv")
    (folder / "mapping.toml").write_text(HANDS["csv"].mapping)
    root = create_force_home(folder / "home", folder / "mapping.toml", None, "me", NOW)
    (folder / "drops").mkdir()
    drops = sorted((folder / "all").iterdir())
    for some in (drops[:EARLY], drops):
        for drop in some:
            shutil.copy2(drop, folder / "drops")
        pull_all(open_force_home(root))
        run(open_force_home(root))
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Iterator[ForceHome]:
    shutil.copytree(made / "home", tmp_path / "home")
    shutil.copytree(made / "drops", tmp_path / "drops")
    yield open_force_home(tmp_path / "home")


def newest_reference(home: ForceHome) -> str:
    rows = live_records(home.lake, home.force).reveal().sort_by("occurred_from")
    return str(rows["reference"][-1].as_py())


def erase(home: ForceHome, reference: str) -> None:
    erase_reference(home, reference, "asked", "me", NOW)


def hashes(folder: Path) -> set[str]:
    """The plain hash of every file: what whoever has guessed its bytes can work out."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {sha256(path.read_bytes()).hexdigest() for path in files}


def test_no_hash_that_stays_confirms_a_guess(home: ForceHome) -> None:
    root = home.home.root
    before, reference = hashes(root), newest_reference(home)
    told = b"".join(name.encode() + data for name, data in tellers(root))
    assert any(digest.encode() in told for digest in before)  # the test sees them
    erase(home, reference)
    gone = before - hashes(root)
    names = " ".join(str(path) for path in root.rglob("*")).encode()
    left = b"".join(data for _, data in tellers(root)) + names
    assert gone
    for folder in (home.lake.root, home.raw.root):
        assert all(any(path.iterdir()) for path in folder.rglob("*") if path.is_dir())
    assert [digest for digest in gone if digest.encode() in left] == []


def test_a_publication_names_no_raw_drop_by_a_plain_hash(home: ForceHome) -> None:
    plain = {e.raw_sha256 for e in ledger.drops(home.lake, home.force)}
    plain |= {file.sha256 for file in home.lake.files("records")}
    published = b"".join(data for _, data in tellers(home.home.publications))
    scores = str(home.lake.read("day_scores")["inputs_sha256"].to_pylist()).encode()
    assert not [d for d in plain if str(d).encode() in published + scores]


def test_what_rests_on_it_goes_and_what_does_not_stays(home: ForceHome) -> None:
    publications = home.home.publications
    early, late = [run.run_id for run in runs(publications)]
    assert latest_run(publications) == late
    erase(home, newest_reference(home))
    assert "were erased" in str(retired(publications / "runs" / late))
    assert [path.name for path in (publications / "runs" / late).iterdir()] == [
        "retired.json"
    ]
    assert latest_run(publications) == early
    assert verify_feed(home).whole
    assert home.lake.files("day_scores") == []
    on_disk = list(home.lake.root.glob("*/force=*/**/*.parquet"))
    assert len(on_disk) == sum(
        len(home.lake.files(t)) for t in ("records", "records_quarantine", "drops")
    )
    again = run(home)
    assert (again.scored, again.created) == (True, True)
    assert again.run_id != late
    assert verify_feed(home).whole


def test_what_both_rest_on_takes_both(home: ForceHome) -> None:
    rows = live_records(home.lake, home.force).reveal().sort_by("occurred_from")
    erase(home, str(rows["reference"][0].as_py()))
    assert all(run.retired for run in runs(home.home.publications))
    assert latest_run(home.home.publications) is None


@pytest.mark.parametrize(
    ("where", "point"),
    [
        (removal, "remove_day_scores"),
        (resting, "retire"),
        (resting.shutil, "rmtree"),
        (resting, "_point_on"),
        (resting, "write_catalog"),
        (removal, "_remove_records"),
        (vacuum, "vacuum"),
        (removal, "forget"),
    ],
)
@pytest.mark.parametrize("mend", ["pull", "score"])
def test_cut_off_anywhere_the_next_command_finishes_it(
    where: object,
    point: str,
    mend: str,
    home: ForceHome,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    late = run(home).run_id
    before, reference = hashes(home.home.root), newest_reference(home)
    with monkeypatch.context() as patched:
        patched.setattr(where, point, killed)
        with pytest.raises(KeyboardInterrupt):
            erase(home, reference)
    pull_all(home) if mend == "pull" else run(home)
    root, publications = home.home.root, home.home.publications
    assert home.tombstones.begun() is None
    assert seen(root, reference) == []
    assert not (publications / "runs" / late / "internal").exists()
    assert list((publications / "runs").glob(".tmp-*")) == []
    left = b"".join(name.encode() + data for name, data in tellers(root))
    assert [d for d in before - hashes(root) if d.encode() in left] == []
    run(home)
    assert verify_feed(home).whole


def test_a_home_of_an_older_hexbeat_loses_what_it_kept(
    home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, reference = home.home.root, newest_reference(home)
    erase(home, reference)
    with monkeypatch.context() as patched:
        patched.setattr(editions, "DROPS", "drops")
        old = run(home).run_id
    key = home.feed.key.read_text().split()[-1]
    home.feed.key.write_bytes(bytes.fromhex(key))
    told = json.loads((root / "erasure" / "refused.json").read_text())
    (root / "erasure" / "tombstones").write_text("\n".join(told["references"]))
    (root / "erasure" / "refused.json").unlink()

    home = open_force_home(root)
    assert pull_all(home).removed.publications == 1
    assert "older hexbeat" in str(retired(home.home.publications / "runs" / old))
    assert home.feed.key.read_text().split()[-1] == key
    home = open_force_home(root)
    assert home.tombstones.all() == set(told["references"])
    assert not (root / "erasure" / "tombstones").exists()
    assert pull_all(home).removed.publications == 0
    assert run(home).created
    assert seen(root, reference) == []


@pytest.mark.parametrize("how", ["gone", "emptied", "shortened"])
def test_a_list_of_what_is_refused_that_was_touched_is_missed(
    how: str, home: ForceHome
) -> None:
    erase(home, newest_reference(home))
    path = home.home.root / "erasure" / "refused.json"
    if how == "gone":
        path.unlink()
    elif how == "emptied":
        path.write_text("{}")
    else:
        told = json.loads(path.read_text())
        path.write_text(json.dumps(told | {"references": []}))
    with pytest.raises(LakeError, match="what was erased could come back"):
        pull_all(open_force_home(home.home.root))


def test_a_backup_made_afterwards_is_whole_and_knows_nothing(
    home: ForceHome, tmp_path: Path
) -> None:
    before, reference = hashes(home.home.root), newest_reference(home)
    erase(home, reference)
    gone = before - hashes(home.home.root)
    backup(home.home, tmp_path / "copy", wait=lambda: None)
    copied = open_force_home(tmp_path / "copy")
    assert (
        live_records(copied.lake, "kent")
        .reveal()
        .equals(live_records(home.lake, "kent").reveal())
    )
    assert verify_feed(copied).whole
    left = b"".join(n.encode() + data for n, data in tellers(tmp_path / "copy"))
    assert not [digest for digest in gone if digest.encode() in left]
    assert seen(tmp_path / "copy", reference) == []


def test_retention_takes_the_publications_that_count_what_goes(home: ForceHome) -> None:
    text = home.feed.mapping.read_text()
    [line] = [each for each in text.splitlines() if "retention_days" in each]
    home.feed.mapping.write_text(text.replace(line, "retention_days = 160"))
    home = open_force_home(home.home.root)
    assert confirm_due(home, "me", NOW).publications == 2
    assert latest_run(home.home.publications) is None
    assert home.lake.files("day_scores") == []
    assert run(home).created
    gone = resting.Gone("past", before=date(2024, 1, 2))
    facts = {resting.DROPS: ["a"]}
    assert gone.takes(date(2024, 12, 30), facts)
    assert not gone.takes(date(2024, 12, 31), facts)


def test_nothing_is_published_of_a_drop_that_nothing_names(
    home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A publication of a pull that was cut off would not go with what it rests on."""
    fresh = create_force_home(
        home.home.root.parent / "fresh", home.feed.mapping, None, "me", NOW
    )
    new = open_force_home(fresh)
    with monkeypatch.context() as patched:
        patched.setattr(landing.ledger, "commit", _killed)
        with pytest.raises(KeyboardInterrupt):
            pull_all(new)
    with pytest.raises(LakeError, match="a pull was cut off; run hexbeat feed pull"):
        run_day(new, METHOD, "me", NOW, Day.of(date(2025, 10, 10)))
    pull_all(new)
    assert run(new).created


def test_a_ledger_that_is_gone_takes_no_raw_drop_with_it(
    home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = sum(path.is_file() for path in home.raw.root.rglob("*"))
    reference = newest_reference(home)
    shutil.rmtree(home.lake.root / "drops")
    home = open_force_home(home.home.root)
    with pytest.raises(LakeError, match="has no ledger of the raw drops"):
        erase(home, reference)
    assert sum(path.is_file() for path in home.raw.root.rglob("*")) == raw
    assert home.tombstones.begun() is None
    monkeypatch.setattr(pulling, "new_drops", lambda *_: iter(()))
    pull_all(home)  # the source is empty
    assert sum(path.is_file() for path in home.raw.root.rglob("*")) == raw


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
