"""A service started in the unpacked image, and asked as a runtime would ask it."""

import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGTERM
from types import TracebackType
from typing import Self
from urllib.request import urlopen

from tests.deploy.processes import DEPLOY
from tests.image.services import Image, Probe, Service


USER = 10001
# What compose gives a container that is to end, and Kubernetes after it.
_GRACE_S = 60


class Container:
    """A process in the image's root, with the mounts and the rights of a container."""

    def __init__(
        self,
        built: Path,
        image: Image,
        service: Service,
        state: Path,
        binds: Mapping[Path, str] = {},
    ) -> None:
        """`state` has a folder for each volume; `binds` are mounted as they are."""
        self.service = service
        self.environment = {**image.environment, **service.environment}
        self._image = image
        folders = dict(binds)
        for name, folder in service.volumes.items():
            kept = state / name
            kept.mkdir(exist_ok=True)
            os.chown(kept, USER, USER)
            kept.chmod(0o700)
            folders[kept] = folder
        words = [str(DEPLOY / "image" / "enter"), str(built / "root")]
        words += ["--chdir", image.folder]
        for folder, options in service.tmpfs.items():
            words += ["--tmpfs", f"{folder}:{options}"]
        for kept, folder in folders.items():
            words += ["--bind", f"{kept}:{folder}"]
        for name, value in self.environment.items():
            words += ["--env", f"{name}={value}"]
        self.log = state / f"{service.name.replace(' ', '-')}.log"
        self._words = [*words, "--", *service.words]

    def __enter__(self) -> Self:
        """Start it."""
        self.began = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self._words, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, if that was not done."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait()

    def stop(self) -> str:
        """SIGTERM to its first process, and how that ended."""
        if (code := self.process.poll()) is not None:
            return f"FAILED: it had ended with {code} before"
        began = time.monotonic()
        os.kill(self._first(), SIGTERM)
        try:
            code = self.process.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            return f"not within {_GRACE_S} s of SIGTERM"
        return f"exit code {code}, {time.monotonic() - began:.0f} s after SIGTERM"

    def answer(self, probe: Probe, within_s: float) -> str:
        """How long after its start the probe succeeded, or what it said in the end."""
        said = "never asked"
        while time.monotonic() - self.began < within_s:
            if self.process.poll() is not None:
                return f"FAILED: the container ended with {self.process.returncode}"
            said = self._ask(probe)
            if not said:
                return f"passed {time.monotonic() - self.began:.0f} s after the start"
            time.sleep(1)
        return f"FAILED within {within_s:.0f} s: {said}"

    def _ask(self, probe: Probe) -> str:
        """Nothing where it succeeds, else why not."""
        try:
            if probe.words:
                done = self.run(probe.words, timeout_s=probe.timeout_s)
                return "" if done.returncode == 0 else done.stdout.strip()[-300:]
            if probe.url:
                with urlopen(probe.url, timeout=probe.timeout_s):  # noqa: S310
                    return ""
            with socket.create_connection(("127.0.0.1", probe.port), probe.timeout_s):
                return ""
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)

    def run(
        self, words: Sequence[str], *, timeout_s: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A command beside its processes, as `docker exec` runs one."""
        inside = ["nsenter", f"--target={self._first()}", "--mount", "--pid", "--root"]
        inside += ["--", "/usr/bin/env", "--ignore-environment"]
        inside += [f"--chdir={self._image.folder}"]
        inside += [f"{name}={value}" for name, value in self.environment.items()]
        inside += ["/usr/bin/setpriv", f"--reuid={USER}", f"--regid={USER}"]
        inside += ["--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
        inside += ["--no-new-privs", "--", *words]
        return subprocess.run(
            inside,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def _first(self) -> int:
        """The process that is number 1 in the container, by its number here."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if not children:
            raise ProcessLookupError(f"{self.service.name} has ended: see {self.log}")
        return int(children[0])
