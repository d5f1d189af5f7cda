"""What a pack says, in sentences: for a meeting, for the lead and for a panel."""

from collections.abc import Iterable, Sequence
from datetime import date

from transforms.impact.place_rows import PlaceRow
from transforms.patrols import words as patrols
from transforms.plain_text import plain
from transforms.programmes.chosen import POLYGON
from transforms.publications.formulas import is_safe
from transforms.reference.days import DAYS, Day
from transforms.scrutiny.page import delivered as delivered_beside
from transforms.searches import words as searches
from transforms.tasking.changed import FELL, ROSE
from transforms.tasking.fortnight import span_in_words
from transforms.tasking.pack import Pack


_SHOWN = 4  # places, or days, in a sentence
_CHANCE = 0.05  # of places beyond an interval of 95 of 100


def title(pack: Pack) -> str:
    """The name of the programme, and the fortnight."""
    return f"{pack.name}: {pack.fortnight.in_words}"


def handling(pack: Pack) -> str:
    """Who may have it."""
    if pack.is_restricted:
        return "Restricted: made from the force's own records."
    return "For policing alone."


def names_of(pack: Pack) -> dict[str, str]:
    """The name of each place, on one line; empty where it has none."""
    rows = pack.programme.places.select(["place_id", "name"]).to_pylist()
    named = {row["place_id"]: plain(row["name"] or "") for row in rows}
    return {place: name if is_safe(name) else "" for place, name in named.items()}


def where(pack: Pack) -> list[str]:
    """Which places, where most is expected, and where patrols go next."""
    highest = sorted(pack.places, key=lambda row: -row["level_month"])[:3]
    level = sum(row["level_month"] for row in pack.places)
    most = [
        f"{_place(pack, row['place_id'])} {row['level_month']:,.0f}" for row in highest
    ]
    return [
        (
            f"{_count(len(pack.places), 'place')} for"
            f" {pack.programme.group.label.lower()}, with {level:,.0f}"
            " incidents a month expected."
        ),
        f"Most expected a month: {'; '.join(most)}.",
        *next_visits(pack),
    ]


def next_visits(pack: Pack) -> list[str]:
    """What is planned for the fortnight to come, or how to plan it."""
    fortnight, plan = pack.fortnight, pack.next
    if not fortnight.has_next:
        return [f"The programme ended on {_day(fortnight.ended)}: nothing is next."]
    span = span_in_words(fortnight.next_first, fortnight.next_last)
    if not plan.plan_of:
        return [f"No patrol plan yet of {span}: {how_to_plan(pack)}"]
    visits = plan.visits_at
    most = ", ".join(f"{place} {number}" for place, number in _most(visits.items()))
    said = [
        (
            f"Planned for {span}: {_count(len(plan.visits), 'visit')} at"
            f" {len(visits)} of {len(pack.places)} places in"
            f" {_count(len(plan.shifts), 'shift')}"
            + (f", most at {most}." if most else ".")
        )
    ]
    if plan.without:
        said.append(f"No plan is of {days(plan.without)}.")
    return said


def how_to_plan(pack: Pack) -> str:
    """The command that plans the fortnight to come."""
    first, last = pack.next.without[0], pack.next.without[-1]
    return f"hexbeat patrol plan {pack.name} --shifts FILE --from {first} --to {last}"


def what_changed(pack: Pack) -> list[str]:
    """What joined, left, rose and fell, and what the tracker says."""
    return [*moved(pack), *_list_changes(pack), *tracker(pack)]


def moved(pack: Pack) -> list[str]:
    """Which places are beyond their intervals in what no pack has seen."""
    found, clock = pack.changed, pack.programme.clock
    since = "the last pack" if pack.before else "the forecast"
    if not found.periods:
        nothing = (
            f"No new {clock.period} since {since}: the newest that counts is"
            f" {found.newest.in_words}, so nobody can say what rose or fell."
        )
        return [nothing, *_not_compared(pack)]
    rose, fell = (found.places(word) for word in (ROSE, FELL))
    span = _periods(pack)
    said = [
        f"Rose beyond its interval in {span}: {_rows(pack, rose)}." if rose else "",
        f"Fell below its interval in {span}: {_rows(pack, fell)}." if fell else "",
    ]
    if not rose and not fell:
        said = [f"No place is beyond its interval in {span}, new since {since}."]
    return [*filter(None, said), *_not_compared(pack)]


