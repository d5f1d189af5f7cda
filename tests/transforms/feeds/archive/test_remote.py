"""From an address only what is wanted travels, and nothing twice."""

import gzip
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from zlib import crc32

import pytest

from tests.builders import kent_csv, release_zip
from tests.mirror import Handler, Mirror, serving
from transforms.errors import FileRejectedError, SourceError, UsageError
from transforms.feeds.archive.members import Member, list_members, read_member
from transforms.feeds.archive.ranges import Ranged
from transforms.feeds.archive.raw import Raw
from transforms.feeds.archive.remote import Address, Archive, last_updated, parse_index
from transforms.feeds.archive.remote_zip import RemoteZip
from transforms.feeds.force.sources.https import files_beneath, web_address
from transforms.feeds.police_uk import street
from transforms.feeds.police_uk.street import MEMBER, members, reach
from transforms.feeds.web.http import Client
from transforms.feeds.web.retries import Patience
from transforms.homes.home import open_home
from transforms.incidents.ingest import Ingested, ingest_force
from transforms.incidents.request import opened, resolve
from transforms.reference.forces import FORCES
from transforms.reference.months import Month, month_range


NEWEST = Month(2024, 6)
RECEIVED_AT = datetime(2026, 1, 2, tzinfo=UTC)
NO_ADDRESSES = [
    r"http:\\evil\x",
    "http://xn--/",
    "http://xn--zzzzzzzzz/",
    "http://[::1",
    "http://a:b/",
    "http://a:99999999/",
    "http://a\x85b/",
    "http:///\ud800",
]
REAL = Path(__file__).parents[5] / "shared/data/police_uk/archive/2025-12.zip"
QUICK = Patience(
    deadline_seconds=2, silence_seconds=1, first_wait_seconds=0, sleep=lambda _: None
)


def noise(seed: int, size: int = 30_000) -> bytes:
    """Bytes that hardly pack."""
    return Random(seed).randbytes(size)  # noqa: S311


def release(folder: Path, name: str, first: str, count: int) -> Path:
    months = [Month.parse(first) + i for i in range(count)]
    forces = ["kent", "gwent", "essex"]
    return release_zip(
        folder,
        name,
        {
            (force, str(month)): noise(crc32(f"{month} {force}".encode()))
            for month in months
            for force in forces
        },
    )


@contextmanager
def archive(address: str, raw: Path, whole_zips: bool = False) -> Iterator[Archive]:
    with Client(QUICK) as client:
        yield Archive(
            client=client,
            address=Address.parse(address),
            raw=Raw(raw),
            newest=NEWEST,
            whole_zips=whole_zips,
        )


def read_all(address: str, raw: Path, force: str = "kent") -> list[bytes]:
    with archive(address, raw) as source:
        wanted = [m for m in members(source) if m.force == force]
        return [read_member(m) for m in wanted]


