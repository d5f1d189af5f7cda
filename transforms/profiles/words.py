"""What a problem profile says, in sentences and tables: the SARA sheet."""

from collections.abc import Iterator

import numpy as np

from transforms.profiles.area import WEEK_DAYS
from transforms.profiles.chart import chart
from transforms.profiles.concentration import Concentration
from transforms.profiles.document import Block, Document
from transforms.profiles.force_points import ForcePoints
from transforms.profiles.profile import LEAST_INCIDENTS, SEASON_MONTHS, Profile, Shares
from transforms.profiles.timed_words import (
    address_similarity,
    timed_blocks,
    timed_lines,
)
from transforms.records.sensitive import AT_LEAST_RECORDS
from transforms.reference import place_labels
from transforms.reference.categories import CATEGORIES
from transforms.reference.days import DAYS
from transforms.reference.months import Month
from transforms.reference.national_grid import grid_reference, to_grid
from transforms.scores.labels.emerging import class_in_words
from transforms.searches.rates import Within, share


POINTS_SHOWN = 10
MONTHS_SHOWN = 6  # of twelve
ADDRESSES_SHOWN = 6  # beside the week
_MONTH_NAMES = [Month(2000, number).name for number in range(1, 13)]
_MIX_HEADER = ["Category", "Incidents", "Share", "Times the force's", "95 of 100"]
_AROUND_HEADER = [
    "Layer", "Inside", "Within 250 m", "Nearest, m", "Times the force's", "95 of 100",
]  # fmt: skip
_POINT_HEADER = ["Point", "Grid reference", "Incidents", "Share", "With those above"]
_NOT_KNOWN = (
    "Not known from this feed: hours and weekdays, exact addresses, repeat victims,"
    " near repeats. It has months, and points that each stand for several addresses."
)
_RESTRICTED = " Restricted: made from the force's own records."
_SMART = (
    "Specific: what exactly is to change, and where",
    "Measurable: by which figure, and from which source",
    "Achievable: who does it, with what",
    "Relevant: which cause of the analysis it works on",
    "Time-bound: by when, and when it is looked at again",
)


def document(profile: Profile) -> Document:
    """The whole sheet."""
    area = profile.area
    return Document(
        title=profile.name or area.id,
        subtitle=(
            f"Problem profile: {area.force.name}, {area.group.label.lower()},"
            f" data up to {area.as_of.in_words}. {area.id},"
            f" {area.area_m2 / 1e6:.2f} km²"
        ),
        headline=f"{profile.route.name}. {profile.route.why}",
        picture=chart(profile),
        picture_alt=(
            f"Incidents of each of {len(profile.series)} {_steps(profile)}, of which"
            f" {len(counted_steps(profile))} count, and {expected(profile)}"
        ),
        blocks=[
            Block(title="Scanning", lines=scanning(profile), blanks=_COMMUNITY),
            Block(title="Analysis", lines=list(analysis(profile))),
            Block(
                title="What happens there, beside the force",
                header=_MIX_HEADER,
                rows=list(_mix_rows(profile)),
            ),
            Block(
                title=f"Its highest {_points(profile)}",
                lines=list(_not_listed(profile)),
                header=_POINT_HEADER,
                rows=list(_point_rows(profile)),
            ),
            *(timed_blocks(profile.timed) if profile.timed else ()),
            Block(
                title="What is around it",
                lines=list(surroundings(profile)),
                header=_AROUND_HEADER if profile.around else (),
                rows=list(_around_rows(profile)),
            ),
            *_counts_of_others(profile),
            Block(
                title="Which way of working fits: the first that holds",
                header=["Way of working", "Conditions", "Holds"],
                texts=2,
                rows=list(_route_rows(profile)),
            ),
            Block(title="Response", lines=list(tried(profile)), blanks=_SMART),
            Block(
                title="Assessment",
                lines=assessment(profile),
                blanks=["What changed, beyond chance and the rest of the force"],
            ),
        ],
        footer=(
            f"Incidents at excluded places are left out. A profile needs"
            f" {LEAST_INCIDENTS} incidents. The thresholds of the ways of working are a"
            " choice, not a finding. For policing and its partners alone."
            f"{_RESTRICTED if profile.timed else ''}"
        ),
    )


_COMMUNITY = (
    "Community: who is affected, and who says so",
    "Harm: what it does to them",
)


