"""deploy/kubernetes: valid, complete, and with no more rights than needed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.processes import DEPLOY, pods


pytestmark = pytest.mark.system


FOLDER = DEPLOY / "kubernetes"
EXAMPLE = FOLDER / "overlays" / "example"
FILES = [path for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml"]
PODS = dict(pods())


def validate(file: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / "kubernetes-validate"
    words = [tool, "--strict", file]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_each_file_is_valid(file: Path) -> None:
    done = validate(file)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("livenessProbe", "livenessprobe"), ("replicas: 1", "replicas: one")],
)
def test_an_invalid_file_is_seen(right: str, wrong: str, tmp_path: Path) -> None:
    broken = tmp_path / "server.yaml"
    broken.write_text((FOLDER / "base/server.yaml").read_text().replace(right, wrong))
    assert validate(broken).returncode == 1


@pytest.mark.parametrize("folder", ["base", "dask", "overlays/example"])
def test_a_kustomization_names_exactly_its_files(folder: str) -> None:
    file = yaml.safe_load((FOLDER / folder / "kustomization.yaml").read_text())
    named = [name for name in file["resources"] if not name.startswith("..")]
    there = {path.name for path in (FOLDER / folder).glob("*.yaml")}
    assert sorted(named) == sorted(there - {"kustomization.yaml"})


@pytest.mark.parametrize("name", PODS)
def test_a_pod_may_do_no_more_than_it_must(name: str) -> None:
    pod = PODS[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        assert container["resources"]["requests"]


def _rendered(tmp_path: Path, *, dask: bool, secrets: bool = True) -> str:
    """What the example overlay makes, its secrets filled in."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not there to render with")
    copy = Path(shutil.copytree(FOLDER, tmp_path / "kubernetes")) / "overlays/example"
    if secrets:
        names = (copy / "secrets.env.example").read_text()
        (copy / "secrets.env").write_text(re.sub("=$", "=x", names, flags=re.M))
    if dask:
        with (copy / "kustomization.yaml").open("a") as file:
            file.write("components: [../../dask]\n")
    words = ["kubectl", "kustomize", copy]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("dask", [False, True], ids=["alone", "with Dask"])
def test_what_the_example_renders_is_valid(dask: bool, tmp_path: Path) -> None:
    text = _rendered(tmp_path, dask=dask)
    (tmp_path / "rendered.yaml").write_text(text)
    done = validate(tmp_path / "rendered.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    objects = list(yaml.safe_load_all(text))
    assert len(objects) == (19 if dask else 12)
    assert {each["metadata"].get("namespace") for each in objects} <= {"hexbeat", None}
    assert "hexbeat.invalid" not in text
    assert ("dask://hexbeat-dask:8786" in text) is dask


def test_a_name_is_set_before_it_is_used(tmp_path: Path) -> None:
    """Kubernetes fills `$(NAME)` in from the entries above only."""
    objects = yaml.safe_load_all(_rendered(tmp_path, dask=False))
    server: dict[str, Any] = next(
        each for each in objects
        if each["kind"] == "Deployment" and each["metadata"]["name"] == "hexbeat-server"
    )  # fmt: skip
    env = server["spec"]["template"]["spec"]["containers"][0]["env"]
    assert env[0] == {"name": "HEXBEAT_HOST", "value": "hexbeat.example.org"}
    assert any("$(HEXBEAT_HOST)" in each.get("value", "") for each in env[1:])


def test_without_secrets_nothing_is_rendered(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        _rendered(tmp_path, dask=False, secrets=False)
    assert "secrets.env" in raised.value.stderr


def test_the_example_holds_the_secrets_that_are_asked_and_no_value() -> None:
    lines = (EXAMPLE / "secrets.env.example").read_text().splitlines()
    text = "".join(file.read_text() for file in FILES)
    asked = set(
        re.findall(r"secretKeyRef: \{name: hexbeat-secrets, key: (\w+)\}", text)
    )
    assert text.count("secretKeyRef") == len(re.findall("name: hexbeat-secrets", text))
    assert set(lines) == {f"{name}=" for name in asked}
