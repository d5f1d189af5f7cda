"""A programme on simulated forces: frozen, started, tracked, and never edited."""

import csv
import json
import stat
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pyarrow.compute as pc
import pytest

from flows.command.printing.programme import show_tracked
from flows.doctor.checks import check_home
from tests.flows.commands import Done, hexbeat, hexbeat_here
from tests.flows.made_programmes import BUFFER_M, NOW, Made, make_programme
from tests.flows.servers import clean_environment, with_database
from tests.oracles import programmes as oracles
from tests.transforms.patrols.made_programme import MAPPING, log, put
from tests.transforms.patrols.made_programme import Row as VisitRow
from tests.transforms.simulated_home import Simulated
from transforms.errors import LakeError, UsageError
from transforms.homes.home import Home, open_home
from transforms.impact import words
from transforms.impact.due import due
from transforms.impact.look import span_of
from transforms.impact.textbook_rows import ABOUT
from transforms.impact.track import Tracked, track
from transforms.operations.backup import backup
from transforms.operations.maintenance.maintain import maintain
from transforms.operations.verify import verify
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.take import take_visits
from transforms.programmes.basis import basis_of
from transforms.programmes.freeze import freeze
from transforms.programmes.kept_folder import damaged_files, write_manifest
from transforms.programmes.programme import open_programme
from transforms.programmes.register import Register, end, leave, start
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month


@pytest.fixture(scope="module")
def made(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_programme(simulated, tmp_path_factory.mktemp("programme"))


@pytest.fixture(scope="module")
def tracked(made: Made) -> Tracked:
    return track(made.home, made.frozen.programme, Month(2025, 9), 3, NOW, "me")


def test_a_programme_lies_in_a_folder_that_only_its_owner_opens(made: Made) -> None:
    folder = made.frozen.programme.folder
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir() if path.is_file()} == {
        "METHOD.md",
        "SHA256SUMS",
        "buffers.parquet",
        "cells.parquet",
        "manifest.json",
        "past_lists.parquet",
        "places.csv",
        "places.geojson",
        "places.parquet",
        "programme.json",
    }


def test_frozen_again_it_is_the_same(made: Made) -> None:
    before = Register(made.home).log.lines()
    again = freeze(made.home, "summer", made.rule, None, BUFFER_M, NOW, "you")
    assert not again.created
    assert again.programme.id == made.frozen.programme.id
    assert Register(made.home).log.lines() == before


def test_its_forecast_is_that_of_the_publication(made: Made) -> None:
    programme = made.frozen.programme
    places = programme.places.to_pylist()
    run = made.home.publications / "runs" / programme.identity["run_id"] / "internal"
    listed = json.loads((run / "manifest.json").read_bytes())
    assert listed["run_id"] == programme.identity["run_id"]
    levels = dict(
        zip(
            programme.cells["h3_cell"].to_pylist(),
            programme.cells["level_month"].to_pylist(),
            strict=True,
        )
    )
    assert all(levels[one["h3_cells"]] == one["level_month"] for one in places)
    assert [one["place_id"] for one in places] == [f"p{n:02d}" for n in range(1, 9)]
    assert all(one["rate_shape"] > 0 and one["month_size"] > 0 for one in places)


def test_a_buffer_expects_its_part_of_the_cells_it_lies_in(made: Made) -> None:
    programme = made.frozen.programme
    expected = pc.sum(programme.buffers["level_month"]).as_py()
    assert 0 < expected < pc.sum(programme.cells["level_month"]).as_py()


def incidents(home: Home, force: str, group: str) -> list[tuple[str, str]]:
    rows = home.lake.read("incidents", force).to_pylist()
    return [
        (f"{row['h3_r9']:x}", row["month"])
        for row in rows
        if row["in_area"] and row["category"] in GROUPS[group].categories
    ]


def test_a_look_counts_what_counting_by_hand_counts(
    made: Made, tracked: Tracked
) -> None:
    programme = made.frozen.programme
    cells = programme.cells.to_pylist()
    months = ["2025-07", "2025-08", "2025-09"]
    assert [str(month) for month in tracked.look.periods] == months
    sums = oracles.list_sums(
        [row["h3_cell"] for row in cells if row["place_id"]],
        {row["h3_cell"]: row["level_month"] for row in cells},
        incidents(made.home, made.rule.force, made.rule.group),
        months,
    )
    found = tracked.look.places
    assert (found.observed, found.rest_observed) == (sums[0], sums[2])
    assert (found.expected, found.rest_expected) == pytest.approx((sums[1], sums[3]))


