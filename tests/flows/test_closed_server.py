"""A Prefect server of ours takes requests from this account alone, and from no page.

What is tried against it works on an open one: the same page plants, in the database
that an older version left in the home, a deployment whose run is a command at the next
`up`.
"""

import json
import socket
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from flows.server.answers import ServerError
from flows.server.prefect_settings import DATABASE
from flows.server.standing import OPEN_DATABASE, use_standing
from tests.builders import kent_csv, release_zip
from tests.flows.commands import hexbeat_here
from tests.flows.servers import (
    CLI,
    ROOT,
    ask,
    clean_environment,
    credentials,
    end,
    ended,
    hexbeat_up,
    may_change,
    prefect_server,
    triggered,
    with_database,
)
from tests.transforms.publications.map import browser


pytestmark = pytest.mark.system

SOCKETS = ("events/in", "events/out", "logs/out", "task_runs/subscriptions/scheduled")
# What a page in the next tab does: a deployment that runs a command, and a run of it.
ATTACK = """(async () => {
  const said = [];
  const post = async (path, body, more) => {
    try {
      const answer = await fetch(API + path, {
        method: "POST", body: JSON.stringify(body), ...more});
      said.push(answer.status);
      return await answer.json();
    } catch (error) { said.push(String(error)); return {}; }
  };
  const sent = async (more) => {
    await post("/work_pools/", {name: "hexbeat-process", type: "process"}, more);
    const flow = await post("/flows/", {name: "planted"}, more);
    const made = await post("/deployments/", {
      name: "planted", flow_id: flow.id, work_pool_name: "hexbeat-process",
      entrypoint: "flows.freshness.freshness", parameters: {params: {}},
      pull_steps: [{"prefect.deployments.steps.run_shell_script": {script: SCRIPT}}],
    }, more);
    await post(`/deployments/${made.id}/create_flow_run`, {}, more);
  };
  await sent({headers: {"Content-Type": "application/json"}});
  await sent({mode: "no-cors"});
  said.push(await new Promise((done) => {
    const socket = new WebSocket(API.replace("http", "ws") + "/events/in", "prefect");
    socket.onopen = () => done("open");
    socket.onerror = () => done("refused");
  }));
  return said;
})()"""


@dataclass
class Up:
    """`hexbeat up` in a home that an open server had used before."""

    home: Path
    port: int
    password: str
    log: Path
    temporary: Path
    planted: Path
    process: subprocess.Popen[bytes]

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def status(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        body = "{}" if method == "POST" else None
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}


@contextmanager
def page_elsewhere(folder: Path) -> Iterator[int]:
    """The port of a web server with one empty page."""
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>x</title>")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def attacked(api: str, planted: Path, folder: Path) -> list[Any]:
    """What that page in a browser hears of the server."""
    rules = "--host-resolver-rules=MAP evil.example 127.0.0.1"
    with (
        page_elsewhere(folder / "page") as port,
        browser.empty(rules) as tab,
    ):
        tab.call("Page.navigate", url=f"http://evil.example:{port}/")
        tab.until("document.title === 'x'")
        given = {"API": api, "SCRIPT": f"touch {planted}"}
        names = "".join(f"const {k} = {json.dumps(v)};" for k, v in given.items())
        said: list[Any] = tab.value(f"(() => {{{names} return {ATTACK}}})()")
    return said


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("closed")
    home, planted, temporary = folder / "home", folder / "planted", folder / "tmp"
    prefect = with_database(home / "prefect")
    temporary.mkdir()
    if browser.CHROMIUM:
        with prefect_server(prefect) as env:
            said = attacked(env["PREFECT_API_URL"], planted, folder)
            found = ask(f"{env['PREFECT_API_URL']}/deployments/filter", {})
        assert said[:4] == [201] * 4
        assert said[-1] == "open"
        assert [each["name"] for each in found] == ["planted"]
    else:
        with_database(prefect, OPEN_DATABASE)
    prefect.chmod(0o755)  # as it was left
    log = folder / "up.log"
    env = clean_environment() | {"TMPDIR": str(temporary)}
    with hexbeat_up(home, env, log, "--port", "0") as process:
        url = (prefect / "address").read_text()
        password = (prefect / "password").read_text().strip()
        port = int(url.removesuffix("/api").rpartition(":")[2])
        yield Up(home, port, password, log, temporary, planted, process)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/admin/version"),
        ("GET", "/api/version"),
        ("GET", "/api/csrf-token?client=x"),
        ("GET", "/api/admin/settings"),
        ("POST", "/api/admin/database/clear"),
        ("POST", "/api/deployments/filter"),
    ],
)
def test_nothing_is_answered_without_the_password(
    up: Up, method: str, path: str
) -> None:
    for headers in ({}, credentials("hexbeat:wrong"), credentials(":")):
        status, _ = up.status(path, method, **headers)
        assert status == (401 if method == "GET" else 403)  # no CSRF token, either
    if method == "POST":
        token = may_change(up.api, up.password)
        assert up.status(path, method, **token | credentials("x:y"))[0] == 401


