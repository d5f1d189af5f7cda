"""`hexbeat feed` tells numbers and days, and never a word of a row."""

import json
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from flows.command import feed as feeding
from flows.command.printing import drop as drops
from flows.command.printing.feed import show_backtest
from flows.command.running import home_of
from flows.feed_summary import add_pull
from flows.feed_tasks import pull_drops
from flows.force_feed import lines_of_its_own
from flows.server.prefect_settings import DATABASE
from flows.summary import Summary
from tests.flows.commands import hexbeat, hexbeat_here
from tests.flows.servers import with_database
from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    RECEIVED,
    Truth,
    as_csv,
    csv_row,
    one,
)
from tests.transforms.records.made_homes import seen
from transforms.backtests.days.report import BandCoverage
from transforms.day_publications.backtest import Backtested
from transforms.errors import FileRejectedError, UsageError
from transforms.feeds.force.sources import one_file
from transforms.reference.days import Day


GOOD = [csv_row(Truth(f"46/{n}/26")) for n in range(3)]
BAD = one(HO_code="canary-code", Crime_ref="canary-ref", Street="canary street")


def fed(command: str, *arguments: object, said: str = "") -> tuple[int, str, str]:
    done = hexbeat_here("feed", command, *arguments, stdin=said)
    return done.returncode, done.stdout, done.stderr


def check(*arguments: object) -> tuple[int, str, str]:
    return fed("check", *arguments)


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "kent.toml"
    path.write_text(CSV_MAPPING)
    return path


def drop(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "drop.csv"
    path.write_bytes(as_csv(rows))
    return path


def test_a_good_file_is_told_in_numbers(
    mapping: Path,
) -> None:
    rows = [
        *GOOD,
        one(Crime_ref="46/0/26", E="", N=""),
        one(Crime_ref="46/9/26", Date_from="02/04/2026"),
        one(Crime_ref="46/8/26", State="deleted"),
        one(Crime_ref="46/7/26", Date_from="29/03/2018"),
        one(Crime_ref="46/6/26", Date_from="26/10/2025"),
    ]
    path = drop(mapping.parent, *rows)
    code, out, err = check(path, "--mapping", mapping, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told == {
        "force": "kent",
        "rows_in": 8,
        "accepted": 8,
        "deleted": 1,
        "quarantined": {},
        "first_day": "2018-03-29",
        "last_day": "2026-04-02",
        "days_without": 2927 - 4,
        "categories": {"burglary": 7},
        "located": 6,
        "in_area": 6,
        "ambiguous": {
            "rows": 0,
            "done": "taken for the first time the clock showed them",
        },
        "skipped": {"rows": 0, "done": "quarantined"},
        "repeated_references": 1,
        "past_retention": 1,
        "repairs": [],
        "open_ends": 0,
        "coarse": 0,
        "near_area": 6,
        "bounds": None,
        "at_one_point": 6,
        "midnight": 0,
        "exit_code": 0,
    }


def test_rows_held_back_are_told_by_rule_and_line_alone(
    mapping: Path,
) -> None:
    path = drop(mapping.parent, *GOOD, *[BAD] * 7, *GOOD * 30)
    for extra in ((), ("--json",)):
        code, out, err = check(path, "--mapping", mapping, *extra)
        assert code == 3
        assert "canary" not in out + err
        assert not any(text in out for text in ("Pudding", "46/", "51.27", "0.52"))
    assert json.loads(out)["quarantined"] == {
        "offence": {"rows": 7, "first_lines": [5, 6, 7, 8, 9]}
    }


def test_the_two_odd_hours_are_told(
    mapping: Path,
) -> None:
    october = one(Date_from="25/10/2026", Time_from="01:30")
    march = one(Date_from="29/03/2026", Time_from="01:30")
    path = drop(mapping.parent, october, october, march)
    code, out, _ = check(path, "--mapping", mapping)
    assert code == 3
    assert "shown twice 2 rows in such an hour, taken for the first time" in out
    assert "never shown 1 row in such an hour, quarantined" in out
    assert "skipped-hour: 1 row, line 4\n" in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CSV_MAPPING.replace('"kent"', '"kemt"'), "did you mean 'kent'?"),
        ("x = 1", "x is unknown"),
        (None, "not a readable text file"),
    ],
)
def test_a_bad_mapping_is_a_line_and_exit_code_2(
    text: str | None,
    said: str,
    mapping: Path,
) -> None:
    mapping.unlink() if text is None else mapping.write_text(text)
    path = drop(mapping.parent, *GOOD)
    code, out, err = check(path, "--mapping", mapping)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_another_file_is_refused_in_a_line(
    mapping: Path,
) -> None:
    path = mapping.parent / "drop.csv"
    code, _, err = check(path, "--mapping", mapping)
    assert (code, "no such file" in err) == (2, True)
    path.write_bytes(b"canary;canary\n1;2\n")
    code, out, err = check(path, "--mapping", mapping)
    assert (code, out, err.count("\n"), "canary" in err) == (1, "", 1, False)


