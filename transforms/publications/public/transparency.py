"""transparency.md: what this tool is and how it works, for the people it affects.

It follows the Algorithmic Transparency Recording Standard of the United Kingdom's
public bodies: a tier for everyone, and a detailed one. What a run knows is filled in;
what only the force can answer is a marked blank, never a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from transforms.homes.disclosure_settings import OPERATOR_FIELDS, DisclosureSettings
from transforms.publications.public.transparency_text import TEXT


BLANK = "**To be filled in by the force:**"


@dataclass(frozen=True, kw_only=True)
class TransparencyFacts:
    """What a publication says about itself, as plain values."""

    run_id: str
    as_of: str  # YYYY-MM
    version: str  # of hexbeat
    method: str  # its label and version
    method_in_words: str
    attribution: str
    feeds: Sequence[str]
    # force, first and last month supplied, how many were
    months: Sequence[tuple[str, str, str, int]]
    exclusions: Sequence[tuple[str, int, str]]  # kind of place, rules, why
    periods: Sequence[str]  # in the public tables
    accuracy: str  # a Markdown table or a sentence
    settings: DisclosureSettings = field(default_factory=DisclosureSettings)


def transparency(
    facts: TransparencyFacts, answers: Mapping[str, str] | None = None
) -> str:
    """The text of transparency.md; `answers` are the force's, by `OPERATOR_FIELDS`."""
    given = {key: _inline(text) for key, text in (answers or {}).items()}
    blanks = {key: f"{BLANK} {question}" for key, question in OPERATOR_FIELDS.items()}
    filled = blanks | {key: text for key, text in given.items() if text}
    return TEXT.format(
        **filled,
        **{name: _inline(getattr(facts, name)) for name in _INLINE},
        accuracy=facts.accuracy.strip(),
        feeds=_list(facts.feeds),
        months=_rows(facts.months, "| none | | | 0 |"),
        exclusions=_rows(facts.exclusions, "| none | 0 | |"),
        periods=", ".join(facts.periods) or "none yet",
        minimum=facts.settings.minimum_count,
        rounding=facts.settings.rounding,
        lag=_months(facts.settings.lag_months),
        partition=_PARTITION[facts.settings.finest_resolution],
    )


def unanswered(answers: Mapping[str, str]) -> list[str]:
    """The questions of the record that the force has not answered, by their field."""
    return [name for name in OPERATOR_FIELDS if not answers.get(name, "").strip()]


_INLINE = ("run_id", "as_of", "version", "method", "method_in_words", "attribution")


def _inline(text: str) -> str:
    """One line without markup: anyone may have written the text."""
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
        " resolution 8 if each of them has none or at least the minimum"
    ),
}


def _months(number: int) -> str:
    return "1 month" if number == 1 else f"{number} months"
