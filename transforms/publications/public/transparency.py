"""transparency.md: what this is and how it works, for those whom it is used upon.

In the layout of the Algorithmic Transparency Recording Standard of the United Kingdom's
public bodies: a tier for everyone, and one for those who ask further. What a run knows
is filled in; what only the force can answer is a marked blank, never a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from transforms.disclosure.settings import DisclosureSettings
from transforms.disclosure.transparency_text import TEXT
from transforms.errors import UsageError


BLANK = "**To be filled in by the force:**"
# Key in the settings, and the question that stands in the blank until it is answered.
OPERATOR_FIELDS = {
    "name": "the name the force uses for this tool",
    "organisation": "the force that uses it",
    "contact": "an e-mail address for questions and complaints",
    "website": "where the force writes about it",
    "team": "the team that runs it",
    "senior_owner": "the role that answers for its use",
    "supplier": "who supplies or hosts it, if not the force, by what contract",
    "first_use": "the month of its first use, and whether it is a trial",
    "benefits": "what it is to achieve, and how that is measured",
    "previous_process": "how places were chosen before",
    "alternatives": "what else was weighed, and why it was not taken",
    "use": "which decisions it informs, how often, and how many officers see it",
    "oversight": "who reviews a list before anyone is sent, and what they may change",
    "training": "what those who use it are taught",
    "appeals": "how a resident asks for a review, and who answers",
    "legal_basis": "the law and the policy that it is used under",
    "data_protection": "the data protection impact assessment: date, result, link",
    "equality": "the equality impact assessment: date, result, link",
    "ethics": "what an ethics panel or scrutiny board said, and when",
    "community_risks": "what residents of the places told of have said of it",
}


@dataclass(frozen=True)
class TransparencyFacts:
    """What one publication knows of itself: plain values."""

    run_id: str
    as_of: str  # YYYY-MM
    version: str  # of hexbeat
    method: str  # its label and version
    method_in_words: str
    attribution: str
    feeds: Sequence[str]
    # force, first and last month supplied, how many were
    months: Sequence[tuple[str, str, str, int]]
    exclusions: Sequence[tuple[str, str]]  # which places, and why
    periods: Sequence[str]  # that the public tables tell
    accuracy: str  # a Markdown table or a sentence
    settings: DisclosureSettings = field(default_factory=DisclosureSettings)


def transparency(
    facts: TransparencyFacts, answers: Mapping[str, str] | None = None
) -> str:
    """The text of transparency.md; `answers` are the force's, by `OPERATOR_FIELDS`."""
    given = {key: _inline(text) for key, text in (answers or {}).items()}
    if unknown := sorted(given.keys() - OPERATOR_FIELDS.keys()):
        raise UsageError(
            f"transparency: no field {unknown[0]!r}; there are"
            f" {', '.join(OPERATOR_FIELDS)}"
        )
    blanks = {key: f"{BLANK} {asked}" for key, asked in OPERATOR_FIELDS.items()}
    filled = blanks | {key: text for key, text in given.items() if text}
    return TEXT.format(
        **filled,
        **{name: _inline(getattr(facts, name)) for name in _INLINE},
        accuracy=facts.accuracy.strip(),
        feeds=_list(facts.feeds),
        months=_rows(facts.months, "| none | | | 0 |"),
        exclusions=_rows(facts.exclusions, "| none | |"),
        periods=", ".join(facts.periods) or "none yet",
        minimum=facts.settings.minimum_count,
        rounding=facts.settings.rounding,
        lag=_months(facts.settings.lag_months),
        partition=_PARTITION[facts.settings.finest_resolution],
    )


_INLINE = ("run_id", "as_of", "version", "method", "method_in_words", "attribution")


def _inline(text: str) -> str:
    """One line that can be no markup of another document: whose text it is varies."""
    line = " ".join(text.split())
    return line.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def _list(items: Sequence[str]) -> str:
    return "\n".join(f"- {_inline(item)}" for item in items) or "- none"


def _rows(rows: Sequence[Sequence[object]], none: str) -> str:
    lines = [f"| {' | '.join(_inline(str(value)) for value in row)} |" for row in rows]
    return "\n".join(lines) or none


_PARTITION = {
    7: "H3 cells of resolution 7 (4 to 5 km²)",
    8: (
        "H3 cells of resolution 7 (4 to 5 km²), or all seven children of one at"
        " resolution 8 where each of them holds nothing or the minimum"
    ),
}


def _months(number: int) -> str:
    return "1 month" if number == 1 else f"{number} months"