def _not_compared(pack: Pack) -> list[str]:
    missing = pack.changed.missing
    if not missing:
        return []
    period = pack.programme.clock.period
    listed = _listed([one.in_words for one in missing])
    return [f"Not compared: {listed}. A missing {period} is not a quiet one."]


def _periods(pack: Pack) -> str:
    """The months or days that no pack has seen."""
    periods = pack.changed.periods
    if pack.programme.clock is DAYS:
        return span_in_words(periods[0].first_day, periods[-1].last_day)
    if len(periods) == 1:
        return periods[0].in_words
    return f"{periods[0].in_words} to {periods[-1].in_words}"


def _rows(pack: Pack, places: Sequence[str]) -> str:
    rows = [pack.changed.rows[place] for place in places]
    return _listed([f"{_place(pack, r.place_id)} ({_beside(r)})" for r in rows], "; ")


def _beside(row: PlaceRow) -> str:
    return f"{row.observed:,}; expected {row.low:,} to {row.high:,}"


def _list_changes(pack: Pack) -> list[str]:
    """What became of the list itself: it is frozen, so only places leave it."""
    found, said = pack.changed, []
    if found.list_before:
        kept = len(pack.programme.places) - len(found.joined)
        said.append(
            f"New list after {found.list_before.rpartition('-')[0]}: {kept} places"
            f" kept, {len(found.joined)} joined ({_listed(found.joined) or 'none'}),"
            f" {len(found.gone)} dropped."
        )
    elif not pack.before:
        said.append(
            "First pack of this list, frozen with data up to"
            f" {pack.programme.as_of.in_words}. It is never edited."
        )
    if found.left:
        left = [f"{p} on {_day(pack.standing.left[p])}" for p in found.left]
        said.append(f"Left the list: {_listed(left)}.")
    elif pack.before:
        said.append("No place left the list.")
    return said


def tracker(pack: Pack) -> list[str]:
    """The tracker's line, or how to get one."""
    if pack.tracked is None:
        until = _day(pack.fortnight.last)
        return [f"Tracker: no look at it up to {until}. hexbeat track {pack.name}"]
    return [f"Tracker, {pack.tracked.span}: {pack.tracked.headline}"]


def did_it_help(pack: Pack) -> str:
    """The tracker's line for a panel."""
    if pack.tracked is None:
        return (
            "Not known yet: these places were not compared with their forecast by then."
        )
    said = f"{pack.tracked.span}: {pack.tracked.headline}"
    known = pack.tracked.figures["ratio"] is not None
    return f"{said} 1 is what was to be expected." if known else said


def dose(pack: Pack) -> list[str]:
    """What patrols delivered, what is missing, and where it fell short."""
    dosage = pack.delivered.fortnight
    if dosage is None:
        return [
            (
                f"Not known: no log has a day of {pack.fortnight.in_words}. That is not"
                " the same as no patrol."
            ),
            "Take the log: hexbeat dosage take FILE --mapping FILE.toml",
        ]
    hours = sum(dosage.days["officer_minutes"].to_pylist()) / 60
    said = [
        patrols.headline(dosage),
        f"{hours:,.1f} officer-hours.",
        *missing(pack),
        *patrols.to_do(dosage),
    ]
    if all(minutes is None for minutes in dosage.days["planned_minutes"].to_pylist()):
        said.append(
            "To hold it against a plan: hexbeat patrol plan, or planned_minutes under"
            " [patrol] of hexbeat.toml"
        )
    return said


def missing(pack: Pack) -> list[str]:
    """The days of the fortnight that no log has."""
    lacking = pack.delivered.missing
    said = f"No log has a row of {days(lacking)}: not known, not zero."
    return [said] if lacking else []


