"""Labels come out as people would write them, and pass for nothing else."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.reference.place_labels import clean_text, place_label, slug


thorough = settings(max_examples=500)


@pytest.mark.parametrize(
    ("location", "label"),
    [
        ("On or near High Street", "High Street"),
        ("On or near ", None),
        ("No Location", None),
        ("No location", None),
        ("", None),
        ("On or near Maes-Yr-Hâf", "Maes-Yr-Hâf"),
        ("On or near Maes-Yr-Ha\u0302f", "Maes-Yr-Hâf"),
        ("On or near  St  John's   Road", "St John's Road"),
        ("On or near Marks & Spencer", "Marks & Spencer"),
        ("Parking Area", "Parking Area"),
        ("On or near High\tStreet\u00a0North", "High Street North"),
    ],
)
def test_a_location_names_its_street_or_nothing(
    location: str, label: str | None
) -> None:
    assert place_label(location) == label


@pytest.mark.parametrize(
    "invisible", ["\u202e", "\u200b", "\u200d", "\u2066", "\ufeff", "\u00ad", "\x00"]
)
def test_what_shows_nothing_is_left_out(invisible: str) -> None:
    assert place_label(f"On or near Hi{invisible}gh Street") == "High Street"
    assert place_label(f"On or near {invisible}") is None


def test_a_space_on_each_side_of_nothing_is_one_space() -> None:
    assert clean_text("High \u200b Street") == "High Street"


def test_letters_are_composed_whatever_stood_between() -> None:
    assert clean_text("Ha\u200d\u0302f") == "Hâf"


@given(st.text())
@thorough
def test_clean_text_is_composed_single_spaced_and_visible(text: str) -> None:
    cleaned = clean_text(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not {"Cc", "Cf"} & {unicodedata.category(c) for c in cleaned}
    assert clean_text(cleaned) == cleaned


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Under investigation", "under-investigation"),
        (
            "Investigation complete; no suspect identified",
            "investigation-complete-no-suspect-identified",
        ),
        ("Court result unavailable ", "court-result-unavailable"),
        ("Local resolution / caution", "local-resolution-caution"),
        ("", None),
        (" - ", None),
    ],
)
def test_an_outcome_becomes_a_slug(label: str, expected: str | None) -> None:
    assert slug(label) == expected