def test_a_change_takes_a_csrf_token_too(up: Up) -> None:
    path, known = "/api/deployments/filter", credentials(up.password)
    assert up.status(path, "POST", **known)[0] == 403
    token = may_change(up.api, up.password) | {"Content-Type": "application/json"}
    assert up.status(path, "POST", **token)[0] == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://localhost:{port}", "http://127.0.0.1:1"],
)
def test_no_page_of_another_origin_is_answered(up: Up, origin: str) -> None:
    there = {"Origin": origin.format(port=up.port)}
    token = may_change(up.api, up.password)
    for method, path, headers in (
        ("GET", "/api/health", {}),
        ("GET", "/api/admin/version", credentials(up.password)),
        ("POST", "/api/deployments/filter", token),
        ("OPTIONS", "/api/deployments/", {"Access-Control-Request-Method": "POST"}),
    ):
        status, answered = up.status(path, method, **there, **headers)
        assert status == 403
        assert not any(name.startswith("access-control-") for name in answered)
    own = {"Origin": f"http://127.0.0.1:{up.port}"}
    status, answered = up.status("/api/admin/version", **own, **token)
    assert (status, answered["access-control-allow-origin"]) == (200, own["Origin"])


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "localhost:{port}", "127.0.0.1:1", ""],
)
def test_no_other_host_is_answered(up: Up, host: str) -> None:
    named = {"Host": host.format(port=up.port)}
    for path in ("/", "/api/health", "/api/admin/version", "/ui-settings"):
        assert up.status(path, **named, **credentials(up.password))[0] == 421


@pytest.mark.parametrize("path", SOCKETS)
def test_no_websocket_opens_without_the_password(up: Up, path: str) -> None:
    address = f"{up.api.replace('http', 'ws')}/{path}"
    for token in (None, "hexbeat:wrong"):
        with connect(address, subprotocols=["prefect"]) as asked:  # type: ignore[list-item]
            asked.send(json.dumps({"type": "auth", "token": token}))
            with pytest.raises(ConnectionClosed) as refused:
                asked.recv(timeout=30)
            assert refused.value.rcvd
            assert refused.value.rcvd.code == 1008
    with connect(address, subprotocols=["prefect"]) as asked:  # type: ignore[list-item]
        asked.send(json.dumps({"type": "auth", "token": up.password}))
        assert json.loads(asked.recv(timeout=30)) == {"type": "auth_success"}
    with pytest.raises(InvalidStatus) as foreign:
        connect(address, origin="http://evil.example")  # type: ignore[arg-type]
    assert foreign.value.response.status_code == 403
    host = {"Host": "evil.example"}
    with pytest.raises(InvalidStatus) as rebound:
        connect(address, additional_headers=host)
    assert rebound.value.response.status_code in (400, 421)


