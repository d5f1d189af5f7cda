"""A force's web server: TLS as it must be, the token for it alone, drops whole."""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.mirror import Handler, Mirror, serving
from tests.transforms.feeds.force.sources.servers import Sleeper
from tests.transforms.feeds.test_http_hostile import openssl
from transforms.errors import FileRejectedError, SourceError, UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.https import WebFolder, web_address
from transforms.feeds.web.retries import Patience


TOKEN = "a-token-of-the-force"  # noqa: S105
PAGE = b"""<html><a href="../">up</a><a href="?C=M;O=D">by date</a>
<a href="b.csv">b</a><A HREF='a.csv'>a</A><a href="older/">older</a>
<a href="https://elsewhere.example/c.csv">c</a><a href="/d.csv">d</a><a>e</a>
<a href="f%20f.csv">f</a></html>"""


def certified(folder: Path, name: str) -> ssl.SSLContext:
    """A server's context with a certificate for that name, signed by itself."""
    pair = folder / "server.pem", folder / "server.key"
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-nodes", "-days", "2", "-subj", "/CN=a force", "-addext",
        f"subjectAltName={name}", "-keyout", pair[1], "-out", pair[0],
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context


@contextmanager
def force_server(folder: Path, name: str = "IP:127.0.0.1") -> Iterator[Mirror]:
    """Drops behind TLS and a token."""
    with serving(folder, certified(folder, name)) as mirror:
        mirror.faults.append(keeper)
        yield mirror


def keeper(handler: Handler) -> bool:
    """Who asks without the token is sent away; else the page or the file."""
    if handler.headers.get("Authorization") != f"Bearer {TOKEN}":
        handler.answer(401)
        return True
    if handler.path.endswith("/"):
        handler.answer(200, PAGE)
        return True
    return False


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    with force_server(tmp_path) as mirror:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        for name in ("a", "b", "f%20f"):
            (tmp_path / f"{name}.csv").write_bytes(name.encode() * 10_000)
        yield mirror


def folder(
    address: str, sleep: Sleeper | None = None, token: str | None = TOKEN
) -> WebFolder:
    patience = Patience(
        deadline_seconds=5, silence_seconds=2, retries=1, sleep=sleep or Sleeper()
    )
    access = Access(token=SecretStr(token) if token else None)
    return WebFolder(web_address(address), access, patience)


def test_the_files_that_a_page_links_to_are_offered_by_name(server: Mirror) -> None:
    found = folder(server.address).offered()
    assert [(d.name, d.read()) for d in found] == [
        ("a.csv", b"a" * 10_000), ("b.csv", b"b" * 10_000),
        ("f f.csv", b"f%20f" * 10_000),
    ]  # fmt: skip


def test_an_address_may_be_of_a_file(server: Mirror) -> None:
    [drop] = folder(f"{server.address}a.csv").offered()
    assert (drop.name, drop.read()) == ("a.csv", b"a" * 10_000)


def test_a_file_listed_as_before_is_not_offered_again(
    server: Mirror, tmp_path: Path
) -> None:
    listed = {drop.name: drop.listed for drop in folder(server.address).offered()}
    (tmp_path / "b.csv").write_bytes(b"b" * 10_001)
    source = folder(server.address)
    found = source.offered(lambda name, now: listed[name] == now)
    assert [drop.name for drop in found] == ["b.csv"]
    assert source.unread == ["a.csv", "f f.csv"]


def test_a_file_that_grows_waits(server: Mirror, tmp_path: Path) -> None:
    grows = Sleeper(lambda: (tmp_path / "a.csv").write_bytes(b"a" * 10_001))
    source = folder(server.address, grows)
    assert [drop.name for drop in source.offered()] == ["b.csv", "f f.csv"]
    assert source.growing == ["a.csv"]


def test_a_file_replaced_since_it_was_listed_is_refused(
    server: Mirror, tmp_path: Path
) -> None:
    [drop] = folder(f"{server.address}a.csv").offered()
    (tmp_path / "a.csv").write_bytes(b"a" * 10_001)
    with pytest.raises(FileRejectedError, match=r"a\.csv: written to since"):
        drop.read()


def cut_off(handler: Handler) -> bool:
    if handler.command == "GET":
        handler.say(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + b"a" * 500)
    return handler.command == "GET"


def without_length(handler: Handler) -> bool:
    if handler.command == "GET":
        handler.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"a" * 500)
    return handler.command == "GET"


@pytest.mark.parametrize("fault", [cut_off, without_length])
def test_nothing_is_taken_of_a_body_that_breaks_off(
    server: Mirror, fault: object
) -> None:
    [drop] = folder(f"{server.address}a.csv").offered()
    server.faults.insert(0, fault)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match="2 times; run again later"):
        drop.read()


def test_a_server_that_tells_no_length_is_refused(server: Mirror) -> None:
    def silent(handler: Handler) -> bool:
        handler.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        return True

    server.faults.insert(0, silent)
    with pytest.raises(SourceError, match="does not say how long"):
        folder(f"{server.address}a.csv").offered()


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    with (
        force_server(tmp_path) as mirror,
        pytest.raises(SourceError, match="certificate verify failed") as caught,
    ):
        folder(mirror.address).offered()
    assert "\n" not in str(caught.value)
    assert mirror.asked == []


def test_a_certificate_of_another_host_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with force_server(tmp_path, "DNS:other.example") as mirror:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        with pytest.raises(SourceError, match=r"not valid for '127\.0\.0\.1'"):
            folder(mirror.address).offered()
    assert mirror.asked == []


def test_the_token_is_not_sent_on_to_another_host(
    server: Mirror, tmp_path: Path
) -> None:
    heard = []

    def listen(handler: Handler) -> bool:
        heard.append(handler.headers.get("Authorization"))
        return False

    with serving(tmp_path) as other:
        other.faults.append(listen)

        def redirect(handler: Handler) -> bool:
            handler.answer(302, headers={"Location": other.address})
            return True

        server.faults.insert(0, redirect)
        with pytest.raises(SourceError, match="another place"):
            folder(server.address).offered()
    assert heard == []


def test_the_token_shows_nowhere(
    server: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = folder(server.address)
    [drop, *_] = source.offered()
    drop.read()
    with pytest.raises(SourceError, match="401; is HEXBEAT_FEED_TOKEN") as caught:
        folder(server.address, token="another-token").offered()  # noqa: S106
    shown = f"{source!r} {source.access!r} {caught.value!r} {caplog.text}"
    assert TOKEN not in shown
    assert "another-token" not in shown


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "d\u00e9j\u00e0", "a,b"])
def test_what_is_no_token_is_refused_without_a_word_of_it(token: str) -> None:
    with pytest.raises(UsageError, match="HEXBEAT_FEED_TOKEN") as caught:
        folder("https://force.example/drops/", token=token)
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["http://force.example/", "https://", "https://me:secret@force.example/",
     "https://force.example/?key=secret", "https://force.example/#secret",
     "https://data.police.uk/data/", "https://force.example:port/", "file:///etc/passwd"],
)  # fmt: skip
def test_what_is_no_address_of_a_force_is_refused(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        web_address(address)
    assert "secret" not in str(caught.value).replace("a secret in", "")


def test_a_page_that_is_not_there_is_one_line(server: Mirror) -> None:
    with pytest.raises(SourceError, match=r"no\.csv: answered 404"):
        folder(f"{server.address}no.csv").offered()
