"""What is tried of the image, a line for each thing that was done."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.image.container import Container
from tests.image.database import database
from tests.image.services import (
    Image,
    Probe,
    Service,
    compose_services,
    dask_environment,
    kubernetes_services,
)
from tests.transforms.operations.sealed import differing


FAILED = "FAILED"
_SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105
SETTINGS = {
    "HEXBEAT_HOST": "hexbeat.example.org",
    "HEXBEAT_TLS_DIR": "/etc/nginx/tls",
    "HEXBEAT_AUTH_STRING": f"hexbeat:{_SECRET}",
    "POSTGRES_PASSWORD": _SECRET,
    "PREFECT_SERVER_ENCRYPTION_KEY": "A" * 43 + "=",
}
# One network for all, so every name is this machine.
_HOSTS = "127.0.0.1 localhost server database hexbeat-server hexbeat-dask\n"
_WITHIN_S = 300  # a first start makes the server's tables
_SOURCE = "/mnt"  # where a container has the releases that the demo made


@dataclass(frozen=True)
class Trial:
    """An image, what buildah says of it, and a folder for what its containers write."""

    built: Path
    image: Image
    state: Path

    def all(self) -> Iterator[str]:
        """The demo, then compose's services, then those of Kubernetes."""
        (self.state / "hosts").write_text(_HOSTS)
        yield from self.demo()
        with database(self.state, "prefect", _SECRET):
            yield from self.services([*compose_services(self.image, SETTINGS)])
        with database(self.state, "prefect", _SECRET) as address:
            secrets = {**SETTINGS, "DATABASE_URL": address}
            patched = dask_environment()
            yield from self.services(
                [*kubernetes_services(self.image, secrets, patched)]
            )

    def demo(self) -> Iterator[str]:
        """The doctor and the demo in the image, and the demo on this machine."""
        commands: Mapping[str, Sequence[str]] = {
            "doctor": self.image.health_check.words,
            "demo": (*self.image.entrypoint, "demo", "--home", "/data"),
        }
        volumes = {"demo": "/data", "prefect": "/var/lib/prefect"}
        tmpfs = {"/tmp": "mode=1777,size=1g"}  # noqa: S108
        for name, words in commands.items():
            service = Service(name, tuple(words), {}, tmpfs, volumes)
            with self._container(service) as container:
                code = container.wait()
            yield f"{name}: {' '.join(words)}: {_ended(code)}"
            yield from container.log.read_text().splitlines()[-12:]
        ours = self.state / "host"
        main = "from flows.command.cli import main; main()"
        host = [sys.executable, "-c", main, "demo", "--home", str(ours)]
        done = subprocess.run(host, capture_output=True, check=False)
        yield f"demo on this machine: {_ended(done.returncode)}"
        yield f"demo, both: {_same_run(self.state / 'demo', ours)}"

    def services(self, services: list[Service]) -> Iterator[str]:
        """Each is started and asked, the worker is given a run, and all are stopped."""
        order = ("scheduler", "server", "worker")  # by the last word of their names
        services.sort(
            key=lambda each: order.index(each.name.split("-")[-1].split()[-1])
        )
        running: list[Container] = []
        with ExitStack() as stack:
            for service in services:
                container = stack.enter_context(self._container(service))
                running.append(container)
                yield f"{service.name}: {service.in_words}"
                for probe in service.probes:
                    answer = container.answer(probe, _WITHIN_S)
                    yield f"{service.name}: {probe.in_words}: {answer}"
            worker = next(each for each in running if "up" in each.service.words)
            yield from self._refresh(worker)
            for container in reversed(running):
                yield f"{container.service.name}: stopped: {container.stop()}"

    def _container(self, service: Service) -> Container:
        binds = {self.state / "hosts": "/etc/hosts"}
        if (source := self.state / "demo" / "source").exists():
            binds[source] = _SOURCE
        container = Container(self.built, self.image, service, self.state, binds)
        if home := self._home(service):
            (home / "hexbeat.toml").write_text('[home]\nregistry = "demo"\n')
        return container

    def _home(self, service: Service) -> Path | None:
        """The folder of its home, if it runs in one and it is not the demo's."""
        folder = self.image.environment["HEXBEAT_HOME"]
        named = [name for name, at in service.volumes.items() if at == folder]
        return self.state / named[0] if named and named[0] != "demo" else None

    def _refresh(self, worker: Container) -> Iterator[str]:
        """A run that the server gives the worker, on the releases of the demo."""
        name, home = worker.service.name, self._home(worker.service)
        asked = ("prefect", "deployment", "inspect", "refresh/refresh")
        registered = Probe("deployments", asked, timeout_s=60)
        yield f"{name}: {registered.in_words}: {worker.answer(registered, _WITHIN_S)}"
        params = f'{{"all_forces": true, "backtest": true, "source": "{_SOURCE}"}}'
        words = ["prefect", "deployment", "run", "refresh/refresh", "--watch"]
        done = worker.run([*words, "--param", f"params={params}"], timeout_s=900)
        yield f"{name}: {' '.join(words)}: {_ended(done.returncode)}"
        if done.returncode or home is None:
            yield from done.stdout.splitlines()[-20:]
            return
        yield f"{name}: refresh and demo: {_same_run(home, self.state / 'demo')}"


def _ended(code: int) -> str:
    return "exit code 0" if code == 0 else f"{FAILED} with exit code {code}"


def _same_run(one: Path, other: Path) -> str:
    """Whether two homes have published the same bytes under the same name."""
    runs = [[*(home / "publications").glob("runs/[0-9]*")] for home in (one, other)]
    names = [", ".join(run.name for run in found) or "no run" for found in runs]
    if len(runs[0]) != 1 or names[0] != names[1]:
        return f"{FAILED}: {names[0]} is not {names[1]}"
    differ = differing(runs[0][0] / "internal", runs[1][0] / "internal")
    if differ:
        return f"{FAILED}: in run {names[0]}, {', '.join(differ)} differ"
    return f"run {names[0]}, all files the same"