def test_a_file_that_changes_while_it_is_read_is_refused(
    mapping: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(mapping.parent, *GOOD)
    sizes = iter([1, 2])
    monkeypatch.setattr(one_file, "_look", lambda _: one_file.Look(next(sizes), 0))
    with pytest.raises(FileRejectedError, match="still being written"):
        drops.checked_drop(path, mapping, RECEIVED)


def test_it_needs_no_prefect_and_writes_nothing(mapping: Path) -> None:
    path = drop(mapping.parent, *GOOD)
    before = sorted(mapping.parent.iterdir())
    code = (
        "import sys\nfrom flows.command.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    assert not {'prefect', 'deltalake'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "feed", "check", path, "--mapping", mapping],
        cwd=mapping.parent, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path(__file__).parent.parent.parent)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(mapping.parent.iterdir()) == before


@pytest.fixture
def home(mapping: Path, tmp_path: Path) -> Path:
    """A home of its own, with drops beside that are whole."""
    drops = tmp_path / "drops"
    drops.mkdir()
    canary = csv_row(Truth("canary-ref", street="canary street"))
    held = csv_row(Truth("canary-ref", street="canary street"), HO_code="canary-code")
    (drops / "1.csv").write_bytes(as_csv([*GOOD, canary]))
    (drops / "2.csv").write_bytes(as_csv([held, csv_row(Truth("46/9/26"))]))
    for name in ("1.csv", "2.csv"):
        (drops / f"{name}.done").touch()
    assert feeding.create(tmp_path / "home", mapping=mapping, source=str(drops)) == 0
    return tmp_path / "home"


def test_a_home_is_closed_and_of_the_feed_s_own_commands(home: Path) -> None:
    assert home.stat().st_mode & 0o777 == 0o700
    with pytest.raises(UsageError, match="of a force's own feed: only hexbeat feed"):
        home_of(str(home))
    for command in (feeding.status, feeding.pull, feeding.audit):
        with pytest.raises(UsageError, match="is not a home of a force's own feed"):
            command(home=str(home.parent))
    home.chmod(0o755)
    code, _, err = fed("status", "--home", home)
    assert (code, "chmod 700" in err, err.count("\n")) == (2, True, 1)


def test_the_audit_log_is_held_against_itself(home: Path) -> None:
    assert feeding.audit(home=str(home)) == 0
    log = home / "audit.jsonl"
    log.write_text(log.read_text().replace("create", "delete"))
    code, out, err = fed("audit", "--home", home)
    assert (code, out) == (1, "")
    assert err == "hexbeat: audit.jsonl: line 1 was changed\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"start": "2026-11-01"}, "give --reference, or both --from and --to"),
        ({}, "give --reference, or both --from and --to"),
        ({"start": "1", "end": "2"}, "is not a day"),
        ({"reference": ""}, "the reference is empty"),
    ],
)
def test_a_slip_in_what_is_to_be_erased_is_told(
    words: dict[str, str], said: str, home: Path
) -> None:
    with pytest.raises(UsageError, match=said):
        feeding.erase(**words, why="asked", home=str(home))


