"""The end of a flow's process: without a word."""

import subprocess
import sys

import pytest


# What a worker's process does: it loads a flow, asks DuckDB in a thread, and ends.
PROCESS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import prefect.engine  # before anything of ours

import_module(sys.argv[1])

import pyarrow as pa
import sql

names = ("h3_r9", "h3_r10", "longitude", "latitude")
rows = pa.table({**{n: [1] for n in names}, "period": ["a"], "in_area": [True]})
with ThreadPoolExecutor(1) as pool:
    one = pool.submit(sql.run, "cell_points", {"incidents": rows}, h3_res=10)
    print(len(one.result()))
"""


@pytest.mark.parametrize("flow", ["refresh", "force_feed"])
def test_a_flow_ends_without_a_word(flow: str) -> None:
    words = [sys.executable, "-c", PROCESS, f"flows.{flow}"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_what_prefect_loaded_is_never_looked_through_again() -> None:
    code = (
        "import gc, sys, prefect; before = len(gc.get_objects())\n"
        "import flows; print(before > 100_000, gc.get_freeze_count() >= before,"
        " 'duckdb' in sys.modules)"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True", "False"]
