"""Each row of a street file is an incident, or is held back by one rule."""

import csv
import io
from collections.abc import Callable
from hashlib import sha256

import h3
import pyarrow as pa
import pytest

from tests.builders import kent_csv, member, row, street_csv
from transforms.errors import FileRejectedError
from transforms.feeds.police_uk.street import RULES, sift
from transforms.feeds.rules import MISSHAPEN, Sifted, check_identity
from transforms.lake.schemas import INCIDENTS, QUARANTINE, conform
from transforms.reference.categories import CATEGORIES
from transforms.reference.forces import FORCES


KENT = FORCES["kent"]
NOWHERE = {
    "longitude": "",
    "latitude": "",
    "location": "No Location",
    "lsoa_code": "",
    "lsoa_name": "",
}


def sifted(*rows: dict[str, str], release: str = "2024-04") -> Sifted:
    return sift(street_csv(rows), member(release=release), KENT)


def accepted(**changes: str) -> dict[str, object]:
    """The incident that a row with those changes becomes."""
    [incident] = sifted(row(**changes)).accepted.to_pylist()
    return incident


BROKEN = {
    "another month": ("month", {"month": "2024-02"}),
    "no month": ("month", {"month": ""}),
    "another force": ("force", {"reported_by": "Gwent Police"}),
    "no force": ("force", {"reported_by": ""}),
    "unknown crime type": ("category", {"crime_type": "Piracy"}),
    "a slug for a crime type": ("category", {"crime_type": "burglary"}),
    "short crime ID": ("crime-id", {"crime_id": "a" * 63}),
    "upper-case crime ID": ("crime-id", {"crime_id": "A" * 64}),
    "no longitude": ("coordinates", {"longitude": ""}),
    "no latitude": ("coordinates", {"latitude": ""}),
    "text for a number": ("coordinates", {"longitude": "west"}),
    "not a number": ("coordinates", {"latitude": "nan"}),
    "infinite": ("coordinates", {"latitude": "inf"}),
    "exponent": ("coordinates", {"latitude": "5.25e1"}),
    "null island": ("coordinates", {"longitude": "0.0", "latitude": "0.0"}),
    "swapped": ("coordinates", {"longitude": "52.5", "latitude": "-1.5"}),
    "projected": ("coordinates", {"longitude": "434000", "latitude": "289000"}),
    "Paris": ("coordinates", {"longitude": "2.35", "latitude": "48.85"}),
    "LSOA that is none": ("lsoa", {"lsoa_code": "E0102400"}),
    "LSOA in lower case": ("lsoa", {"lsoa_code": "e01024000"}),
}


@pytest.mark.parametrize(("rule", "changes"), BROKEN.values(), ids=BROKEN)
def test_a_rule_holds_back_its_row_alone(rule: str, changes: dict[str, str]) -> None:
    data = street_csv([row(), row(), row(**changes), row()])
    result = sift(data, member(), KENT)
    digest = sha256(data).hexdigest()
    assert result.quarantined.to_pylist() == [
        {
            "raw_sha256": digest,
            "raw_line": 4,
            "byte_offset": sum(map(len, data.splitlines(keepends=True)[:3])),
            "rule": rule,
        }
    ]
    assert result.accepted["raw_line"].to_pylist() == [2, 3, 5]
    assert result.rows_in == 4


def test_every_rule_is_broken_by_some_row_here() -> None:
    assert {rule.id for rule in RULES} == {rule for rule, _ in BROKEN.values()}


@pytest.mark.parametrize("first", range(len(RULES)))
def test_the_first_rule_broken_is_the_one_told(first: int) -> None:
    worst = dict(BROKEN.values())
    later = {k: v for rule in RULES[first:] for k, v in worst[rule.id].items()}
    assert sifted(row(**later)).quarantined["rule"].to_pylist() == [RULES[first].id]


def test_misshapen_rows_take_their_place_among_the_held_back() -> None:
    lines = street_csv([row(month="2024-02"), row(), row(month="2024-02")]).split(b"\n")
    lines.insert(2, b"secret,row")
    held = sift(b"\n".join(lines), member(), KENT).quarantined
    assert held["raw_line"].to_pylist() == [2, 3, 5]
    assert held["rule"].to_pylist() == ["month", MISSHAPEN, "month"]
    starts = [len(b"\n".join(lines[:n])) + 1 for n in (1, 2, 4)]
    assert held["byte_offset"].to_pylist() == starts


def test_the_quarantine_never_holds_the_text() -> None:
    held = sifted(row(crime_type="secret", location="secret")).quarantined
    assert held.column_names == ["raw_sha256", "raw_line", "byte_offset", "rule"]
    assert "secret" not in str(held.to_pylist())


def test_a_blank_line_is_held_back() -> None:
    data = street_csv([row(), row()]).replace(b"\n", b"\n\n", 1)
    result = sift(data, member(), KENT)
    assert result.quarantined["raw_line"].to_pylist() == [2]
    assert result.accepted["raw_line"].to_pylist() == [3, 4]


