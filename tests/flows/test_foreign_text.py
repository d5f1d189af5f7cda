"""What others write, from end to end: hostile folders, hostile servers, secrets.

Real commands against a real Prefect server, whose own record is read back.
"""

import json
import logging
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from prefect.exceptions import FailedRun

from flows.plain_logs import log_plainly, plain_faults
from tests.builders import kent_csv, months, release_zip
from tests.flows.commands import hexbeat_here
from tests.flows.servers import CLI, ROOT, ask, prefect_server
from tests.flows.test_canaries import seen
from tests.mirror import Handler, serving
from tests.transforms.feeds.force.made_drops import CSV_MAPPING
from transforms.errors import UsageError


MARKUP = "[x](javascript:alert)<script>"
HOSTILE = f"\x1b[2J\x1b]0;a\x07\r\nhexbeat: all well\u202egpj{MARKUP}"
SECRET = "canary-5ecret-77ab"  # noqa: S105
_HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("prefect")
    with prefect_server(folder) as env:
        yield env


def hexbeat(
    env: dict[str, str], *arguments: object
) -> subprocess.CompletedProcess[str]:
    words = [str(argument) for argument in arguments]
    return subprocess.run(
        [*CLI, *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )


def recorded(env: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """What the server shows of all its runs."""
    api = env["PREFECT_API_URL"]
    kinds = ("artifacts", "logs", "flow_runs", "task_runs")
    return {kind: ask(f"{api}/{kind}/filter", {"limit": 200}) for kind in kinds}


def check_plain(env: dict[str, str], *done: subprocess.CompletedProcess[str]) -> None:
    """Nothing hidden, no forged line and no link, wherever it can be read."""
    for each in done:
        said = each.stdout + each.stderr
        assert not _HIDDEN.search(said), said
        assert "\nhexbeat: all well" not in said
        assert "Traceback" not in said
    told = recorded(env)
    assert not _HIDDEN.search(str([a["data"] for a in told["artifacts"]]))
    for log in told["logs"]:
        lines = log["message"].split("\n")
        assert not any(_HIDDEN.search(line) for line in lines)
        assert not any(line.startswith("hexbeat: all well") for line in lines)
    for run in told["flow_runs"] + told["task_runs"]:
        message = (run["state"] or {}).get("message") or ""
        assert not _HIDDEN.search(message)
        assert "\nhexbeat" not in message
    for artifact in told["artifacts"]:
        text = artifact["data"] if artifact["type"] == "markdown" else ""
        page = MarkdownIt("commonmark").render(f"{text}\n\n{artifact['description']}")
        assert "<script" not in page
        assert 'href="javascript' not in page


@pytest.mark.system
def test_names_in_a_hostile_folder(tmp_path: Path, server: dict[str, str]) -> None:
    source, home = tmp_path / f"source{HOSTILE}.zip", tmp_path / "home"
    for month in months("2024-01", 3):
        release_zip(source, str(month), {("kent", str(month)): kent_csv(str(month), 9)})
    # of a release by its members, not by its name: so it is reported
    release_zip(source, f"2024-02{HOSTILE}", {("kent", "2024-02"): b""})
    (source / "2024-04.zip").write_bytes(HOSTILE.encode())
    words = ["--force", "kent", "--from", "2024-01", "--to", "2024-03"]
    words += ["--source", str(source), "--home", str(home)]
    plainly = hexbeat(server, "run", *words)
    as_json = hexbeat(server, "ingest", *words, "--json")
    assert plainly.returncode in (1, 3), plainly.stderr
    assert as_json.returncode == 3
    account = json.loads(as_json.stdout)
    for named in ("2024-04.zip: ", f"\\u202egpj{MARKUP}.zip: "):
        [why] = [why for why in account["failed"].values() if named in why]
        assert why in plainly.stderr
    check_plain(server, plainly, as_json)
    told = [a["data"] for a in recorded(server)["artifacts"] if a["type"] == "markdown"]
    assert any("javascript" in text for text in told)


def _headers(handler: Handler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "\x1b[31m[x](javascript:a)<b>")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    return True


def _sent_on(handler: Handler) -> bool:
    """To an address with a token of the same server, where nothing is."""
    if "token" in handler.path:
        handler.send_response(418)
        handler.send_header("Content-Length", "0")
    else:
        handler.send_response(302)
        handler.send_header("Location", f"/?token={SECRET}")
        handler.send_header("Content-Length", "0")
    handler.end_headers()
    return True


def _sent_away(handler: Handler) -> bool:
    handler.send_response(302)
    handler.send_header("Location", f"https://u:{SECRET}@evil.example/?{SECRET}")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    return True


@pytest.mark.system
def test_replies_of_a_hostile_server(tmp_path: Path, server: dict[str, str]) -> None:
    folder, home = tmp_path / "releases", tmp_path / "home"
    folder.mkdir()
    words = ["--force", "kent", "--home", str(home)]
    done = []
    for fault in (_headers, _sent_on, _sent_away):
        with serving(folder) as mirror:
            mirror.faults.append(fault)
            asked = [*words, "--source", mirror.address]
            done += [hexbeat(server, "ingest", *asked)]
    assert [each.returncode for each in done] == [1, 1, 1], done
    assert "the body comes encoded (\\x1b[31m[x]" in done[0].stderr
    assert "evil.example, another place" in done[2].stderr
    check_plain(server, *done)
    check_gone(server, [home], *done)


def check_gone(
    env: dict[str, str],
    folders: list[Path],
    *done: subprocess.CompletedProcess[str],
) -> None:
    """The secret stands nowhere: not in what was said, not in what was kept."""
    for each in done:
        assert SECRET not in each.stdout + each.stderr
    for folder in (*folders, Path(env["PREFECT_HOME"])):
        assert seen(folder, SECRET.encode()) == []


@pytest.mark.system
def test_a_secret_in_an_address_is_kept_nowhere(
    tmp_path: Path, server: dict[str, str]
) -> None:
    home, feed = tmp_path / "home", tmp_path / "feed"
    home.mkdir()
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(CSV_MAPPING)
    done = []
    for source in (
        f"https://me:{SECRET}@127.0.0.1:9/",
        f"https://127.0.0.1:9/?token={SECRET}",
        f"s3://KEY:{SECRET}@bucket/prefix",
        f"me:{SECRET}@127.0.0.1/folder",
    ):
        run = ["run", "--force", "kent", "--home", home]
        done += [hexbeat_here(*run, "--source", source)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HEXBEAT_SOURCE", source)
            done += [hexbeat_here(*run, "--json")]
        if "://" in source:
            made = ["feed", "create", feed, "--mapping", mapping, "--source", source]
            done += [hexbeat_here(*made)]
            assert not feed.exists()
    url = server["PREFECT_API_URL"].replace("://", f"://me:{SECRET}@")
    elsewhere = server | {"PREFECT_API_URL": url}
    empty = ["--force", "kent", "--source", tmp_path, "--release", "2024-01"]
    done += [
        hexbeat(elsewhere, "ingest", *empty, "--home", home),
        hexbeat(elsewhere, "up", "--home", home),
        hexbeat(server | {"HEXBEAT_SOURCE": f"x://a:{SECRET}@b"}, "up"),
        hexbeat(server, "status", "--home", f"s3://KEY:{SECRET}@bucket/home"),
        hexbeat(server | {"HEXBEAT_NOTIFY": f"https://hooks/{SECRET}"}, "status"),
        hexbeat(server | {"HEXBEAT_TASK_RUNNER": f"dask://a:{SECRET}@b"}, "status"),
    ]
    assert {each.returncode for each in done} == {2}, done
    assert all(each.stderr.startswith("hexbeat: ") for each in done)
    assert "AWS_SECRET_ACCESS_KEY" in "".join(each.stderr for each in done)
    assert "PREFECT_API_AUTH_STRING" in done[-6].stderr
    check_gone(server, [home], *done)


@contextmanager
def plain_records() -> Iterator[tuple[logging.Logger, list[str]]]:
    """A logger while all records are made plain, and what a handler prints of it."""
    before = logging.getLogRecordFactory()
    heard: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(  # type: ignore[method-assign]
        logging.Formatter().format(record)
    )
    logger = logging.getLogger("a library's")
    logger.addHandler(handler)
    try:
        log_plainly()
        yield logger, heard
    finally:
        logging.setLogRecordFactory(before)
        logger.removeHandler(handler)


def test_records_of_any_library_are_plain() -> None:
    with plain_records() as (logger, heard):
        logger.error("GET %s: %s", f"https://h/?sig={SECRET}", HOSTILE)
        try:
            raise ValueError(f"https://me:{SECRET}@h/ {HOSTILE}")
        except ValueError:
            logger.exception("it failed")
    first, second = heard
    assert first.isprintable()
    assert "Traceback" in second
    for text in heard:
        assert SECRET not in text
        assert not _HIDDEN.search(text)


def test_the_traceback_of_an_error_is_logged_once() -> None:
    """Prefect logs it in the task, in each flow around it, and in the process."""
    with plain_records() as (logger, heard), suppress(ZeroDivisionError):
        _log_twice(logger)
    assert ["Traceback" in text for text in heard] == [True, False]
    assert heard[1] == "in the flow"


def test_a_run_that_has_failed_is_logged_without_where_prefect_noticed_it() -> None:
    with plain_records() as (logger, heard):
        try:
            raise FailedRun("4 of 44 forces: kent is stale")
        except FailedRun:
            logger.exception("the engine ended")
    assert heard == ["the engine ended"]


def _log_twice(logger: logging.Logger) -> None:
    try:
        try:
            plain_faults(lambda: 1 / 0)()
        except ZeroDivisionError:
            logger.exception("in the task")
            raise
    except ZeroDivisionError:
        logger.exception("in the flow")
        raise


class _StubbornError(Exception):
    def __str__(self) -> str:
        return f"https://me:{SECRET}@h/{HOSTILE}"


@pytest.mark.parametrize(
    "fault",
    [
        OSError(5, f"broke: https://me:{SECRET}@h/{HOSTILE}"),
        ConnectionError(f"https://h/?token={SECRET} {HOSTILE}"),
        _StubbornError(),
    ],
)
def test_a_fault_of_others_goes_into_a_state_in_plain_words(fault: Exception) -> None:
    @plain_faults
    def work() -> None:
        raise fault

    with pytest.raises(Exception, match="h/") as met:
        work()
    assert str(met.value).isprintable()
    assert SECRET not in str(met.value)
    if not isinstance(fault, _StubbornError):
        assert type(met.value) is type(fault)  # it may pass, and is tried again


def test_our_own_errors_come_through_as_they_are() -> None:
    @plain_faults
    def work(number: int) -> int:
        raise UsageError(f"no {number}")

    with pytest.raises(UsageError, match=r"^no 3$"):
        work(3)


def test_one_module_prints_and_one_makes_artifacts() -> None:
    prints = re.compile(r"sys\.std(out|err)\.write|\bprint\(|\bConsole\(|json\.dumps")
    makes = re.compile(r"create_(markdown|table|link)_artifact\(")
    found = {
        path.name
        for path in (ROOT / "flows").rglob("*.py")
        for rule, only in ((prints, "terminal.py"), (makes, "artifacts.py"))
        if path.name != only and rule.search(path.read_text())
    }
    assert found == set()
