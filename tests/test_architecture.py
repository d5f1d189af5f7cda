"""The rules of the house: what may import what, and that nothing lies about."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sql import text


ROOT = Path(__file__).parent.parent
PACKAGES = ("flows", "transforms", "sql")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "misc"}
LINTER = Path(sys.executable).parent / "lint-imports"


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )


def test_the_import_rules_hold() -> None:
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("where", "planted"),
    [
        ("transforms/months.py", "import prefect"),
        ("transforms/ingest.py", "import deltalake"),
        ("transforms/score.py", "import h3"),
        ("transforms/score.py", "import geopandas"),
        ("transforms/score.py", "import duckdb"),
        ("flows/score.py", "import sql"),
        ("transforms/panel.py", "import transforms.feeds.police_uk_stop_and_search"),
        ("transforms/publish_public.py", "import transforms.restricted"),
        ("transforms/publications/public.py", "import transforms.feeds.force.sift"),
        ("transforms/publish_public.py", "import transforms.records.held"),
        ("transforms/disclosure/table.py", "import transforms.records.tables"),
        ("transforms/publications/map.py", "import transforms.records.landing"),
        ("transforms/publish.py", "import transforms.records.pull"),
        ("sql/__init__.py", "import transforms.months"),
    ],
)
def test_a_planted_import_is_caught(where: str, planted: str, tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file = tmp_path / where
    file.write_text(f"{file.read_text()}\n{planted}\n")
    done = _lint(tmp_path)
    assert done.returncode != 0
    assert planted.split()[1].split(".")[0] in done.stdout


def _scoring_that_names_stops(root: Path) -> list[str]:
    """What makes scores, and yet speaks of the stops table or its feed."""
    scoring = [
        *(root / "transforms" / "scores").glob("*.py"),
        root / "transforms" / "panel.py",
        root / "transforms" / "score.py",
        *(root / "sql").glob("cell_*.sql"),
    ]
    named = re.compile(r"\bstops|stop_and_search|COMPANIONS|EVERY_FEED")
    return [path.name for path in scoring if named.search(path.read_text())]


def test_nothing_that_scores_knows_stop_and_search(tmp_path: Path) -> None:
    assert _scoring_that_names_stops(ROOT) == []
    for package in ("transforms", "sql"):
        shutil.copytree(ROOT / package, tmp_path / package)
    for name in ("transforms/scores/view.py", "sql/cell_counts.sql"):
        with (tmp_path / name).open("a") as file:
            file.write('\n-- lake.files("stops")\n')
    assert set(_scoring_that_names_stops(tmp_path)) == {"view.py", "cell_counts.sql"}


def test_the_tables_of_a_force_s_feed_are_opened_in_one_place() -> None:
    """Whoever reads them elsewhere would hold rows that are not `Restricted`."""
    named = re.compile(r"""["'](records|records_quarantine)["']""")
    own = ROOT / "transforms" / "records"
    for path in (ROOT / "transforms").rglob("*.py"):
        if path.parent != own and path.name != "table_specs.py":
            assert not named.search(path.read_text()), path


def test_no_module_is_a_drawer() -> None:
    names = {path.stem for p in PACKAGES for path in (ROOT / p).rglob("*.py")}
    assert not names & FORBIDDEN_NAMES


def test_every_query_is_used_and_has_a_test() -> None:
    code = "".join(p.read_text() for p in (ROOT / "transforms").rglob("*.py"))
    for path in (ROOT / "sql").glob("*.sql"):
        assert f'"{path.stem}"' in code
        assert (ROOT / "tests" / "sql" / f"test_{path.stem}.py").exists()
        assert text(path.stem).startswith("--")


def test_no_flow_file_shadows_a_module() -> None:
    """Prefect may put flows/ itself on the path: `import score` must then find ours."""
    for path in (ROOT / "flows").glob("*.py"):
        if path.stem != "__init__":
            assert importlib.util.find_spec(path.stem) is None, path.stem


def test_no_file_names_a_package_registry() -> None:
    hosts = ["p" + "ypi.org", "python" + "hosted", "registry." + "npmjs"]
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, listed):
        if "web/vendor/" not in name and (ROOT / name).is_file():
            content = (ROOT / name).read_text(encoding="utf-8", errors="replace")
            assert not any(host in content for host in hosts), name