def as_planned(pack: Pack) -> list[str]:
    """How many place-days were as planned, and who planned them."""
    drawn = [
        f"Drawn by lot: the trial {one} says where patrols go, and alone can say"
        " whether they helped."
        for one in pack.trials
    ]
    return [*_as_planned(pack), *drawn]


def _as_planned(pack: Pack) -> list[str]:
    made = pack.delivered.made
    if made is None:
        return ["Nothing says what was planned, or no log has a day of the fortnight."]
    said = []
    if made.planned:
        share = 100 * made.visited / made.planned
        said.append(
            f"{share:.0f} % of {_count(made.planned, 'place-day')} with patrol planned"
            " had a visit of ten minutes or more."
        )
    if made.free:
        share = 100 * made.unplanned / made.free
        said.append(
            f"{share:.0f} % of {_count(made.free, 'place-day')} without had one all the"
            " same."
        )
    return said or ["The length of visits is not known."]


def unsaid(pack: Pack) -> list[str]:
    """What not to read into it, the most important first."""
    number = len(pack.places)
    said = [
        (
            "Whether patrols did it: a list of high places falls by itself. Only a"
            " trial can show why."
        ),
        (
            f"That a place that rose needs more: of {number} places about"
            f" {max(1, round(_CHANCE * number))} is beyond its interval by chance."
        ),
    ]
    if pack.programme.clock is not DAYS:
        said.append(
            "At which hour, or in which street: the feed has months, and points that"
            " each stand for several addresses."
        )
    if pack.delivered.fortnight is None or pack.delivered.missing:
        said.append("What was done on days without a log.")
    return said


def also_unsaid(pack: Pack) -> list[str]:
    """The rest of it, which has room further down."""
    said = [
        (
            "A place without a mark is not a quiet place: it has about what was"
            " expected, and was chosen because that is much."
        ),
        (
            "Minutes at places must not be added up as the hours of a grant:"
            " officer-hours are those."
        ),
    ]
    if pack.delivered.fortnight:
        said += patrols.unknown(pack.delivered.fortnight)
    if pack.unit == POLYGON:
        said.append("hexbeat does not know how these polygons were chosen.")
    return said


def missing_parts(pack: Pack) -> list[str]:
    """What the home lacks for a whole pack, and the command that brings it."""
    said = []
    if pack.delivered.fortnight is None:
        said.append(
            "No log of patrols: hexbeat dosage take FILE --mapping FILE.toml"
            " (docs/dosage.md)"
        )
    elif lacking := pack.delivered.missing:
        said.append(f"No log of {days(lacking)}.")
    if pack.fortnight.has_next and pack.next.without:
        number = _count(len(pack.next.without), "day")
        said.append(f"No plan of {number} to come: {how_to_plan(pack)}")
    if pack.tracked is None:
        said.append(f"No look of the tracker by then: hexbeat track {pack.name}")
    return said


def to_see_to(pack: Pack) -> list[str]:
    """What the lead has to see to: what is missing, and what rose."""
    said = missing_parts(pack)
    rose = pack.changed.places(ROSE)
    if rose:
        said.append(
            f"Ask what is behind {_listed(rose)}: hexbeat profile --programme"
            f" {pack.name} {' '.join(rose[:_SHOWN])}"
        )
    if open_ones := [one for one in pack.problems.here if one.is_open]:
        said.append(f"Review {_count(len(open_ones), 'open problem')}.")
    return said or ["Nothing is missing."]