def test_a_file_of_bad_rows_alone_is_all_held_back() -> None:
    result = sifted(row(month="2024-02"), row(month="2024-02"))
    assert (result.accepted.num_rows, result.quarantined.num_rows) == (0, 2)
    assert result.rows_located == 0


def test_every_line_is_accounted_for() -> None:
    rows = [row(**changes) for _, changes in BROKEN.values()] + [row()] * 5
    result = sifted(*rows)
    assert result.rows_in == len(rows)
    assert result.accepted.num_rows == 5
    assert result.quarantined.num_rows == len(BROKEN)


def test_a_line_that_went_astray_rejects_the_file() -> None:
    result = sifted(row(), row())
    short = Sifted("", 3, result.accepted, result.quarantined)
    with pytest.raises(FileRejectedError, match="3 rows in, but 2 accounted for"):
        check_identity(short, "kent.csv")


def test_a_file_of_another_kind_is_rejected_by_its_name() -> None:
    with pytest.raises(FileRejectedError, match=r"release 2024-04, .*kent-street\.csv"):
        sift(b"Crime ID,Month\n", member(), KENT)


def test_equal_rows_are_all_kept() -> None:
    asb = row(crime_id="", crime_type="Anti-social behaviour", last_outcome_category="")
    result = sifted(asb, asb, asb)
    assert result.accepted["raw_line"].to_pylist() == [2, 3, 4]
    assert result.accepted["crime_id"].to_pylist() == [None] * 3
    assert result.accepted["outcome"].to_pylist() == [None] * 3


def test_a_crime_id_that_repeats_is_kept_each_time() -> None:
    result = sifted(row(), row(latitude="52.6"))
    assert result.accepted["crime_id"].to_pylist() == [b"\xaa" * 32] * 2


def test_the_key_leads_back_to_the_very_line() -> None:
    data = kent_csv("2024-01", 30).replace(b"2024-01", b"2024-02", 3)
    result = sift(data, member(), KENT)
    lines = data.splitlines()
    assert set(result.accepted["raw_sha256"].to_pylist()) == {sha256(data).hexdigest()}
    numbers = result.accepted["raw_line"].to_pylist()
    assert len(set(numbers)) == len(numbers) == 27
    for number, crime_id in zip(
        numbers, result.accepted["crime_id"].to_pylist(), strict=True
    ):
        assert lines[number - 1].startswith(crime_id.hex().encode())


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_either_line_ending_gives_the_same_incidents(newline: str) -> None:
    data = street_csv([row(), row(location="On or near ")], newline)
    result = sift(data, member(), KENT)
    assert result.accepted["place_label"].to_pylist() == ["High Street", None]
    assert result.quarantined.num_rows == 0


def test_a_row_without_a_place_is_accepted_without_cells() -> None:
    incident = accepted(**NOWHERE)
    for name in ("longitude", "latitude", "h3_r9", "h3_r10", "lsoa_code"):
        assert incident[name] is None
    assert incident["lsoa_vintage"] is None
    assert incident["place_label"] is None
    assert incident["location_precision"] == "none"
    assert incident["in_area"] is False
    assert sifted(row(), row(**NOWHERE)).rows_located == 1


def test_a_place_is_as_printed_with_its_own_cells() -> None:
    points = [("-1.234567", "52.765432"), ("0.1", "51.5"), ("-3.9", "54.1")]
    points += [("-1.234567", "51.5"), ("0.1", "52.765432"), points[0]]
    rows = [row(longitude=lon, latitude=lat) for lon, lat in points]
    result = sifted(rows[0], row(**NOWHERE), *rows[1:]).accepted.to_pylist()
    del result[1]
    for incident, (lon, lat) in zip(result, points, strict=True):
        assert (incident["longitude"], incident["latitude"]) == (float(lon), float(lat))
        assert incident["location_precision"] == "snap_point"
        for resolution in (9, 10):
            direct = h3.latlng_to_cell(float(lat), float(lon), resolution)
            assert f"{incident[f'h3_r{resolution}']:x}" == direct


@pytest.mark.parametrize(
    ("place", "in_area"),
    [
        pytest.param({}, True, id="English"),
        pytest.param({"lsoa_code": "W01001234"}, True, id="Welsh"),
        pytest.param({"lsoa_code": "S01001234"}, False, id="Scottish LSOA"),
        pytest.param({"lsoa_code": ""}, True, id="on the coast"),
        pytest.param({"lsoa_code": "", "latitude": "54.9"}, False, id="Scotland"),
        pytest.param({"lsoa_code": "", "latitude": "54.899999"}, True, id="Carlisle"),
        pytest.param({"latitude": "55.7"}, True, id="Berwick"),
    ],
)
def test_an_area_is_told_by_the_lsoa_else_by_latitude(
    place: dict[str, str], in_area: bool
) -> None:
    assert accepted(**place)["in_area"] is in_area