def test_the_textbook_is_computed_on_counts_before_and_after(
    made: Made, tracked: Tracked
) -> None:
    with (tracked.folder / "tracker_textbook.csv").open() as file:
        rows = {row["formula"]: row for row in csv.DictReader(file)}
    cells = {
        row["h3_cell"]: row["place_id"] is not None
        for row in made.frozen.programme.cells.to_pylist()
    }
    counted = Counter(
        (cells[cell], "before" if month < "2025-07" else "after")
        for cell, month in incidents(made.home, made.rule.force, made.rule.group)
        if cell in cells and "2025-04" <= month <= "2025-09"
    )
    for when in ("before", "after"):
        at, around, rest = (
            float(rows[f"{area}-{when}"]["value"])
            for area in ("places", "around", "rest")
        )
        assert (at, around + rest) == (counted[True, when], counted[False, when])
    before = sum(row.before or 0 for row in tracked.look.rows)
    assert before == counted[True, "before"]
    ratio = counted[True, "after"] / counted[True, "before"]
    ratio /= float(rows["rest-after"]["value"]) / float(rows["rest-before"]["value"])
    assert float(rows["rirr"]["value"]) == pytest.approx(ratio, abs=1e-6)
    assert float(rows["rirr"]["low"]) <= ratio <= float(rows["rirr"]["high"])
    assert {row["about"] for row in rows.values()} == set(ABOUT.values())
    assert words.textbook(tracked.look) in unescape(
        (tracked.folder / "tracker.html").read_text()
    )


def test_a_look_without_the_textbook_is_left_as_it_is(
    made: Made, tracked: Tracked, tmp_path: Path
) -> None:
    """As one of an older version: it is whole, and not made again."""
    copy = made.again(tmp_path)
    folder = copy.frozen.programme.folder / "looks" / tracked.folder.name
    (folder / "tracker_textbook.csv").unlink()
    (folder / "manifest.json").unlink()
    write_manifest(folder)
    again = track(copy.home, copy.frozen.programme, Month(2025, 9), 3, NOW, "me")
    assert not again.created and again.folder == folder
    assert not (folder / "tracker_textbook.csv").exists()
    assert damaged_files(folder) == []


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (Month(2026, 3), "--to 2026-03: the newest month that counts is 20"),
        (Month(2025, 8), "ended on 2025-08-30, and its last whole month is 2025-07"),
    ],
)
def test_a_month_that_no_look_can_end_with_is_refused(
    made: Made, monkeypatch: pytest.MonkeyPatch, to: Month, words: str
) -> None:
    programme = made.frozen.programme
    standing = Register(made.home).standing(programme.id)
    ended = replace(standing, ends=date(2025, 8, 30))
    monkeypatch.setattr(Register, "standing", lambda *_: ended)
    with pytest.raises(UsageError) as refused:
        span_of(made.home, basis_of(made.home, made.home.lake), programme, to, 3)
    assert words in str(refused.value)
    assert span_of(
        made.home, basis_of(made.home, made.home.lake), programme, None, 3
    ).periods == [Month(2025, 7)]


def test_past_lists_are_the_rule_at_each_earlier_month(made: Made) -> None:
    known = {
        (one.force, one.as_of, one.length) for one in made.frozen.programme.past_lists
    }
    own = {one for one in known if one[0] == made.rule.force}
    assert (made.rule.force, "2025-03", 3) in own
    assert (made.rule.force, "2025-04", 3) not in own  # its third month had not come
    assert {force for force, _, _ in known} == set(made.home.registry)


def test_months_of_the_programme_are_no_quiet_past(
    tracked: Tracked, made: Made
) -> None:
    own = [one.as_of for one in tracked.look.past if one.force == made.rule.force]
    assert max(own) == "2025-03"
    others = [one.as_of for one in tracked.look.past if one.force != made.rule.force]
    assert max(others) == "2025-06"  # and its next three months


def test_the_same_look_is_made_once(made: Made, tracked: Tracked) -> None:
    again = track(made.home, made.frozen.programme, Month(2025, 9), 3, NOW, "me")
    assert not again.created
    assert again.folder == tracked.folder
    assert Register(made.home).standing(made.frozen.programme.id).looks == 1


def test_a_page_says_what_the_look_says(tracked: Tracked) -> None:
    page = (tracked.folder / "tracker.html").read_text()
    assert "What cannot be said" in page
    for line in (words.headline(tracked.look), words.before_and_after(tracked.look)):
        assert line.replace("'", "&#x27;") in page
    assert (tracked.folder / "tracker.pdf").read_bytes().startswith(b"%PDF")


