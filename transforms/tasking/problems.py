"""Problems that are worked on at the places of a programme, and how."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from transforms.homes.home import Home
from transforms.profiles.make import all_profiles
from transforms.profiles.responses import FILE, Response, all_responses
from transforms.programmes.kept_folder import damaged_files
from transforms.programmes.programme import Programme
from transforms.reference.days import parse_period


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that is being done at a place."""

    places: Sequence[str]
    response: Response
    is_open: bool  # on the last day of the fortnight


@dataclass(frozen=True, kw_only=True)
class Problems:
    """What is done at the places of a programme, and elsewhere."""

    is_kept: bool  # whether the home has a file of responses
    here: Sequence[Problem]  # open, or ended in the fortnight
    elsewhere: int  # open ones of other hot spots and programmes
    routes: Mapping[str, str]  # by place: the way of working of its newest profile


def problems_of(home: Home, programme: Programme, first: date, last: date) -> Problems:
    """What was open in a fortnight; `UsageError` for a mistake in responses.toml."""
    names = names_of(programme)
    here, elsewhere = [], 0
    for one in all_responses(home):
        is_open = one.open_on(last)
        ended = one.end is not None and first <= one.end <= last
        if not is_open and not ended:
            continue
        if places := [place for place, of in names.items() if one.place in of]:
            here.append(Problem(places=places, response=one, is_open=is_open))
        else:
            elsewhere += is_open
    return Problems(
        is_kept=(home.root / FILE).exists(),
        here=here,
        elsewhere=elsewhere,
        routes=dict(_routes(home, names, last)),
    )


def names_of(programme: Programme) -> dict[str, set[str]]:
    """The ids by which each place may be called: its own, and its hot spot's."""
    found = {}
    for row in programme.places.select(["place_id", "hotspot_id"]).to_pylist():
        own = f"{programme.id}-{row['place_id']}"
        found[row["place_id"]] = {own, row["hotspot_id"]} - {None}
    return found


def _routes(
    home: Home, names: Mapping[str, set[str]], last: date
) -> Iterator[tuple[str, str]]:
    """The way of working of each place's newest profile, if it has any by then."""
    newest: dict[str, tuple[str, str]] = {}
    for folder in all_profiles(home):
        known = sorted(folder.glob("profile-*.json"))
        if not known or damaged_files(folder):  # verify says what is wrong with it
            continue
        profile = json.loads(known[0].read_bytes())
        if parse_period(profile["as_of"]).last_day > last:
            continue
        kept = newest.get(profile["id"], ("", ""))
        newest[profile["id"]] = max(kept, (profile["as_of"], profile["route"]))
    for place, of in names.items():
        if found := [newest[name] for name in of if name in newest]:
            as_of, route = max(found)
            yield place, f"Profile of {as_of}: {route}"
