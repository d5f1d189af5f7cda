"""Whatever a server does, a request ends in time, small, and with its own error."""

import gzip
import ssl
import subprocess
import time
import tracemalloc
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.mirror import Handler, serving
from transforms.errors import DeferredError, HexbeatError, SourceError
from transforms.feeds.archive.raw import Raw
from transforms.feeds.archive.remote import Address, Archive
from transforms.feeds.archive.remote_zip import open_zip
from transforms.feeds.police_uk.street import MEMBER, reach
from transforms.feeds.web.http import Client, Reply, next_address
from transforms.feeds.web.replies import Page
from transforms.feeds.web.retries import Patience
from transforms.reference.months import Month


DEADLINE_SECONDS = 1.0
SPARE_SECONDS = 5.0
MOST_BYTES = 24 << 20  # a page may have 5 MB
BODY = b"the quick brown fox " * 5_000
BOMB = gzip.compress(bytes(64 << 20))
OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = f"Content-Length: {len(BODY)}\r\n".encode()


@dataclass
class Sleeper:
    """Sleeps no second, and remembers what it was asked for."""

    asked: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)


def patience(sleep: Callable[[float], None], deadline: float = 1.0) -> Patience:
    return Patience(deadline_seconds=deadline, silence_seconds=0.5, sleep=sleep)


def good(handler: Handler) -> None:
    handler.answer(200, BODY, {"ETag": '"1"'})


def short(handler: Handler) -> None:
    handler.say(OK + LENGTH + b"\r\n" + BODY[:20_000])


def without_length(handler: Handler) -> None:
    handler.say(OK + b"Connection: close\r\n\r\n" + BODY[:20_000])


def cut_chunks(handler: Handler) -> None:
    handler.say(OK + b"Transfer-Encoding: chunked\r\n\r\n1000\r\n" + BODY[:100])


def redirect(to: str) -> Callable[[Handler], None]:
    return lambda handler: handler.answer(302, headers={"Location": to})


def bomb(handler: Handler) -> None:
    handler.answer(200, BOMB, {"Content-Encoding": "gzip"})


def cut_gzip(handler: Handler) -> None:
    packed = gzip.compress(BODY)[:-100]
    handler.answer(200, packed, {"Content-Encoding": "gzip"})


def endless(handler: Handler) -> None:
    handler.dribble(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n%b\r\n" % bytes(65536), 0
    )


def slow_body(handler: Handler) -> None:
    handler.dribble(OK + LENGTH + b"\r\n", b"x")


def slow_header(handler: Handler) -> None:
    handler.dribble(OK + b"X-Slow: ", b"x")


def silent(handler: Handler) -> None:
    time.sleep(0.7)
    handler.close_connection = True


def long_header(handler: Handler) -> None:
    handler.say(OK + LENGTH + b"X-Long: " + b"x" * 200_000 + b"\r\n\r\n" + BODY)


def quite_long_header(handler: Handler) -> None:
    handler.say(OK + LENGTH + b"X-Long: " + b"x" * 80_000 + b"\r\n\r\n" + BODY)


def too_many_twice(handler: Handler) -> None:
    if len(handler.mirror.asked) <= 2:
        handler.answer(429, headers={"Retry-After": "7"})
    else:
        good(handler)


def come_back_tomorrow(handler: Handler) -> None:
    handler.answer(429, headers={"Retry-After": "86400"})


def come_back_on_a_day(handler: Handler) -> None:
    handler.say(
        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n"
        b"Date: Mon, 02 Mar 2026 10:00:00 GMT\r\n"
        b"Retry-After: Tue, 03 Mar 2026 10:00:00 GMT\r\n\r\n"
    )


def come_back_in_no_year(handler: Handler) -> None:
    handler.say(
        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n"
        b"Date: Mon, 02 Mar 2026 10:00:00 GMT\r\n"
        b"Retry-After: Tue, 03 Mar 99999999999999 10:00:00 GMT\r\n\r\n"
    )


def unavailable(handler: Handler) -> None:
    handler.answer(503)