def test_a_look_says_what_was_delivered_where_a_log_does(
    made: Made, tracked: Tracked, tmp_path: Path
) -> None:
    assert "has read no visit log" in (tracked.folder / "tracker.html").read_text()
    copy = made.again(tmp_path)
    home, programme = copy.home, open_programme(copy.home, copy.frozen.programme.id)
    visit = VisitRow(start="05/08/2025 18:00", end="05/08/2025 18:12")
    mapping = MAPPING.replace('"autumn"', '"summer"')
    path = put(tmp_path, log(visit))
    take_visits(home, path, read_visit_mapping(mapping, "m"), NOW)
    done = track(home, programme, Month(2025, 9), 3, NOW, "me")
    assert done.folder.name != tracked.folder.name  # another look, not the same page
    page = (done.folder / "tracker.html").read_text()
    assert "1 visit on 1 day with a log" in page
    assert "A visit took 12 minutes on average." in page
    assert "91 days have no log" in page
    assert done.look.places == tracked.look.places


def test_a_place_that_left_counts_up_to_then(made: Made, tmp_path: Path) -> None:
    copy = made.again(tmp_path)
    programme = copy.frozen.programme
    leave(copy.home, programme, "p02", date(2025, 8, 15), "closed", NOW, "me")
    look = track(copy.home, programme, Month(2025, 9), 3, NOW, "me").look
    [left] = [row for row in look.rows if row.place_id == "p02"]
    assert left.periods == 1 and left.left == date(2025, 8, 15)
    whole = track(made.home, made.frozen.programme, Month(2025, 9), 3, NOW, "me").look
    assert look.places.expected < whole.places.expected
    assert look.places.rest_observed == whole.places.rest_observed
    end(copy.home, programme, date(2025, 8, 31), "money spent", NOW, "me")
    assert (
        str(track(copy.home, programme, None, 3, NOW, "me").look.periods[-1])
        == "2025-08"
    )


def test_a_month_that_no_look_has_seen_is_due(made: Made, tmp_path: Path) -> None:
    copy = made.again(tmp_path)
    programme, home = copy.frozen.programme, copy.home
    assert due(home, 3) == [programme.id]
    track(home, programme, Month(2025, 9), 3, NOW, "me")
    assert due(home, 3) == [programme.id]
    track(home, programme, None, 3, NOW, "me")
    assert due(home, 3) == []
    freeze(home, "later", copy.rule, None, BUFFER_M, NOW, "me")
    assert due(home, 3) == []  # it has not started


def test_what_was_cut_off_is_removed_once_it_is_old(made: Made, tmp_path: Path) -> None:
    home = made.again(tmp_path).home
    for left in ("programmes/.tmp-1", f"programmes/{made.frozen.programme.id}/looks"):
        folder = home.root / left / ("" if ".tmp" in left else ".tmp-2")
        folder.mkdir(parents=True)
        (folder / "places.csv").write_text("")
    kinds = {of.kind: of.files for of in maintain(home, NOW, dry_run=True).removed}
    assert not {"cut-off programmes", "cut-off looks"} & kinds.keys()
    maintain(home, datetime(2100, 1, 1, tzinfo=UTC))
    assert not list(home.root.glob("programmes/**/.tmp-*"))
    assert open_programme(home, made.frozen.programme.id)


def test_the_doctor_knows_programmes(made: Made, tmp_path: Path) -> None:
    home = made.again(tmp_path).home

    def found() -> dict[str, str]:
        findings = check_home(home.root)
        return {one.level: one.text for one in findings if one.about == "programmes"}

    assert found() == {"ok": "1 as they were frozen, 1 running; register unchanged"}
    (home.root / "programmes").chmod(0o755)
    assert "can be opened by others" in found()["bad"]
    (home.root / "programmes").chmod(0o700)
    (made.again(tmp_path / "more").home.root / "programmes").rename(
        home.root / "programmes" / ".tmp-x"
    )
    assert any(one.about == "left over" for one in check_home(home.root))
    (home.root / "programmes" / made.frozen.programme.id / "places.parquet").unlink()
    assert "not as it was frozen" in found()["bad"]


def test_status_says_up_to_when_a_programme_was_tracked(
    made: Made, tmp_path: Path
) -> None:
    home = made.again(tmp_path).home
    name = made.frozen.programme.id
    track(home, open_programme(home, name), Month(2025, 9), 3, NOW, "me")
    said = hexbeat_here("status", "--home", home.root).stdout.splitlines()[-1]
    assert said == f"programme {name}: started 2025-07-01, tracked to 2025-09"


