"""The page of an analysis: the same words as PDF, HTML and text."""

from datetime import date
from pathlib import Path

from transforms.programmes.sheet import Part, Sheet, html, write_pdf
from transforms.reference.days import Day
from transforms.reference.forces import DEMO_FORCES, FORCES
from transforms.trials import words
from transforms.trials.analysis import PRIMARY, Analysis, Finding
from transforms.trials.chart import forest
from transforms.trials.expected_power import Power


_HEADER = [
    "Outcome",
    "",
    "With patrol",
    "Without",
    "Ratio (95 of 100)",
    "p",
    "adjusted",
]


def sheet_of(found: Analysis, power: Power, designs: int) -> Sheet:
    """The page."""
    design = found.trial.design
    programme = found.trial.programme
    force = {**FORCES, **DEMO_FORCES}[programme.rule.force].name
    return Sheet(
        title=f"{programme.id.rpartition('-')[0]}: what the trial showed",
        subtitle=(
            f"{force}, {found.primary.outcome},"
            f" {Day.of(design.first_day).in_words} to"
            f" {Day.of(found.last_day).in_words}"
        ),
        headline=words.headline(found),
        picture=forest(found.findings),
        picture_alt="The ratio of each outcome with patrol to without.",
        sections=[
            Part("What was promised", words.promised(found, power, designs)),
            Part("What was delivered", words.delivered(found)),
            Part("What changed beyond chance", words.changed(found)),
            Part("What cannot be concluded", words.not_concluded(found, power)),
        ],
        table_title="Outcomes",
        header=_HEADER,
        rows=[_row(found, one) for one in found.findings],
        marked=[one.role == PRIMARY for one in found.findings],
        footer=(
            f"In {found.exposure} of each kind. Adjusted: by Holm, for the number of"
            f" secondary outcomes. Trial {found.trial.id} of {programme.id}."
            " For policing alone."
        ),
    )


def _row(found: Analysis, one: Finding) -> list[str]:
    return [
        one.outcome,
        one.role,
        f"{one.treated:,.0f} in {one.treated_exposure:,.0f}",
        f"{one.control:,.0f} in {one.control_exposure:,.0f}",
        words.ratio_in_words(one),
        "" if one.p is None else f"{one.p:.3f}",
        "" if one.adjusted_p is None else f"{one.adjusted_p:.3f}",
    ]


def write_pages(
    found: Analysis, power: Power, designs: int, last: date, folder: Path
) -> None:
    """Write the page as PDF, HTML and text."""
    sheet = sheet_of(found, power, designs)
    write_pdf(sheet, last, folder / "trial.pdf")
    (folder / "trial.html").write_text(html(sheet))
    (folder / "trial.md").write_text(text(sheet))


def text(sheet: Sheet) -> str:
    """The page as Markdown."""
    parts = [
        f"## {part.title}\n\n" + "\n".join(f"- {line}" for line in part.lines)
        for part in sheet.sections
    ]
    rule = ["---"] * len(sheet.header)
    table = "\n".join(
        "| " + " | ".join(row) + " |" for row in [sheet.header, rule, *sheet.rows]
    )
    head = [f"# {sheet.title}", sheet.subtitle, f"**{sheet.headline}**"]
    return "\n\n".join([*head, *parts, table, sheet.footer]) + "\n"
