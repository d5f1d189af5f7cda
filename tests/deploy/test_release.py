"""deploy/release: the whole package, every pin, and the same bytes again."""

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.deploy.processes import ROOT
from tests.deploy.test_image import IMAGE


pytestmark = pytest.mark.system
WHEEL, SBOM = "hexbeat-0.1.0-py3-none-any.whl", "hexbeat-0.1.0.cdx.json"


def git(folder: Path, *words: str) -> str:
    author = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    done = subprocess.run(
        ["git", *author, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of this checkout as one commit of their own."""
    folder = tmp_path_factory.mktemp("release") / "hexbeat"
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard")
    for name in listed.splitlines():
        if (ROOT / name).exists() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "One commit")
    return folder


def release(folder: Path) -> subprocess.CompletedProcess[str]:
    words = ["deploy/release", str(Path(sys.executable).parent)]
    return subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_release_is_whole_and_the_same_again(checkout: Path) -> None:
    done = release(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no image of this commit" in done.stdout
    dist = checkout / "dist"
    assert {path.name for path in dist.iterdir()} == {WHEEL, SBOM, "SHA256SUMS"}
    sums = (dist / "SHA256SUMS").read_text()
    for name in (WHEEL, SBOM):
        digest = sha256((dist / name).read_bytes()).hexdigest()
        assert f"{digest}  {name}\n" in sums

    tracked = git(checkout, "ls-files", "flows", "transforms", "sql").splitlines()
    assert set(tracked) <= set(ZipFile(dist / WHEEL).namelist())
    listed = json.loads((dist / SBOM).read_text())
    assert listed["metadata"]["component"]["name"] == "hexbeat"
    pins = {each["name"]: each["version"] for each in listed["components"]}
    assert pins == IMAGE

    assert release(checkout).returncode == 0
    assert (dist / "SHA256SUMS").read_text() == sums


def test_the_image_of_this_commit_is_named_and_no_other(checkout: Path) -> None:
    image = checkout / "build" / "image"
    image.mkdir(parents=True)
    (image / "id").write_text("sha256:0123\n")
    named = checkout / "dist" / "hexbeat-0.1.0.image-id"
    for revision, there in (
        ("0" * 40, False),
        (git(checkout, "rev-parse", "HEAD"), True),
    ):
        labels = {"org.opencontainers.image.revision": revision.strip()}
        (image / "image.json").write_text(json.dumps({"Labels": labels}, indent=4))
        done = release(checkout)
        assert (done.returncode, done.stderr) == (0, "")
        assert named.exists() is there
        assert ("no image of this commit" in done.stdout) is not there


def test_what_is_not_committed_is_refused(checkout: Path) -> None:
    shutil.rmtree(checkout / "dist", ignore_errors=True)
    (checkout / "stray.py").write_text("")
    refused = release(checkout)
    (checkout / "stray.py").unlink()
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count("\n") == 1
    assert not (checkout / "dist").exists()