@pytest.mark.parametrize(
    "file", ["places.parquet", "cells.parquet", "buffers.parquet", "programme.json"]
)
def test_an_edited_list_is_not_that_programme(
    made: Made, tmp_path: Path, file: str
) -> None:
    copy = made.again(tmp_path)
    path = copy.frozen.programme.folder / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(LakeError, match="not as it was frozen"):
        open_programme(copy.home, copy.frozen.programme.id)


def test_an_edited_register_is_found(made: Made, tmp_path: Path) -> None:
    copy = made.again(tmp_path)
    register = copy.home.root / "programmes" / "register.jsonl"
    register.write_text(register.read_text().replace("2025-07-01", "2025-09-01"))
    with pytest.raises(LakeError, match=r"line \d was changed"):
        Register(copy.home).standings()


def test_verify_finds_what_is_not_as_it_was_frozen(made: Made, tmp_path: Path) -> None:
    copy = made.again(tmp_path)
    whole = verify(copy.home)
    assert whole.checked["programmes"] == 1
    assert not [line for line in whole.differs if "programmes" in line]
    (copy.frozen.programme.folder / "places.parquet").unlink()
    register = copy.home.root / "programmes" / "register.jsonl"
    register.write_text(register.read_text().replace("me", "you"))
    found = [line for line in verify(copy.home).differs if "programmes" in line]
    assert "not as it was frozen" in found[0] and "line 1 was changed" in found[1]


def test_a_backup_keeps_programmes_as_private(made: Made, tmp_path: Path) -> None:
    backup(made.home, tmp_path / "copy", wait=lambda: None)
    copied = open_home(tmp_path / "copy")
    folder = tmp_path / "copy" / "programmes"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    name = made.frozen.programme.id
    assert open_programme(copied, name).places == made.frozen.programme.places
    assert Register(copied).standing(name) == Register(made.home).standing(name)


class TestRefusals:
    """One line each, and nothing is kept."""

    def refused(self, made: Made, words: str, **changes: object) -> None:
        before = sorted(made.frozen.programme.folder.parent.rglob("*"))
        given: dict[str, object] = {"name": "other", "run": None, "buffer_m": BUFFER_M}
        given |= {k: v for k, v in changes.items() if k in given}
        rule = replace(
            made.rule, **{k: v for k, v in changes.items() if k not in given}
        )
        with pytest.raises(UsageError, match=words):
            freeze(
                made.home,
                str(given["name"]),
                rule,
                given["run"],  # type: ignore[arg-type]
                given["buffer_m"],  # type: ignore[arg-type]
                NOW,
                "me",
            )
        assert sorted(made.frozen.programme.folder.parent.rglob("*")) == before

    def test_what_cannot_be_frozen(self, made: Made) -> None:
        self.refused(made, "cannot name a programme", name="Summer 2026")
        self.refused(made, "cannot name a programme", name="../up")
        self.refused(made, "1 to 200 places", top=201)
        self.refused(made, "1 to 200 places", top=0)
        self.refused(made, "no crime group; there are", group="violence")
        self.refused(made, "no force of this home", force="kent")
        self.refused(made, "no publication 2020-01-", run="2020-01-000000000000")
        self.refused(made, "--spacing is 1 or more", spacing=0)
        self.refused(made, "15 hexadecimal characters", without=("here",))
        self.refused(made, "at most 1000", buffer_m=2_000.0)
        self.refused(made, "lower --min-incidents", least_incidents_12m=10**6)

    def test_a_start_before_the_forecast_knew(self, made: Made, tmp_path: Path) -> None:
        copy = made.again(tmp_path)
        other = freeze(
            copy.home, "late", made.rule, None, BUFFER_M, NOW, "me"
        ).programme
        with pytest.raises(UsageError, match="proves nothing"):
            start(copy.home, other, date(2025, 6, 30), NOW, "me")
        with pytest.raises(UsageError, match="has not started"):
            track(copy.home, other, None, 3, NOW, "me")
        with pytest.raises(UsageError, match="has not started"):
            leave(copy.home, other, "p01", date(2025, 8, 1), "why", NOW, "me")

    def test_what_the_register_refuses(self, made: Made) -> None:
        programme, home = made.frozen.programme, made.home
        with pytest.raises(UsageError, match="started on 2025-07-01 already"):
            start(home, programme, date(2025, 8, 1), NOW, "me")
        with pytest.raises(UsageError, match="no place of"):
            leave(home, programme, "p99", date(2025, 8, 1), "why", NOW, "me")
        with pytest.raises(UsageError, match="say why"):
            leave(home, programme, "p01", date(2025, 8, 1), " ", NOW, "me")
        with pytest.raises(UsageError, match=r"before .* started"):
            end(home, programme, date(2025, 6, 1), "why", NOW, "me")
        with pytest.raises(UsageError, match="is not a programme here; there are"):
            open_programme(home, "winter")
        with pytest.raises(UsageError, match="nothing to track yet"):
            track(home, programme, Month(2025, 6), 3, NOW, "me")
        with pytest.raises(UsageError, match="newest month that counts is 2025-12"):
            track(home, programme, Month(2026, 1), 3, NOW, "me")
        with pytest.raises(UsageError, match="1 to 11 months"):
            track(home, programme, None, 12, NOW, "me")


