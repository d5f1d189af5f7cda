"""The pages of a pack: for the meeting, for the lead, and for a panel."""

from collections.abc import Sequence
from typing import Any

from transforms.plain_text import plain
from transforms.reference.days import DAYS
from transforms.reference.forces import FORCES
from transforms.tasking import words
from transforms.tasking.changed import FELL, ROSE
from transforms.tasking.delivered import Measure, return_totals
from transforms.tasking.fortnight import span_in_words
from transforms.tasking.pack import Pack
from transforms.tasking.page import Box, Page, Section
from transforms.tasking.planned import PlannedShift
from transforms.tasking.sketch import Dot, sketch


SHOWN_PLACES = 40  # on paper: the workbook has all
_SHOWN_SHIFTS = 10
_SHOWN_PROBLEMS = 8
_NONE = "–"
_RETURN: dict[Measure, tuple[str, float]] = {
    ("visits", "all"): ("Visits (3 minutes or more)", 1),
    ("visits_10_20", "all"): ("Visits of 10 to 20 minutes", 1),
    ("officer_minutes", "all"): ("Officer-hours", 60),
    ("officer_minutes", "police"): ("… of police officers", 60),
    ("officer_minutes", "pcso"): ("… of PCSOs", 60),
    ("officer_minutes", "special"): ("… of special constables", 60),
    ("officer_minutes", "warden"): ("… of wardens", 60),
    ("officer_minutes", "partner"): ("… of other partners", 60),
    ("arrests", "all"): ("Arrests", 1),
    ("searches", "all"): ("Stop and searches", 1),
    ("weapons", "all"): ("Weapons found", 1),
    ("asb_powers", "all"): ("ASB powers used", 1),
    ("engagements", "all"): ("Engagements", 1),
}


def tasking_page(pack: Pack) -> Page:
    """The document of the meeting: two to four pages."""
    dots = _dots(pack)
    return Page(
        title=words.title(pack),
        subtitle=_subtitle(pack, "Tasking pack"),
        boxes=[
            Box("Where", words.where(pack)),
            Box("What changed", words.what_changed(pack)),
            Box("What was delivered", words.dose(pack)),
            Box("What cannot be said", words.unsaid(pack)),
        ],
        sections=[
            _places(pack),
            _next(pack),
            _problems(pack),
            _why(pack),
            Section(
                title="What else not to read into it", lines=words.also_unsaid(pack)
            ),
        ],
        footer=_footer(pack, words.handling(pack)),
        picture=sketch(dots, pack.programme.rule.force in FORCES),
        picture_alt=(
            f"Where {len(dots)} places are. Those that rose, fell or are under their"
            " dose are in another colour."
        ),
    )


def _dots(pack: Pack) -> list[Dot]:
    return [
        Dot(
            row["place_id"],
            row["easting"],
            row["northing"],
            _stands_out(pack, row["place_id"]),
        )
        for row in pack.places
    ]


def lead_page(pack: Pack) -> Page:
    """A page for the lead: dose, whether as planned, tracker, return totals."""
    return Page(
        title=words.title(pack),
        subtitle=_subtitle(pack, "For the lead"),
        boxes=[
            Box("What was delivered", words.dose(pack)),
            Box("As planned", words.as_planned(pack)),
            Box("What changed", [*words.tracker(pack), *words.moved(pack)]),
            Box("To see to", words.to_see_to(pack)),
        ],
        sections=[_totals(pack), _cannot(pack)],
        footer=_footer(pack, words.handling(pack)),
    )


def panel_page(pack: Pack) -> Page:
    """A page for a panel or for councillors: it names no place."""
    return Page(
        title=f"Hot spot patrols, {pack.fortnight.in_words}",
        subtitle=f"{pack.force.name}, {_group(pack)}. For the panel",
        boxes=[
            Box("Why these places", words.why_these(pack)),
            Box("What patrols did", words.for_panel(pack)),
            Box("Searches there", words.searched(pack)),
            Box("What cannot be concluded", words.not_concluded(pack)),
        ],
        sections=[
            *_areas(pack),
            Section(title="Did it help?", lines=[words.did_it_help(pack)]),
            Section(title="Questions and complaints", lines=words.COMPLAINTS),
        ],
        footer=_footer(pack, "It names no place: the list is for policing alone."),
    )


