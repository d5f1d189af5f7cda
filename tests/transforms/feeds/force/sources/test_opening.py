"""An address names its kind of source; what cannot be is told before any connection."""

from dataclasses import fields
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows.feed_source import feed_access
from flows.settings import FeedSettings
from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    RECEIVED,
    SQL_MAPPING,
    mapping,
)
from transforms.errors import UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.opening import SOURCES, kind_of, open_source


ACCESS = Access(
    SecretStr("canary"), SecretStr("canary"), Path("key"), None,
    SecretStr("sqlite:///canary.db"), "id", SecretStr("canary"),
)  # fmt: skip
KINDS = {
    "sftp://me@force.example/drops": "SftpFolder",
    "sftp://me@force.example:2222/drops": "SftpFolder",
    "s3://force/drops": "ObjectStore",
    "https://force.example/drops/": "WebFolder",
    "sql": "QueriedDatabase",
}


@pytest.mark.parametrize(("address", "kind"), KINDS.items())
def test_an_address_names_its_kind(address: str, kind: str) -> None:
    text = SQL_MAPPING if address == "sql" else CSV_MAPPING
    source = open_source(address, mapping(text), ACCESS, RECEIVED)
    assert type(source).__name__ == kind
    assert "canary" not in repr(source)


WRONG = {
    "ftp://force.example/": "sftp://user@host:port/folder, s3://bucket/prefix, https:",
    "http://force.example/": "source 'http': write",
    "folder://drops": "source 'folder': write a folder, sftp://",
    "sql://database": "source 'sql': write a folder, sftp://",
    "sftp://force.example/drops": "write sftp://user@host:port/folder",
    "sftp://me@force.example": "write sftp://user@host:port/folder",
    "sftp://me@force.example:port/drops": "no address of an SFTP server",
    "sftp://me:secret@force.example/drops": "a password, token or query in an address",
    "sftp://me@force.example/drops#1": "a password, token or query in an address",
    "sql": "it does not go with format csv",
}


@pytest.mark.parametrize(("address", "words"), WRONG.items())
def test_what_is_none_is_refused(address: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_source(address, mapping(CSV_MAPPING), ACCESS, RECEIVED)
    assert words in str(caught.value)
    assert ":secret" not in str(caught.value)


def test_a_query_goes_to_a_database_that_the_environment_names() -> None:
    asking = mapping(SQL_MAPPING)
    with pytest.raises(UsageError, match="does not go with format sql"):
        open_source("https://force.example/drops/", asking, ACCESS, RECEIVED)
    with pytest.raises(UsageError, match="set HEXBEAT_FEED_DATABASE_URL"):
        open_source("sql", asking, Access(), RECEIVED)


DOCS = Path(__file__).parents[5] / "docs"


@pytest.mark.parametrize("name", SOURCES)
def test_a_kind_of_source_is_tested_and_documented(name: str) -> None:
    kind = SOURCES[name]
    assert name in {"folder", *map(kind_of, KINDS)}, "add an address of it to KINDS"
    page = (DOCS / "force-feed.md").read_text(encoding="utf-8")
    forms = [line for line in page.splitlines() if line.startswith("|")]
    assert any(kind.form in line for line in forms), "docs/force-feed.md: its address"
    for key in kind.keys:
        variable = f"`HEXBEAT_FEED_{key.upper()}`"
        assert variable in page, f"docs/force-feed.md: {variable}"


def test_each_key_to_a_source_comes_from_the_environment() -> None:
    keys = {key for kind in SOURCES.values() for key in kind.keys}
    assert keys == {field.name for field in fields(Access)}, "access.py"
    access = feed_access(FeedSettings(**dict.fromkeys(keys, "given")))
    assert all(vars(access).values()), "flows/feed_source.py"
