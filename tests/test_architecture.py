"""The rules of the house: what may import what, and that nothing lies about."""

import importlib.util
import re
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
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
        ("transforms/reference/months.py", "import prefect"),
        ("transforms/incidents/ingest.py", "import deltalake"),
        ("transforms/scores/score_months.py", "import h3"),
        ("transforms/scores/score_months.py", "import geopandas"),
        ("transforms/scores/score_months.py", "import duckdb"),
        ("flows/score.py", "import sql"),
        (
            "transforms/scores/panel.py",
            "import transforms.feeds.police_uk.stop_and_search",
        ),
        ("transforms/publications/public/publish.py", "import transforms.restricted"),
        (
            "transforms/publications/formats/public_files.py",
            "import transforms.feeds.force.sift",
        ),
        ("transforms/publications/public/publish.py", "import transforms.records.live"),
        ("transforms/publications/public/table.py", "import transforms.records.tables"),
        ("transforms/publications/map/page.py", "import transforms.records.landing"),
        ("transforms/publications/publish.py", "import transforms.records.pull"),
        ("sql/__init__.py", "import transforms.reference.months"),
        ("transforms/homes/home.py", "import transforms.publications.publish"),
        ("transforms/incidents/ingest.py", "import transforms.records.pull"),
        ("transforms/scores/panel.py", "import transforms.backtests.contest"),
        ("transforms/reference/months.py", "import transforms.lake.storage"),
        ("transforms/errors.py", "import transforms.reference.months"),
        ("transforms/scores/panel.py", "import transforms.patrols.take"),
        ("transforms/day_publications/run.py", "import transforms.patrols.take"),
        ("transforms/programmes/rule.py", "import transforms.searches.table"),
        ("transforms/programmes/rule.py", "import transforms.programmes.around"),
        ("transforms/plans/counts.py", "import transforms.profiles.context_counts"),
        ("transforms/publications/publish.py", "import transforms.programmes.rule"),
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
        *(root / "transforms" / "scores").rglob("*.py"),
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
    named = re.compile(
        r"""["'](records|records_quarantine)["']|(read|files|write)\(\s*["']pings["']"""
    )
    own = ROOT / "transforms" / "records"
    for path in (ROOT / "transforms").rglob("*.py"):
        if path.parent != own and path.relative_to(ROOT) != Path(
            "transforms/lake/tables.py"
        ):
            assert not named.search(path.read_text()), path


def test_transforms_holds_rooms_and_hardly_a_loose_module() -> None:
    inside = [p for p in (ROOT / "transforms").iterdir() if p.name != "__pycache__"]
    loose = {p.name for p in inside if p.is_file()} - {"__init__.py"}
    assert loose == {"errors.py", "plain_text.py", "restricted.py"}
    assert len([p for p in inside if p.is_dir()]) <= 22


def test_every_module_can_be_imported_alone() -> None:
    """No import leads back, those of the packages that a module is in included."""
    graph = grimp.build_graph(
        *PACKAGES, cache_dir=None, exclude_type_checking_imports=True
    )
    needs: dict[str, set[str]] = {}
    for module in graph.modules:
        named = graph.find_modules_directly_imported_by(module)
        run = {package for name in named for package in _packages(name)}
        inside = {module, *_packages(module)}
        needs[module] = named | (run - inside)
    TopologicalSorter(needs).prepare()  # names a circle, if there is one


def _packages(module: str) -> set[str]:
    parts = module.split(".")
    return {".".join(parts[:depth]) for depth in range(1, len(parts))}


def test_starting_a_run_loads_no_library_that_it_does_not_need() -> None:
    """Most runs find their publication made: only one that writes it needs those.

    `lark` would make a grammar for Prefect's checks of parameters, of which we have no
    use: see `override-dependencies` in pyproject.toml.
    """
    loaded = _loaded_by("flows.refresh, flows.force_feed")
    assert "transforms.publications.publish" in loaded
    assert not loaded & {"matplotlib", "typst", "xlsxwriter", "lark"}
    assert "scipy.optimize" not in loaded
    shapes = {"geopandas", "shapely", "scipy.spatial"}
    assert not _loaded_by("flows.force_feed") & shapes


def test_starting_an_ingest_loads_no_library_of_later_stages() -> None:
    loaded = _loaded_by("flows.ingest")
    assert "transforms.incidents.ingest" in loaded
    assert not loaded & {"scipy.optimize", "pyproj", "pyogrio", "geopandas"}


def _loaded_by(modules: str) -> set[str]:
    """The modules that a Python of its own has after it imported those."""
    code = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    return set(done.stdout.split())


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


def test_excluded_places_leave_through_one_door() -> None:
    named = re.compile(r"""["']kept_incidents["']""")
    users = [
        p for p in (ROOT / "transforms").rglob("*.py") if named.search(p.read_text())
    ]
    assert users == [ROOT / "transforms" / "incidents" / "scored.py"]
