"""What was tried at a place: `responses.toml` of the home, kept by hand."""

import datetime as dt
from dataclasses import field
from typing import Annotated

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from transforms.homes.home import Home
from transforms.lake.storage import is_remote
from transforms.reference.overrides import CalendarDay
from transforms.reference.toml_files import STRICT, Text, read_toml, text_of


FILE = "responses.toml"


@dataclass(frozen=True, config=STRICT)
class Response:
    """Something that was done about a problem, and by which team or partner."""

    place: Annotated[Text, "id of a hot spot, or PROGRAMME-PLACE"]
    date: CalendarDay
    what: Text
    who: Annotated[Text, "a team or a partner, never a person"]
    end: CalendarDay | None = None

    def __post_init__(self) -> None:
        if self.end and self.end < self.date:
            raise ValueError(f"it ends on {self.end}, before it begins")

    def open_on(self, day: dt.date) -> bool:
        """Whether it had begun by then, and goes on."""
        return self.date <= day and (self.end is None or self.end >= day)


@dataclass(frozen=True, config=STRICT)
class _Responses:
    response: tuple[Response, ...] = field(default_factory=tuple)


def responses_at(home: Home, place: str) -> list[Response]:
    """What was tried there, oldest first; nothing where the home has no such file."""
    return [one for one in all_responses(home) if one.place == place]


def all_responses(home: Home) -> list[Response]:
    """What was tried anywhere, oldest first; `UsageError` for a mistake in the file."""
    if is_remote(home.root):
        return []
    file = home.root / FILE
    if not file.exists():
        return []
    found = read_toml(text_of(file), str(file), TypeAdapter(_Responses)).response
    return sorted(found, key=lambda one: (one.date, one.what))
