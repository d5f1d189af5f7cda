"""Row 60: what grows waits; two looks or a mark tell that it does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.feeds.force.sources.servers import Sleeper
from transforms.errors import FileRejectedError
from transforms.feeds.force.sources.offered import read_whole
from transforms.feeds.force.sources.settling import DONE, settled
from transforms.feeds.force.sources.still_growing import Look


LISTINGS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "a.done", "b.done", ".a", "a.part", "c.filepart"]),
    st.builds(Look, st.integers(0, 1), st.integers(0, 1)),
)


def at_leisure(
    before: dict[str, Look], after: dict[str, Look]
) -> tuple[set[str], set[str]]:
    """What is whole and what grows, name by name."""
    whole, growing = set(), set()
    for name in ("a", "b", "c"):
        if name not in after:
            continue
        same = name in before and before[name] == after[name]
        (whole if same or name + DONE in after else growing).add(name)
    return whole, growing


@settings(max_examples=150)
@given(LISTINGS, LISTINGS)
def test_two_looks_tell(before: dict[str, Look], after: dict[str, Look]) -> None:
    looks = iter([before, after])
    sleep = Sleeper()
    found = settled("place", lambda: next(looks), sleep)
    seen = after if sleep.asked else before
    assert (set(found.whole), set(found.growing)) == at_leisure(before, seen)
    assert list(found.whole) == sorted(found.whole)
    assert all(found.whole[name] == seen[name] for name in found.whole)


@settings(max_examples=150)
@given(LISTINGS, LISTINGS, st.sets(st.sampled_from(["a", "b", "c"])))
def test_what_is_known_is_neither_waited_for_nor_offered(
    before: dict[str, Look], after: dict[str, Look], known: set[str]
) -> None:
    looks = iter([before, after])
    sleep = Sleeper()
    found = settled("place", lambda: next(looks), sleep, lambda name, _: name in known)
    there = [name for name in ("a", "b", "c") if name in before]
    # without a time and a mark, a length alone does not say that it is known
    new = [n for n in there if n not in known or not before[n].modified_ns]
    assert bool(sleep.asked) == any(f"{name}{DONE}" not in before for name in new)
    seen = after if sleep.asked else before
    assert set(found.unread) == {n for n in known & set(seen) if seen[n].modified_ns}
    whole, growing = at_leisure(before, seen)
    assert set(found.whole) == whole - set(found.unread)
    assert set(found.growing) == growing - set(found.unread)


@pytest.mark.parametrize("name", ["up/../a", "c:\\drop", "a\nb", "\u202egnp", "\udcff"])
def test_a_name_that_leads_elsewhere_is_refused_alone(name: str) -> None:
    sleep = Sleeper()
    listing = {name: Look(1, 1), "a": Look(1, 1), "a.done": Look(0, 0)}
    found = settled("place", lambda: listing, sleep)
    bad, good = found.offered(lambda *_: lambda: b"whole")
    assert (good.name, good.read(), sleep.asked) == ("a", b"whole", [])
    assert bad.name == repr(name)
    with pytest.raises(FileRejectedError, match="rename it") as refused:
        bad.read()
    assert str(refused.value).startswith(f"place, {name!r}: ")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("looks", "data", "words"),
    [
        ([Look(3, 0), Look(3, 0)], b"two", None),
        ([Look(3, 0), Look(3, 0)], b"tw", "2 of 3 bytes came; nothing is taken"),
        ([Look(4, 0), Look(4, 0)], b"four", "written to since"),
        ([Look(3, 0), Look(3, 1)], b"two", "written to since"),
        ([Look(3, 0), Look(3, 0, "other")], b"two", "written to since"),
    ],
)
def test_a_drop_is_read_as_it_was_listed(
    looks: list[Look], data: bytes, words: str | None
) -> None:
    told = iter(looks)
    if words is None:
        assert read_whole("d", Look(3, 0), lambda: next(told), lambda: data) == data
        return
    with pytest.raises(FileRejectedError, match=words):
        read_whole("d", Look(3, 0), lambda: next(told), lambda: data)


def test_more_than_any_drop_is_not_even_asked_for() -> None:
    with pytest.raises(FileRejectedError, match="over 2 GB"):
        read_whole("d", Look(3 << 30, 0), lambda: Look(0, 0), lambda: b"")
