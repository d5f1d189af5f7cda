"""The processes that the files of deploy/ describe, and the environment of each."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml


ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FROM_SECRET = "<from a secret>"  # noqa: S105


def compose(folder: Path = DEPLOY) -> dict[str, Any]:
    """compose.yaml, its anchors merged."""
    file: dict[str, Any] = yaml.safe_load((folder / "compose.yaml").read_text())
    return file


def manifests(folder: Path = DEPLOY) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each object of the Kubernetes files, kustomizations left out."""
    for path in sorted((folder / "kubernetes").rglob("*.yaml")):
        if path.name != "kustomization.yaml":
            for document in yaml.safe_load_all(path.read_text()):
                yield path, document


def pods(folder: Path = DEPLOY) -> Iterator[tuple[str, dict[str, Any]]]:
    """The pod of each deployment."""
    for _, document in manifests(folder):
        if document["kind"] == "Deployment":
            yield document["metadata"]["name"], document["spec"]["template"]["spec"]


def environments(folder: Path = DEPLOY) -> dict[str, dict[str, str]]:
    """What each process is given, by the name of its file and its own."""
    found = {"Dockerfile": _image_environment(folder / "Dockerfile")}
    for name, service in compose(folder)["services"].items():
        given = service.get("environment", {})
        found[f"compose.yaml {name}"] = {
            key: str(value) for key, value in given.items()
        }
    for name, pod in pods(folder):
        for container in pod["containers"]:
            entries = container.get("env", [])
            found[f"kubernetes {name}"] = {
                each["name"]: _value(each) for each in entries
            }
    for path in (folder / "systemd").glob("*.service"):
        lines = re.findall(r"^Environment=(.*)$", path.read_text(), re.MULTILINE)
        words = shlex.split(" ".join(lines))
        found[path.name] = dict(word.split("=", 1) for word in words)
    return found


def _value(entry: dict[str, Any]) -> str:
    if "value" in entry:
        return str(entry["value"])
    wanted = entry["valueFrom"]["secretKeyRef"]
    return "" if wanted.get("optional") else FROM_SECRET


def _image_environment(path: Path) -> dict[str, str]:
    text = path.read_text().replace("\\\n", " ")
    lines = re.findall(r"^ENV (.*)$", text, re.MULTILINE)
    return dict(word.split("=", 1) for line in lines for word in shlex.split(line))


def images() -> dict[str, str]:
    """Every image that is named, by where."""
    found = dict(re.findall(r"^ARG (PYTHON)=(\S+)$", _text("Dockerfile"), re.MULTILINE))
    for name, service in compose()["services"].items():
        found[f"compose.yaml {name}"] = service["image"]
    for name, pod in pods():
        for container in pod["containers"]:
            found[f"kubernetes {name}"] = container["image"]
    return found


def _text(name: str) -> str:
    return (DEPLOY / name).read_text()
