"""A server that is killed under a command ends it in a line, and soon."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.flows.servers import ROOT, clean_environment


SCRIPT = """
import sys, time
import flows.server.watch as watch

watch._EVERY_SECONDS, watch._WARN_AFTER_SECONDS, watch._GONE_AFTER_SECONDS = 0.1, 0.3, 1
with watch.watched(sys.argv[1]):
    print("at work", flush=True)
    try:
        time.sleep(float(sys.argv[2]))  # as Prefect does between its tries
    except BaseException:
        print("interrupted")
print("done")
"""


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("killed", "seconds", "code", "said"), [(True, 60, 1, 2), (False, 2, 0, 0)]
)
def test_a_server_that_is_gone_ends_the_command(
    killed: bool, seconds: int, code: int, said: int
) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Healthy)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/api"
    command = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, url, str(seconds)],
        env=clean_environment(), cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert command.stdout is not None
        assert command.stdout.readline() == "at work\n"
        if killed:
            server.shutdown()
            server.server_close()
        out, err = command.communicate(timeout=30)
    finally:
        command.kill()
        server.shutdown()
        server.server_close()
    assert command.returncode == code
    assert out == ("" if killed else "done\n")
    lines = err.splitlines()
    assert len(lines) == said, err
    if killed:
        assert lines[0].endswith(f"{url} does not answer; waiting for it")
        assert f"{url} is gone: no answer for " in lines[1]
