"""deploy/proxy with the real nginx: syntax, and a real Prefect server behind it."""

import asyncio
import base64
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPSConnection
from pathlib import Path
from socket import socket

import pytest
import websockets

from flows.server.guard import POLICY
from tests.deploy.processes import DEPLOY


pytestmark = pytest.mark.system


PASSWORD = "hexbeat:only-for-this-test"  # noqa: S105
BASIC = {"Authorization": "Basic " + base64.b64encode(PASSWORD.encode()).decode()}


def certificate(folder: Path) -> Path:
    """A certificate for localhost, signed by itself, and its key beside it."""
    for tool in ("nginx", "openssl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not there")
    folder.mkdir()
    made = folder / "hexbeat.crt"
    words = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        " -addext subjectAltName=DNS:localhost -out hexbeat.crt -keyout hexbeat.key"
    )
    subprocess.run(words.split(), cwd=folder, check=True, capture_output=True)
    return made


def configured(folder: Path, port: int, server_port: int) -> Path:
    """The shipped files, their addresses and folders changed to those of a test."""
    main = (DEPLOY / "proxy" / "nginx.conf").read_text()
    changes = {
        " /tmp/": f" {folder}/",
        "default server:4200": f"default 127.0.0.1:{server_port}",
        "include mime.types": "include /etc/nginx/mime.types",
        "/etc/nginx/hexbeat/site.conf": f"{folder}/site.conf",
        "/dev/stdout": f"{folder}/access.log",
        "/dev/stderr": f"{folder}/error.log",
    }
    site = (DEPLOY / "proxy" / "site.conf").read_text()
    for ours, theirs in changes.items():
        assert ours in main
        main = main.replace(ours, theirs)
    assert "listen 443 ssl" in site
    site = site.replace("listen 443", f"listen 127.0.0.1:{port}")
    site = site.replace("/etc/nginx/tls/", f"{folder}/tls/")
    (folder / "site.conf").write_text(site)
    (folder / "nginx.conf").write_text(main)
    return folder / "nginx.conf"


def nginx(config: Path, *words: str) -> list[str]:
    error_log = f"{config.parent}/error.log"
    return ["nginx", "-e", error_log, "-c", str(config), *words]


def check(config: Path) -> subprocess.CompletedProcess[str]:
    words = nginx(config, "-t")
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    certificate(tmp_path / "tls")
    done = check(configured(tmp_path, 8443, 4200))
    assert done.returncode == 0, done.stderr


def test_a_server_that_is_made_anew_is_found_again(tmp_path: Path) -> None:
    """Its name is asked for when a request comes, not once at the start."""
    certificate(tmp_path / "tls")
    config = configured(tmp_path, 8443, 4200)
    name = "server-of-no-network.invalid:4200"
    config.write_text(config.read_text().replace("127.0.0.1:4200", name))
    assert name in config.read_text()
    done = check(config)
    assert done.returncode == 0, done.stderr


def test_a_misspelt_directive_is_seen(tmp_path: Path) -> None:
    certificate(tmp_path / "tls")
    config = configured(tmp_path, 8443, 4200)
    site = tmp_path / "site.conf"
    site.write_text(site.read_text().replace("proxy_pass", "proxy_pas"))
    done = check(config)
    assert done.returncode == 1
    assert "proxy_pas" in done.stderr


