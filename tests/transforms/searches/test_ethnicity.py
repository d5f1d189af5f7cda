"""Labels of ethnicity as groups: those of both fields, and others."""

import pytest

from transforms.searches.ethnicity import group_of


LABELS = {
    "White": [
        "White",
        "White - English/Welsh/Scottish/Northern Irish/British",
        "White - Irish",
        "White - Gypsy or Irish Traveller",
        "White - Any other White background",
    ],
    "Mixed": [
        "Mixed/Multiple ethnic groups - White and Black Caribbean",
        "Mixed/Multiple ethnic groups - White and Black African",
        "Mixed/Multiple ethnic groups - White and Asian",
        "Mixed/Multiple ethnic groups - Any other Mixed/Multiple ethnic background",
    ],
    "Asian": [
        "Asian",
        "Asian/Asian British - Indian",
        "Asian/Asian British - Pakistani",
        "Asian/Asian British - Bangladeshi",
        "Asian/Asian British - Chinese",
        "Asian/Asian British - Any other Asian background",
    ],
    "Black": [
        "Black",
        "Black/African/Caribbean/Black British - African",
        "Black/African/Caribbean/Black British - Caribbean",
        "Black/African/Caribbean/Black British - Any other background",
    ],
    "Other": [
        "Other",
        "Other ethnic group - Arab",
        "Other ethnic group - Any other ethnic group",
    ],
    "not stated": [None, "", "Other ethnic group - Not stated"],
    "another label": ["Klingon"],
}


@pytest.mark.parametrize("group", LABELS)
def test_each_label_has_its_group(group: str) -> None:
    assert {group_of(label) for label in LABELS[group]} == {group}