def _subtitle(pack: Pack, what: str) -> str:
    return f"{what}. {pack.force.name}, {_group(pack)}"


def _group(pack: Pack) -> str:
    return pack.programme.group.label


def _footer(pack: Pack, handling: str) -> str:
    return f"Programme {pack.programme.id}. {handling}"


def _places(pack: Pack) -> Section:
    """A row for each place; a column only where there is something to say."""
    names, changed, is_new = words.names_of(pack), pack.changed, pack.changed.periods
    has_change = any(changed.word(row["place_id"]) for row in pack.places)
    header = ["Place", "", "Expected"]
    header += ["Counted", "95 of 100"] if is_new else []
    header += ["Change"] if has_change else []
    header += ["Minutes", "Visits", "No visit"] if pack.dose else []
    header += ["Next"] if pack.next.plan_of else []
    rows = []
    for row in pack.places[:SHOWN_PLACES]:
        place = row["place_id"]
        cells = [place, names[place], f"{row['level_month']:,.1f}"]
        if is_new:
            of = changed.rows[place]
            cells += [f"{of.observed:,}", f"{of.low:,} to {of.high:,}"]
        if has_change:
            cells.append(changed.word(place) or "")
        if pack.dose:
            cells += _dose(pack.dose.get(place))
        if pack.next.plan_of:
            cells.append(f"{pack.next.visits_at[place]:,}")
        rows.append(cells)
    return Section(
        title="Places",
        lines=[*_about_places(pack), *_more(len(pack.places), SHOWN_PLACES)],
        header=header,
        rows=rows,
        texts=[0, 1, *([header.index("Change")] if has_change else [])],
        wide=1,
        marked=[
            _stands_out(pack, row["place_id"]) for row in pack.places[:SHOWN_PLACES]
        ],
    )


def _about_places(pack: Pack) -> list[str]:
    """What the columns are."""
    said = ["Expected: incidents a month, by the frozen forecast."]
    if pack.changed.periods:
        unit = "days" if pack.programme.clock is DAYS else "months"
        since = "the last pack" if pack.before else "the forecast"
        said.append(
            f"Counted: incidents in the {unit} that are new since {since}. 95 of 100:"
            " what so many such places have, given how the rest of the force did."
        )
    if pack.dose:
        said.append(
            "Minutes in which anybody was there, of those planned. No visit: days with"
            " a log and without a visit."
        )
    if pack.next.plan_of:
        said.append("Next: visits planned for the fortnight to come.")
    if any(_stands_out(pack, row["place_id"]) for row in pack.places):
        said.append("Shaded: it rose or fell, or had less than half its share of dose.")
    return [" ".join(said)]


def _dose(row: dict[str, Any] | None) -> list[str]:
    if row is None:
        return [_NONE] * 3
    minutes = f"{row['patrol_minutes']:,.0f}"
    if row["planned_minutes"] is not None:
        minutes += f" of {row['planned_minutes']:,.0f}"
    without = f"{row['days_without_visit']:,} of {row['days']:,}"
    return [minutes, f"{row['visits']:,}", without]


def _stands_out(pack: Pack, place: str) -> bool:
    dose = pack.dose.get(place)
    short = bool(dose and dose["word"] == "under")
    return short or pack.changed.word(place) in (ROSE, FELL)


def _why(pack: Pack) -> Section:
    names, routes = words.names_of(pack), pack.problems.routes
    lines = _more(len(pack.places), SHOWN_PLACES)
    if not routes:
        lines.append(
            "No place has a problem profile yet: hexbeat profile --programme"
            f" {pack.name} {pack.places[0]['place_id'] if pack.places else 'p01'}"
        )
    rows = [
        [place, names[place], words.why(pack, place)]
        for place in (row["place_id"] for row in pack.places[:SHOWN_PLACES])
    ]
    return Section(
        title="Why here",
        lines=lines,
        header=["Place", "", "Why here"],
        rows=rows,
        texts=(0, 1, 2),
        wide=2,
    )