@dataclass
class Served:
    mirror: Mirror
    raw: Path
    local: list[Member]

    @property
    def kent(self) -> list[Member]:
        return [m for m in self.local if m.force == "kent"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    path = release(tmp_path / "mirror", "2024-04", "2023-05", 12)
    with serving(path.parent) as mirror:
        yield Served(mirror, tmp_path / "raw", list_members(path, MEMBER))


def test_only_the_directory_and_the_wanted_members_travel(served: Served) -> None:
    found = read_all(served.mirror.address, served.raw)
    assert found == [read_member(m) for m in served.kent]
    packed = sum(m.packed_bytes for m in served.kent)
    beside = (64 << 10) + len(served.mirror.page())
    assert served.mirror.body_bytes <= 1.05 * packed + beside
    assert served.mirror.asked_ranges <= 1 + len(served.kent)


def test_a_second_run_moves_the_directory_at_most(served: Served) -> None:
    read_all(served.mirror.address, served.raw)
    served.mirror.forget()
    assert len(read_all(served.mirror.address, served.raw)) == 12
    assert served.mirror.asked_ranges == 1


def test_what_is_fetched_is_kept_by_its_content_and_read_only(served: Served) -> None:
    found = read_all(served.mirror.address, served.raw)
    kept = sorted(served.raw.glob("??/*.csv.gz"))
    digests = {sha256(data).hexdigest() for data in found}
    assert {p.name.removesuffix(".csv.gz") for p in kept} == digests
    assert {p.parent.name for p in kept} == {d[:2] for d in digests}
    assert {p.stat().st_mode & 0o777 for p in kept} == {0o440}
    unpacked = {sha256(gzip.decompress(p.read_bytes())).hexdigest() for p in kept}
    assert unpacked == digests
    assert not list(served.raw.rglob(".part-*"))


def test_another_release_with_the_same_file_fetches_it_not_again(
    served: Served,
) -> None:
    read_all(served.mirror.address, served.raw)
    release(served.mirror.folder, "2024-05", "2023-05", 12)
    served.mirror.forget()
    assert len(read_all(f"{served.mirror.address}2024-05.zip", served.raw)) == 12
    assert served.mirror.asked_ranges == 1


def test_a_run_that_was_cut_off_goes_on_where_it_was(served: Served) -> None:
    with (
        pytest.raises(RuntimeError),
        archive(served.mirror.address, served.raw) as source,
    ):
        kent = [m for m in members(source) if m.force == "kent"]
        for member in kent[:5]:
            read_member(member)
        raise RuntimeError
    served.mirror.forget()
    assert len(read_all(served.mirror.address, served.raw)) == 12
    assert served.mirror.asked_ranges == 1 + 12 - 5


@pytest.mark.parametrize("lost", ["names", "content"])
def test_what_a_crash_left_half_kept_is_fetched_again(
    served: Served, lost: str
) -> None:
    read_all(served.mirror.address, served.raw)
    pattern = "names/*/*" if lost == "names" else "??/*.gz"
    sorted(served.raw.glob(pattern))[0].unlink()
    served.mirror.forget()
    assert len(read_all(served.mirror.address, served.raw)) == 12
    assert served.mirror.asked_ranges == 2


def test_a_kept_file_that_rotted_is_fetched_again(served: Served) -> None:
    read_all(served.mirror.address, served.raw)
    rotten = sorted(served.raw.glob("??/*.gz"))[0]
    rotten.chmod(0o640)
    rotten.write_bytes(rotten.read_bytes()[:-100])
    expected = [read_member(m) for m in served.kent]
    assert read_all(served.mirror.address, served.raw) == expected
    served.mirror.forget()
    assert read_all(served.mirror.address, served.raw) == expected
    assert served.mirror.asked_ranges == 1


def spoiling(times: int) -> tuple[list[int], object]:
    """A fault that spoils one byte of so many of the members sent."""
    spoilt: list[int] = []

    def fault(handler: Handler) -> bool:
        span = handler.headers.get("Range", "")
        if not span.startswith("bytes=0-") or len(spoilt) == times:
            return False
        spoilt.append(1)
        data = bytearray((handler.mirror.folder / "2024-04.zip").read_bytes())
        data[5_000] ^= 1
        handler.file(BytesIO(data))
        return True

    return spoilt, fault


def test_a_broken_member_is_fetched_three_times_before_it_is_refused(
    served: Served,
) -> None:
    with archive(served.mirror.address, served.raw) as source:
        [first] = [m for m in members(source) if m.header_offset == 0]
        spoilt, fault = spoiling(3)
        served.mirror.faults.append(fault)  # type: ignore[arg-type]
        with pytest.raises(FileRejectedError, match="release 2024-04, "):
            read_member(first)
        assert len(spoilt) == 3
        spoilt[:] = [1]
        assert len(read_member(first)) == first.size_bytes


def test_a_zip_that_changes_while_it_is_read_is_refused(served: Served) -> None:
    with archive(served.mirror.address, served.raw) as source:
        first = members(source)[0]
        release(served.mirror.folder, "2024-04", "2023-05", 11)
        with pytest.raises(SourceError, match="changed while it was read"):
            read_member(first)


def test_several_threads_read_politely(served: Served) -> None:
    with archive(served.mirror.address, served.raw) as source:
        listed = members(source)
        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(read_member, listed))
    assert found == [read_member(m) for m in served.local]
    assert served.mirror.most_at_once <= 4


def cut(container: Ranged) -> RemoteZip:
    assert isinstance(container, RemoteZip)
    return replace(container, tail=b"")


def span(first: str, last: str) -> tuple[Month, Month]:
    return Month.parse(first), Month.parse(last)


def releases_of(found: list[Member]) -> list[str]:
    return sorted({m.release for m in found})


@pytest.mark.parametrize("index", [True, False], ids=["index page", "asked by month"])
def test_as_few_releases_are_opened_as_hold_the_months(
    tmp_path: Path, index: bool
) -> None:
    for name, first in (("2024-04", "2021-05"), ("2024-03", "2021-04")):
        release(tmp_path, name, first, 36)
    release(tmp_path, "2021-01", "2020-12", 2)
    with serving(tmp_path, index=index) as mirror:
        for asked, expected in (
            (None, ["2024-04"]),
            (span("2021-05", "2024-04"), ["2024-04"]),
            (span("2021-04", "2024-04"), ["2024-03", "2024-04"]),
            (span("2020-12", "2021-01"), ["2021-01"]),
        ):
            mirror.forget()
            with archive(mirror.address, tmp_path / "raw") as source:
                found = members(source, span=asked)
                assert releases_of(found) == expected
                assert mirror.asked_ranges == len(expected)
        heads = [path for method, path, _ in mirror.asked if method == "HEAD"]
        assert bool(heads) is not index


