"""A headless Chromium, as far as a test needs one: open, ask, listen."""

import atexit
import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.targets import more_than_this_process


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SKIPPED_WITHOUT = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine"
)
NEEDED = [pytest.mark.system, SKIPPED_WITHOUT]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-3d-apis",  # no WebGL, as on a desktop without a GPU
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no network
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--window-size=1360,820",
    "--remote-debugging-port=0",
)
COMPLAINTS = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
# An index of maps has no map itself.
READY = """document.readyState === "complete" && location.protocol === "file:"
  && (document.getElementById("map") === null
    || document.documentElement.dataset.map === "ready")"""
PATIENCE = 60
KEYS = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    "Space": 32,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "+": 187,
    "-": 189,
}
_TYPED = {"Enter": "\r", "Space": " ", "+": "+", "-": "-"}
_SHIFT = 8


class RefusedError(Exception):
    """What was asked cannot be answered: the page is gone, say."""


class Tab:
    """One page, spoken to by the Chrome DevTools protocol.

    It shares no storage with others, and is gone when the connection is.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.session: dict[str, str] = {}
        self.numbers = itertools.count()
        self.events: list[dict[str, Any]] = []
        self.own = self.call("Target.createBrowserContext", disposeOnDetach=True)
        target = self.call("Target.createTarget", url="about:blank", **self.own)
        session = self.call("Target.attachToTarget", **target, flatten=True)
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
                if "error" in answer:
                    raise RefusedError(answer["error"]["message"])
                return answer["result"]
            self.events.append(answer)

    def value(self, expression: str) -> Any:
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until that is true of the page, which may be on its way to another."""

        def true() -> object:
            try:
                return self.value(expression)
            except RefusedError:
                return False

        until(true)

    def press(self, *keys: str, shift: bool = False) -> None:
        """Strike those keys, as a person would: where the focus is."""
        for key in keys:
            typed = _TYPED.get(key)
            struck = {
                "key": typed if key == "Space" else key,
                "code": key,
                "windowsVirtualKeyCode": KEYS[key],
                "modifiers": _SHIFT if shift else 0,
            }
            down = {"type": "keyDown", "text": typed} if typed else {"type": "keyDown"}
            self.call("Input.dispatchKeyEvent", **down, **struck)
            self.call("Input.dispatchKeyEvent", type="keyUp", **struck)

    def write(self, text: str) -> None:
        """Type that text where the focus is."""
        self.call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Press the mouse in the middle of the first such element."""
        self.click_at(*self.middle_of(selector))

    def touch(self, selector: str) -> None:
        """Touch the middle of the first such element, as with a finger."""
        self.touch_at(*self.middle_of(selector))

    def touch_at(self, x: float, y: float) -> None:
        """Touch the page there, in pixels of the window."""
        points = [{"x": x, "y": y}]
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=points)
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def middle_of(self, selector: str) -> tuple[float, float]:
        """Where the middle of the first such element is, once it is in view."""
        x, y = self.value(
            f"""(() => {{
              const one = document.querySelector({json.dumps(selector)});
              one.scrollIntoView({{ block: "nearest" }});
              const box = one.getBoundingClientRect();
              return [box.x + box.width / 2, box.y + box.height / 2];
            }})()"""
        )
        return x, y

    def click_at(self, x: float, y: float, times: int = 1) -> None:
        """Press the mouse there, in pixels of the window; twice is a double click."""
        for count in range(1, times + 1):
            where = {"x": x, "y": y, "button": "left", "clickCount": count}
            for kind in ("mousePressed", "mouseReleased"):
                self.call("Input.dispatchMouseEvent", type=kind, **where)

    def drag(self, x: float, y: float, by_x: float, by_y: float = 0) -> None:
        """Press the mouse there and let it go so far away."""
        ways = (("mousePressed", 0.0), ("mouseMoved", 0.5), ("mouseMoved", 1.0))
        for kind, way in (*ways, ("mouseReleased", 1.0)):
            at = {"x": x + way * by_x, "y": y + way * by_y}
            held = {"button": "left", "buttons": 1, "clickCount": 1}
            self.call("Input.dispatchMouseEvent", type=kind, **at, **held)

    def wheel(self, x: float, y: float, by_y: float, by_x: float = 0) -> None:
        """Turn the mouse's wheel there, towards oneself where positive."""
        turn = {"x": x, "y": y, "deltaX": by_x, "deltaY": by_y}
        self.call("Input.dispatchMouseEvent", type="mouseWheel", **turn)

    def resize(self, width: int, height: int) -> None:
        """A window of that size, in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        # the map answers to a new size in its own time
        self.value("new Promise((done) => setTimeout(done, 300))")

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        shot = self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    def printed(self) -> bytes:
        """The page as printed, as PDF."""
        return base64.b64decode(self.call("Page.printToPDF", paperWidth=8.27)["data"])

    def complaints(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["method"] in COMPLAINTS]

    def requests(self) -> list[str]:
        """Every address asked for, but those that hold their own data."""
        sent = [e for e in self.events if e["method"] == "Network.requestWillBeSent"]
        addresses = [event["params"]["request"]["url"] for event in sent]
        return [address for address in addresses if not address.startswith("data:")]


@contextmanager
def opened(file: Path, part: str = "") -> Iterator[Tab]:
    """The file in a tab of its own, once it is there and its map, if any, ready."""
    with empty() as tab:
        tab.call("Page.navigate", url=file.as_uri() + part)
        until(lambda: tab.value(READY))
        yield tab


@contextmanager
def empty(*more: str) -> Iterator[Tab]:
    """A tab that shows nothing yet, of a browser with those flags too."""
    more_than_this_process()
    with connect(_running(more), max_size=None) as socket:
        yield Tab(socket)


@cache
def _running(more: tuple[str, ...]) -> str:
    """The address of a browser that runs until the tests end: a start takes seconds."""
    assert CHROMIUM
    profile = Path(tempfile.mkdtemp(prefix="hexbeat-chromium-"))
    command = [CHROMIUM, *FLAGS, *more, f"--user-data-dir={profile}", "about:blank"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)

    def end() -> None:
        process.terminate()
        process.wait()
        shutil.rmtree(profile, ignore_errors=True)

    atexit.register(end)
    return _address(profile)


def _address(profile: Path) -> str:
    # Chromium writes the port that it took, and the browser's path, into its profile.
    file = profile / "DevToolsActivePort"
    until(lambda: file.exists() and file.read_text().count("\n"))
    port, path = file.read_text().split()
    return f"ws://127.0.0.1:{port}{path}"


def until(true: Callable[[], object]) -> None:
    """Wait until that is so."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "the browser did not answer in time"
        time.sleep(0.05)
