"""What is asked for is made exact, or refused with the reason."""

from pathlib import Path

import pytest

from tests.builders import release_zip
from transforms.errors import UsageError
from transforms.feeds.archive.remote import Address
from transforms.incidents.request import Request, resolve, source_named
from transforms.reference.forces import DEMO_FORCES, FORCES


def source(folder: Path, *files: tuple[str, str], release: str = "2024-04") -> Path:
    release_zip(folder, release, dict.fromkeys(files, b"x"))
    return folder


def asked(request: Request) -> list[str]:
    return [force.id for force in request.forces]


def span(request: Request) -> tuple[str, str, int]:
    months = request.months
    return str(months[0]), str(months[-1]), len(months)


def test_forces_named_are_asked_once_each_as_named(tmp_path: Path) -> None:
    folder = source(tmp_path, ("kent", "2024-01"), ("gwent", "2024-01"))
    request = resolve(folder, FORCES, ["kent", "gwent", "kent"])
    assert asked(request) == ["kent", "gwent"]
    assert not request.absent
    assert not request.passed_over


def test_all_forces_asks_those_with_a_file_and_tells_who_is_passed_over(
    tmp_path: Path,
) -> None:
    files = [(f, "2024-01") for f in ("northern-ireland", "kent", "gwent", "atlantis")]
    request = resolve(source(tmp_path, *files), FORCES, all_forces=True)
    assert asked(request) == ["gwent", "kent"]
    assert request.passed_over == {
        "atlantis": "not a force that hexbeat knows",
        "northern-ireland": "out of scope: hexbeat covers England and Wales",
    }
    assert not request.absent


def test_all_forces_asks_nobody_without_a_file_in_the_range(tmp_path: Path) -> None:
    folder = source(tmp_path, ("kent", "2023-01"), ("gwent", "2024-01"))
    request = resolve(folder, FORCES, all_forces=True, start="2024-01")
    assert asked(request) == ["gwent"]


def test_a_force_the_source_lacks_is_told_and_the_others_asked(tmp_path: Path) -> None:
    folder = source(tmp_path, ("kent", "2024-01"))
    request = resolve(folder, FORCES, ["gwent", "kent", "greater-manchester"])
    assert asked(request) == ["kent"]
    assert list(request.absent) == ["gwent", "greater-manchester"]
    assert "2021-02 to 2024-01" in request.absent["gwent"]
    assert "since July 2019" in request.absent["greater-manchester"]
    later = resolve(folder, FORCES, ["kent"], start="2025-01", end="2025-12")
    assert later.absent["kent"] == (
        "the source contains no street file of kent from 2025-01 to 2025-12; it holds"
        " 2024-01 to 2024-01"
    )


def test_without_a_range_the_36_months_to_the_newest_are_asked(tmp_path: Path) -> None:
    folder = source(tmp_path, ("kent", "2023-11"), ("gwent", "2024-02"))
    assert span(resolve(folder, FORCES, ["kent"])) == ("2021-03", "2024-02", 36)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"start": "2023-05"}, ("2023-05", "2024-02", 10)),
        ({"end": "2024-01"}, ("2021-02", "2024-01", 36)),
        ({"start": "2024-01", "end": "2024-01"}, ("2024-01", "2024-01", 1)),
    ],
)
def test_a_range_is_as_asked_and_its_other_end_as_usual(
    tmp_path: Path, bounds: dict[str, str], expected: tuple[str, str, int]
) -> None:
    folder = source(tmp_path, ("kent", "2024-02"))
    assert span(resolve(folder, FORCES, ["kent"], **bounds)) == expected


def test_an_empty_range_is_refused(tmp_path: Path) -> None:
    folder = source(tmp_path, ("kent", "2024-02"))
    with pytest.raises(
        UsageError,
        match=r"--from \(2024-02\) is later than --to \(2024-01\): swap them",
    ):
        resolve(folder, FORCES, ["kent"], start="2024-02", end="2024-01")


def test_a_bad_month_is_refused(tmp_path: Path) -> None:
    folder = source(tmp_path, ("kent", "2024-02"))
    with pytest.raises(UsageError, match="'January' is not a month"):
        resolve(folder, FORCES, ["kent"], start="January")


@pytest.mark.parametrize(("forces", "all_forces"), [([], False), (["kent"], True)])
def test_either_forces_are_named_or_all_are_asked(
    tmp_path: Path, forces: list[str], all_forces: bool
) -> None:
    folder = source(tmp_path, ("kent", "2024-02"))
    with pytest.raises(UsageError, match="--force, or ask for --all-forces"):
        resolve(folder, FORCES, forces, all_forces)


def test_a_mistyped_force_is_refused_before_the_source_is_looked_at() -> None:
    with pytest.raises(UsageError, match="did you mean 'kent'"):
        resolve(Path("nowhere"), FORCES, ["kemt"])


def test_a_source_without_street_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="contains no street file"):
        resolve(source(tmp_path), FORCES, ["kent"])
    (tmp_path / "2024-04.zip").unlink()
    (tmp_path / "kent.csv").touch()
    with pytest.raises(UsageError, match=r"it has 1 file \('kent.csv'\); wanted are"):
        resolve(tmp_path, FORCES, ["kent"], release="2024-04")
    source(tmp_path, ("kent", "2024-01"))
    with pytest.raises(UsageError, match="no street file from 2025-01 to 2025-02"):
        resolve(tmp_path, FORCES, all_forces=True, start="2025-01", end="2025-02")


def test_real_and_made_up_forces_never_meet(tmp_path: Path) -> None:
    folder = source(tmp_path, ("kent", "2024-01"), ("avonmere", "2024-01"))
    assert asked(resolve(folder, FORCES, all_forces=True)) == ["kent"]
    assert asked(resolve(folder, DEMO_FORCES, all_forces=True)) == ["avonmere"]
    with pytest.raises(UsageError, match="made-up force"):
        resolve(folder, FORCES, ["avonmere"])


def test_an_address_is_taken_without_a_visit_and_no_source_is_the_public_one() -> None:
    assert source_named("https://mirror.invalid/a") == Address(
        "https://mirror.invalid/a/"
    )
    assert source_named(None) == Address("https://data.police.uk/data/archive/")
    with pytest.raises(UsageError, match="https:// addresses"):
        source_named("s3://a/b")


def test_a_folder_is_taken_as_it_is_if_it_exists(tmp_path: Path) -> None:
    assert source_named(str(tmp_path)) == tmp_path
    with pytest.raises(UsageError, match="nowhere does not exist"):
        source_named(str(tmp_path / "nowhere"))