class TestCommands:
    """The same as people call it: what is printed, and the exit codes."""

    def test_a_programme_from_its_choice_to_a_look(
        self, made: Made, tmp_path: Path
    ) -> None:
        home = made.again(tmp_path).home.root
        with_database(home / "prefect")
        rule = made.rule

        def run(*words: object) -> Done:
            return hexbeat_here(*words, "--home", home)

        def run_flow(*words: object) -> Done:
            return hexbeat(*words, "--home", home, env=clean_environment())

        choice = "--force", rule.force, "--group", rule.group, "--min-incidents", 5
        done = run_flow("programme", "freeze", "autumn", *choice, "--top", 4)
        assert done.returncode == 0, done.stderr
        assert "Cells are for patrol, hot spots for problem-oriented" in done.stdout
        name = done.stdout.split()[1]
        assert f"hexbeat programme start {name} --on DATE" in done.stdout
        assert "power " in done.stdout
        again = run_flow("programme", "freeze", "autumn", *choice, "--top", 4)
        assert "was already frozen" in again.stdout

        assert run("track", name).returncode == 2
        assert run("programme", "start", name, "--on", "2025-07-01").returncode == 0
        assert run("programme", "start", name, "--on", "2025-07-01").returncode == 2
        left = run(
            "programme", "leave", name, "p04", "--on", "2025-09-01", "--why", "works"
        )
        assert left.returncode == 0
        shown = run("programme", "show", name).stdout
        assert "left 2025-09-01" in shown
        assert json.loads(run("programme", "show", name, "--json").stdout)["left"] == {
            "p04": "2025-09-01"
        }

        assert run("track", name, "--to", "2026-01").returncode == 2
        seen = run_flow("track", name, "--to", "2025-10")
        assert seen.returncode == 0, seen.stderr
        assert "no programme starting" in seen.stdout
        again = run_flow("track", name, "--to", "2025-10", "--json")
        found = json.loads(again.stdout)
        assert found["headline"] == seen.stdout.splitlines()[0]
        assert found["months"] == ["2025-08", "2025-09", "2025-10"]
        done = run("programme", "end", name, "--on", "2025-10-31", "--why", "over")
        assert done.returncode == 0
        listed = json.loads(run("programme", "list", "--json").stdout)
        assert {one["programme"]: one["ends"] for one in listed}[name] == "2025-10-31"

    def test_fewer_places_than_asked_for_is_a_gap(
        self, made: Made, tmp_path: Path
    ) -> None:
        home = made.again(tmp_path).home.root
        with_database(home / "prefect")
        done = hexbeat(
            "programme", "freeze", "many", "--force", made.rule.force, "--group",
            "all-crime", "--top", 200, "--spacing", 3, "--home", home,
            env=clean_environment(),
        )  # fmt: skip
        assert done.returncode == 3
        assert "fewer than asked for" in done.stderr

    def test_an_early_start_leaves_nothing_behind(
        self, made: Made, tmp_path: Path
    ) -> None:
        home = made.again(tmp_path).home.root
        before = sorted((home / "programmes").iterdir())
        done = hexbeat_here(
            "programme", "freeze", "early", "--force", made.rule.force, "--group",
            "all-crime", "--top", 3, "--starts", "2025-06-30", "--home", home,
        )  # fmt: skip
        assert done.returncode == 2
        assert "proves nothing" in done.stderr
        assert sorted((home / "programmes").iterdir()) == before

    @pytest.mark.parametrize(("can_tell", "code"), [(True, 0), (False, 3)])
    def test_a_past_too_short_to_tell_is_a_gap(
        self, can_tell: bool, code: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        look = {
            "told": ["Not enough quiet past to tell."],
            "can_tell": can_tell,
            "missing": ["2025-08"],
            "months": ["2025-07"],
            "folder": "looks/x",
        }
        assert show_tracked(look, as_json=False) == code
        assert "2025-08 does not count: not supplied" in capsys.readouterr().out
        assert show_tracked(look, as_json=True) == code
        assert json.loads(capsys.readouterr().out)["exit_code"] == code
