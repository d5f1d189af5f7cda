"""A trial on simulated forces: designed, issued, revealed, and refused if need be."""

import json
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from csv import DictReader
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.flows.commands import Done, hexbeat_here
from tests.flows.flows_here import flows_here
from tests.flows.made_programmes import BUFFER_M, Made, make_programme
from tests.transforms.feeds.force.made_drops import (
    JSON_MAPPING,
    Truth,
    as_json_lines,
    json_row,
)
from tests.transforms.records.made_homes import made_home, pulled
from tests.transforms.simulated_home import Simulated
from tests.transforms.trials.test_draw import drawn_again
from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home
from transforms.operations.backup import backup
from transforms.operations.verify import verify
from transforms.programmes.freeze import freeze
from transforms.programmes.kept_folder import write_manifest
from transforms.programmes.register import (
    ISSUED,
    REVEALED,
    TRIAL,
    Register,
    end,
    leave,
    start,
)
from transforms.records.homes import ForceHome
from transforms.reference.groups import GROUPS
from transforms.trials import designing, words
from transforms.trials.analyse import analyse
from transforms.trials.choose import Asked
from transforms.trials.designing import Designed, design_trial
from transforms.trials.issue import issue
from transforms.trials.reveal import reveal
from transforms.trials.trial import Trial, open_trial


DRAWN_AT = datetime(2025, 7, 1, 9, tzinfo=UTC)
MONDAY = date(2025, 7, 14)
AFTER = datetime(2025, 10, 20, 9, tzinfo=UTC)
WEEKLY = Asked(
    kind="weekly",
    first_day=MONDAY,
    weeks=13,
    days_per_week=3,
    capacity=[3, 3, 3, 3, 4, 4, 4],
    secondary=("harm", "buffers"),
    washout_days=2,
)
SIMPLE = Asked(kind="simple", first_day=MONDAY, weeks=2, strata=[(2, 4), (1, 4)])
PARALLEL = Asked(
    kind="parallel",
    first_day=date(2025, 7, 5),
    last_day=date(2025, 11, 30),
    secondary=("buffers",),
)