Ending = tuple[type[HexbeatError], str, int]  # error, its words, requests made
HOSTILE: dict[str, tuple[Callable[[Handler], None], Ending]] = {
    "body shorter than it says": (short, (SourceError, "6 times", 6)),
    "no length": (without_length, (SourceError, "how long its answer is", 6)),
    "chunks cut off": (cut_chunks, (SourceError, "6 times", 6)),
    "redirect loop": (redirect("/archive/"), (SourceError, "more than 3 times", 4)),
    "redirect to another port": (
        redirect("http://127.0.0.1:1/"),
        (SourceError, "redirects to http://127.0.0.1, another place", 1),
    ),
    "redirect to an internal address": (
        redirect("http://169.254.169.254/latest/"),
        (SourceError, r"redirects to http://169\.254\.169\.254", 1),
    ),
    "redirect to no name of a host": (
        redirect("http://xn--zzzzzzzzz/"),
        (SourceError, "something that is not an address", 1),
    ),
    "redirect to no port": (
        redirect("http://127.0.0.1:99999999/"),
        (SourceError, "something that is not an address", 1),
    ),
    "redirect with backslashes": (
        redirect(r"http:\\evil\x"),
        (SourceError, "something that is not an address", 1),
    ),
    "come back in a year of no calendar": (
        come_back_in_no_year,
        (SourceError, "6 times", 6),
    ),
    "redirect to a file": (
        redirect("file:///etc/passwd"),
        (SourceError, "redirects to file:", 1),
    ),
    "bomb": (bomb, (SourceError, "encoded", 1)),
    "gzip cut off": (cut_gzip, (SourceError, "encoded", 1)),
    "endless": (endless, (SourceError, "sends more than", 1)),
    "slow body": (slow_body, (SourceError, "too slow", 1)),
    "slow header": (slow_header, (SourceError, "too slow", 1)),
    "silent": (silent, (SourceError, "6 times", 6)),
    "header of 200 kB": (long_header, (SourceError, "headers are over 64 kB", 1)),
    "header of 80 kB": (quite_long_header, (SourceError, "headers are over 64 kB", 1)),
    "429 for a day": (come_back_tomorrow, (DeferredError, "run again in 24 hours", 1)),
    "503 until a date": (
        come_back_on_a_day,
        (DeferredError, "run again in 24 hours", 1),
    ),
    "503 for ever": (unavailable, (SourceError, "answered 503, 6 times", 6)),
}


@pytest.mark.parametrize(("fault", "ending"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_server_is_left_in_time(
    fault: Callable[[Handler], None], ending: Ending, tmp_path: Path
) -> None:
    kind, words, requests = ending
    with serving(tmp_path) as mirror, Client(patience(Sleeper())) as client:
        mirror.faults.append(lambda handler: (fault(handler), True)[1])
        tracemalloc.start()
        started = time.monotonic()
        with pytest.raises(SourceError, match=words) as caught:
            client.fetch("GET", mirror.address, Page())
        # an attempt ends at the deadline; only those that can pass are made again
        assert time.monotonic() - started < requests * DEADLINE_SECONDS + SPARE_SECONDS
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < MOST_BYTES
        assert type(caught.value) is kind
        assert len(mirror.asked) == requests
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "waits"), [(good, []), (too_many_twice, [7.0, 7.0])]
)
def test_a_reply_that_comes_in_the_end_is_whole(
    answer: Callable[[Handler], None], waits: list[float], tmp_path: Path
) -> None:
    sleep = Sleeper()
    with serving(tmp_path) as mirror, Client(patience(sleep)) as client:
        mirror.faults.append(lambda handler: (answer(handler), True)[1])
        page = Page()
        assert client.fetch("GET", mirror.address, page).status == 200
        assert page.text == BODY.decode()
        assert sleep.asked == waits


def test_a_login_page_in_place_of_a_zip_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as mirror, Client(patience(Sleeper())) as client:
        page = b"<!DOCTYPE html><html>Log in</html>"
        mirror.faults.append(lambda handler: (handler.answer(200, page), True)[1])
        archive = Archive(
            client=client,
            address=Address.parse(mirror.address),
            raw=Raw(tmp_path),
            newest=Month(2024, 4),
        )
        with pytest.raises(SourceError, match="a web page comes in place of the zip"):
            archive.members(MEMBER, reach)


@pytest.mark.parametrize(
    "said", ["bytes 0-9/1000", "bytes 900-999/1000", "items 0-1/2", ""]
)
def test_a_range_that_was_not_asked_for_is_refused(said: str, tmp_path: Path) -> None:
    with serving(tmp_path) as mirror, Client(patience(Sleeper())) as client:
        headers = {"Content-Range": said}
        mirror.faults.append(lambda h: (h.answer(206, b"PK" * 5, headers), True)[1])
        with pytest.raises(SourceError, match="range"):
            open_zip(client, f"{mirror.address}2024-04.zip")


def test_waits_grow_and_are_jittered() -> None:
    sleep = Sleeper()
    limits = patience(sleep)
    waits = [[limits.wait(attempt, None) for _ in range(50)] for attempt in range(5)]
    for attempt, seconds in enumerate(waits):
        assert len(set(seconds)) > 1
        assert 2**attempt / 2 <= min(seconds) <= max(seconds) <= 2**attempt * 1.5