def test_a_request_of_an_address_is_like_that_of_a_folder(served: Served) -> None:
    home = open_home(served.raw.parent / "home")
    address = Address.parse(served.mirror.address)
    with opened(address, home, NEWEST) as source:
        there = resolve(source, FORCES, all_forces=True, start="2024-01")
    here = resolve(served.mirror.folder, FORCES, all_forces=True, start="2024-01")
    assert there.months == here.months
    assert there.forces == here.forces
    assert [m.name for m in there.members] == [m.name for m in here.members]


def test_an_address_without_releases_is_refused(tmp_path: Path) -> None:
    with (
        serving(tmp_path, index=False) as mirror,
        archive(mirror.address, tmp_path) as source,
        pytest.raises(SourceError, match="no release found"),
    ):
        members(source)


def test_of_an_index_page_only_releases_on_its_own_host_count() -> None:
    page = """<a href="2024-04.zip">April</a> <code>d41d8cd98f00b204e9800998ecf8427e
    </code> <A HREF='/x/2024-05.zip'>May</A> <a href=latest.zip>latest</a>
    <a href="https://elsewhere.example/2024-06.zip">June</a> <a href="2024-13.zip">
    <a href="file:///2024-07.zip">July</a>"""
    found = parse_index(page, "https://mirror.example/archive/")
    assert [(str(r.month), r.url, r.md5) for r in found] == [
        ("2024-05", "https://mirror.example/x/2024-05.zip", None),
        (
            "2024-04",
            "https://mirror.example/archive/2024-04.zip",
            "d41d8cd98f00b204e9800998ecf8427e",
        ),
    ]


