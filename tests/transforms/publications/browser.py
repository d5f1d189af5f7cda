"""A headless Chromium, as far as a test needs one: open, ask, listen."""

import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--window-size=1360,820",
    "--remote-debugging-port=0",
)
COMPLAINTS = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
PATIENCE = 60


class Tab:
    """One page, spoken to by the Chrome DevTools protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.session: dict[str, str] = {}
        self.numbers = itertools.count()
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = {"sessionId": session["sessionId"]}
        for domain in ("Page", "Log", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> Any:
        number = next(self.numbers)
        request = {"id": number, "method": method, "params": params}
        self.socket.send(json.dumps(request | self.session))
        while True:
            answer = json.loads(self.socket.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                return answer["result"]
            self.events.append(answer)

    def value(self, expression: str) -> Any:
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True
        )
        return answer["result"].get("value")

    def complaints(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["method"] in COMPLAINTS]

    def requests(self) -> list[str]:
        """Every address asked for, but those that hold their own data."""
        sent = [e for e in self.events if e["method"] == "Network.requestWillBeSent"]
        addresses = [event["params"]["request"]["url"] for event in sent]
        return [address for address in addresses if not address.startswith("data:")]


@contextmanager
def opened(file: Path, profile: Path) -> Iterator[Tab]:
    """The file in a browser of its own, once its map says that it is ready."""
    assert CHROMIUM
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            with connect(_address(profile), max_size=None) as socket:
                tab = Tab(socket)
                tab.call("Page.navigate", url=file.as_uri())
                _until(lambda: tab.value("document.documentElement.dataset.map"))
                yield tab
        finally:
            process.terminate()


def _address(profile: Path) -> str:
    # Chromium writes the port that it took, and the browser's path, into its profile.
    file = profile / "DevToolsActivePort"
    _until(lambda: file.exists() and file.read_text().count("\n"))
    port, path = file.read_text().split()
    return f"ws://127.0.0.1:{port}{path}"


def _until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "the browser did not answer in time"
        time.sleep(0.05)