@pytest.fixture(scope="module")
def made(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A programme whose places are apart, so that days can be compared."""
    made = make_programme(simulated, tmp_path_factory.mktemp("trial"))
    apart = replace(made.rule, spacing=3)
    frozen = freeze(made.home, "apart", apart, None, BUFFER_M, DRAWN_AT, "me")
    start(made.home, frozen.programme, date(2025, 7, 1), DRAWN_AT, "me")
    return replace(made, rule=apart, frozen=frozen)


@pytest.fixture
def copy(made: Made, tmp_path: Path) -> Made:
    return made.again(tmp_path)


def designed(made: Made, asked: Asked = WEEKLY) -> Designed:
    return design_trial(made.home, made.frozen.programme, asked, DRAWN_AT, "me")


def test_a_trial_is_drawn_once_and_its_seed_is_private(copy: Made) -> None:
    done = designed(copy)
    trial = done.trial
    assert done.created and trial.id.startswith("weekly-")
    assert stat.S_IMODE((trial.folder / "seed.hex").stat().st_mode) == 0o600
    listed = json.loads((trial.folder / "manifest.json").read_bytes())["files"]
    assert {one["path"] for one in listed} == {
        "commitment.txt",
        "design.json",
        "power.json",
        "protocol.md",
    }
    before = Register(copy.home).log.lines()
    again = designed(copy)
    assert not again.created
    assert (again.trial.commitment, again.power) == (trial.commitment, done.power)
    assert Register(copy.home).log.lines() == before
    [line] = Register(copy.home).of_trials(copy.frozen.programme.id, TRIAL)
    assert line["commitment"] == trial.commitment
    protocol = (trial.folder / "protocol.md").read_text()
    assert trial.commitment in protocol and trial.seed().hex() not in protocol


def test_a_week_has_the_rota_s_numbers(copy: Made) -> None:
    trial = designed(copy).trial
    done = issue(copy.home, trial, MONDAY, DRAWN_AT + timedelta(days=4), "me")
    assert [len(done.week[day]) for day in sorted(done.week)] == [3, 3, 3, 3, 4, 4, 4]
    rows = (done.folder / "patrol.csv").read_text().splitlines()
    assert len(rows) == 1 + 24
    calendar = (done.folder / "patrol.ics").read_bytes()
    assert calendar.count(b"BEGIN:VEVENT") == 7
    assert all(len(line) <= 75 for line in calendar.split(b"\r\n"))
    assert (done.folder / "patrol.pdf").read_bytes().startswith(b"%PDF")
    again = issue(copy.home, trial, MONDAY, DRAWN_AT + timedelta(days=5), "me")
    assert not again.created
    lines = Register(copy.home).of_trials(copy.frozen.programme.id, ISSUED)
    assert [line["week"] for line in lines] == ["2025-07-14"]


def test_a_swapped_day_is_found(copy: Made) -> None:
    """Whoever swaps two places of a day is refused by every later command."""
    trial = designed(copy).trial
    done = issue(copy.home, trial, MONDAY, DRAWN_AT + timedelta(days=4), "me")
    file = done.folder / "patrol.csv"
    rows = file.read_text().splitlines(keepends=True)
    swapped = rows[1].replace("2025-07-14", "2025-07-15").replace("Monday", "Tuesday")
    file.write_text("".join([rows[0], *sorted([swapped, *rows[2:]])]))
    later = DRAWN_AT + timedelta(days=12)
    for again in (MONDAY, MONDAY + timedelta(weeks=1)):
        with pytest.raises(LakeError, match="does not follow from the seed"):
            issue(copy.home, trial, again, later, "me")
    with pytest.raises(LakeError, match="does not follow from the seed"):
        reveal(copy.home, trial, AFTER, "me")
    assert [w for w in verify(copy.home).differs if "does not follow" in w]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("design.json", "not as it was registered"),
        ("commitment.txt", "not as it was registered"),
        ("power.json", "not as it was registered"),
        ("seed.hex", "not the seed that was sealed|cannot be read"),
    ],
)
def test_a_file_that_somebody_changed_is_found(
    copy: Made, file: str, words: str
) -> None:
    trial = designed(copy).trial
    data = (trial.folder / file).read_text()
    at = next(n for n, letter in enumerate(data) if letter in "0123456789")
    other = "1" if data[at] != "1" else "2"
    (trial.folder / file).write_text(data[:at] + other + data[at + 1 :])
    with pytest.raises(LakeError, match=words):
        open_trial(copy.home, copy.frozen.programme, trial.id).seed()
    assert [line for line in verify(copy.home).differs if "trials" in line]


def test_a_draw_that_is_gone_is_not_drawn_again(copy: Made) -> None:
    trial = designed(copy).trial
    kept = trial.folder.with_name("kept")
    trial.folder.rename(kept)
    with pytest.raises(LakeError, match="it is not drawn again"):
        designed(copy)
    shutil.copytree(kept, trial.folder)
    seed = bytes(32)
    (trial.folder / "seed.hex").write_text(seed.hex())
    with pytest.raises(LakeError, match="not the seed that was sealed"):
        issue(copy.home, trial, MONDAY, DRAWN_AT + timedelta(days=4), "me")


def test_another_commitment_than_the_registered_is_found(copy: Made) -> None:
    """Seed, commitment and manifest exchanged together: the register knows."""
    other = designed(copy).trial
    name = copy.frozen.programme.id
    register = copy.home.root / "programmes" / "register.jsonl"
    register.unlink()
    register.with_suffix(".head.json").unlink()
    Register(copy.home).add("frozen", name, DRAWN_AT, "me", run="x")
    Register(copy.home).add(
        TRIAL, name, DRAWN_AT, "me", trial=other.id, commitment="0" * 64
    )
    with pytest.raises(LakeError, match="not the one that was registered"):
        open_trial(copy.home, copy.frozen.programme, other.id)


def test_after_the_last_day_the_seed_is_revealed(copy: Made) -> None:
    trial = designed(copy).trial
    with pytest.raises(UsageError, match="goes on until 2025-10-12"):
        reveal(copy.home, trial, datetime(2025, 10, 12, 9, tzinfo=UTC), "me")
    done = reveal(copy.home, trial, AFTER, "me")
    assert trial.design.commitment(bytes.fromhex(done.seed)) == trial.commitment
    rows = (done.folder / "schedule.csv").read_text().splitlines()
    assert len(rows) == 1 + 13 * 24
    reveal(copy.home, trial, AFTER, "me")
    lines = Register(copy.home).of_trials(copy.frozen.programme.id, REVEALED)
    assert [line["seed"] for line in lines] == [done.seed]


@pytest.mark.parametrize("kind", ["weekly", "simple", "parallel"])
def test_a_panel_draws_it_again_from_what_was_revealed(
    copy: Made, tmp_path: Path, kind: str
) -> None:
    """By the page's scripts, from the files that hexbeat wrote; a swap is refused."""
    last = date(2025, 8, 31)
    asked = {
        "weekly": replace(WEEKLY, weeks=2),
        "simple": SIMPLE,
        "parallel": replace(PARALLEL, first_day=date(2025, 8, 1), last_day=last),
    }[kind]
    trial = designed(copy, asked).trial
    for monday in trial.design.mondays:
        at = datetime.combine(monday - timedelta(days=3), time(9), UTC)
        issue(copy.home, trial, monday, at, "me")
    shown = reveal(copy.home, trial, AFTER, "me").folder
    lists = sorted((trial.folder / "issues").glob("*/patrol.csv"))
    seed = (shown / "seed.txt").read_text().strip()
    (tmp_path / "panel").mkdir()
    given = tmp_path / "panel", shown / "design.json", seed
    done = drawn_again(*given, *lists)
    assert (done.returncode, done.stderr) == (0, "")
    commitment, *drawn = done.stdout.splitlines()
    assert commitment == f"commitment {trial.commitment}"
    with (shown / "schedule.csv").open(newline="") as file:
        revealed = [f"{row['date']} {row['place_id']}" for row in DictReader(file)]
    assert drawn == revealed
    whole = lists[-1].read_text()
    first = whole.splitlines()[1].split(",")[0].strip('"')
    other = str(date.fromisoformat(first) + timedelta(days=1))
    lists[-1].write_text(whole.replace(first, other, 1))
    refused = drawn_again(*given, *lists)
    assert refused.returncode == 1
    assert refused.stderr.startswith("not what was drawn: ") and first in refused.stderr


def test_a_parallel_trial_draws_one_of_each_pair(copy: Made) -> None:
    done = designed(copy, PARALLEL)
    content = done.trial.design.content
    assert [len(pair) for pair in content["pairs"]] == [2] * 4
    chosen = done.trial.design.patrolled(done.trial.seed())
    for one, other in content["pairs"]:
        assert (one in chosen) != (other in chosen)
    week = issue(
        copy.home, done.trial, date(2025, 7, 7), DRAWN_AT + timedelta(days=4), "me"
    ).week
    assert list(week.values()) == [chosen] * 7
    first = issue(
        copy.home, done.trial, date(2025, 6, 30), DRAWN_AT + timedelta(days=4), "me"
    )
    assert min(first.week) == date(2025, 7, 5)  # no day before it begins


def test_places_in_contact_are_one_unit_of_a_parallel_trial(
    copy: Made, made: Made
) -> None:
    touching = freeze(
        copy.home,
        "touching",
        replace(copy.rule, spacing=2, top=20),
        None,
        BUFFER_M,
        DRAWN_AT,
        "me",
    ).programme
    trial = design_trial(copy.home, touching, PARALLEL, DRAWN_AT, "me").trial
    component = {
        row["place_id"]: row["component"] for row in touching.places.to_pylist()
    }
    units = [u for pair in trial.design.content["pairs"] for u in pair]
    units += trial.design.content["alone"]
    assert any("+" in unit for unit in units)
    assert all(len({component[p] for p in u.split("+")}) == 1 for u in units)
    assert len({component[u.split("+")[0]] for u in units}) == len(units)


def test_a_backup_keeps_the_seed_as_private(copy: Made, tmp_path: Path) -> None:
    trial = designed(copy).trial
    backup(copy.home, tmp_path / "backup", wait=lambda: None)
    seed = next((tmp_path / "backup").rglob("seed.hex"))
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    assert bytes.fromhex(seed.read_text()) == trial.seed()


class _Killed(BaseException):
    """As a kill: no code of ours runs after it but what Python must."""


def _writes() -> Iterator[str]:
    yield from ("write_text", "rename", "chmod")


@pytest.mark.parametrize("method", list(_writes()))
@pytest.mark.parametrize("number", range(6))
def test_cut_off_between_writes_the_same_command_ends_the_same(
    copy: Made, monkeypatch: pytest.MonkeyPatch, method: str, number: int
) -> None:
    """Whatever is cut off, the second run has one trial, one seed and one line."""
    original, left = getattr(Path, method), [number]

    def cut(path: Path, *words: Any, **more: Any) -> Any:
        if "trials" in str(path):
            left[0] -= 1
            if left[0] < 0:
                raise _Killed
        return original(path, *words, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Path, method, cut)
        with suppress(_Killed):
            designed(copy)
    done = designed(copy)
    seed = done.trial.seed()
    assert open_trial(copy.home, copy.frozen.programme, None).seed() == seed
    [line] = Register(copy.home).of_trials(copy.frozen.programme.id, TRIAL)
    assert line["commitment"] == done.trial.design.commitment(seed)
    assert not verify(copy.home).differs


def refused(made: Made, words: str, asked: Asked, **changes: Any) -> None:
    programme = changes.pop("programme", made.frozen.programme)
    before = sorted(programme.folder.rglob("*"))
    with pytest.raises(UsageError, match=words):
        design_trial(made.home, programme, replace(asked, **changes), DRAWN_AT, "me")
    assert sorted(programme.folder.rglob("*")) == before


class TestRefusals:
    """One line each, and nothing is kept."""

    def test_designs_that_cannot_be(self, made: Made) -> None:
        for line, changes in (
            ("one of weekly, simple, parallel", {"kind": "crossover"}),
            ("8 places by 3 days = 24, such as", {"capacity": [3, 3, 3, 3, 4, 4, 5]}),
            ("adds up to", {"capacity": [12, 12]}),
            ("there are only 8 places", {"capacity": [9, 3, 3, 3, 2, 2, 2]}),
            ("--days-per-week, 1 to 6", {"days_per_week": 7}),
            ("--first-monday and --weeks", {"weeks": None}),
            ("--weeks 0: 1 to 104", {"weeks": 0}),
            (
                "is a Tuesday: 2025-07-14 is the Monday",
                {"first_day": date(2025, 7, 15)},
            ),
            (
                "before it is drawn: today is 2025-07-01",
                {"first_day": date(2025, 6, 30)},
            ),
            ("--washout 5: 0 to 4", {"washout_days": 5}),
            ("--looks 6: 1 to 5", {"looks": 6}),
            ("'mugging' is no outcome; there are: harm", {"primary": "mugging"}),
            ("drugs is found by patrols", {"secondary": ("harm", "drugs")}),
            ("possession-of-weapons is found", {"primary": "possession-of-weapons"}),
            ("weekly trial takes --days-per-week", {"strata": [(1, 8)]}),
        ):
            refused(made, line, WEEKLY, **changes)  # type: ignore[arg-type]
        refused(made, "takes --strata, such as", SIMPLE, strata=[])
        refused(made, "add up to 8 places", SIMPLE, strata=[(1, 4), (1, 3)])
        refused(made, "add up to 8 places", SIMPLE, strata=[(4, 4), (1, 4)])
        refused(made, "takes --first-day and --end", PARALLEL, last_day=None)
        refused(made, "no weeks", PARALLEL, weeks=4)
        refused(made, "no whole month", PARALLEL, last_day=date(2025, 8, 30))
        refused(made, "by the forecast of its programme", PARALLEL, primary="robbery")

    def test_places_in_contact(self, made: Made, copy: Made) -> None:
        touching = freeze(
            copy.home, "near", replace(copy.rule, spacing=1), None, BUFFER_M,
            DRAWN_AT, "me",
        ).programme  # fmt: skip
        refused(copy, "are in contact with another", WEEKLY, programme=touching)
        accepted = replace(WEEKLY, accept_contact=True)
        trial = design_trial(copy.home, touching, accepted, DRAWN_AT, "me").trial
        assert "which was accepted: p0" in (trial.folder / "protocol.md").read_text()

    def test_buffers_that_meet(self, copy: Made) -> None:
        wide = freeze(
            copy.home, "wide", copy.rule, None, 900.0, DRAWN_AT, "me"
        ).programme
        refused(copy, "or a smaller --buffer-m", WEEKLY, programme=wide)

    def test_too_few_places(self, copy: Made) -> None:
        programme = copy.frozen.programme
        for place in ("p02", "p05", "p08"):
            leave(copy.home, programme, place, date(2025, 7, 2), "why", DRAWN_AT, "me")
        refused(copy, "has 5 places: a trial needs 6", SIMPLE)

    def test_a_programme_that_ended(self, copy: Made) -> None:
        programme = copy.frozen.programme
        end(copy.home, programme, date(2025, 7, 3), "over", DRAWN_AT, "me")
        refused(copy, "ended on 2025-07-03", WEEKLY)

    def test_weeks_that_are_not_issued(self, copy: Made) -> None:
        trial = designed(copy).trial
        for line, monday in (
            ("is a Tuesday: give a Monday", date(2025, 7, 15)),
            ("has no week of 2025-07-07", date(2025, 7, 7)),
            ("issued from 2025-07-04 on", MONDAY),
        ):
            with pytest.raises(UsageError, match=line):
                issue(copy.home, trial, monday, DRAWN_AT, "me")

    def test_trials_that_are_not_there(self, copy: Made) -> None:
        programme = copy.frozen.programme
        with pytest.raises(UsageError, match="has no trial"):
            open_trial(copy.home, programme, None)
        designed(copy)
        designed(copy, SIMPLE)
        with pytest.raises(UsageError, match=r"several trials: simple-.*; name one"):
            open_trial(copy.home, programme, None)
        with pytest.raises(UsageError, match="is no trial of"):
            open_trial(copy.home, programme, "weekly-000000000000")


class TestCommands:
    """The same as people call it: what is printed, and the exit codes."""

    def test_from_design_to_a_refused_reveal(self, copy: Made) -> None:
        home = copy.home.root
        name = copy.frozen.programme.id
        monday = date.today() + timedelta(days=7 - date.today().weekday())

        def run(*words: object) -> Done:
            with flows_here():
                return hexbeat_here("trial", *words, "--home", home)

        chosen = "--first-monday", monday, "--weeks", 13, "--days-per-week", 3
        wrong = run("design", name, *chosen, "--capacity", "1,2")
        assert wrong.returncode == 2 and "such as" in wrong.stderr
        wrong = run("design", name, *chosen, "--capacity", "1,two")
        assert wrong.returncode == 2 and "seven numbers" in wrong.stderr
        done = run("design", name, *chosen, "--capacity", "3,3,3,3,4,4,4")
        assert done.returncode in (0, 3), done.stderr
        assert "drawn and sealed" in done.stdout and "power " in done.stdout
        again = run("design", name, *chosen, "--capacity", "3,3,3,3,4,4,4", "--json")
        told = json.loads(again.stdout)
        assert not told["created"] and told["commitment"] in done.stdout
        assert again.returncode == told["exit_code"] == done.returncode

        week = run("issue", name, "--week", monday)
        assert week.returncode == 0, week.stderr
        assert str(monday) in week.stdout
        assert run("reveal", name).returncode == 2
        early = run("analyse", name)
        assert early.returncode == 2 and "it is analysed after that" in early.stderr
        file = home / "programmes" / name / "trials" / told["trial"]
        file = file / "issues" / str(monday) / "patrol.csv"
        file.write_text(file.read_text().replace("p01", "p02"))
        assert run("issue", name, "--week", monday).returncode == 1

    def test_power_is_said_before(self, made: Made) -> None:
        def power(*words: object) -> dict[str, Any]:
            done = hexbeat_here(
                "trial", "power", made.frozen.programme.id, *words, "--json",
                "--home", made.home.root,
            )  # fmt: skip
            told: dict[str, Any] = json.loads(done.stdout)
            assert done.returncode == told["exit_code"]
            return told

        few = power("--kind", "weekly", "--weeks", 4, "--rate", 0.05)
        assert few["exit_code"] == 3
        assert few["lines"][0].startswith(
            "This trial cannot show an effect of the size"
        )
        assert " days or " in few["lines"][0] and few["lines"][0].endswith(" places.")
        many = power("--weeks", 104, "--rate", 3, "--variance-factor", 1)
        assert many["exit_code"] == 0 and many["shown"] > 0.8
        halves = power("--kind", "parallel", "--months", 3)
        assert halves["source"] == "own past" and halves["lists"] >= 8
        wrong = hexbeat_here(
            "trial", "power", made.frozen.programme.id, "--share", 1, "--home",
            made.home.root,
        )  # fmt: skip
        assert wrong.returncode == 2


CONTROL_RATE, TRUE_RATIO = 2.0, 0.5


def feed_home(
    folder: Path, made: Made, trial: Trial, gap: Sequence[date] = ()
) -> ForceHome:
    """A feed of that force in which patrol halves what happens at a place."""
    mapping = JSON_MAPPING.replace('"kent"', f'"{made.rule.force}"')
    home = made_home(folder, mapping)
    random = np.random.default_rng(3)
    places = made.frozen.programme.places.to_pylist()
    days = [MONDAY + timedelta(days=day) for day in range(-30, 7 * 13 + 7)]
    assigned = trial.design.assigned(days, trial.seed())
    truths = []
    for column, day in enumerate(days):
        for number, place in enumerate(places):
            drawn = trial.design.first_day <= day and assigned[number, column]
            rate = CONTROL_RATE * (TRUE_RATIO if drawn else 1)
            truths += [
                Truth(
                    f"{day}/{place['place_id']}/{at}",
                    offence="105A",
                    began=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
                    place=(place["lon"], place["lat"]),
                )
                for at in range(random.poisson(rate))
                if day not in gap
            ]
    pulled(home, {"all.jsonl": as_json_lines(map(json_row, truths))})
    return home


class TestAnalysis:
    """What a trial showed, and what is said of it."""

    def test_a_planted_fall_is_found(
        self, copy: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # one of twenty draws leaves the truth outside its interval: this one does not
        seed = SimpleNamespace(token_bytes=lambda size: bytes(range(size)))
        monkeypatch.setattr(designing, "secrets", seed)
        trial = designed(copy).trial
        feed = feed_home(tmp_path, copy, trial)
        done = analyse(copy.home, trial, feed, None, AFTER, "me")
        found = done.analysis
        one = found.primary
        assert one.ratio is not None and one.low is not None and one.high is not None
        assert one.low < TRUE_RATIO < one.high < 1
        assert one.p == 1 / 2000 and found.is_shown
        assert (one.treated_exposure, one.control_exposure) == (13 * 24, 13 * 32)
        roles = [finding.role for finding in found.findings]
        assert roles[:4] == ["primary", "secondary", "shown beside", "secondary"]
        # without 1 to 4 days after a patrol; day 1, 2 and later of a run
        assert roles[4:] == ["shown beside"] * (4 + 3)
        runs = found.findings[-3:]
        assert runs[0].outcome == "day 1 of patrol in a row"
        # strata without days of both kinds fall out of each
        assert 0 < sum(run.treated for run in runs) <= one.treated
        assert all(run.ratio and run.ratio < 1 for run in runs)
        days = pq.read_table(done.folder / "trial_days.parquet")
        assert len(days) == 8 * 91
        assert one.treated + one.control == sum(days["all_crime"].to_pylist())
        page = (done.folder / "trial.html").read_text()
        assert "What cannot be concluded" in page and "No patrol log tells" in page
        assert words.headline(found) in (done.folder / "trial.md").read_text()
        told = words.changed(found)[0]
        drawn = f"On 312 place-days drawn for patrol there were {one.treated:.0f} inc"
        assert told.startswith(drawn)
        assert f"about {one.treated / one.ratio:,.0f} (" in told and told in page
        assert (done.folder / "trial.pdf").read_bytes().startswith(b"%PDF")
        again = analyse(copy.home, trial, feed, None, AFTER, "me")
        assert not again.created and again.folder == done.folder
        assert again.looks == done.looks == 1
        [line] = Register(copy.home).of_trials(trial.programme.id, REVEALED)
        assert line["trial"] == trial.id
        assert not verify(copy.home).differs

    def test_a_day_that_is_missing_is_no_quiet_day(
        self, copy: Made, tmp_path: Path
    ) -> None:
        seed = bytes([1]) * 32  # 8 of 100 leave a place's weekday without both kinds
        given = copy.home, copy.frozen.programme, WEEKLY, DRAWN_AT, "me", seed
        trial = design_trial(*given).trial
        gap = [MONDAY + timedelta(days=day) for day in range(30, 35)]
        feed = feed_home(tmp_path, copy, trial, gap)
        found = analyse(copy.home, trial, feed, None, AFTER, "me").analysis
        assert found.missing == [str(day) for day in gap]
        assert found.primary.treated_exposure + found.primary.control_exposure == 8 * 86
        listed = words.not_concluded(found, designed(copy).power)
        told = f"Anything about {', '.join(map(str, gap))}: not supplied."
        assert told in listed

    def test_looks_before_the_end(self, copy: Made, tmp_path: Path) -> None:
        trial = designed(copy, replace(WEEKLY, looks=2)).trial
        feed = feed_home(tmp_path, copy, trial)
        early = datetime(2025, 9, 1, 9, tzinfo=UTC)
        done = analyse(copy.home, trial, feed, "1/2", early, "me")
        assert done.analysis.last_day == date(2025, 8, 27)
        assert "beyond the bound of ±2.80" in words.headline(done.analysis)
        assert not Register(copy.home).of_trials(trial.programme.id, REVEALED)
        other = analyse(copy.home, trial, feed, "1/3", early, "me")
        assert "was not planned, so it decides nothing" in words.headline(
            other.analysis
        )
        for line, interim in (
            ("it is analysed after that", None),
            ("look 2/3 is after", "2/3"),
            ("n of N, such as 1/4", "2/2"),
            ("n of N, such as 1/4", "half"),
        ):
            with pytest.raises(UsageError, match=line):
                analyse(copy.home, trial, feed, interim, early, "me")

    def test_patrols_that_were_made(self, copy: Made, tmp_path: Path) -> None:
        trial = designed(copy).trial
        feed = feed_home(tmp_path, copy, trial)
        rows = []
        for monday in trial.design.mondays:
            for day, drawn in trial.design.week(monday, trial.seed()).items():
                for at, place in enumerate(trial.design.places):
                    visited = place in drawn and at > 0  # never the first
                    rows.append(
                        {
                            "place_id": place,
                            "day": day,
                            "patrol_minutes": 15.0 if visited else 0.0,
                            "visits_10_plus": int(visited),
                            "background_minutes": 1.0,
                        }
                    )
        folder = trial.programme.folder / "dosage" / "2025-10-12-000000000000"
        folder.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), folder / "dosage_days.parquet")
        write_manifest(folder)
        found = analyse(copy.home, trial, feed, None, AFTER, "me").analysis
        assert found.compliance is not None and found.complier_ratio is not None
        assert found.compliance.compliance == pytest.approx(7 / 8)
        little, enough = (f for f in found.findings if f.role == "observational")
        assert little.outcome == "drawn days with under 15 minutes"
        assert (little.treated_exposure, enough.treated_exposure) == (39, 273)
        table = pq.read_table(
            analyse(copy.home, trial, feed, None, AFTER, "me").folder
            / "trial_days.parquet"
        )
        assert sum(table["delivered_minutes"].to_pylist()) == 273 * 15
        assert table["background_minutes"].to_pylist() == [1.0] * 8 * 91
        assert found.compliance.contamination == 0
        ratio = found.primary.ratio
        assert ratio and found.complier_ratio == pytest.approx(ratio ** (8 / 7))

    def test_months_cannot_carry_a_crossover(self, copy: Made, tmp_path: Path) -> None:
        trial = designed(copy).trial
        with pytest.raises(UsageError, match="has months, not days; a crossover"):
            analyse(copy.home, trial, None, None, AFTER, "me")
        other = made_home(tmp_path, JSON_MAPPING)
        with pytest.raises(UsageError, match="is of kent, the programme of"):
            analyse(copy.home, trial, other, None, AFTER, "me")

    def test_halves_by_months(self, copy: Made) -> None:
        trial = designed(copy, PARALLEL).trial
        after = datetime(2025, 12, 5, 9, tzinfo=UTC)
        done = analyse(copy.home, trial, None, None, after, "me")
        found = done.analysis
        one = found.primary
        assert one.p is not None and (one.p * 16) % 1 == 0
        assert found.draws == 16 and found.pairs == 4
        rows = pq.read_table(done.folder / "trial_places.parquet").to_pylist()
        known = incidents(copy.home, copy.rule.force, copy.rule.group)
        cells = {
            row["place_id"]: row["h3_cells"]
            for row in copy.frozen.programme.places.to_pylist()
        }
        months = ["2025-08", "2025-09", "2025-10", "2025-11"]
        for row in rows:
            seen = [known.count((cells[row["place_id"]], month)) for month in months]
            assert row["all_crime_observed"] == sum(seen)
        patrolled = [row for row in rows if row["patrolled"]]
        assert one.treated == sum(row["all_crime_observed"] for row in patrolled)
        assert found.difference is not None
        assert "of 4 pairs" in (done.folder / "trial.md").read_text()


def incidents(home: Home, force: str, group: str) -> list[tuple[str, str]]:
    rows = home.lake.read("incidents", force).to_pylist()
    return [
        (f"{row['h3_r9']:x}", row["month"])
        for row in rows
        if row["in_area"] and row["category"] in GROUPS[group].categories
    ]
