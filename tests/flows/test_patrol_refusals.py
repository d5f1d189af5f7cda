"""What trials and dosage refuse, row by row: the line, and the exit code."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.flows.commands import Done, hexbeat_here
from tests.flows.flows_here import flows_here
from tests.transforms.patrols.made_programme import (
    HEADER,
    MAPPING,
    OFFICER,
    Row,
    log,
    made_programme,
    put,
)
from tests.transforms.patrols.test_take_pings import MAPPING as PING_MAPPING
from transforms.homes.home import Home
from transforms.programmes.programme import open_programme
from transforms.programmes.register import end
from transforms.trials.choose import Asked
from transforms.trials.designing import design_trial
from transforms.trials.issue import issue


DRAWN_AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
PAST = date(2026, 10, 5)  # of a trial that is over by any clock of today
ASKED = Asked(kind="simple", first_day=PAST, weeks=2, strata=[(2, 4), (1, 4)])
SOON = date.today() + timedelta(days=7 - date.today().weekday())
LATER = SOON + timedelta(weeks=4)
WEEKLY = ("--first-monday", SOON, "--weeks", 13, "--days-per-week", 3)
CAPACITY = ("--capacity", "3,3,3,3,4,4,4")


@pytest.fixture(autouse=True)
def flows() -> Iterator[None]:
    with flows_here():
        yield


@pytest.fixture(scope="module")
def eight(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home to which nothing that is refused does anything."""
    return made_programme(tmp_path_factory.mktemp("eight") / "home", more=4)[0]


def run(home: Home, *words: object) -> Done:
    return hexbeat_here(*words, "--home", home.root)


def told(done: Done) -> str:
    """The one line of an error, of which no row is part."""
    [line] = done.stderr.splitlines()
    assert OFFICER not in line and line.startswith("hexbeat: ")
    return line


class TestDesigns:
    """A design that cannot be is 2."""

    @pytest.mark.parametrize(
        ("words", "line"),
        [
            ((*WEEKLY, "--capacity", "3,3,3,3,4,4,5"), "8 places by 3 days = 24"),
            ((*WEEKLY, "--capacity", "9,3,3,3,2,2,2"), "there are only 8 places"),
            ((*WEEKLY, "--capacity", "3,three"), "seven numbers, such as"),
            (("--kind", "crossover"), "one of weekly, simple, parallel"),
            (("--first-monday", PAST, *WEEKLY[2:], *CAPACITY), "before it is drawn"),
            ((*WEEKLY, *CAPACITY, "--washout", 5), "--washout 5: 0 to 4"),
            ((*WEEKLY, *CAPACITY, "--looks", 9), "--looks 9: 1 to 5"),
            ((*WEEKLY, *CAPACITY, "--secondary", "drugs"), "drugs is found by patrols"),
            (("--first-monday", "2026-13-01"), "2026-13-01"),
            (("--kind", "simple", *WEEKLY[:4], "--strata", "4/4"), "add up to 8"),
            (("--kind", "parallel",), "takes --first-day and --end"),
        ],
    )  # fmt: skip
    def test_one_that_cannot_be(
        self, eight: Home, words: tuple[object, ...], line: str
    ) -> None:
        done = run(eight, "trial", "design", "autumn", *words)
        assert (done.returncode, line in told(done)) == (2, True), done.stderr
        assert not list(eight.root.glob("programmes/*/trials/*"))

    def test_too_few_places(self, tmp_path: Path) -> None:
        home, _ = made_programme(tmp_path / "home")
        done = run(home, "trial", "design", "autumn", *WEEKLY, *CAPACITY)
        assert done.returncode == 2 and "a trial needs 6" in told(done)

    def test_places_in_contact(self, tmp_path: Path) -> None:
        home, _ = made_programme(tmp_path / "home", more=4, is_touching=True)
        design = ("trial", "design", "autumn", *WEEKLY, *CAPACITY)
        done = run(home, *design)
        assert done.returncode == 2 and "say --accept-contact" in told(done)
        taken = run(home, *design, "--accept-contact")
        assert taken.returncode == 3 and "drawn and sealed" in taken.stdout

    def test_a_programme_that_ended(self, tmp_path: Path) -> None:
        home, programme = made_programme(tmp_path / "home", more=4)
        end(home, programme, date(2026, 10, 9), "over", DRAWN_AT, "me")
        done = run(home, "trial", "design", "autumn", *WEEKLY, *CAPACITY)
        assert done.returncode == 2 and "ended on 2026-10-09" in told(done)

    def test_power_under_half_is_3_and_never_blocks(self, tmp_path: Path) -> None:
        home, _ = made_programme(tmp_path / "home", more=4)
        done = run(home, "trial", "design", "autumn", *WEEKLY, *CAPACITY)
        assert done.returncode == 3 and not done.stderr
        assert "cannot show an effect of the size others found" in done.stdout

    def test_unknown_programmes_and_trials(self, eight: Home) -> None:
        for words, line in (
            (("design", "spring", *WEEKLY, *CAPACITY), "is not a programme here"),
            (("issue", "autumn", "--week", SOON), "has no trial: hexbeat trial design"),
            (("power", "autumn", "--share", 1), "--share"),
        ):
            done = run(eight, "trial", *words)
            assert (done.returncode, line in told(done)) == (2, True), done.stderr


