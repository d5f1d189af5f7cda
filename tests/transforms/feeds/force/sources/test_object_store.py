"""A force's bucket: its objects by name, each the one that was listed."""

import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from tests.flows.servers import forget_stores, free_port
from tests.transforms.feeds.force.sources.servers import Sleeper
from transforms.errors import FileRejectedError, SourceError, UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.object_store import ObjectStore
from transforms.feeds.web.retries import Patience


ADDRESS = "s3://force/drops"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port())
    server.start()
    yield f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    known = {
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
    }
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    found = boto3.resource("s3").Bucket("force")
    found.create()
    forget_stores()
    yield found
    forget_stores()
    found.objects.all().delete()
    found.delete()


def store(sleep: Sleeper | None = None, address: str = ADDRESS) -> ObjectStore:
    return ObjectStore(address, Patience(sleep=sleep or Sleeper()))


def put(bucket: Any, name: str, data: bytes) -> None:
    bucket.put_object(Key=f"drops/{name}", Body=data)


def test_objects_are_offered_by_name_and_read(bucket: Any) -> None:
    put(bucket, "", b"")  # as consoles make folders
    put(bucket, "b.csv", b"2")
    put(bucket, "a.csv", b"1" * 300_000)
    put(bucket, "older/c.csv", b"3")
    found = store().offered()
    assert [(d.name, d.read()) for d in found] == [
        ("a.csv", b"1" * 300_000), ("b.csv", b"2"),
    ]  # fmt: skip


def test_the_feed_s_own_keys_come_before_the_environment_s(
    bucket: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bucket, "a.csv", b"1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    forget_stores()
    keys = Access(
        access_key_id="kent",
        secret_access_key=SecretStr("canary"),
        endpoint_url=endpoint,
    )
    found = ObjectStore(ADDRESS, Patience(sleep=Sleeper()), keys)
    assert [d.name for d in found.offered()] == ["a.csv"]
    assert "canary" not in repr(found)


def test_half_a_pair_of_keys_is_refused() -> None:
    for half in (
        Access(access_key_id="kent"),
        Access(secret_access_key=SecretStr("canary")),
    ):
        with pytest.raises(UsageError, match="go together") as caught:
            ObjectStore(ADDRESS, Patience(sleep=Sleeper()), half)
        assert "canary" not in str(caught.value)


def test_one_that_is_replaced_meanwhile_waits(bucket: Any) -> None:
    put(bucket, "a.csv", b"one")
    put(bucket, "b.csv", b"one")
    source = store(Sleeper(lambda: put(bucket, "a.csv", b"two")))
    assert [drop.name for drop in source.offered()] == ["b.csv"]
    assert source.growing == ["a.csv"]


def test_one_listed_as_before_is_not_offered_again(bucket: Any) -> None:
    put(bucket, "a.csv", b"one")
    put(bucket, "b.csv", b"one")
    listed = {drop.name: drop.listed for drop in store().offered()}
    put(bucket, "b.csv", b"two")
    source = store(sleep := Sleeper())
    found = source.offered(lambda name, now: listed[name] == now)
    assert ([drop.name for drop in found], source.unread) == (["b.csv"], ["a.csv"])
    put(bucket, "b.csv", b"one")
    assert store(sleep).offered(lambda name, now: listed[name] == now) == []
    assert len(sleep.asked) == 1


def test_one_that_is_replaced_since_is_refused(bucket: Any) -> None:
    put(bucket, "a.csv", b"one")
    [drop] = store().offered()
    put(bucket, "a.csv", b"two")
    with pytest.raises(FileRejectedError, match=r"a\.csv: written to since"):
        drop.read()


def test_what_is_not_there_is_one_line(bucket: Any) -> None:
    put(bucket, "a.csv", b"one")
    [drop] = store().offered()
    bucket.objects.all().delete()
    for asked in (drop.read, store().offered, store(address="s3://no/x").offered):
        with pytest.raises(SourceError, match="nothing there"):
            asked()


def test_an_answer_that_breaks_off_is_refused(
    bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bucket, "a.csv", b"1" * 1_000)
    source = store()
    [drop] = source.offered()
    monkeypatch.setattr(source._store, "cat_file", lambda path: b"1" * 999)
    with pytest.raises(FileRejectedError, match="999 of 1,000 bytes"):
        drop.read()

    def broken(path: str) -> bytes:
        raise ConnectionResetError("connection lost")

    monkeypatch.setattr(source._store, "cat_file", broken)
    with pytest.raises(SourceError, match="connection lost; nothing is taken"):
        drop.read()