@pytest.mark.parametrize(
    "piece",
    ["<a href=2024-01.zip>", "<a href=x>", "href=", "<", "<a ", "<a href='", " href="],
)
def test_a_page_made_to_cost_is_read_in_no_time(piece: str) -> None:
    page = "<a " + piece * ((5 << 20) // len(piece))
    started = time.monotonic()
    with suppress(SourceError):
        parse_index(page, "https://mirror.example/archive/")
    with suppress(SourceError):
        files_beneath("https://force.example/drops/", page)
    assert time.monotonic() - started < 4


def test_a_page_of_more_zips_than_any_archive_is_refused() -> None:
    with pytest.raises(SourceError, match="more than 2,000 zips"):
        parse_index("<a href=2024-01.zip>" * 2_001, "https://mirror.example/")


@pytest.mark.parametrize("link", NO_ADDRESSES)
def test_a_link_that_is_no_address_is_passed_over(link: str) -> None:
    page = f'<a href="{link}2024-01.zip"> <a href="{link}"> <a href="good.csv">'
    assert parse_index(page, "https://mirror.example/archive/") == []
    found = files_beneath("https://force.example/drops/", page)
    assert found["good.csv"] == "https://force.example/drops/good.csv"
    assert all(u.startswith("https://force.example/drops/") for u in found.values())


@pytest.mark.parametrize("link", NO_ADDRESSES)
def test_a_source_that_is_no_address_is_a_usage_error(link: str) -> None:
    with pytest.raises(UsageError, match="source"):
        Address.parse(link)
    with pytest.raises(UsageError):
        web_address(link)


def test_a_feed_that_says_its_newest_month_too_deep_does_not_say(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as mirror, Client(QUICK) as client:
        mirror.faults.append(lambda h: (h.answer(200, b"[" * 200_000), True)[1])
        assert last_updated(client, mirror.address) is None


def test_releases_since_may_2017_hold_36_months() -> None:
    assert reach(Month(2017, 4)) == Month(2010, 12)
    assert len(month_range(reach(Month(2024, 4)), Month(2024, 4))) == 36


def test_a_server_that_cannot_send_parts_leaves_a_choice(tmp_path: Path) -> None:
    path = release(tmp_path / "mirror", "2024-04", "2023-05", 12)
    with serving(path.parent, ranges=False) as mirror:
        with (
            archive(mirror.address, tmp_path) as source,
            pytest.raises(UsageError, match=r"1\.1 MB: allow that with --whole-zips"),
        ):
            members(source)
        mirror.forget()
        for _ in range(2):
            with archive(mirror.address, tmp_path, whole_zips=True) as source:
                listed = members(source)
                assert read_member(listed[0]) == read_member(
                    replace(
                        listed[0], container=list_members(path, MEMBER)[0].container
                    )
                )
        zips = [
            m for m, path, _ in mirror.asked if path.endswith(".zip") and m == "GET"
        ]
        assert len(zips) == 1


def test_a_whole_zip_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    path = release(tmp_path / "mirror", "2024-04", "2023-05", 12)

    def breaks_off(handler: Handler) -> bool:
        if handler.command == "HEAD" or len(handler.mirror.asked) > 3:
            return False
        if not handler.path.endswith(".zip"):
            return False
        data = path.read_bytes()
        head = f'HTTP/1.1 200 OK\r\nETag: "{len(data)}"\r\nContent-Length: {len(data)}'
        handler.say(f"{head}\r\n\r\n".encode() + data[:700_000])
        return True

    with (
        serving(path.parent) as mirror,
        archive(mirror.address, tmp_path, whole_zips=True) as source,
    ):
        mirror.faults.append(breaks_off)
        members(source)
    assert (tmp_path / "zips/2024-04.zip").read_bytes() == path.read_bytes()
    assert mirror.asked[-1][2].startswith("bytes=")
    assert mirror.asked[-1][2] != "bytes=0-"


def test_a_whole_zip_that_is_not_the_index_pages_is_refused(tmp_path: Path) -> None:
    path = release(tmp_path / "mirror", "2024-04", "2023-05", 1)
    with (
        serving(path.parent, false_md5=True) as mirror,
        archive(mirror.address, tmp_path, whole_zips=True) as source,
        pytest.raises(SourceError, match="MD5"),
    ):
        members(source)
    assert not list(tmp_path.glob("zips/*.zip"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b'{"date": "2026-09-01"}', Month(2026, 9)),
        (b'{"date": null}', None),
        (b"<html>", None),
        (b"[]", None),
    ],
)
def test_the_newest_month_of_the_feed_is_asked(
    tmp_path: Path, said: bytes, expected: Month | None
) -> None:
    (tmp_path / "crime-last-updated").write_bytes(said)
    with serving(tmp_path) as mirror, Client(QUICK) as client:
        address = f"{mirror.address}crime-last-updated"
        assert last_updated(client, address) == expected
        assert last_updated(client, f"{mirror.address}nothing") is None


def test_a_zip64_is_read_by_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    path = release(tmp_path / "mirror", "2024-04", "2024-03", 2)
    assert b"PK\x06\x06" in path.read_bytes()
    with serving(path.parent) as mirror:
        assert len(read_all(mirror.address, tmp_path / "raw")) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file:///etc/passwd", "https:// addresses"),
        ("ftp://mirror.example/", "https:// addresses"),
        ("https://name:word@mirror.example/", "password"),
        ("https://", "https:// addresses"),
    ],
)
def test_what_is_no_address_of_releases_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Address.parse(text)


def test_a_broken_network_fails_the_force_and_leaves_no_mark(tmp_path: Path) -> None:
    files = {("kent", m): kent_csv(m, 50) for m in ("2024-03", "2024-04")}
    release_zip(tmp_path / "mirror", "2024-04", files)
    home, kent = open_home(tmp_path / "home"), FORCES["kent"]
    with serving(tmp_path / "mirror") as mirror, Client(QUICK) as client:
        address = Address.parse(mirror.address)
        with opened(address, home, NEWEST, client=client) as source:
            request = resolve(source, FORCES, ["kent"])
            # the tail of so small a zip would hold all of it
            far = [replace(m, container=cut(m.container)) for m in request.members]

            def ingest() -> Ingested:
                months, feed = request.months, street
                return ingest_force(home.lake, feed, kent, far, months, RECEIVED_AT)

            mirror.faults.append(lambda handler: (handler.answer(503), True)[1])
            broken = ingest()
            assert isinstance(broken.error, SourceError)
            assert "answered 503" in str(broken.error)
            assert home.lake.read("coverage").num_rows == 0
            mirror.faults.clear()
            assert len(ingest().files) == 2


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.exists(), reason="the real archive is not there")
def test_of_a_real_release_kent_alone_travels(tmp_path: Path) -> None:
    kent = [m for m in members(REAL) if m.force == "kent"]
    with serving(REAL.parent) as mirror:
        mirror.faults.append(
            lambda h: h.path.endswith("/") and (h.answer(404), True)[1]
        )
        found = read_all(f"{mirror.address}2025-12.zip", tmp_path)
    assert found == [read_member(m) for m in kent]
    packed = sum(m.packed_bytes for m in kent)
    with zipfile.ZipFile(REAL) as archive:
        directory = REAL.stat().st_size - archive.start_dir
    assert mirror.body_bytes <= 1.05 * packed + max(directory, 64 << 10)