def test_the_ui_asks_for_the_password_and_is_framed_by_nobody(up: Up) -> None:
    settings = ask(up.api.removesuffix("/api") + "/ui-settings")
    assert (settings["auth"], settings["csrf_enabled"]) == ("BASIC", True)
    assert settings["api_url"] == up.api
    status, headers = up.status("/")
    assert status == 200  # though the install may be another account's
    assert (up.home / "prefect" / "pages" / "v1" / "index.html").is_file()
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@browser.SKIPPED_WITHOUT
def test_no_page_of_the_server_runs_what_another_host_sends(up: Up) -> None:
    """The browser keeps the password, and a script beside it could read it."""
    rules = "--host-resolver-rules=MAP *.invalid ~NOTFOUND"
    with browser.empty(rules) as tab:
        for path in ("/docs", "/redoc"):
            page = f"http://127.0.0.1:{up.port}{path}"
            tab.call("Page.navigate", url=page)
            tab.until(
                f"location.href === {page!r} && document.readyState !== 'loading'"
            )
            # refused by the policy, before any network
            loaded = "(() => { const s = document.createElement('script');"
            loaded += "return new Promise(done => {"
            loaded += "document.addEventListener('securitypolicyviolation',"
            loaded += " e => done(e.violatedDirective));"
            loaded += (
                "s.onload = () => done('ran'); s.src = 'https://cdn.invalid/x.js';"
            )
            loaded += "document.head.append(s); }); })()"
            assert str(tab.value(loaded)).startswith("script-src")


@browser.SKIPPED_WITHOUT
def test_a_page_in_the_next_tab_makes_no_deployment(up: Up, tmp_path: Path) -> None:
    said = attacked(up.api, up.planted, tmp_path)
    assert said[:4] == ["TypeError: Failed to fetch"] * 4
    assert said[-1] == "refused"
    deployments = ask(f"{up.api}/deployments/filter", {}, up.password)
    assert "planted" not in {each["name"] for each in deployments}
    flows = ask(f"{up.api}/flows/filter", {}, up.password)
    assert "planted" not in {each["name"] for each in flows}


@browser.SKIPPED_WITHOUT
def test_a_name_pointed_at_this_machine_shows_nothing(up: Up) -> None:
    rules = "--host-resolver-rules=MAP evil.example 127.0.0.1"
    with browser.empty(rules) as tab:
        tab.call("Page.navigate", url=f"http://evil.example:{up.port}/api/health")
        tab.until(
            f"document.body.innerText.includes('only at http://127.0.0.1:{up.port}')"
        )


def test_the_password_is_where_this_account_alone_reads(up: Up) -> None:
    prefect = up.home / "prefect"
    assert stat.S_IMODE(prefect.stat().st_mode) == 0o700
    assert stat.S_IMODE((prefect / "password").stat().st_mode) == 0o600
    secret = up.password.partition(":")[2]
    assert len(secret) >= 40
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert any(b"flows.server.serving" in line for line in lines)
    assert not any(secret.encode() in line for line in lines)
    assert secret not in up.log.read_text()
    assert f"log in with the line in {prefect / 'password'}" in up.log.read_text()
    for file in prefect.rglob("*"):
        if file.is_file() and file.name != "password":
            assert secret.encode() not in file.read_bytes(), file


def test_commands_in_the_home_know_the_password(up: Up) -> None:
    said = command(up.home, "doctor")
    assert f"127.0.0.1:{up.port}/api takes the password" in said.stdout
    assert "prefect.db is of an older version" in said.stdout


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"PREFECT_API_AUTH_STRING": "hexbeat:wrong"},
            "refuses the password in PREFECT",
        ),
        ({}, "wants a password (401 Unauthorized), and PREFECT_API_AUTH_STRING is not"),
    ],
)
def test_a_command_without_the_password_says_so(
    up: Up, tmp_path: Path, given: dict[str, str], said: str
) -> None:
    asked = {"PREFECT_API_URL": up.api, **given}
    release_zip(tmp_path, "2024-04", {("kent", "2024-03"): kent_csv("2024-03", 4)})
    source = ("--source", str(tmp_path), "--force", "kent")
    for words in (("ingest", *source), ("up",)):
        done = command(tmp_path / "home", *words, **asked)
        assert done.returncode == 1
        assert said in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
        assert "damaged" not in done.stderr


