"""An address names its kind of source; what cannot be is told before any connection."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.transforms.feeds.force.made import (
    CSV_MAPPING,
    RECEIVED,
    SQL_MAPPING,
    mapping,
)
from transforms.errors import UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.opening import open_source


ACCESS = Access(
    SecretStr("secret"), SecretStr("secret"), Path("key"), None,
    SecretStr("sqlite:///secret.db"),
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
    assert "secret" not in repr(source)


WRONG = {
    "ftp://force.example/": "write sftp://user@host/folder, s3://",
    "http://force.example/": "source 'http': write",
    "sftp://force.example/drops": "write sftp://user@host:port/folder",
    "sftp://me@force.example": "write sftp://user@host:port/folder",
    "sftp://me@force.example:port/drops": "no address of an SFTP server",
    "sftp://me:secret@force.example/drops": "a password in an address",
    "sftp://me@force.example/drops#1": "write sftp://user@host:port/folder",
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