def expected(profile: Profile) -> str:
    """What the next month, or week, is expected to have."""
    low, high = profile.area.interval
    term = f"{WEEK_DAYS} days" if profile.area.clock is DAYS else "month"
    return (
        f"{profile.area.expected:.1f} expected in the next {term}"
        f" (95 % range {low} to {high})."
    )


def counted_steps(profile: Profile) -> list[int]:
    """Incidents of the months or weeks that count."""
    return [number for _, number in profile.series if number is not None]


def _steps(profile: Profile) -> str:
    return "weeks" if profile.area.clock is DAYS else "months"


def _points(profile: Profile) -> str:
    """What its points are: the public feed's stand for several addresses."""
    return "addresses" if profile.timed else "map points"


def _year(profile: Profile) -> str:
    """Its newest year: in months, or in days."""
    return "365 days" if profile.area.clock is DAYS else "12 months"


def scanning(profile: Profile) -> list[str]:
    """Expectation, events, recurring, similarity, by the data alone."""
    area = profile.area
    year = profile.year
    span = _year(profile)
    events = (
        f"Events: {year.incidents:,} in {_counted(year)} of the last {span.split()[0]}"
    )
    if profile.before is not None:
        events += f"; {profile.before:,} in the {span} before"
    lists = "not known for a place that is no hot spot"
    if area.lists is not None:
        each = "daily" if area.clock is DAYS else "monthly"
        lists = f"on {area.lists} of {area.of_lists} {each} lists of hot spots"
    kind = area.hotspot_class or "none"
    how = "" if kind == "none" else class_in_words(kind)
    points = profile.points
    return [
        f"Expectation: {expected(profile)}",
        (
            f"{events}. A high place falls by itself: the forecast allows for it, a"
            " comparison with last year does not."
        ),
        f"Recurring: {lists}. {how}".rstrip(),
        address_similarity(points) if profile.timed else _similarity(points),
    ]


def _similarity(points: Concentration) -> str:
    """The highest fifth of the map points, beside chance."""
    return (
        f"Similarity: the highest {points.top} of {len(points.points)} map points have"
        f" {_percent(points.top_share)} of them; were all alike, chance would give them"
        f" {_percent(points.chance.median)} (95 of 100 times"
        f" {_percent(points.chance.high)} or less)."
    )


def analysis(profile: Profile) -> Iterator[str]:
    """How grave, how solved, found by whom, when, and what is not known."""
    harm = profile.harm
    if harm.total:
        yield (
            f"Harm of the last {_year(profile)}: {harm.total:,.0f};"
            f" {_percent(harm.gravest_share)} of it is its single gravest incident."
            " Weights by category hide how grave each was."
        )
    if profile.timed is None:
        yield _outcomes(profile.outcomes, profile.force_outcomes)
    yield (
        f"{_percent(profile.officers_found)} of all that is recorded there is drugs or"
        " weapons, which officers find where they look."
    )
    season = profile.season
    if season is None:
        yield (
            f"No season: {_months(len(profile.months))} of the last 36 count, and"
            f" {SEASON_MONTHS} are needed."
        )
    else:
        highest = sorted(season, key=lambda month: (-season[month], month))[:3]
        named = ", ".join(_MONTH_NAMES[month - 1] for month in sorted(highest))
        mean = sum(season.values()) / len(season)
        yield (
            f"Its highest months are {named}, with"
            f" {sum(season[m] for m in highest) / 3:.1f} a month; all months have"
            f" {mean:.1f}. Few years make a season uncertain."
        )
    yield from timed_lines(profile.timed) if profile.timed else [_NOT_KNOWN]


def _outcomes(own: Shares, force: Shares) -> str:
    here, there = (share(of.positive, of.final) for of in (own, force))
    if here is None or there is None:
        return "Outcomes of the last 12 months are not stored, or none is final yet."
    return (
        f"Of {own.final:,} crimes with a final outcome in the last 12 months,"
        f" {_within(here)} have a positive one; in the force {_percent(there.value)}."
    )


def surroundings(profile: Profile) -> Iterator[str]:
    """What patrols delivered, and what the layers are for."""
    if profile.area.delivered:
        yield profile.area.delivered
    yield _searched(profile)
    if profile.context.sensitive:
        yield f"A sensitive layer is shown because: {profile.context.sensitive}"
    if not profile.around:
        yield "No layer was given: --context NAME=FILE shows schools, stops and so on."
        return
    yield (
        "Layers describe: nothing is predicted from them, and what is near need not be"
        " a cause. Distances are from its middle."
    )


