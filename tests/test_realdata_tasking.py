"""The counts in a tasking pack of real Bedfordshire, against its CSV files themselves.

They are read by `csv` and put into cells by `h3`: nothing of hexbeat counts here.
"""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import h3
import pytest

from transforms.feeds.police_uk import street
from transforms.homes.home import open_home
from transforms.incidents.ingest import ingest_force
from transforms.incidents.request import resolve
from transforms.programmes.freeze import freeze
from transforms.programmes.programme import Programme
from transforms.programmes.register import start
from transforms.programmes.rule import Rule
from transforms.publications.formats import registry
from transforms.publications.publish import publish
from transforms.reference.forces import FORCES
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force
from transforms.tasking.make import make_pack


DATA = Path(__file__).parents[2] / "shared/data/police_uk"
FORCE = "bedfordshire"
AS_OF = Month(2023, 6)
FROZEN_AT = datetime(2023, 7, 1, 9, tzinfo=UTC)
MADE_AT = datetime(2023, 11, 13, 9, tzinfo=UTC)
ENDING = date(2023, 11, 12)
NEW = ("2023-07", "2023-08", "2023-09", "2023-10")  # since the forecast
YEAR = ("2022-11", "2022-12", *(f"2023-{month:02d}" for month in range(1, 11)))
OF_THE_GROUP = ("Violence and sexual offences", "Robbery")
# written down again, not read from hexbeat: places whose incidents no score has
LEFT_OUT = re.compile(
    "(.* )?Prison|(HMP|HMYOI) .*|(.* )?Police (Station|Office)(/.*)?"
    "|(.* )?(Hospital|Infirmary)|(.* )?Service Area|.* Services"
)

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="the real archive is not beside the checkout"
    ),
]

Figures = dict[str, Any]
Counts = Counter[tuple[str, str, str]]  # by cell, month and category


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Programme, Figures]:
    """A list frozen in June, and the figures of its pack in November."""
    home = open_home(tmp_path_factory.mktemp("real"))
    span = {"start": "2021-05", "end": "2023-10", "until_release": "2023-10"}
    request = resolve(DATA / "archive", FORCES, [FORCE], **span)
    force, method = home.registry[FORCE], METHODS[DEFAULT_METHOD]
    ingest_force(home.lake, street, force, request.members, request.months, FROZEN_AT)
    score_force(home.lake, force, AS_OF, method, home.scoring)
    with pytest.MonkeyPatch.context() as patch:  # a programme reads the cells alone
        needed = {name: row for name, row in registry.FORMATS.items() if row.needed}
        patch.setattr(registry, "FORMATS", needed)
        publish(home, AS_OF, method)
    rule = Rule(force=FORCE, group="serious-violence-proxy", top=20, spacing=3)
    programme = freeze(home, "summer", rule, None, 100.0, FROZEN_AT, "me").programme
    start(home, programme, date(2023, 7, 1), FROZEN_AT, "me")
    pack = make_pack(home, programme, ENDING, MADE_AT, "me")
    return programme, json.loads((pack.folder / "tasking.json").read_text())


def rows() -> Iterator[dict[str, str]]:
    """Every street row of the release of October 2023, from July 2022 on."""
    with zipfile.ZipFile(DATA / "archive/2023-10.zip") as archive:
        for name in archive.namelist():
            month = name.rpartition("/")[2][:7]
            if name.endswith(f"{FORCE}-street.csv") and month >= "2022-07":
                text = io.TextIOWrapper(archive.open(name), encoding="utf-8-sig")
                yield from csv.DictReader(text)


@pytest.fixture(scope="module")
def counts() -> Counts:
    """Incidents of the group, but for those at places that are left out."""
    found: Counts = Counter()
    for row in rows():
        label = row["Location"].removeprefix("On or near ").strip()
        if row["Crime type"] not in OF_THE_GROUP or not row["Longitude"]:
            continue
        if LEFT_OUT.fullmatch(label):
            continue
        cell = h3.latlng_to_cell(float(row["Latitude"]), float(row["Longitude"]), 9)
        found[cell, row["Month"], row["Crime type"]] += 1
    return found


def total(counts: Counts, cell: str, months: tuple[str, ...]) -> Counter[str]:
    """The incidents of a cell in some months, by category."""
    found: Counter[str] = Counter()
    for (of, month, category), number in counts.items():
        if of == cell and month in months:
            found[category] += number
    return found


def test_places_have_what_the_files_have(
    made: tuple[Programme, Figures], counts: Counts
) -> None:
    programme, figures = made
    cell_of = dict(
        zip(*programme.places.select(["place_id", "h3_cells"]).to_pydict().values(),
            strict=True)
    )  # fmt: skip
    assert (figures["counted_from"], figures["counted_to"]) == ("2023-06", "2023-10")
    assert figures["not_compared"] == []
    assert len(figures["places"]) == 20
    for place in figures["places"]:
        cell = cell_of[place["place_id"]]
        of_year = total(counts, cell, YEAR)
        assert place["counted"] == total(counts, cell, NEW).total()
        [(category, most)] = of_year.most_common(1)
        how = "mostly" if most / of_year.total() > 0.5 else "most of all"
        mix = f", {how} {category.lower()}" if len(of_year) > 1 else ""
        assert place["why"].startswith(
            f"{of_year.total()} incidents in the 12 months to October 2023{mix}; "
        )


def test_the_list_has_only_places_with_so_many(
    made: tuple[Programme, Figures], counts: Counts
) -> None:
    programme, figures = made
    before = tuple(
        [f"2022-{month:02d}" for month in range(7, 13)]
        + [f"2023-{month:02d}" for month in range(1, 7)]
    )
    cells = programme.places["h3_cells"].to_pylist()
    numbers = [total(counts, cell, before).total() for cell in cells]
    assert numbers == programme.places["n_12m"].to_pylist()
    assert min(numbers) >= 36
    rule = figures["told"]["panel"]["boxes"][0]["lines"][0]
    assert "of those with 36 incidents or more in 12 months" in rule


def test_what_rose_or_fell_is_told_with_its_count(
    made: tuple[Programme, Figures], counts: Counts
) -> None:
    """The words of the page are of the same numbers as the table's."""
    _, figures = made
    said = " ".join(
        line for box in figures["told"]["tasking"]["boxes"] for line in box["lines"]
    )
    span = "beyond its interval in July 2023 to October 2023"
    rose = [p for p in figures["places"] if p["counted"] > p["high"]]
    fell = [p for p in figures["places"] if p["counted"] < p["low"]]
    assert [p for p in figures["places"] if p["change"] == "rose"] == rose
    assert [p for p in figures["places"] if p["change"] == "fell"] == fell
    assert (f"No place is {span}" in said) == (not rose and not fell)
    for place in [*rose, *fell]:
        told = f"({place['counted']}; expected {place['low']} to {place['high']})"
        assert told in said