class TestSchedules:
    """Weeks, seeds and analyses of a trial: refused is 2, damaged is 1."""

    @pytest.fixture
    def over(self, tmp_path: Path) -> Home:
        """A trial that is over, its first week issued."""
        home, programme = made_programme(tmp_path / "home", more=4)
        trial = design_trial(home, programme, ASKED, DRAWN_AT, "me").trial
        issue(home, trial, PAST, DRAWN_AT, "me")
        return home

    @pytest.fixture
    def ahead(self, tmp_path: Path) -> Home:
        home, programme = made_programme(tmp_path / "ahead", more=4)
        asked = Asked(kind="simple", first_day=LATER, weeks=2, strata=[(2, 8)])
        design_trial(home, programme, asked, DRAWN_AT, "me")
        return home

    @pytest.mark.parametrize(
        ("words", "line"),
        [
            (("issue", "autumn", "--week", LATER), "a list known long before invites"),
            (("issue", "autumn", "--week", SOON), "has no week of"),
            (("issue", "autumn", "--week", SOON + timedelta(1)), "is a Tuesday"),
            (("issue", "autumn", "weekly-1", "--week", LATER), "is no trial of"),
            (("reveal", "autumn"), "its seed is revealed after that"),
            (("analyse", "autumn"), "it is analysed after that, or by --interim"),
            (("analyse", "autumn", "--interim", "1/2"), "look 1/2 is after"),
            (("analyse", "autumn", "--interim", "2/2"), "n of N, such as 1/4"),
        ],
    )
    def test_too_early(self, ahead: Home, words: tuple[object, ...], line: str) -> None:
        done = run(ahead, "trial", *words)
        assert (done.returncode, line in told(done)) == (2, True), done.stderr

    def test_months_cannot_carry_a_crossover(self, over: Home) -> None:
        done = run(over, "trial", "analyse", "autumn")
        assert done.returncode == 2
        assert told(done) == (
            "hexbeat: trial analyse: this home's feed has months, not days; a crossover"
            " needs a force's own feed: --days-from its home (docs/force-feed.md)"
        )

    @pytest.mark.parametrize("step", [("reveal",), ("analyse",)])
    def test_a_schedule_that_does_not_follow_from_its_seed(
        self, over: Home, step: tuple[object, ...]
    ) -> None:
        [file] = over.root.glob("programmes/*/trials/*/issues/*/patrol.csv")
        file.write_text(file.read_text().replace("p01", "p02"))
        issued = ("issue", "--week", PAST)
        for name, *more in (step, issued):
            done = run(over, "trial", str(name), "autumn", *more)
            assert done.returncode == 1
            assert "it does not follow from the seed" in told(done)

    @pytest.mark.parametrize(
        ("file", "line"),
        [
            ("seed.hex", "not the seed that was sealed|cannot be read"),
            ("design.json", "not as it was registered"),
            ("commitment.txt", "not as it was registered"),
        ],
    )
    def test_a_damaged_trial(self, over: Home, file: str, line: str) -> None:
        [path] = over.root.glob(f"programmes/*/trials/*/{file}")
        text = path.read_text()
        path.write_text(text.replace(text[5], "f" if text[5] != "f" else "e"))
        done = run(over, "trial", "reveal", "autumn")
        assert done.returncode == 1
        assert any(words in told(done) for words in line.split("|"))


