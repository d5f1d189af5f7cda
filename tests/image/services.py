"""What compose.yaml and the Kubernetes manifests run from hexbeat's image, and how each
is asked whether it is well."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.processes import DEPLOY, compose, pods


@dataclass(frozen=True)
class Probe:
    """A question to a service: a command in its container, a page, or an open port."""

    name: str
    words: tuple[str, ...] = ()
    url: str = ""
    port: int = 0
    timeout_s: float = 1

    @property
    def in_words(self) -> str:
        """As it stands in the table."""
        if self.words:
            first = [word for word in self.words if len(word) < 40]
            return f"{self.name}: {' '.join(first)}"
        return f"{self.name}: {self.url or f'port {self.port}'}"


@dataclass(frozen=True)
class Service:
    """One container: what it runs, with what environment and what it may write."""

    name: str
    words: tuple[str, ...]
    environment: Mapping[str, str]
    tmpfs: Mapping[str, str]  # options by folder
    volumes: Mapping[str, str]  # folders by the name of the volume
    probes: tuple[Probe, ...] = field(default=())

    @property
    def in_words(self) -> str:
        """As it stands in the table: a script by its last line."""
        return " ".join(word.strip().splitlines()[-1] for word in self.words)


@dataclass(frozen=True)
class Image:
    """How the image runs what nothing else says."""

    environment: Mapping[str, str]
    entrypoint: tuple[str, ...]
    folder: str
    health_check: Probe

    @classmethod
    def of(cls, config: Path) -> "Image":
        """As what buildah says of it has it."""
        read = json.loads(config.read_text())["Docker"]["config"]
        check = read["Healthcheck"]
        return cls(
            environment=dict(entry.split("=", 1) for entry in read["Env"]),
            entrypoint=tuple(read["Entrypoint"]),
            folder=read["WorkingDir"],
            health_check=Probe(
                "health check",
                tuple(check["Test"][1:]),
                timeout_s=check["Timeout"] / 1e9,
            ),
        )


def compose_services(image: Image, settings: Mapping[str, str]) -> Iterator[Service]:
    """The services of compose.yaml that run hexbeat's image, `.env` filled in."""
    for name, service in compose()["services"].items():
        if not service["image"].startswith("hexbeat:"):
            continue
        given = service.get("environment", {})
        check = image.health_check
        if "healthcheck" in service:
            asked = service["healthcheck"]
            check = Probe(
                "health check",
                tuple(asked["test"][1:]),
                timeout_s=float(asked["timeout"].removesuffix("s")),
            )
        mounted = [entry.split(":") for entry in service.get("volumes", [])]
        yield Service(
            f"compose {name}",
            tuple(service.get("entrypoint", image.entrypoint))
            + tuple(service["command"]),
            {key: filled(str(value), settings) for key, value in given.items()},
            dict(entry.split(":", 1) for entry in service.get("tmpfs", [])),
            {parts[0]: parts[1] for parts in mounted},
            (check,),
        )


def filled(text: str, settings: Mapping[str, str]) -> str:
    """`${NAME}`, `${NAME:-other}` and `${NAME:?why}` as compose fills them in."""

    def value(found: re.Match[str]) -> str:
        name, how, rest = found["name"], found["how"], found["rest"] or ""
        if settings.get(name):
            return settings[name]
        if how == ":-":
            return rest
        raise KeyError(name)

    return re.sub(r"\$\{(?P<name>\w+)(?:(?P<how>:[-?])(?P<rest>[^}]*))?\}", value, text)


def dask_environment() -> Mapping[str, str]:
    """What deploy/kubernetes/dask gives the worker on top."""
    file = yaml.safe_load((DEPLOY / "kubernetes/dask/kustomization.yaml").read_text())
    patches = [yaml.safe_load(each["patch"]) for each in file["patches"]]
    worker = next(each for each in patches if isinstance(each, dict))
    container = worker["spec"]["template"]["spec"]["containers"][0]
    return {entry["name"]: entry["value"] for entry in container["env"]}


def kubernetes_services(
    image: Image, secrets: Mapping[str, str], patched: Mapping[str, str]
) -> Iterator[Service]:
    """The containers of the manifests, secrets filled in and the worker patched."""
    for name, pod in pods():
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        for container in pod["containers"]:
            words = [*container.get("command", image.entrypoint)]
            environment = _environment(container.get("env", []), secrets)
            if name == "hexbeat-worker":
                environment.update(patched)
            tmpfs, claims = {}, {}
            for mount in container["volumeMounts"]:
                volume = volumes[mount["name"]]
                if "emptyDir" in volume:
                    tmpfs[mount["mountPath"]] = f"mode=1777,size={_bytes(volume)}"
                else:
                    claim = volume["persistentVolumeClaim"]["claimName"]
                    claims[claim] = mount["mountPath"]
            yield Service(
                f"kubernetes {name}",
                (*words, *container.get("args", ())),
                environment,
                tmpfs,
                claims,
                tuple(_probes(container)),
            )


def _bytes(volume: dict[str, Any]) -> str:
    return str(volume["emptyDir"]["sizeLimit"]).removesuffix("i")


def _environment(
    entries: list[dict[str, Any]], secrets: Mapping[str, str]
) -> dict[str, str]:
    """Names of earlier entries are filled in, as Kubernetes does."""
    found: dict[str, str] = {}
    for entry in entries:
        if "value" in entry:
            value = re.sub(r"\$\((\w+)\)", lambda name: found[name[1]], entry["value"])
        else:
            value = secrets[entry["valueFrom"]["secretKeyRef"]["key"]]
        found[entry["name"]] = value
    return found


def _probes(container: dict[str, Any]) -> Iterator[Probe]:
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container.get(kind, {})
        name, wait = kind.replace("Probe", " probe"), asked.get("timeoutSeconds", 1)
        if "exec" in asked:
            yield Probe(name, words=tuple(asked["exec"]["command"]), timeout_s=wait)
        elif "httpGet" in asked:
            port = ports[asked["httpGet"]["port"]]
            url = f"http://127.0.0.1:{port}{asked['httpGet']['path']}"
            yield Probe(name, url=url, timeout_s=wait)
        elif "tcpSocket" in asked:
            yield Probe(name, port=ports[asked["tcpSocket"]["port"]], timeout_s=wait)
