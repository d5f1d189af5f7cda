"""The homes of forces' own feeds that `hexbeat up` serves.

Run as a module it prints them, a line each: force=home. `hexbeat up` asks it in another
process, because one that opens such a home writes private files from then on.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from flows.command.printing.terminal import print_line
from transforms.errors import UsageError
from transforms.records.credentials import stored_access
from transforms.records.homes import open_force_home


_KEYS = "HEXBEAT_FEED_"


def feeds_of(homes: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """Each home as force=home; `UsageError` for one that cannot be served."""
    found: dict[str, str] = {}
    for home in homes:
        opened = open_force_home(home)
        stored_access(opened.home.root)  # a mistake in it is refused now
        if other := found.get(opened.force):
            raise UsageError(
                f"{home} and {other} are both feeds of {opened.force}: hexbeat up"
                " serves one of each force"
            )
        found[opened.force] = str(Path(home).resolve())
    shared = sorted(k for k, v in environment.items() if k.startswith(_KEYS) and v)
    if len(found) > 1 and shared:
        raise UsageError(
            f"{shared[0]} is set for several feeds, so each force's server would get"
            " it: write it into the credentials.toml of its home"
        )
    return [f"{force}={home}" for force, home in found.items()]


def asked_feeds(homes: Sequence[str]) -> list[str]:
    """The same, from another process."""
    if not homes:
        return []
    words = [sys.executable, "-P", "-m", "flows.server.feeds", *homes]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason"]
        raise UsageError(lines[-1])
    return done.stdout.splitlines()


def _print_feeds(homes: Sequence[str]) -> None:
    try:
        for line in feeds_of(homes, os.environ):
            print_line(line)
    except UsageError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _print_feeds(sys.argv[1:])
