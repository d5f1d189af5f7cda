"""Makes problem profiles: each a folder that is written once and never changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.homes.runs.seal import json_text
from transforms.lake.storage import is_remote, make_folder
from transforms.plain_text import plain
from transforms.profiles.area import (
    Area,
    areas_by_id,
    highest_areas,
    place_area,
)
from transforms.profiles.day_records import Flagged
from transforms.profiles.document import markdown, write_pdf
from transforms.profiles.past import past_of
from transforms.profiles.profile import (
    Context,
    Profile,
    TooFewIncidentsError,
    profile_of,
)
from transforms.profiles.responses import Response
from transforms.profiles.schemas import PROFILE_POINTS
from transforms.profiles.week_hours import WeekHours
from transforms.profiles.words import document
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.programme import open_programme
from transforms.publications.formats.csv_files import write_csv
from transforms.reference import cells
from transforms.reference.days import DAYS
from transforms.reference.place_labels import shown


FOLDER = "profiles"
_OWNER_ONLY = 0o700
_DECIMALS = 6


@dataclass(frozen=True)
class Made:
    """A profile that was made, or had been."""

    profile: Profile
    folder: Path
    created: bool


def make_profiles(
    home: Home, areas: Sequence[Area], context: Context | None = None
) -> Iterator[Made | TooFewIncidentsError]:
    """The profile of each area, in its order within a force, each force read once.

    An area with too little to speak of gives the error that says so.
    """
    lake = home.lake.pinned()
    for force, of_force in groupby(areas, key=lambda area: area.force):
        listed = list(of_force)
        past = past_of(home, lake, force, listed[0].as_of)
        for area in listed:
            try:
                found = profile_of(home, area, past, context or Context())
            except TooFewIncidentsError as error:
                yield error
            else:
                yield _kept(home, found)


def asked_areas(
    home: Home,
    areas: Sequence[str],
    programme: str | None,
    force: str | None,
    group: str | None,
    top: int | None,
) -> list[Area]:
    """The areas of a command; `UsageError` for what cannot be profiled."""
    profiles_folder(home)
    of_top = {"--force": force, "--group": group, "--top": top}
    given = [name for name, value in of_top.items() if value is not None]
    if areas and given:
        raise UsageError(f"{given[0]} is of the highest hot spots: give it or ids")
    if programme and not areas:
        raise UsageError("--programme: name places of it, such as p01")
    if programme:
        found = open_programme(home, programme)
        return [place_area(home, found, place) for place in dict.fromkeys(areas)]
    if areas:
        return areas_by_id(home, areas)
    if force is None or group is None or top is None:
        raise UsageError(
            "name hot spots by their ids, as in hotspots.csv, or give --force, --group"
            " and --top"
        )
    return highest_areas(home, force, group, top)


def profiles_folder(home: Home) -> Path:
    """Where a home's problem profiles are; `UsageError` where it is no folder."""
    if is_remote(home.root):
        raise UsageError(f"{home.root}: problem profiles need a home in a folder")
    return home.root / FOLDER


def all_profiles(home: Home) -> list[Path]:
    """The folders of a home's problem profiles, by name."""
    return sorted(profiles_folder(home).glob("[!.]*/"))


def _kept(home: Home, profile: Profile) -> Made:
    parent = profiles_folder(home)
    make_folder(parent)
    parent.chmod(_OWNER_ONLY)  # points of a map, and what is planned there

    def write(built: Path) -> str:
        text = json_text(facts(profile))
        (built / f"profile-{profile.area.id}.json").write_text(text)
        digest = sha256(text.encode()).hexdigest()[:12]
        return f"{profile.area.id}-{profile.area.as_of}-{digest}"

    kept = keep(parent, write, partial(_write_rest, profile))
    return Made(profile, kept.folder, kept.created)


def _write_rest(profile: Profile, folder: Path) -> None:
    told, id_ = document(profile), profile.area.id
    write_pdf(told, profile.area.as_of.last_day, folder / f"profile-{id_}.pdf")
    (folder / f"profile-{id_}.md").write_text(markdown(told))
    write_csv(_points(profile), folder / f"profile_{id_}_points.csv")
    write_manifest(folder)


def _points(profile: Profile) -> pa.Table:
    total, so_far, rows = profile.points.incidents, 0, []
    for rank, point in enumerate(profile.points.listed, start=1):
        so_far += point.incidents
        rows.append(
            {
                "rank": rank,
                "lat": point.latitude,
                "lon": point.longitude,
                "place_label": plain(shown(point.label)) if point.label else None,
                "incidents_36m": point.incidents,
                "share": round(point.incidents / total, _DECIMALS),
                "cumulative_share": round(so_far / total, _DECIMALS),
            }
        )
    return pa.Table.from_pylist(rows, schema=PROFILE_POINTS)