@pytest.mark.system
def test_a_feed_is_pulled_told_of_and_erased_from_everywhere(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_database(home / "prefect")
    pulled = hexbeat("feed", "pull", "--home", home, "--json")
    [account] = json.loads(out := pulled.stdout)["stages"]
    assert (pulled.returncode, pulled.stderr) == (0, "")
    assert account["facts"]["quarantined_by_rule"] == {"offence": 1}
    counts = {name: account["facts"][name] for name in ("drops", "rows_in", "accepted")}
    assert counts == {"drops": 2, "rows_in": 6, "accepted": 5}
    assert "canary" not in out

    assert feeding.status(home=str(home), json_=True) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["stopped"], told["rejected"], told["records"]) == (True, 0, 5)
    assert (told["newest_day"], told["missing_days"]) == ("2026-03-29", [])
    assert told["partial_days"] == []

    assert seen(home, "canary-ref")
    code, out, err = fed(
        "erase", "--reference", "-", "--why", "asked", "--home", home,
        said="canary-ref\n",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert out.startswith("erased   1 records, 2 rows of 2 raw drops")
    assert seen(home, "canary-ref") == seen(home, "canary street") == []
    with sqlite3.connect(home / "prefect" / DATABASE) as database:
        assert not any("canary-" in line for line in database.iterdump())
    assert feeding.audit(home=str(home)) == 0
    assert capsys.readouterr().out == "audit    4 lines, unchanged\n"


def test_retention_that_is_withheld_is_a_gap_until_it_is_confirmed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert feeding.retain(home=str(home)) == 0
    assert capsys.readouterr().out.endswith("nothing is past its retention\n")
    mapping, drops = home / "mapping.toml", home.parent / "drops"
    with disable_run_logger():
        pull_drops.fn(str(home), "kent", str(drops), "me")
        mapping.write_text(mapping.read_text().replace("= 2557", "= 25"))
        state = pull_drops.fn(str(home), "kent", str(drops), "me")
    account = state if isinstance(state, dict) else dict(state.data)
    assert account["failed"] == account["withheld"]
    assert (account["removed"]["records"], account["landed"]) == (0, True)
    code, out, err = fed("retain", "--home", home)
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "5 of 5 records" in err
    assert feeding.retain(home=str(home), json_=True) == 3
    assert json.loads(capsys.readouterr().out)["records"] == 5
    assert feeding.status(home=str(home)) == 3
    assert "withheld    retention is withheld" in capsys.readouterr().out
    assert feeding.retain(confirm=True, home=str(home)) == 0
    assert capsys.readouterr().out.startswith("removed  5 records, ")
    assert feeding.retain(home=str(home)) == 0


def test_a_backtest_prints_how_many_counts_the_interval_contained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = Backtested(
        horizon_days=7,
        first=Day.parse("2026-05-07"),
        last=Day.parse("2026-05-14"),
        origins=2,
        recorded_share=0.0,
        in_doubt=1,
        gain=None,
        gain_lo=None,
        gain_hi=None,
        intervals=[
            BandCoverage("0.2 to 1", 20_006, 0.95),
            BandCoverage("1 to 5", 853, 0.9538),
            BandCoverage("over 5", 0, None),
        ],
        lines=[],
    )
    assert show_backtest(found, as_json=False) == 0
    said = capsys.readouterr().out
    assert (
        "the 95 % interval contains the count of 95.0% of the 20,006 cells that expect"
        " 0.2 to 1, 95.4% of the 853 cells that expect 1 to 5\n"
    ) in said
    assert "1 drop is in doubt, and counted here all the same: see" in said


def test_each_refused_drop_has_a_line_of_its_own_after_a_pull() -> None:
    account = {"force": "kent", "withheld": "late", "rejected": {"1": "a", "2": "b"}}
    account["doubts"] = {"3": "c"}
    assert lines_of_its_own(account) == {"1": "a", "2": "b", "3": "c", "kent": "late"}
    nothing = {"withheld": None, "rejected": {}, "doubts": {}}
    assert lines_of_its_own(account | nothing) == {}


def test_a_mistyped_reference_that_erased_nothing_needs_a_look(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with disable_run_logger():
        pull_drops.fn(str(home), "kent", str(home.parent / "drops"), "me")
    erase = partial(feeding.erase, why="asked", home=str(home))
    assert erase(reference="canary-rfe", json_=True) == 3
    assert json.loads(capsys.readouterr().out)["records"] == 0
    assert erase(reference="canary-ref") == 0
    assert erase(reference="canary-ref") == 3
    assert "nothing was erased" in capsys.readouterr().err


def test_a_refused_drop_is_a_gap_of_the_task(home: Path) -> None:
    drops = home.parent / "drops"
    (drops / "3.csv").write_bytes(b"canary;canary\n1;2\n")
    (drops / "3.csv.done").touch()
    with disable_run_logger():
        state = pull_drops.fn(str(home), "kent", str(drops), "me")
    account = state if isinstance(state, dict) else dict(state.data)
    assert "no column 'Crime ref'" in account["failed"]
    assert list(account["rejected"]) == ["3.csv"]
    assert (account["landed"], account["drops"]) == (True, 2)
    assert "canary" not in str(account)
    with disable_run_logger():
        again = pull_drops.fn(str(home), "kent", str(drops), "me")
    assert isinstance(again, dict)  # no failed state: it has been reported
    summary = Summary(stage="pull", asked=["kent"])
    add_pull(summary, again)
    assert summary.notes == ["1 drop is still refused: see hexbeat feed status"]
    assert summary.outcome == "nothing to do"
    with disable_run_logger():
        state = pull_drops.fn(str(home), "kent", str(home / "none"), "me")
    assert "no such folder" in str(state)


def test_a_drop_to_read_again_that_is_not_stored_is_a_mistake(mapping: Path) -> None:
    home = mapping.parent / "home"
    assert fed("create", home, "--mapping", mapping)[0] == 0
    code, out, err = fed("reread", "--drop", "a.csv", "--home", home)
    assert (code, out) == (2, "")
    assert err == "hexbeat: reread: no stored drop is named 'a.csv'\n"
