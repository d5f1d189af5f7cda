"""What `hexbeat trial` refuses, as people call it: one line, its code, nothing kept."""

import pytest

from tests.flows.standing import FAR, Standing, is_refused
from tests.flows.test_trials import DRAWN_AT, MONDAY
from transforms.homes.home import open_either_home
from transforms.trials.issue import issue


WEEKS = "--first-monday", FAR, "--weeks", 2
ROTA = "--days-per-week", 3, "--capacity", "3,3,3,3,4,4,4"
DESIGN = *WEEKS, *ROTA


DESIGNS: list[tuple[str, tuple[object, ...], str]] = [
    ("apart", ("--kind", "crossover"), "one of weekly, simple, parallel"),
    ("apart", WEEKS, "takes --days-per-week, 1 to 6, and --capacity"),
    ("apart", (*WEEKS, "--days-per-week", 3), "adds up to 8 places by 3 days = 24"),
    (
        "apart",
        (*WEEKS, "--days-per-week", 3, "--capacity", "3,3,3,3,4,4,5"),
        "adds up to 8 places by 3 days = 24, such as",
    ),
    (
        "apart",
        (*WEEKS, "--days-per-week", 3, "--capacity", "9,3,3,3,2,2,2"),
        "there are only 8 places",
    ),
    ("apart", (*WEEKS, "--days-per-week", 7, *ROTA[2:]), "--days-per-week, 1 to 6"),
    ("apart", ("--first-monday", FAR, *ROTA), "takes --first-monday and --weeks"),
    ("apart", ("--first-monday", FAR, "--weeks", 105, *ROTA), "--weeks 105: 1 to 104"),
    (
        "apart",
        ("--first-monday", "2098-12-30", "--weeks", 2, *ROTA),
        "is a Tuesday: 2098-12-29 is the Monday before",
    ),
    (
        "apart",
        ("--first-monday", "2025-07-14", "--weeks", 2, *ROTA),
        "cannot start on 2025-07-14, before it is drawn",
    ),
    ("apart", (*DESIGN, "--washout", 5), "--washout 5: 0 to 4"),
    ("apart", (*DESIGN, "--looks", 6), "--looks 6: 1 to 5"),
    ("apart", (*DESIGN, "--primary", "mugging"), "'mugging' is no outcome"),
    ("apart", (*DESIGN, "--secondary", "drugs"), "drugs is found by patrols"),
    (
        "apart",
        ("--kind", "simple", *WEEKS, "--strata", "2/4,1/3"),
        "add up to 8 places",
    ),
    ("apart", ("--kind", "simple", *WEEKS, "--strata", "some"), "such as 4/10,3/10"),
    ("apart", ("--kind", "parallel"), "takes --first-day and --end"),
    (
        "apart",
        ("--kind", "parallel", "--first-day", "2099-01-02", "--end", "2099-01-30"),
        "no whole month",
    ),
    ("near", DESIGN, "are in contact with another"),
    ("wide", DESIGN, "or a smaller --buffer-m"),
    ("few", DESIGN, "has 5 places: a trial needs 6"),
    ("over", DESIGN, "ended on 2025-09-15"),
]


@pytest.mark.parametrize(("programme", "words", "line"), DESIGNS)
def test_a_design_that_cannot_be(
    standing: Standing, programme: str, words: tuple[object, ...], line: str
) -> None:
    before = standing.kept()
    is_refused(standing.run("trial", "design", programme, *words), 2, line)
    assert standing.kept() == before


LATER: list[tuple[str, str | None, tuple[str, ...], str]] = [
    ("issue", "weekly", ("--week", "2025-07-15"), "is a Tuesday: give a Monday"),
    ("issue", "weekly", ("--week", "2025-07-07"), "has no week of 2025-07-07"),
    ("issue", "far", ("--week", str(FAR)), "is issued from 2098-12-19 on"),
    ("issue", None, ("--week", str(MONDAY)), "has several trials"),
    ("issue", "weekly-000000000000", ("--week", str(MONDAY)), "is no trial of"),
    ("reveal", "far", (), "its seed is revealed after that"),
    ("analyse", "far", (), "it is analysed after that"),
    ("analyse", "far", ("--interim", "1/2"), "look 1/2 is after"),
    ("analyse", "weekly", (), "has months, not days; a crossover needs"),
    ("analyse", "weekly", ("--interim", "2/2"), "n of N, such as 1/4"),
    ("analyse", "weekly", ("--interim", "half"), "n of N, such as 1/4"),
    ("analyse", "weekly", ("--days-from", "other"), "is of kent, the programme of"),
    ("analyse", "weekly", ("--days-from", "early"), "has no supplied day from 2025-07"),
    ("analyse", "weekly", ("--days-from", "nowhere"), "nowhere"),
    ("analyse", "short", ("--interim", "1/4"), "has no whole month up to 2025-07"),
    ("analyse", "unknown", (), "no month from 2026-01 to 2026-03 is supplied"),
]


@pytest.mark.parametrize(("step", "trial", "words", "line"), LATER)
def test_a_step_that_cannot_be(
    standing: Standing, step: str, trial: str | None, words: tuple[str, ...], line: str
) -> None:
    before = standing.kept()
    named = standing.trials[trial].id if trial in standing.trials else trial
    given = [standing.feeds.get(word, word) for word in words]
    done = standing.run("trial", step, "apart", *([named] if named else []), *given)
    is_refused(done, 2, line)
    assert standing.kept() == before


@pytest.mark.parametrize("step", ["issue", "reveal", "analyse"])
def test_a_swapped_day_is_damage(standing: Standing, step: str) -> None:
    """A schedule that does not follow from its seed, at each command."""
    trial = standing.trials["short"]
    done = issue(
        open_either_home(str(standing.made.home.root)),
        trial,
        MONDAY,
        DRAWN_AT.replace(day=5),
        "me",
    )
    file = done.folder / "patrol.csv"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"2025-07-14", b"2025-07-15", 1))
    before = standing.kept()
    more = ["--week", MONDAY] if step == "issue" else []
    refused = standing.run("trial", step, "apart", trial.id, *more)
    is_refused(refused, 1, "does not follow from the seed")
    assert standing.kept() == before
    file.write_bytes(whole)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--kind", "crossover"), "one of weekly, simple, parallel"),
        (("--share", "1"), "above 0 and below 1"),
        (("--weeks", "0"), "--weeks and --months are 1 or more"),
        (("--rate", "0"), "--rate is above 0"),
        (("--variance-factor", "0.5"), "--variance-factor 1 or more"),
    ],
)
def test_a_power_that_cannot_be(
    standing: Standing, words: tuple[str, ...], line: str
) -> None:
    is_refused(standing.run("trial", "power", "apart", *words), 2, line)