def why_these(pack: Pack) -> list[str]:
    """The rule that chose the places, for readers who must not see the list."""
    rule = pack.programme.rule
    group = pack.programme.group.label.lower().removeprefix("all ")
    number = _count(len(pack.programme.places), "place")
    until = pack.programme.as_of.in_words
    if pack.unit == POLYGON:
        said = [f"{number} that the force drew itself, for {group}."]
    elif rule.ranks:
        said = [f"{number} that the force chose among its hot spots of {group}."]
    else:
        year = "12 months" if pack.programme.clock is not DAYS else "a year"
        said = [
            (
                f"{number}: the small areas of the force in which most {group} was"
                f" expected, of those with {rule.least_incidents_12m} incidents or more"
                f" in {year}"
                + (
                    f", at least {rule.spacing - 1} others between any two."
                    if rule.spacing > 1
                    else "."
                )
            )
        ]
        if rule.without:
            said.append(
                f"The force left out {_count(len(rule.without), 'area')} by hand."
            )
    return [
        *said,
        (
            f"Expected by recorded incidents up to {until} alone: neither who lives"
            " there nor where officers searched or patrolled enters it."
        ),
        "The list was frozen with a hash before the first patrol. It is never edited.",
    ]


def for_panel(pack: Pack) -> list[str]:
    """Hours of patrol, as far as they may be told."""
    dosage, places = pack.delivered.fortnight, len(pack.places)
    if dosage is None:
        return ["Not known: no log of patrols was read for this fortnight."]
    if not pack.areas:
        return [f"No hours are given for so few places ({places})."]
    hours = sum(dosage.days["officer_minutes"].to_pylist()) / 60
    said = [
        (
            f"{hours:,.0f} officer-hours at {places} places, by logs of"
            f" {len(dosage.supplied)} of {len(pack.fortnight.days)} days."
        )
    ]
    if len(pack.areas) < 2:
        said.append("Not divided by area: no two areas have three places or more.")
    return said


def by_area(pack: Pack) -> list[str]:
    """Which areas are named."""
    one, file = "A town", pack.named.file
    source = "By town, not by ward: the force has given no map of its wards."
    if file:
        one, source = "An area", f"The areas are those of the force's own map, {file}."
    return [
        (
            f"{one} is named if it has three places or more, and as many are left"
            " elsewhere."
        ),
        source,
    ]


def searched(pack: Pack) -> list[str]:
    """Searches beside the places, or why there are none."""
    beside = pack.searches
    if beside is None:
        return [
            (
                "Not known: no stop and search file of this force was read. The force"
                " can say whether it publishes one."
            )
        ]
    found = beside.searches
    return [
        searches.counted(found),
        searches.missing(found),
        searches.found_in_words(found),
        searches.where(found),
        delivered_beside(beside),
    ]


def not_concluded(pack: Pack) -> list[str]:
    """What a panel cannot conclude."""
    return [
        "Whether crime fell because of patrols, or that it would have risen without.",
        "Anything of a single place, officer, search or person.",
        searches.NO_CAUSE if pack.searches else "Whether searches were fair.",
    ]


COMPLAINTS = (
    (
        "How officers acted: the force's professional standards department, or the"
        " Independent Office for Police Conduct (policeconduct.gov.uk)."
    ),
    "A search: ask the force for its record, within three months.",
    (
        "How places are chosen: the force's lead for the programme. The rule, the hash"
        " of the list and this page are theirs to give out; the list is not."
    ),
)


def _place(pack: Pack, place: str) -> str:
    return f"{place} {names_of(pack)[place]}".rstrip()


def _most(visits: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(visits, key=lambda one: (-one[1], one[0]))[:_SHOWN]


def _listed(parts: Sequence[str], between: str = ", ") -> str:
    more = len(parts) - _SHOWN
    return between.join(parts[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def days(listed: Sequence[date]) -> str:
    """Days as spans where they follow each other."""
    spans: list[list[date]] = []
    for day in listed:
        if spans and (day - spans[-1][-1]).days == 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return _listed([span_in_words(of[0], of[-1]) for of in spans], "; ")


def _day(day: date | None) -> str:
    return Day.of(day).in_words if day else "–"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def why(pack: Pack, place: str) -> str:
    """Why a place is on the list, and the way of working of its newest profile."""
    line, route = pack.facts[place].line, pack.problems.routes.get(place)
    return f"{line} {route}." if route else line


def started(pack: Pack) -> str:
    """The day on which patrols began."""
    return _day(pack.standing.starts)
