"""Whatever others write becomes one visible line that keeps no secret."""

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flows.params import ForceFeedParams, IngestParams
from transforms.errors import ForceError, HexbeatError, UsageError
from transforms.lake.addresses import PATTERN, refuse_secrets
from transforms.plain_text import in_markdown, plain, plain_lines, plain_values


HOSTILE = (
    "a\x1b]8;;https://evil\x07b\r\nhexbeat: done\u202egpj\u2066\x9b31m\u2028\udc1b"
    " [x](javascript:alert(1)) <script>alert(1)</script> ![i](https://evil/i.png)"
)
SECRET = "s3cr-et_canary"  # noqa: S105
ADDRESSES = [
    f"https://user:{SECRET}@mirror.example/archive/",
    f"https://{SECRET}@mirror.example/archive/",
    f"https://mirror.example/archive/?token={SECRET}",
    f"https://mirror.example/2025-01.zip?X-Amz-Signature={SECRET}&x=y",
    f"https://mirror.example/#access_token={SECRET}",
    f"s3://AKIA:{SECRET}@bucket/prefix",
    f"s3://AKIA:ab/{SECRET}+c@bucket/prefix",
    f"sftp://user:{SECRET}@host/folder",
    f"sftp://user:a/{SECRET}@host/folder",
    f"http:\\\\user:{SECRET}@host",
    f"postgresql://me:{SECRET}@host/db",
]
HARMLESS = [
    "https://data.police.uk/data/archive/",
    "https://mirror.example:8443/a@b/2025-01.zip",
    "sftp://user@host:2222/folder",
    "s3://bucket/prefix",
    "/data/releases",
    "data/what?/12:30@noon#1",
]


@given(st.text() | st.text(st.sampled_from(HOSTILE + "\n\t =?#@:/")))
def test_it_is_one_line_of_visible_characters_whatever_comes(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable()
    assert plain(shown) == shown
    assert all(line.isprintable() for line in plain_lines(text).split("\n"))


@given(st.text(st.characters(categories=["L", "N", "P"], exclude_characters="?#=@")))
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("address", ADDRESSES)
def test_secrets_go_and_the_host_stays(address: str) -> None:
    for text in (
        address,
        f"cannot read '{address}': [Errno 5]",
        f"URL('{address}'), twice: {address}; run again",
        f"{HARMLESS[0]},{address}",
    ):
        assert SECRET not in plain(text)
    assert re.search("mirror|bucket|host", plain(address))


@pytest.mark.parametrize("address", HARMLESS[:-1])
def test_addresses_without_one_stay(address: str) -> None:
    assert plain(f"source {address}: 404") == f"source {address}: 404"


def test_named_secrets_go_outside_addresses_too() -> None:
    said = f"password={SECRET} user=me, Pwd={SECRET};Authorization: Bearer {SECRET}"
    assert plain(said) == "password=… user=me, Pwd=…;Authorization: Bearer …"
    assert SECRET not in plain(f"source user:{SECRET}@host/x does not exist")
    pin = "set HEXBEAT_FEED_HOST_KEY=SHA256:abcdef"
    assert plain(pin) == pin


@pytest.mark.parametrize("address", ADDRESSES)
def test_they_are_refused_by_all_who_take_an_address(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        refuse_secrets("source", address)
    assert SECRET not in str(refused.value)
    for model in (IngestParams, ForceFeedParams):
        for name in ("source", "home"):
            with pytest.raises(ValueError, match="would end up in logs") as wrong:
                model.model_validate({name: address})
            assert SECRET not in str(wrong.value)
    if "\\" not in address:
        assert re.search(PATTERN, address) is None


@pytest.mark.parametrize("address", HARMLESS)
def test_others_are_taken(address: str) -> None:
    refuse_secrets("source", address)
    assert IngestParams(source=address).source == address
    assert re.search(PATTERN, address) is not None


def test_the_server_is_told_the_pattern() -> None:
    schema = IngestParams.model_json_schema()["properties"]
    for name in ("source", "home"):
        assert schema[name]["if"] == {"not": {"pattern": PATTERN}}  # then: refused


def test_an_error_is_plain_from_the_start_and_stays_so() -> None:
    error = ForceError(f"{HOSTILE} {ADDRESSES[0]}")
    assert str(error).isprintable()
    assert SECRET not in repr(error)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again)) == (ForceError, str(error))
    assert str(HexbeatError("kent: two rows")) == "kent: two rows"


def test_markdown_shows_it_and_makes_nothing_of_it() -> None:
    page = MarkdownIt("commonmark").render(f"- **{in_markdown(HOSTILE)}**")
    for made in ("<a", "<img", "<script", "href"):
        assert made not in page
    assert "[x](javascript:alert(1))" in page
    assert "&lt;script&gt;" in page


def test_values_for_machines() -> None:
    told = {"why": [f"x\x1b {ADDRESSES[0]}", 1, None, True], "n": {"b": 2.5}}
    assert plain_values(told) == {
        "why": ["x\\x1b https://…@mirror.example/archive/", 1, None, True],
        "n": {"b": 2.5},
    }
