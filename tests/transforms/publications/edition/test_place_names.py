"""Names by which people find a place: street first, then the venue, then the town."""

import numpy as np
import pytest

from transforms.publications.edition.place_names import titled
from transforms.publications.layers.open_ground.reading import towns_near


@pytest.mark.parametrize(
    ("label", "street", "town", "name"),
    [
        ("Shopping Area", "Rainford Gardens", "Liverpool",
         "Rainford Gardens (shopping area), Liverpool"),
        ("Shopping Area", None, "Dartford", "Shopping Area, Dartford"),
        ("Shopping Area", "Shopping Area", None, "Shopping Area"),
        ("Gabriel's Hill", None, "Maidstone", "Gabriel's Hill, Maidstone"),
        ("Gabriel's Hill", "Week Street", None, "Gabriel's Hill"),
        (None, "Week Street", "Maidstone", None),
    ],
)  # fmt: skip
def test_a_venue_is_named_with_its_street_and_both_with_their_town(
    label: str | None, street: str | None, town: str | None, name: str | None
) -> None:
    assert titled(label, street, town) == name


def test_a_place_belongs_to_the_city_or_town_that_people_would_name() -> None:
    places = {
        "Liverpool": (-2.985, 53.405),
        "Blackpool": (-3.055, 53.818),
        "Margate": (1.379, 51.390),
        "Whitstable": (1.026, 51.361),
        "Maidstone": (0.523, 51.274),
        None: (-2.0, 50.2),  # the Channel
    }
    longitude, latitude = np.array(list(places.values())).T
    assert towns_near(longitude, latitude) == list(places)
