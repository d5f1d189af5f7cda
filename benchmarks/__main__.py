"""Nothing slow at the scale of a nation: `python -m benchmarks`, or `make bench`."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.national import SIZES, nation
from benchmarks.ratios import rows
from benchmarks.stages_national import STAGES, Bench


_SMALLER = {"2M": "0.2M", "20M": "2M"}
_UNREPEATED = "20M"
_REPEAT = 5


def main() -> None:
    """Measure the stages asked for, turn about, and print one table of ratios."""
    asked = _asked()
    sizes = [asked.rows]
    if not asked.no_growth and asked.rows in _SMALLER:
        sizes.insert(0, _SMALLER[asked.rows])
    benches = []
    for size in sizes:
        made = nation(asked.cache, size)
        bench = Bench(made, asked.cache / f"work-{size}", size == asked.rows)
        repeat = asked.repeat or (1 if size == _UNREPEATED else _REPEAT)
        for stage in asked.stages:
            for _ in range(repeat):
                STAGES[stage](bench)
        benches.append(bench)
    smaller = benches[0] if len(benches) > 1 else None
    for line in rows(benches[-1], smaller):
        sys.stdout.write(line + "\n")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rows", choices=SIZES, default="2M")
    parser.add_argument(
        "--stages", nargs="+", choices=STAGES, default=list(STAGES), metavar="STAGE"
    )
    parser.add_argument("--repeat", type=int, help="default 5, and 1 of 20M rows")
    parser.add_argument(
        "--no-growth", action="store_true", help="leave the smaller nation out"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "hexbeat-bench",
        help="folder of what is made, which is kept",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