def _searched(profile: Profile) -> str:
    of = profile.searches
    if profile.timed:
        return "Searches are not in a force's own feed: see hexbeat searches."
    if of is None:
        return (
            "Stop and search of the last 12 months was not supplied, or is not stored."
        )
    found = "no result is known"
    if of.found:
        found = f"something was found in {_within(of.found)}"
    return (
        f"Searches there: {of.number:,} in {_months(of.months)} of the last 12;"
        f" {found}. They show where officers were, not where crime is."
    )


def _within(of: Within) -> str:
    return f"{_percent(of.value)} ({_percent(of.low)} to {_percent(of.high)})"


def _around_rows(profile: Profile) -> Iterator[list[str]]:
    for row in profile.around:
        known = row.quotient is not None
        yield [
            row.name,
            f"{row.inside:,}",
            f"{row.near:,}",
            f"{row.nearest_m:,.0f}",
            f"{row.quotient:.1f}" if known else "–",
            f"{row.low:.1f} to {row.high:.1f}" if known else "–",
        ]


def _counts_of_others(profile: Profile) -> Iterator[Block]:
    """Counts that others made there, by month."""
    if profile.counts:
        months = list(profile.counts[0].months)[-MONTHS_SHOWN:]
        yield Block(
            title="What others counted there",
            lines=[
                (
                    "Numbers from 1 to 4 are not told, and a month without a row is not"
                    " zero (–). Nothing is predicted from them."
                )
            ],
            header=["", *map(str, months), "12 months"],
            rows=[[of.name, *map(of.shown, months), of.total] for of in profile.counts],
        )


def tried(profile: Profile) -> Iterator[str]:
    """What was done there before, numbered as in the picture."""
    for number, one in enumerate(profile.responses, start=1):
        end = f" to {one.end}" if one.end else ""
        yield f"{number}. {one.date}{end}: {one.what} ({one.who})"
    if not profile.responses:
        yield "Nothing is noted in responses.toml of the home."


def assessment(profile: Profile) -> list[str]:
    """By what a response can be judged."""
    if profile.area.power:
        return [profile.area.power]
    return [
        (
            "To judge a response here, freeze the places with their forecast before it"
            " begins (hexbeat programme freeze), and track them."
        )
    ]


def _mix_rows(profile: Profile) -> Iterator[list[str]]:
    for row in profile.mix:
        known = row.quotient is not None
        yield [
            CATEGORIES.get(row.category, row.category),
            f"{row.incidents:,}",
            _percent(row.share),
            f"{row.quotient:.1f}" if known else "–",
            f"{row.low:.1f} to {row.high:.1f}" if known else "–",
        ]


def _point_rows(profile: Profile) -> Iterator[list[str]]:
    total, so_far = profile.points.incidents, 0
    most = ADDRESSES_SHOWN if profile.timed else POINTS_SHOWN
    shown = profile.points.listed[:most]
    grid = to_grid(
        np.array([point.longitude for point in shown]),
        np.array([point.latitude for point in shown]),
    )
    for point, east, north in zip(shown, *grid, strict=True):
        so_far += point.incidents
        yield [
            place_labels.shown(point.label or "no name"),
            grid_reference(east, north, digits=4 if profile.timed else 3),
            f"{point.incidents:,}",
            _percent(point.incidents / total),
            _percent(so_far / total),
        ]


def _not_listed(profile: Profile) -> Iterator[str]:
    """How much is at addresses that have no line."""
    rest = [point for point in profile.points.points if not point.listed]
    if rest:
        number = sum(point.incidents for point in rest)
        yield (
            f"{len(rest):,} more addresses, with {number:,} incidents, have no line:"
            f" fewer than {AT_LEAST_RECORDS} of these at each, or sensitive ones."
        )


def _route_rows(profile: Profile) -> Iterator[list[str]]:
    words = {True: "yes", False: "no", None: "not known"}
    for one in profile.table:
        yield [
            one.route.name,
            ", and ".join(one.conditions) or "always",
            words[one.holds],
        ]


def _percent(share: float) -> str:
    return "under 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def _counted(of: ForcePoints) -> str:
    """How many months or days of some incidents count."""
    number, unit = len(of.periods), of.clock
    return f"1 {unit.period}" if number == 1 else f"{number} {unit.unit}"


def _months(months: int) -> str:
    return "1 month" if months == 1 else f"{months} months"
