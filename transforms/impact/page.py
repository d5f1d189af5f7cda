"""The page of a look: what it says, and in which order."""

from transforms.impact import words
from transforms.impact.chart import chart
from transforms.impact.look import Look
from transforms.programmes.sheet import Part, Sheet


_HEADER = ["Place", "", "Observed", "Expected", "95 of 100", "", "Likely", "Before*"]
_NOTE = (
    "Expected: the frozen forecast, times how the rest of the force did."
    " Likely: in as long a time again, the count drawn to what was expected, since a"
    " single place varies by chance."
    " *The same number of {unit} before, when the places were chosen because high."
)


def sheet_of(look: Look) -> Sheet:
    """The page."""
    period = look.programme.clock.period
    changed = (
        words.prevented(look),
        words.around(look),
        words.before_and_after(look),
        words.textbook(look),
        words.power(look),
    )
    return Sheet(
        title=f"{look.programme.id.rpartition('-')[0]}: how it went",
        subtitle=(
            f"{look.force.name}, {look.programme.group.label},"
            f" {words.span_in_words(look)}"
        ),
        headline=words.headline(look),
        picture=chart(look.estimate, look.past, look.usual),
        picture_alt=(
            f"The programme's ratio beside those of {len(look.past)} past lists,"
            f" {look.independent} of which share no {period}."
        ),
        sections=[
            Part("What was promised", words.promised(look)),
            Part("What was delivered", words.delivered(look)),
            Part("What changed beyond chance", [line for line in changed if line]),
            Part("What cannot be said", words.unsaid(look)),
        ],
        table_title="Places",
        header=_HEADER,
        rows=[
            [
                row.place_id,
                row.name or "",
                f"{row.observed:,}",
                f"{row.expected:,.1f}",
                f"{row.low} to {row.high}",
                row.word,
                f"{row.likely:,.1f}",
                "–" if row.before is None else f"{row.before:,}",
            ]
            for row in look.rows
        ],
        marked=[row.word != "within" for row in look.rows],
        last_faint=True,
        footer=(
            f"{_NOTE.format(unit=look.programme.clock.unit)} Programme"
            f" {look.programme.id}. {len(look.past)} past lists,"
            f" {look.independent} without a common {period}. For policing alone."
        ),
    )
