"""What the doctor says of one thing."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what is so, and whether that is good."""

    level: Literal["ok", "note", "bad"]
    about: str
    text: str
