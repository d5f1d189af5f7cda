"""Where the packs of a programme are, and which there were before."""

from datetime import date

from transforms.homes.home import Home
from transforms.programmes.register import TASKED, Register


PACKS = "packs"  # each a folder that is written once and never changes


def packs_of(home: Home, programme: str) -> list[str]:
    """The ids of a programme's packs, in the order in which they were made."""
    return [what["pack"] for what in Register(home).of_trials(programme, TASKED)]


def ending_of(pack: str) -> date:
    """The last day of a pack's fortnight."""
    return date.fromisoformat(pack.rpartition("-")[0])


def newest_pack(home: Home, programme: str) -> date | None:
    """The last day of the newest fortnight that has a pack."""
    return max(map(ending_of, packs_of(home, programme)), default=None)


def pack_before(home: Home, programme: str, last: date) -> str | None:
    """The pack of the fortnight before: of several of one fortnight, the newest."""
    earlier = [pack for pack in packs_of(home, programme) if ending_of(pack) < last]
    return max(reversed(earlier), key=ending_of, default=None)