def _next(pack: Pack) -> Section:
    fortnight, plan = pack.fortnight, pack.next
    span = span_in_words(fortnight.next_first, fortnight.next_last)
    lines = words.next_visits(pack)
    if plan.plans:
        folder = pack.programme.folder.name
        listed = ", ".join(plan.plans)
        lines.append(
            f"Times, ways and a page for each unit: programmes/{folder}/plans/,"
            f" {listed}, briefing.pdf."
        )
    rows = _shifts(plan.shifts)
    return Section(
        title=f"Next: {span}" if fortnight.has_next else "Next",
        lines=[*lines, *_more(len(rows), _SHOWN_SHIFTS)],
        header=["Shift", "Days", "Units", "Visits"],
        rows=rows[:_SHOWN_SHIFTS],
        texts=(0, 1),
        wide=1,
    )


def _shifts(shifts: Sequence[PlannedShift]) -> list[list[str]]:
    """A row for each shift with as many units: its days together."""
    by_shift: dict[tuple[str, int], list[PlannedShift]] = {}
    for one in shifts:
        by_shift.setdefault((one.shift, one.units), []).append(one)
    return [
        [
            shift,
            words.days([one.day for one in of]),
            f"{units:,}",
            f"{sum(one.visits for one in of):,}",
        ]
        for (shift, units), of in by_shift.items()
    ]


def _problems(pack: Pack) -> Section:
    found = pack.problems
    lines = []
    if not found.is_kept:
        lines.append(
            "None is written down: responses.toml in the home keeps what is tried, by"
            " whom and since when (docs/problem-profiles.md)."
        )
    elif not found.here:
        lines.append("None at these places.")
    if found.elsewhere:
        lines.append(f"{found.elsewhere:,} more are open at other places.")
    rows = [
        [
            ", ".join(one.places),
            plain(one.response.what),
            plain(one.response.who),
            str(one.response.date),
            str(one.response.end or "") if one.is_open else f"ended {one.response.end}",
        ]
        for one in found.here
    ]
    return Section(
        title="Open problems",
        lines=[*lines, *_more(len(rows), _SHOWN_PROBLEMS)],
        header=["Place", "What is tried", "Who", "Since", "Until"],
        rows=rows[:_SHOWN_PROBLEMS],
        texts=(0, 1, 2, 3, 4),
        wide=1,
    )


def _totals(pack: Pack) -> Section:
    """What a return asks for, of the fortnight and since the start."""
    if pack.delivered.whole is None:
        return Section(
            title="Totals for returns",
            lines=["None: no log of patrols was taken since the programme started."],
        )
    of_fortnight, of_all = (
        return_totals(dosage)
        for dosage in (pack.delivered.fortnight, pack.delivered.whole)
    )
    rows = [
        [title, _measure(of_fortnight, key, by), _measure(of_all, key, by)]
        for key, (title, by) in _RETURN.items()
        if of_all.get(key) or key[1] == "all"
    ]
    days, every = pack.delivered.missing, pack.delivered.missing_in_all
    rows.append(["Days without a log", f"{len(days):,}", f"{len(every):,}"])
    started = words.started(pack)
    return Section(
        title="Totals for returns",
        lines=[
            "–: no log says. A day without a log is missing, and not zero.",
            f"By month and place: hexbeat dosage report {pack.name}",
        ],
        header=["", "This fortnight", f"Since {started}"],
        rows=rows,
        wide=0,
    )


def _measure(totals: dict[Measure, float | None], key: Measure, by: float) -> str:
    value = totals.get(key)
    if value is None:
        return _NONE
    return f"{value / by:,.1f}" if by != 1 else f"{value:,.0f}"


def _cannot(pack: Pack) -> Section:
    return Section(title="What cannot be said", lines=words.unsaid(pack))


def _areas(pack: Pack) -> list[Section]:
    if len(pack.areas) < 2:
        return []
    return [
        Section(
            title="Where, by area" if pack.named.file else "Where, by town",
            lines=words.by_area(pack),
            header=["Area", "Places", "Officer-hours"],
            rows=[
                [area.name, f"{len(area.places):,}", _hours(hours)]
                for area, hours in pack.areas
            ],
            wide=0,
        )
    ]


def _hours(hours: float | None) -> str:
    return "not known" if hours is None else f"{hours:,.0f}"


def _more(number: int, shown: int) -> list[str]:
    left: Sequence[str] = [f"{number - shown:,} more are in tasking.xlsx."]
    return list(left) if number > shown else []