class TestLogs:
    """Rows that are held back are 3, files that are refused 1, mistakes 2."""

    def take(self, home: Home, data: bytes, mapping: str = MAPPING) -> Done:
        folder = home.root.parent
        (folder / "patrols.toml").write_text(mapping)
        given = put(folder, data), "--mapping", folder / "patrols.toml"
        return run(home, "dosage", "take", *given)

    @pytest.fixture
    def home(self, tmp_path: Path) -> Home:
        return made_programme(tmp_path / "home")[0]

    @pytest.mark.parametrize(
        ("rule", "rows"),
        [
            ("place: its place is none of the programme's", [Row(place="p09")]),
            ("times: its times are none", [Row(end="05/10/2026 18:00")]),
            ("times: its times are none", [Row(end="05/10/2026 22:01")]),
            ("times: its times are none", [Row(start="2026-10-05")]),
            ("officers: the officers are no whole number", [Row(officers="0")]),
            ("officers: the officers are no whole number", [Row(officers="21")]),
            ("role: the role is a word", [Row(role="Chief")]),
            ("mode: the mode is a word", [Row(mode="horse")]),
            ("background: whether it is of the programme", [Row(reason="?")]),
            ("negative: a count is negative", [Row(arrests="-1")]),
            ("negative: a count is negative", [Row(talks="1.5")]),
            (
                "future: it ends after the file was read",
                [Row(start="05/10/2099 18:00", end="05/10/2099 18:15")],
            ),
            (
                "before-start: it was before the programme started",
                [Row(start="30/09/2026 18:00", end="30/09/2026 18:15")],
            ),
            ("duplicate: another row has a visit", [Row(place="p03")]),
        ],
    )
    def test_a_row_that_is_held_back(
        self, home: Home, rule: str, rows: list[Row]
    ) -> None:
        good = [Row(place="p02"), Row(place="p03")]
        done = self.take(home, log(*good, *rows))
        assert done.returncode == 3 and not done.stderr
        assert "held back 1: 33.3 % of the rows" in done.stdout
        assert f"1 {rule}" in done.stdout
        assert OFFICER not in done.stdout

    @pytest.mark.parametrize(
        ("data", "line"),
        [
            (log(*[Row(start="x")] * 30), "not of the mapping's format"),
            (log(*[Row(role="x")] * 30), "roles are not in the mapping"),
            (b"a,b\n1,2\n", "no column"),
            (HEADER.encode() + b"\n", "log.csv"),
            (b"", "log.csv"),
            (b"PK\x03\x04" + bytes(40), "log.csv"),
        ],
    )
    def test_a_file_that_is_refused(self, home: Home, data: bytes, line: str) -> None:
        done = self.take(home, data)
        assert (done.returncode, line in told(done)) == (1, True), done.stderr
        assert not home.lake.versions()

    @pytest.mark.parametrize(
        ("mapping", "line"),
        [
            (MAPPING.replace("[times]", 'officer_name = "Officer name"\n[times]'),
             "officer_name is unknown"),
            (MAPPING.replace("[times]", 'call_sign = "Call"\n[times]'),
             "call_sign is unknown"),
            (MAPPING.replace('place_id = "Location"', ""), "a place is place_id"),
            (MAPPING.replace('end = "Left"', ""), "start and end, or date and minutes"),
            (MAPPING.replace('"PC", "PS"', '"PC", "PCSO"'), "stands for two of them"),
            (MAPPING.replace('"autumn"', '"spring"'), "is not a programme here"),
            (MAPPING + '[places]\n"Top" = "p99"\n', "'p99' is no place of"),
            (PING_MAPPING, "read only in a home of a force's own feed"),
            ("programme", "patrols.toml"),
        ],
    )  # fmt: skip
    def test_a_mapping_that_is_wrong(self, home: Home, mapping: str, line: str) -> None:
        done = self.take(home, log(Row()), mapping)
        assert (done.returncode, line in told(done)) == (2, True), done.stderr
        assert not home.lake.versions()

    def test_a_programme_that_has_not_started(self, tmp_path: Path) -> None:
        home, _ = made_programme(tmp_path / "home", starts=None)
        done = self.take(home, log(Row()))
        assert done.returncode == 2 and "hexbeat programme start" in told(done)

    @pytest.mark.parametrize(
        ("words", "line", "code"),
        [
            (("--from", "2026-10-09", "--to", "2026-10-08"), "is later than --to", 2),
            (("--from", "2026-11-01"), "no log has a row since 2026-11-01", 2),
            (("--planned", "{home}/nowhere.csv"), "nowhere.csv", 2),
            (("--planned", "{home}/plan.csv"), "no place of", 2),
        ],
    )
    def test_a_report_that_cannot_be(
        self, home: Home, words: tuple[str, ...], line: str, code: int
    ) -> None:
        self.take(home, log(Row()))
        text = "place_id,date,planned_minutes\np77,2026-10-05,15\n"
        (home.root / "plan.csv").write_text(text)
        given = [word.format(home=home.root) for word in words]
        done = run(home, "dosage", "report", "autumn", *given)
        assert (done.returncode, line in told(done)) == (code, True), done.stderr
        assert not (open_programme(home, "autumn").folder / "dosage").exists()

    def test_a_report_without_any_log(self, home: Home) -> None:
        done = run(home, "dosage", "report", "autumn")
        assert done.returncode == 2
        assert "no log has a row since 2026-10-01: hexbeat dosage take" in told(done)

    def test_missing_days_are_3_and_said(self, home: Home) -> None:
        self.take(home, log(Row()))
        done = run(home, "dosage", "report", "autumn")
        assert done.returncode == 3
        assert "no log has a row of 2026-10-01, 2026-10-02" in done.stdout