def test_a_redirect_on_the_same_host_is_followed(tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(BODY)
    with serving(tmp_path) as mirror, Client(patience(Sleeper())) as client:

        def moved(handler: Handler) -> bool:
            if handler.path.endswith("here"):
                return False
            redirect("/archive/here")(handler)
            return True

        mirror.faults.append(moved)
        reply = client.fetch("GET", mirror.address, Page())
        assert reply.url == f"{mirror.address}here"


STORE = "https://policeuk-data.s3.amazonaws.com/archive/2024-04.zip"


@pytest.mark.parametrize(
    ("here", "there", "followed"),
    [
        ("https://data.police.uk/data/archive/2024-04.zip", STORE, True),
        ("https://mirror.example/2024-04.zip", STORE, False),
        ("http://mirror.example/a", "https://mirror.example/a", True),
        ("https://mirror.example/a", "http://mirror.example/a", False),
        ("https://mirror.example/a", "//other.example/a", False),
        ("https://mirror.example/a", "https://name:word@mirror.example/a", False),
        ("https://mirror.example/a", "https://mirror.example:8443/a", False),
        ("https://mirror.example/a", "/b", True),
    ],
)
def test_a_redirect_leads_to_the_same_host_or_the_archives_store(
    here: str, there: str, followed: bool
) -> None:
    reply = Reply(302, httpx.Headers({"location": there}), here)
    if followed:
        assert next_address(reply) == str(httpx.URL(here).join(there))
    else:
        with pytest.raises(SourceError, match="another place"):
            next_address(reply)


def test_the_proxy_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path) as proxy:
        proxy.faults.append(lambda handler: (good(handler), True)[1])
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("http_proxy", raising=False)
        with Client(patience(Sleeper())) as client:
            client.fetch("GET", "http://mirror.invalid/archive/", Page())
        assert proxy.asked == [("GET", "http://mirror.invalid/archive/", "")]


def openssl(*arguments: str | Path) -> None:
    try:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not there to make certificates with")


def authority(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A private CA's certificate, and a server's context signed by it."""
    folder.mkdir()
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    new = ("req", "-x509", *key, "-days", "2", "-subj")
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    openssl(*new, "/CN=a private CA", "-keyout", ca_key, "-out", ca)
    pair = folder / "server.pem", folder / "server.key"
    openssl(
        *new, "/CN=mirror", "-addext", "subjectAltName=IP:127.0.0.1",
        "-addext", "basicConstraints=critical,CA:FALSE", "-CA", ca, "-CAkey", ca_key,
        "-keyout", pair[1], "-out", pair[0],
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return ca, context


def test_a_private_ca_is_trusted_if_named_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca, tls = authority(tmp_path / "ours")
    other, _ = authority(tmp_path / "other")
    with serving(tmp_path, tls) as mirror:
        mirror.faults.append(lambda handler: (good(handler), True)[1])
        monkeypatch.setenv("SSL_CERT_FILE", str(ca))
        with Client(patience(Sleeper(), 5)) as client:
            assert client.fetch("GET", mirror.address, Page()).status == 200
        monkeypatch.setenv("SSL_CERT_FILE", str(other))
        with (
            Client(patience(Sleeper(), 5)) as client,
            pytest.raises(SourceError, match="name its file in SSL_CERT_FILE"),
        ):
            client.fetch("GET", mirror.address, Page())
        assert len(mirror.asked) == 1


def test_a_host_that_refuses_is_tried_again_with_waits(tmp_path: Path) -> None:
    with serving(tmp_path) as mirror:
        gone = mirror.address
    sleep, said = Sleeper(), list[str]()
    with Client(patience(sleep), said.append) as client:
        with pytest.raises(SourceError, match=r"cannot be reached.*, 6 times; run"):
            client.fetch("GET", gone, Page())
        assert len(sleep.asked) == 5
        [line] = said  # at the first wait, so that nobody waits without a word
        assert line.startswith(f"{gone}: cannot be reached (")
        assert line.endswith("; trying again")
        # once for each request that follows: a run has hundreds
        with pytest.raises(SourceError, match=r"cannot be reached.*, once; run"):
            client.fetch("GET", gone, Page())
        assert len(sleep.asked) == 5


def test_a_host_without_a_name_is_tried_again() -> None:
    sleep = Sleeper()
    with (
        Client(patience(sleep)) as client,
        pytest.raises(SourceError, match=r"cannot be reached.*, 6 times"),
    ):
        client.fetch("GET", "http://no-such-host.invalid/", Page())
    assert len(sleep.asked) == 5


def test_a_server_that_is_restarted_is_waited_for(tmp_path: Path) -> None:
    with serving(tmp_path) as mirror:
        gone = mirror.address
    with ExitStack() as ends:

        def restart(_: float) -> None:
            port = httpx.URL(gone).port or 0
            mirror = ends.enter_context(serving(tmp_path, port=port))
            mirror.faults.append(lambda handler: (good(handler), True)[1])

        page = Page()
        with Client(patience(restart)) as client:
            assert client.fetch("GET", gone, page).status == 200
        assert page.text == BODY.decode()