def test_a_scottish_row_of_the_railways_is_accepted_with_its_cells() -> None:
    glasgow = row(
        crime_id="",
        reported_by="British Transport Police",
        longitude="-4.258106",
        latitude="55.858330",
        lsoa_code="",
        lsoa_name="",
    )
    result = sift(street_csv([glasgow]), member("btp"), FORCES["btp"])
    [incident] = result.accepted.to_pylist()
    assert incident["in_area"] is False
    assert f"{incident['h3_r9']:x}" == h3.latlng_to_cell(55.858330, -4.258106, 9)
    assert incident["crime_id"] is None


@pytest.mark.parametrize(
    ("release", "month", "code", "vintage"),
    [
        # a number above all of 2011 says it, whenever the file was made
        ("2023-06", "2023-04", "E01033769", "2021"),
        ("2023-06", "2023-06", "W01001959", "2021"),
        ("2023-05", "2023-04", "E01035762", "2021"),
        # the last of 2011, and where no code says it
        ("2023-05", "2023-04", "E01033768", "2011"),
        ("2023-06", "2023-05", "E01033090", "2011"),
        ("2023-09", "2023-05", "W01001958", "2011"),
        ("2023-09", "2023-06", "E01024000", "2011"),
        ("2023-09", "2023-07", "E01024000", "2021"),
        ("2023-10", "2023-04", "E01024000", "2021"),
    ],
)
def test_the_census_of_an_lsoa_is_told_by_the_file_s_own_codes(
    release: str, month: str, code: str, vintage: str
) -> None:
    rows = [
        row(month=month),
        row(month=month, lsoa_code=""),
        row(month=month, lsoa_code=code),
    ]
    result = sift(street_csv(rows), member(month=month, release=release), KENT)
    assert result.accepted["lsoa_vintage"].to_pylist() == [vintage, None, vintage]


def test_all_fourteen_crime_types_and_the_old_name_are_known() -> None:
    rows = [row(crime_type=label) for label in CATEGORIES.values()]
    rows.append(row(crime_type="Violent crime"))
    expected = [*CATEGORIES, "violence-and-sexual-offences"]
    assert sifted(*rows).accepted["category"].to_pylist() == expected


@pytest.mark.parametrize(
    ("month", "label", "slug"),
    [
        ("2013-04", "Public disorder and weapons", "public-disorder-and-weapons"),
        ("2013-05", "Public disorder and weapons", "public-disorder-and-weapons"),
        ("2013-04", "Other theft", "other-theft-to-2013"),
        ("2013-05", "Other theft", "other-theft"),
        ("2011-08", "Other crime", "other-crime-to-2011"),
        ("2011-09", "Other crime", "other-crime"),
        ("2011-08", "Violent crime", "violence-and-sexual-offences"),
    ],
)
def test_a_crime_type_is_what_it_was_in_its_month(
    month: str, label: str, slug: str
) -> None:
    data = street_csv([row(month=month, crime_type=label)])
    result = sift(data, member(month=month, release="2014-06"), KENT)
    assert result.quarantined.num_rows == 0
    assert result.accepted["category"].to_pylist() == [slug]


def test_a_name_with_an_ampersand_and_a_quoted_comma_are_read() -> None:
    data = street_csv(
        [
            row(
                reported_by="Devon & Cornwall Police",
                lsoa_name="Bournemouth, Christchurch and Poole 001A",
                location="On or near Maes-Yr-Hâf  &  Co",
            )
        ]
    )
    force = FORCES["devon-and-cornwall"]
    [incident] = sift(data, member(force.id), force).accepted.to_pylist()
    assert incident["place_label"] == "Maes-Yr-Hâf & Co"


def test_outcomes_become_slugs() -> None:
    incident = accepted(last_outcome_category="Unable to prosecute suspect")
    assert incident["outcome"] == "unable-to-prosecute-suspect"


def test_the_public_feed_knows_no_time_within_the_month() -> None:
    incident = accepted()
    assert incident["time_precision"] == "month"
    assert incident["occurred_from"] is incident["occurred_to"] is None


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        (INCIDENTS, lambda result: result.accepted),
        (QUARANTINE, lambda result: result.quarantined),
    ],
    ids=["incidents", "quarantine"],
)
def test_the_tables_are_those_of_the_contract(
    schema: pa.Schema, part: Callable[[Sifted], pa.Table]
) -> None:
    stored = pa.schema([f for f in schema if f.name not in ("force", "month")])
    bad = row(month="2024-02")
    for rows in ([row(**NOWHERE)], [row(), bad], [bad]):
        table = conform(part(sifted(*rows)), stored)
        assert table.schema == stored


def test_rows_come_back_as_pythons_own_reader_has_them() -> None:
    rows = [
        row(location=f"On or near Street {n}", longitude=f"-1.{n:06d}")
        for n in range(50)
    ]
    data = street_csv(rows)
    incidents = sift(data, member(), KENT).accepted.to_pylist()
    read = csv.DictReader(io.StringIO(data.decode(), newline=""))
    for incident, line in zip(incidents, read, strict=True):
        assert line["Location"] == f"On or near {incident['place_label']}"
        assert float(line["Longitude"]) == incident["longitude"]
