"""The page of a look, as PDF and as HTML, from the same words."""

import json
from datetime import UTC, datetime, time
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

import typst

from transforms.impact import words
from transforms.impact.chart import chart
from transforms.impact.look import Look
from transforms.publications.formats.glyphs import all_shown
from transforms.reference.groups import GROUPS


_HEADER = ["Place", "", "Observed", "Expected", "95 of 100", "", "Before*"]
_NOTE = (
    "Expected: the frozen forecast, times how the rest of the force did."
    " *The same number of months before, when the places were chosen because high."
)


def content(look: Look) -> dict[str, Any]:
    """All words of the page."""
    rule = look.programme.rule
    sections = {
        "What was promised": words.promised(look),
        "What was delivered": [words.DELIVERED],
        "What changed beyond chance": [
            line
            for line in (
                words.prevented(look),
                words.around(look),
                words.before_and_after(look),
                words.power(look),
            )
            if line
        ],
        "What cannot be said": words.unsaid(look),
    }
    return {
        "title": f"{look.programme.id.rpartition('-')[0]}: how it went",
        "subtitle": (
            f"{look.force.name}, {GROUPS[rule.group].label},"
            f" {words.months_in_words(look.months)}"
        ),
        "headline": words.headline(look),
        "chart_alt": (
            f"The programme's ratio beside those of {len(look.past)} past lists,"
            f" {look.independent} of which share no month."
        ),
        "sections": [
            {"title": title, "lines": lines} for title, lines in sections.items()
        ],
        "table_title": "Places",
        "header": _HEADER,
        "rows": [
            [
                row.place_id,
                row.name or "",
                f"{row.observed:,}",
                f"{row.expected:,.1f}",
                f"{row.low} to {row.high}",
                row.word,
                "–" if row.before is None else f"{row.before:,}",
            ]
            for row in look.rows
        ],
        "footer": (
            f"{_NOTE} Programme {look.programme.id}. {len(look.past)} past lists,"
            f" {look.independent} without a common month. For policing alone."
        ),
    }


def write_pdf(look: Look, path: Path) -> None:
    """Write the page for print: tagged, and the same bytes for the same look."""
    source = files("transforms.impact").joinpath("typst/tracker.typ").read_bytes()
    last = look.months[-1].last_day
    with TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "tracker.typ").write_bytes(source)
        (work / "chart.svg").write_text(chart(look.estimate, look.past, look.usual))
        (work / "tracker.json").write_text(json.dumps(all_shown(content(look))))
        typst.compile(
            work / "tracker.typ",
            output=path,
            root=work,
            ignore_system_fonts=True,
            pdf_standards="ua-1",
            timestamp=int(datetime.combine(last, time(), UTC).timestamp()),
        )


def html(look: Look) -> str:
    """The page for a screen: it loads nothing, and fits a phone."""
    told = content(look)
    promised, delivered, changed, unsaid = map(_section, told["sections"])
    head = "".join(f"<th scope=col>{escape(word)}</th>" for word in told["header"])
    rows = "".join(
        f"<tr class={row[5]}>" + "".join(f"<td>{escape(cell)}</td>" for cell in row)
        for row in told["rows"]
    )
    page = files("transforms.impact").joinpath("tracker.html").read_text()
    return Template(page).substitute(
        title=escape(told["title"]),
        subtitle=escape(told["subtitle"]),
        headline=escape(told["headline"]),
        picture=chart(look.estimate, look.past, look.usual),
        left=promised + changed,
        right=delivered + unsaid,
        table_title=escape(told["table_title"]),
        head=head,
        rows=rows,
        footer=escape(told["footer"]),
    )


def _section(part: dict[str, Any]) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in part["lines"])
    return f"<section><h2>{escape(part['title'])}</h2><ul>{lines}</ul></section>"
