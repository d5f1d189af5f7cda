"""deploy/Dockerfile and its lock: the developers' versions, and none of their tools."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.processes import DEPLOY, ROOT


pytestmark = pytest.mark.system


FILE = (DEPLOY / "Dockerfile").read_text()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]


def pins(lock: str) -> dict[str, str]:
    """Versions by name; each line must have a hash."""
    entries = re.findall(
        r"^([a-z0-9._-]+)(?:\[[^]]*\])?==(\S+)(?: ;[^\\]*)? \\\n +--hash=sha256:\w{64}",
        lock, re.MULTILINE,
    )  # fmt: skip
    assert len(entries) == len(re.findall("^[a-z0-9]", lock, re.MULTILINE))
    return dict(entries)


DEVELOPERS = pins((ROOT / "requirements.lock").read_text())
IMAGE = pins((DEPLOY / "requirements.lock").read_text())


def _named(requirements: list[str]) -> set[str]:
    return {str(canonicalize_name(Requirement(each).name)) for each in requirements}


def test_the_image_runs_what_was_tested() -> None:
    assert IMAGE.items() <= DEVELOPERS.items()


def test_the_image_has_all_that_hexbeat_needs_and_no_tool() -> None:
    extras = PROJECT["optional-dependencies"]
    needed = _named(PROJECT["dependencies"] + extras["dask"] + extras["feeds"])
    assert needed <= IMAGE.keys()
    tools = {"pytest", "mypy", "ruff", "hypothesis", "moto", "hatchling", "flask"}
    assert tools <= DEVELOPERS.keys()
    assert not tools & IMAGE.keys()


def test_what_builds_it_is_pinned_too() -> None:
    assert "--build-constraints requirements.lock" in FILE
    builders = PYPROJECT["build-system"]["requires"]
    assert _named(builders) | {"editables"} <= DEVELOPERS.keys()


def test_uv_is_installed_by_hash_wherever_it_is_installed() -> None:
    assert pins((ROOT / "requirements-uv.lock").read_text()).keys() == {"uv"}
    by_hash = "--require-hashes --requirement requirements-uv.lock"
    for text in (FILE, (ROOT / "Makefile").read_text(), _readme()):
        joined = re.sub(r"\\\n\s+", "", text)
        assert by_hash in joined
        assert not re.search(r"pip install [^\n]*\buv==", joined)


def test_it_runs_as_nobody_in_particular_and_takes_signals() -> None:
    assert re.search(r"^USER 10001:10001$", FILE, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["tini", "--", "hexbeat"\]$', FILE, re.MULTILINE)
    assert re.search(r'^    CMD \["hexbeat", "doctor"\]$', FILE, re.MULTILINE)


def test_what_is_copied_is_let_through_and_nothing_else() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [rule for rule in rules if not rule.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", FILE, re.MULTILINE)
    copied = {name for line in lines for name in line.split()}
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def _readme() -> str:
    return (DEPLOY / "README.md").read_text()
