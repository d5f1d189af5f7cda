"""The flows of trials and dosage: what is due, what a server is told, and what not."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows import events
from flows.dosage import dosage
from flows.patrol_params import DosageParams, TrialDesign, TrialParams
from flows.trial import trial
from tests.flows.flows_here import Sent, flows_here
from tests.transforms.patrols.made_programme import (
    MAPPING,
    NAMES,
    Row,
    log,
    made_programme,
    put,
)
from transforms.errors import UsageError
from transforms.feeds.force.sources import folder
from transforms.homes.home import Home, open_either_home
from transforms.patrols.new_logs import TAKEN_FILE, new_logs
from transforms.programmes.programme import Programme
from transforms.programmes.register import ISSUED, Register
from transforms.reference.days import LONDON


LOGS = '[patrol]\nplanned_minutes = 60.0\n[[patrol.logs]]\nfolder = "logs"\n'
LOGS += 'mapping = "patrols.toml"\n'


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    monkeypatch.setattr(folder.time, "sleep", lambda _: None)
    with flows_here() as sent:
        yield sent


@pytest.fixture
def made(tmp_path: Path) -> tuple[Home, Programme]:
    """Eight places, and a folder for logs."""
    home, programme = made_programme(tmp_path / "home", more=4)
    (home.root / "hexbeat.toml").write_text(LOGS)
    (home.root / "patrols.toml").write_text(MAPPING)
    (home.root / "logs").mkdir()
    return open_either_home(home.root), programme


def run(flow: Any, home: Home, **given: Any) -> dict[str, Any]:
    params = {"trial": TrialParams, "dosage": DosageParams}[flow.name]
    account: dict[str, Any] = flow.fn(params(home=str(home.root), **given))
    return account


class TestTrials:
    """The weeks of all trials that run."""

    def monday(self) -> date:
        today = datetime.now(LONDON).date()
        return today + timedelta(days=7 - today.weekday())

    def design(self, home: Home, programme: Programme, first: date) -> str:
        design = TrialDesign(kind="simple", first_day=first, weeks=3, strata="2/4,1/4")
        given = {"step": "design", "programme": programme.id, "design": design}
        account = run(trial, home, **given)
        assert not account["failed"]
        [one] = account["facts"]["trials"]
        return str(one["trial"])

    def test_weeks_that_are_due_are_issued_once(
        self, made: tuple[Home, Programme], sent: Sent
    ) -> None:
        home, programme = made
        first = self.monday()
        near = self.design(home, programme, first)
        self.design(home, programme, first + timedelta(weeks=2))
        done = run(trial, home)
        [week] = [w for one in done["facts"]["trials"] for w in one["weeks"]]
        assert (week["week"], week["patrols"]) == (str(first), 7 * 3)
        assert sent.events == [(programme.id, near, str(first))]
        assert sent.outcomes[-1] == "done"
        again = run(trial, home)
        assert not again["changed"] and len(sent.events) == 1
        assert sent.outcomes[-1] == "nothing to do"
        lines = Register(home).of_trials(programme.id, ISSUED)
        assert [line["week"] for line in lines] == [str(first)]

    def test_a_server_is_not_told_who_is_patrolled_nor_the_seed(
        self, made: tuple[Home, Programme], sent: Sent
    ) -> None:
        home, programme = made
        name = self.design(home, programme, self.monday())
        run(trial, home)
        told = f"{sent.artifacts} {sent.events}"
        assert name in told and "commitment" in told.lower()
        [seed] = programme.folder.glob("trials/*/seed.hex")
        assert seed.read_text() not in told
        for row in programme.places.to_pylist():
            assert row["place_id"] not in told and row["h3_cells"] not in told
            assert not row["name"] or row["name"] not in told

    def test_a_trial_that_is_damaged_is_a_gap_and_the_others_are_issued(
        self, made: tuple[Home, Programme], sent: Sent
    ) -> None:
        home, programme = made
        broken = self.design(home, programme, self.monday())
        whole = self.design(home, programme, self.monday() + timedelta(weeks=1))
        (programme.folder / "trials" / broken / "design.json").write_text("{}")
        done = run(trial, home)
        assert list(done["failed"]) == [f"{programme.id} {broken}"]
        assert [one["trial"] for one in done["facts"]["trials"]] == [whole]
        assert sent.outcomes[-1] == "gaps"

    def test_a_refusal_has_its_exit_code(self, made: tuple[Home, Programme]) -> None:
        home, programme = made
        self.design(home, programme, self.monday())
        done = run(trial, home, step="reveal", programme=programme.id)
        [why] = done["failed"].values()
        assert "its seed is revealed after that" in why
        assert done["facts"]["exit_code"] == UsageError.exit_code

    @pytest.mark.parametrize(
        ("given", "why"),
        [
            ({"step": "reveal"}, "name its programme"),
            ({"step": "design", "programme": "autumn"}, "goes with the step design"),
            ({"week": "2026-11-02"}, "name its programme"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, given: dict[str, str], why: str
    ) -> None:
        with pytest.raises(ValueError, match=why):
            TrialParams.model_validate(given)


class TestDosage:
    """New logs taken, and what was delivered reported."""

    def test_a_morning_takes_what_is_new_and_reports(
        self, made: tuple[Home, Programme], sent: Sent
    ) -> None:
        home, programme = made
        rows = [
            Row(start=f"{day:02d}/10/2026 10:00", end=f"{day:02d}/10/2026 10:15")
            for day in range(1, 16)
        ]
        put(home.root / "logs", log(*rows[:14]), "a.csv")
        done = run(dosage, home)
        assert [s["outcome"] for s in done["stages"]] == ["done", "done"]
        [report] = done["stages"][1]["facts"]["reports"]
        assert report["supplied_days"] == 14 and report["short"]
        share = 14 * 15 / (14 * 8 * 60)
        assert sent.events == [(programme.id, "2026-10-14", share)]
        assert not list(new_logs(home))
        run(dosage, home)
        assert sent.outcomes == ["done", "nothing to do"]
        assert len(sent.events) == 1  # the same report is no news
        put(home.root / "logs", log(*rows[13:], Row(officers="0")), "b.csv")
        third = run(dosage, home)
        [taken] = third["stages"][0]["facts"]["logs"]
        assert taken["quarantined"] == {"officers": 1, "duplicate": 1}
        assert sent.outcomes[-1] == "gaps" and len(sent.events) == 2

    def test_a_server_is_told_no_place(
        self, made: tuple[Home, Programme], sent: Sent
    ) -> None:
        home, _ = made
        put(home.root / "logs", log(Row(), Row(place="p02")), "a.csv")
        run(dosage, home)
        told = f"{sent.artifacts} {sent.events}"
        assert "dosage-taken" in told and "no visit" not in told.lower()
        for name in (*filter(None, NAMES), "p02"):
            assert name not in told

    def test_a_log_that_is_refused_is_a_gap_until_it_is_gone(
        self, made: tuple[Home, Programme], sent: Sent
    ) -> None:
        home, _ = made
        put(home.root / "logs", log(Row()), "good.csv")
        bad = put(home.root / "logs", b"a,b\n1,2\n", "bad.csv")
        for _ in range(2):
            done = run(dosage, home)
            assert list(done["failed"]) == ["take bad.csv"]
            assert sent.outcomes[-1] == "gaps"
            assert done["stages"][1]["facts"]["reports"]
        bad.unlink()
        assert not run(dosage, home)["failed"]

    def test_a_mended_mapping_reads_all_again(
        self, made: tuple[Home, Programme]
    ) -> None:
        home, _ = made
        put(home.root / "logs", log(Row(role="DC"), Row()), "a.csv")
        first = run(dosage, home)["stages"][0]["facts"]["logs"][0]
        mended = MAPPING.replace('"PC", "PS"', '"PC", "PS", "DC"')
        (home.root / "patrols.toml").write_text(mended)
        second = run(dosage, home)["stages"][0]["facts"]["logs"][0]
        assert (first["held_back"], second["held_back"]) == (1, 1)
        assert (first["quarantined"], second["quarantined"]) == (
            {"role": 1},
            {"duplicate": 1},
        )

    def test_a_list_of_logs_that_is_damaged_is_said(
        self, made: tuple[Home, Programme]
    ) -> None:
        home, _ = made
        put(home.root / "logs", log(Row()), "a.csv")
        (home.root / "programmes" / TAKEN_FILE).write_text("[1")
        with pytest.raises(Exception, match="delete it, and all logs"):
            run(dosage, home)

    def test_a_programme_without_a_log_is_a_note(
        self, made: tuple[Home, Programme], sent: Sent
    ) -> None:
        home, _ = made
        done = run(dosage, home)
        assert "no log has a row" in done["notes"][0]
        assert sent.outcomes == ["nothing to do"]


def test_events_name_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(events, "emit_event", lambda *_, **of: told.append(of))
    events.emit_issued("autumn-1", "weekly-2", "2026-12-07")
    events.emit_short("autumn-1", "2026-11-02", 0.4321)
    assert [one["resource"]["prefect.resource.id"] for one in told] == [
        "hexbeat.trial.weekly-2.2026-12-07",
        "hexbeat.dose.autumn-1",
    ]
    assert told[1]["payload"] == {"last_day": "2026-11-02", "delivered_share": "0.43"}


def test_schedules_are_off_and_when_they_should_be() -> None:
    file = yaml.safe_load(
        (Path(__file__).parents[2] / "deploy/prefect.yaml").read_text()
    )
    by_name = {one["name"]: one["schedules"] for one in file["deployments"]}
    for name, cron in (
        ("trial-issue", "0 12 * * 5"),
        ("dosage", "0 6 * * *"),
        ("track", "30 10 5 * *"),
        ("track-week", "30 7 * * 1"),
    ):
        [schedule] = by_name[name]
        assert (schedule["cron"], schedule["active"]) == (cron, False)
