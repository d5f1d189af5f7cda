"""Place labels and outcome labels, cleaned: whole words in, one spelling out."""

import re
import unicodedata
from functools import lru_cache


# What the public feed calls a point that stands for a kind of place: two of one kind
# have the same name, and say nothing of where they are.
VENUE_KINDS = (
    "Airport/Airfield", "Bus/Coach Station", "Conference/Exhibition Centre",
    "Ferry Terminal", "Further/Higher Educational Building", "Hospital",
    "Motorway Service Area", "Nightclub", "Park/Open Space", "Parking Area",
    "Pedestrian Subway", "Petrol Station", "Police Station", "Prison", "Race Track",
    "Shopping Area", "Sports/Recreation Area", "Supermarket", "Theatre/Concert Hall",
)  # fmt: skip

# A small letter, an apostrophe and a large S: the feed's title case, no name's own.
# Python and Arrow read it alike.
WRONG_S, RIGHT_S = r"([a-zß-ÿ]['’])S\b", r"\1s"

_PREFIX = "on or near"
_NO_PLACE = "no location"
_SPACES = re.compile(r"\s+")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
# Formatting characters (joiners, direction marks) and controls: they show nothing,
# and let one text pass for another.
_INVISIBLE = {"Cc", "Cf"}


def clean_text(text: str) -> str:
    """Composed letters, single spaces, nothing invisible."""
    if _PLAIN.fullmatch(text):  # as nearly all are
        return text
    spaced = _SPACES.sub(" ", text)
    visible = (c for c in spaced if unicodedata.category(c) not in _INVISIBLE)
    composed = unicodedata.normalize("NFC", "".join(visible))
    return _SPACES.sub(" ", composed).strip()


@lru_cache(maxsize=1 << 16)  # a force's streets come again every month
def place_label(location: str) -> str | None:
    """The street or venue of a police.uk `Location`; None where it names none."""
    text = clean_text(location)
    if text.lower().startswith(_PREFIX):
        text = text[len(_PREFIX) :].strip()
    return None if not text or text.lower() == _NO_PLACE else text


def shown(label: str) -> str:
    """A label as people write it: `Gabriel'S Hill` is Gabriel's Hill.

    For what is read alone: rows keep the feed's own spelling, by which rules find them.
    """
    return re.sub(WRONG_S, RIGHT_S, label)


def slug(label: str) -> str | None:
    """Lower-case words joined by dashes: `Offender fined` gives `offender-fined`."""
    return _NOT_WORD.sub("-", clean_text(label).lower()).strip("-") or None