def test_what_an_open_server_was_given_does_not_run(up: Up) -> None:
    """The worker takes a run of ours, and would have taken the older one first."""
    assert "warning: " in up.log.read_text()
    assert f"{up.home / 'prefect' / OPEN_DATABASE} is of an" in up.log.read_text()
    params = {"home": str(up.home)}
    run = triggered(up.api, "freshness/freshness", params, password=up.password)
    assert ended(up.api, run, password=up.password)["state_type"] != "CRASHED"
    assert not up.planted.exists()
    assert (up.home / "prefect" / DATABASE).exists()


def test_nothing_is_left_when_it_ends(up: Up) -> None:
    """The last of this module: it ends the server."""
    before = [path.name for path in up.temporary.iterdir()]
    assert [name for name in before if not name.startswith("hexbeat-")] == []
    assert [stat.S_IMODE((up.temporary / n).stat().st_mode) for n in before] == [0o700]
    assert end(up.process) == 0
    assert list(up.temporary.iterdir()) == []
    assert not (up.home / "prefect" / "password").exists()


ONE_OFF = """
    import asyncio, os, socket, sys
    from pathlib import Path

    import httpx

    from flows.server.own import prefect_api

    with prefect_api(Path(sys.argv[1])) as url:
        password = os.environ["PREFECT_API_AUTH_STRING"]
        own = httpx.BasicAuth(*password.split(":"))
        tried = {
            "open": {},
            "known": {"auth": own},
            "rebound": {"auth": own, "headers": {"Host": "evil.example"}},
            "foreign": {"auth": own, "headers": {"Origin": "http://evil.example"}},
        }
        for name, how in tried.items():
            print(name, httpx.get(f"{url}/admin/version", **how).status_code)
        flow = {"name": "x"}
        print("post", httpx.post(f"{url}/flows/", auth=own, json=flow).status_code)
        print(url, password)
"""


def test_the_server_of_one_command_is_closed_too(tmp_path: Path) -> None:
    with_database(tmp_path / "prefect")
    # the password goes to no proxy, and no setting of the environment opens the server
    done = script(
        ONE_OFF,
        str(tmp_path),
        HTTP_PROXY="http://127.0.0.1:9",
        PREFECT_API_KEY="another",
        PREFECT_SERVER_CSRF_PROTECTION_ENABLED="false",
        PREFECT_SERVER_CORS_ALLOWED_ORIGINS="*",
    )
    *statuses, last = done.stdout.splitlines()
    assert statuses == [
        "open 401",
        "known 200",
        "rebound 421",
        "foreign 403",
        "post 403",
    ]
    url, password = last.split()
    port = int(url.removesuffix("/api").rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert not (tmp_path / "prefect" / "password").exists()
    for file in (tmp_path / "prefect").iterdir():
        assert password.encode() not in file.read_bytes()


def test_the_up_of_an_older_version_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="without a password: end it"):
        use_standing(tmp_path, "http://127.0.0.1:4200/api")


@pytest.mark.parametrize("port", ["80000", "-1", "65536"])
def test_a_port_that_is_none_is_one_line(tmp_path: Path, port: str) -> None:
    for word in ("up", "view"):
        done = hexbeat_here(word, "--port", port, "--home", tmp_path)
        assert done.returncode == 2
        assert (done.stderr.count("\n"), "Traceback" in done.stderr) == (1, False)


def command(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *words, "--home", str(home)], env=clean_environment() | more, cwd=ROOT,
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip


def script(text: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text), *words],
        env=clean_environment() | more, cwd=ROOT, capture_output=True, text=True,
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done
