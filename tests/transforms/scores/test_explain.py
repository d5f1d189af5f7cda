"""Explaining a cell: what is told agrees with its score, and leads to the raw lines."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.command.printing.explain import show_explained
from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.errors import ForceError, UsageError
from transforms.lake.storage import located
from transforms.reference.categories import CATEGORIES
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.scores.explain import Explained, explain
from transforms.scores.methods.point_exposure import BY_DISTRICT


FORCE = "avonmere"


@pytest.fixture(scope="module")
def hottest(simulated: Simulated) -> str:
    """The cell of that force where most crime is expected."""
    rows = simulated.home.lake.read("scores", FORCE).to_pylist()
    [cell] = [
        r["h3_cell"]
        for r in rows
        if r["as_of"] == str(AS_OF)
        and r["crime_group"] == "all-crime"
        and r["score_rank"] == 1
    ]
    return f"{cell:x}"


@pytest.fixture(scope="module")
def explained(simulated: Simulated, hottest: str) -> Explained:
    [found] = explain(simulated.home, hottest, "all-crime", None, None)
    return found


def test_the_categories_add_up_to_the_score(explained: Explained) -> None:
    now = CATEGORIES.keys() & GROUPS["all-crime"].categories
    assert {p.category for p in explained.parts} == now
    total = sum(part.score for part in explained.parts)
    assert total == pytest.approx(explained.row["score"])
    assert explained.row["score_rank"] == 1
    assert explained.as_of == AS_OF


def test_the_record_and_the_prior_lie_on_either_side_of_the_score(
    explained: Explained,
) -> None:
    for part in explained.parts:
        mixed = part.prior_weight * part.prior + (1 - part.prior_weight) * part.recorded
        assert part.score == pytest.approx(mixed * part.factor)
        near = 0.6 if part.category in BY_DISTRICT else 0.1
        assert part.factor == pytest.approx(1, abs=near)


def test_what_is_printed_can_be_computed_again_by_hand_in_eighty_columns(
    explained: Explained,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    show_explained([explained], as_json=False)
    lines = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= 80
    top = next(i for i, line in enumerate(lines) if line.startswith("a month"))
    told = lines[top + 1 :][: len(explained.parts)]
    scores = []
    for line in told:
        recorded, prior, share, factor, score = map(float, line.split()[-5:])
        by_hand = (share * prior + (1 - share) * recorded) * factor
        assert by_hand == pytest.approx(score, rel=1e-4, abs=2e-4)
        scores.append(score)
    together = float(lines[top + 1 + len(told)].split()[-1])
    assert f"{sum(scores):.2f}" == f"{together:.2f}"
    assert f"{together:.2f} expected next month" in lines[1]


def test_the_lines_are_those_of_the_raw_files(
    explained: Explained, simulated: Simulated
) -> None:
    newest = [raw for raw in explained.raw if raw.month == str(AS_OF)]
    assert sum(len(raw.lines) for raw in newest) == explained.row["n_1m"]
    for raw in newest:
        assert raw.member is not None
        rows = dict(enumerate(_rows(simulated, str(raw.release), raw.member), start=2))
        kinds = {rows[line]["Crime type"] for line in raw.lines}
        assert len(kinds) == 1
    counted = sum(len(raw.lines) for raw in explained.raw)
    assert counted == explained.row["n_36m"]


def _rows(simulated: Simulated, release: str, member: str) -> Iterator[dict[str, str]]:
    with (
        zipfile.ZipFile(simulated.source / f"{release}.zip") as archive,
        archive.open(member) as file,
    ):
        yield from csv.DictReader(io.TextIOWrapper(file, "utf-8"))


def test_an_older_as_of_is_told_as_it_was(simulated: Simulated, hottest: str) -> None:
    [found] = explain(simulated.home, hottest, "burglary", Month(2025, 6), FORCE)
    assert max(raw.month for raw in found.raw) <= "2025-06"
    assert {raw.category for raw in found.raw} == {"burglary"}


@pytest.mark.parametrize(
    ("cell", "group", "said"),
    [
        ("89195c30003fff", "all-crime", "is not an H3 cell"),
        ("89195C30003FFFF", "all-crime", "is not an H3 cell"),
        ("not-a-cell-at-al", "all-crime", "is not an H3 cell"),
        ("89195c30003ffff", "burglry", "unknown crime group"),
        ("891f1d48177ffff", "all-crime", "outside every scored universe"),
    ],
)
def test_what_cannot_be_explained_is_said_in_one_line(
    simulated: Simulated, cell: str, group: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        explain(simulated.home, cell, group, None, None)


def test_a_month_without_scores_is_told_which_months_have_them(
    simulated: Simulated, hottest: str
) -> None:
    with pytest.raises(UsageError) as caught:
        explain(simulated.home, hottest, "all-crime", Month(2019, 1), None)
    assert str(caught.value).startswith("no scores for 2019-01: scores exist for 20")
    assert str(AS_OF) in str(caught.value)


def test_damaged_scores_are_not_explained(
    simulated: Simulated, hottest: str, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    [file] = [
        file
        for file in home.lake.files("scores", FORCE)
        if file.partition["as_of"] == str(AS_OF)
    ]
    path = located(file.path)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(ForceError, match="SHA-256"):
        explain(home, hottest, "all-crime", None, FORCE)