def test_nginx_takes_it_on_a_plain_machine(tmp_path: Path) -> None:
    """site.conf and upstream.conf beside each other, in any main file."""
    certificate(tmp_path / "tls")
    configured(tmp_path, 8443, 4200)
    shutil.copy(DEPLOY / "proxy" / "upstream.conf", tmp_path)
    config = tmp_path / "plain.conf"
    includes = f"include {tmp_path}/site.conf; include {tmp_path}/upstream.conf;"
    config.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {includes} }}")
    done = check(config)
    assert done.returncode == 0, done.stderr


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A proxy at work."""

    port: int
    authority: Path

    @property
    def tls(self) -> ssl.SSLContext:
        """Trust in its certificate alone."""
        return ssl.create_default_context(cafile=self.authority)

    def await_ready(self, seconds: float) -> None:
        """Until the server behind it has its database."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(OSError):
                if self.ask("/api/ready")[0] == 200:
                    return
            time.sleep(0.5)
        raise TimeoutError(f"no server within {seconds} s")

    def ask(
        self, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, Message]:
        """Status, body and headers of an answer."""
        connection = HTTPSConnection(
            "localhost", self.port, timeout=10, context=self.tls
        )
        data = None if body is None else json.dumps(body)
        kind = {"content-type": "application/json"}
        try:
            connection.request(
                "POST" if data else "GET", path, data, kind | (headers or {})
            )
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    async def listen(self, path: str, token: str | None) -> str:
        """What the server says to a websocket, or why it hangs up."""
        address = f"wss://localhost:{self.port}{path}"
        async with websockets.connect(
            address, ssl=self.tls, subprotocols=[websockets.Subprotocol("prefect")]
        ) as heard:
            await heard.send(json.dumps({"type": "auth", "token": token}))
            try:
                return str(await asyncio.wait_for(heard.recv(), 10))
            except websockets.ConnectionClosed as closed:
                return str(closed.rcvd.code if closed.rcvd else closed)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """nginx before a Prefect server with a password and CSRF protection."""
    folder = tmp_path_factory.mktemp("proxy")
    made = certificate(folder / "tls")
    port, server_port = free_port(), free_port()
    config = configured(folder, port, server_port)
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(server_port),
        "PREFECT_SERVER_API_AUTH_STRING": PASSWORD,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_UI_API_URL": f"https://localhost:{port}/api",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(folder / "pages"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # a proxy in another container is none that the server would believe
        "FORWARDED_ALLOW_IPS": "192.0.2.1",
    }
    with (folder / "output.log").open("w") as log:
        processes = [
            subprocess.Popen(words, env=env, stdout=log, stderr=log)
            for words in (
                [sys.executable, "-m", "prefect", "server", "start"],
                nginx(config, "-g", "daemon off;"),
            )
        ]
    it = Site(port, made)
    try:
        it.await_ready(180)
        yield it
    finally:
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + 30
        for process in processes:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.mark.system
def test_the_api_answers_who_has_the_password_and_nobody_else(site: Site) -> None:
    assert site.ask("/api/version")[0] == 401
    assert site.ask("/api/admin/settings")[0] == 401
    assert site.ask("/api/version", headers={"Authorization": "Basic eDp5"})[0] == 401
    assert site.ask("/api/version", headers=BASIC)[0] == 200


@pytest.mark.system
def test_another_site_cannot_use_a_browsers_password(site: Site) -> None:
    status, body, _ = site.ask("/api/flows/filter", {}, BASIC)
    assert status == 403
    assert "CSRF" in body


@pytest.mark.system
def test_pages_ask_the_proxy_and_no_other_host(site: Site) -> None:
    _, settings, headers = site.ask("/ui-settings")
    assert json.loads(settings)["api_url"] == f"https://localhost:{site.port}/api"
    policy = headers["Content-Security-Policy"]
    assert policy == POLICY[1].decode()


@pytest.mark.system
def test_a_browser_that_is_sent_on_stays_with_the_proxy(site: Site) -> None:
    status, _, headers = site.ask("/v2")
    assert status == 307
    assert headers["Location"] == f"https://localhost:{site.port}/v2/"


@pytest.mark.system
@pytest.mark.parametrize("path", ["/api/events/out", "/api/events/in", "/api/logs/out"])
def test_websockets_go_through_for_who_has_the_password(site: Site, path: str) -> None:
    assert "auth_success" in asyncio.run(site.listen(path, PASSWORD))
    assert asyncio.run(site.listen(path, None)) == "1008"


@pytest.mark.system
def test_prefects_own_client_works_through_it(site: Site, tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | {
        "PREFECT_HOME": str(tmp_path),
        "PREFECT_API_URL": f"https://localhost:{site.port}/api",
        "PREFECT_API_AUTH_STRING": PASSWORD,
        "PREFECT_API_SSL_CERT_FILE": str(site.authority),
        "DO_NOT_TRACK": "1",
    }
    words = ["work-pool", "create", "tried", "--type", "process"]
    command = [sys.executable, "-m", "prefect", "--no-prompt", *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
