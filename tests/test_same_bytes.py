"""One input, the same bytes, whatever the processor offers.

Each processor is this one with some of what it can do switched off: NumPy, OpenBLAS and
PyArrow take other code then. What this one cannot do is not switched on.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.transforms.operations.sealed import differing


pytestmark = pytest.mark.system
ROOT = Path(__file__).parent.parent
# NumPy's names for what a processor offers; it passes over those it does not know.
_AVX512 = "X86_V4 AVX512_ICL AVX512_SPR"
PROCESSORS: dict[str, dict[str, str]] = {
    "this one": {},
    "with AVX2": {
        "NPY_DISABLE_CPU_FEATURES": _AVX512,
        "OPENBLAS_CORETYPE": "Haswell",
        "ARROW_USER_SIMD_LEVEL": "AVX2",
    },
    "with SSE4": {
        "NPY_DISABLE_CPU_FEATURES": f"X86_V3 {_AVX512}",
        "OPENBLAS_CORETYPE": "Nehalem",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_USER_SIMD_LEVEL": "NONE",
    },
}
_CHOOSING = ("NPY_", "OPENBLAS_", "ARROW_", "GLIBC_TUNABLES")


def run(module: str, *arguments: str, processor: Mapping[str, str]) -> str:
    own = {k: v for k, v in os.environ.items() if not k.startswith(_CHOOSING)}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=own | processor,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_function_returns_the_same_bits() -> None:
    found = [
        run("tests.primitives", processor=p).splitlines() for p in PROCESSORS.values()
    ]
    assert len(found[0]) > 40
    for lines in zip(*found, strict=True):
        assert len(set(lines)) == 1, lines


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Feeds, lake and publications as each processor makes them."""
    folders = [tmp_path_factory.mktemp("run") for _ in PROCESSORS]
    for folder, processor in zip(folders, PROCESSORS.values(), strict=True):
        run("tests.whole_run", str(folder), processor=processor)
    return folders


def test_a_whole_run_has_the_same_ids(runs: list[Path]) -> None:
    for publications in ("home/publications/runs", "days/runs"):
        names = [sorted(p.name for p in (run / publications).iterdir()) for run in runs]
        assert len(names[0]) == 1
        assert names == [names[0]] * len(runs)


def test_a_whole_run_has_the_same_bytes(runs: list[Path]) -> None:
    first, *others = runs
    tiers = [tier.relative_to(first) for tier in first.glob("**/runs/*/*")]
    assert sorted(tier.name for tier in tiers) == ["internal", "internal", "public"]
    outside = _outside(first)
    assert len(outside) > 10
    for other in others:
        assert _outside(other) == outside
        for tier in tiers:
            assert differing(first / tier, other / tier) == []


def _outside(folder: Path) -> dict[str, bytes]:
    """What is not a publication's: feeds, and tables with all their digits."""
    kept = [*folder.glob("source/*"), *folder.glob("drops/*"), *folder.glob("*")]
    return {str(f.relative_to(folder)): f.read_bytes() for f in kept if f.is_file()}
