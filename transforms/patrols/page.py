"""The page of a fortnight, for the crew: what was asked, what was done, where to go."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from transforms.patrols import words
from transforms.patrols.dosage import Dosage
from transforms.programmes.sheet import Part, Sheet
from transforms.reference.forces import DEMO_FORCES, FORCES


_HEADER = [
    "Place", "", "Expected a month", "Planned", "Delivered", "Visits", "10 to 20",
    "Days without", "Dose",
]  # fmt: skip
_NOTE = (
    "Expected: incidents of the frozen forecast, for which the place was chosen."
    " Planned and delivered: minutes in which anybody was there."
    " Under and over: less than half its share of need, more than twice."
)
# As narrow as a phone can show, whose page makes the words nearly twice as large.
_WIDTH, _ROW, _TOP = 480, 18, 26
_LEFT, _RIGHT = 188, 404  # of the bars, between the name of a place and its minutes
_NAME = 18  # letters: the table below has the whole name
_SHOWN_PLACES = 20
_INK, _GREY, _DONE = "#222", "#6b7079", "#1f5f8b"


def sheet_of(dosage: Dosage) -> Sheet:
    """The page."""
    programme = dosage.programme
    rule = programme.rule
    level = dict(
        zip(
            programme.places["place_id"].to_pylist(),
            programme.places["level_month"].to_pylist(),
            strict=True,
        )
    )
    places = dosage.places.to_pylist()
    force = {**FORCES, **DEMO_FORCES}[rule.force].name
    return Sheet(
        title=f"{programme.id.rpartition('-')[0]}: patrols delivered",
        subtitle=f"{force}, {programme.group.label}, {words.span(dosage)}",
        headline=words.headline(dosage),
        picture=bars(dosage),
        picture_alt="Minutes a day at each place, beside the minutes planned.",
        sections=[
            Part("What was delivered", words.delivered(dosage)),
            Part("How it was spread", words.spread(dosage)),
            Part("Where to go", words.to_do(dosage)),
            Part("What cannot be said", words.unsaid(dosage)),
        ],
        table_title="Places",
        header=_HEADER,
        rows=[
            [
                row["place_id"],
                row["name"] or "",
                f"{level[row['place_id']]:,.1f}",
                _number(row["planned_minutes"]),
                f"{row['patrol_minutes']:,.0f}",
                f"{row['visits']:,}",
                _number(row["visits_10_20"]),
                f"{row['days_without_visit']:,} of {row['days']:,}",
                row["word"] or "",
            ]
            for row in places
        ],
        marked=[row["word"] == "under" for row in places],
        footer=f"{_NOTE} Programme {programme.id}. For policing alone.",
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def bars(dosage: Dosage) -> str:
    """A bar of minutes a day for each place, with a line where the plan is; SVG."""
    places = dosage.places.to_pylist()[:_SHOWN_PLACES]
    done = [row["patrol_minutes"] / row["days"] for row in places]
    planned = [
        None if row["planned_minutes"] is None else row["planned_minutes"] / row["days"]
        for row in places
    ]
    most = max([1.0, *done, *(minutes or 0.0 for minutes in planned)])
    height = _TOP + _ROW * len(places) + 6
    planned_too = any(minutes is not None for minutes in planned)
    legend = "Minutes a day" + (", of those planned (line)" if planned_too else "")

    def x(minutes: float) -> float:
        return float(round(_LEFT + (_RIGHT - _LEFT) * minutes / most, 1))

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
            ' font-family="sans-serif" font-size="9" role="img"'
            ' aria-label="Minutes a day at each place">'
        ),
        f'<text x="{_WIDTH}" y="14" fill="{_GREY}" text-anchor="end">{legend}</text>',
    ]
    for at, (row, minutes, plan) in enumerate(zip(places, done, planned, strict=True)):
        y = _TOP + _ROW * at
        of = "" if plan is None else f" of {plan:,.0f}"
        parts += [
            f'<text x="0" y="{y + 12}" fill="{_INK}">{escape(_short(row))}</text>',
            (
                f'<rect x="{_LEFT}" y="{y + 3}" width="{x(minutes) - _LEFT:.1f}"'
                f' height="{_ROW - 7}" fill="{_DONE}"/>'
            ),
            (
                f'<text x="{_WIDTH}" y="{y + 12}" fill="{_INK}"'
                f' text-anchor="end">{minutes:,.0f}{of}</text>'
            ),
        ]
        if plan is not None:
            parts.append(
                f'<line x1="{x(plan)}" y1="{y}" x2="{x(plan)}" y2="{y + _ROW - 1}"'
                f' stroke="{_INK}" stroke-width="2"/>'
            )
    return "".join([*parts, "</svg>"])


def _short(row: Mapping[str, Any]) -> str:
    name = f"{row['place_id']} {row['name'] or ''}".strip()
    return name if len(name) <= _NAME else f"{name[: _NAME - 1].rstrip()}…"