def facts(profile: Profile) -> Mapping[str, Any]:
    """All that a profile found, for other programs; its hash names the folder."""
    area, points = profile.area, profile.points
    year = area.clock.year
    return {
        "id": area.id,
        "name": profile.name,
        "force": area.force.id,
        "crime_group": area.group.slug,
        "as_of": str(area.as_of),
        "h3_cells": cells.as_text(area.ground),
        "area_m2": round(area.area_m2, 1),
        "expected": round(area.expected, _DECIMALS),
        "expected_lo": area.interval[0],
        "expected_hi": area.interval[1],
        "hotspot_class": area.hotspot_class,
        "lists": area.lists,
        "of_lists": area.of_lists,
        **_series(profile),
        f"mix_{year}": [_rounded(asdict(row)) for row in profile.mix],
        f"harm_{year}": round(profile.harm.total, _DECIMALS),
        f"harm_gravest_share_{year}": round(profile.harm.gravest_share, _DECIMALS),
        f"officers_found_share_{year}": round(profile.officers_found, _DECIMALS),
        f"outcomes_{year}": asdict(profile.outcomes),
        f"force_outcomes_{year}": asdict(profile.force_outcomes),
        "points": len(points.points),
        "top_points": points.top,
        "top_share": round(points.top_share, _DECIMALS),
        "top_share_chance": _rounded(asdict(points.chance)),
        "responses": list(map(_response, profile.responses)),
        "delivered": area.delivered,
        f"searches_{year}": _searches(profile),
        "power": area.power,
        "around": [_rounded(asdict(row)) for row in profile.around],
        "context": {layer.name: layer.sha256 for layer in profile.context.layers},
        "sensitive_because": profile.context.sensitive,
        **_counts(profile),
        "route": profile.route.name,
        **_timed(profile),
    }


def _counts(profile: Profile) -> dict[str, Any]:
    """Counts of others, as they may be told; nothing where none were given."""
    if not profile.counts:
        return {}
    return {
        "context_counts_sha256": {of.name: of.sha256 for of in profile.context.counts},
        "context_counts": {
            of.name: {str(month): of.shown(month) for month in of.months}
            for of in profile.counts
        },
    }


def _series(profile: Profile) -> dict[str, Any]:
    name = "week_from" if profile.area.clock is DAYS else "month"
    return {
        f"{name.partition('_')[0]}s": [
            {name: str(period), "incidents": number}
            for period, number in profile.series
        ]
    }


def _timed(profile: Profile) -> dict[str, Any]:
    """What only a force's own feed can tell."""
    of = profile.timed
    if of is None:
        return {}
    return {
        "points_listed": len(profile.points.listed),
        "half_in_points": profile.points.half,
        "half_in_points_chance": asdict(profile.points.half_by_chance),
        "incidents_365d": of.incidents,
        "hours_365d": _hours(of.hours),
        "repeats_365d": _rounded(asdict(of.repeats))
        | {
            "repeats": of.repeats.repeats,
            "share": round(of.repeats.share, _DECIMALS),
            "share_chance": _rounded(asdict(of.repeats.chance)),
        },
        "domestic_share_365d": _share(of.domestic),
        "under_18_share_365d": _share(of.under_18),
        "near_repeats_of": of.near_repeats and of.near_repeats.category,
        "near_repeats": of.near_repeats.rows.to_pylist() if of.near_repeats else [],
    }


def _hours(of: WeekHours | None) -> dict[str, Any] | None:
    if of is None:
        return None
    return {
        "incidents": of.incidents,
        "week_from_monday": [round(one, 4) for one in of.week.tolist()],
        "half_in_hours": of.busiest,
        "half_by_lot": _rounded(asdict(of.half_by_lot)),
        "night_share": round(of.night, _DECIMALS),
        "night_share_by_lot": _rounded(asdict(of.night_by_lot)),
    }


def _share(of: Flagged | None) -> float | None:
    """None also where it is that of under five incidents."""
    return None if of is None or of.few else round(of.share, _DECIMALS)


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, _DECIMALS) if isinstance(value, float) else value
        for name, value in row.items()
    }


def _searches(profile: Profile) -> dict[str, Any] | None:
    of = profile.searches
    if of is None:
        return None
    found = _rounded(asdict(of.found)) if of.found else None
    return {"months": of.months, "number": of.number, "found": found}


def _response(one: Response) -> dict[str, Any]:
    end = str(one.end) if one.end else None
    return {"date": str(one.date), "end": end, "what": one.what, "who": one.who}
