"""Fuzz a parser, led by the lines that it meets: `python -m tests.faults.fuzz NAME S`.

NAME is one of CHECKS, S for how many seconds. It needs atheris (`pip install atheris`),
which not every Python has a wheel of, and which is therefore in no lock. The tests of
tests/transforms/feeds/test_fuzz.py ask the same with random damage, in every run.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

import atheris  # type: ignore[import-not-found]


with atheris.instrument_imports(include=["transforms", "zipfile", "tomllib"]):
    from tests.transforms.feeds.force.made_drops import CSV_MAPPING
    from tests.transforms.feeds.test_fuzz import (
        SETTINGS,
        STREET,
        check_mapping,
        check_settings,
        check_street,
        check_zip,
        release,
    )


CHECKS: dict[str, tuple[Callable[[bytes], None], bytes]] = {
    "zip": (check_zip, release()),
    "street": (check_street, STREET),
    "settings": (check_settings, SETTINGS),
    "mapping": (check_mapping, CSV_MAPPING.encode()),
}


def main() -> None:
    """Fuzz from one whole example on; atheris ends the process."""
    name, seconds = sys.argv[1:]
    check, whole = CHECKS[name]
    corpus = Path(mkdtemp(prefix="hexbeat-fuzz-"))
    (corpus / "whole").write_bytes(whole)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={2 * len(whole)}",
        "-timeout=20",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
