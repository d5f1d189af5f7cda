"""A home filled over HTTP: its raw files are kept, verified, and enough to go on."""

from pathlib import Path

import pytest

from tests.builders import kent_csv, release_zip
from tests.mirror import serving
from tests.transforms.simulated_home import RECEIVED_AT
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.incidents.request import opened, resolve, source_named
from transforms.operations.verify import verify
from transforms.publications.publish import publish
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


AS_OF = Month(2024, 4)
METHOD = METHODS[DEFAULT_METHOD]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    months = ["2024-01", "2024-02", "2024-03", "2024-04"]
    files = {("kent", month): kent_csv(month, 50) for month in months}
    release_zip(tmp_path / "mirror", "2024-04", files)
    home = open_home(tmp_path / "home")
    kent = home.registry["kent"]
    with (
        serving(tmp_path / "mirror") as mirror,
        opened(source_named(mirror.address), home, AS_OF, False) as source,
    ):
        request = resolve(source, home.registry, ["kent"])
        members, span = request.members, request.months
        ingest_force(home.lake, street, kent, members, span, RECEIVED_AT)
    score_force(home.lake, kent, AS_OF, METHOD, home.scoring)
    publish(home, AS_OF, METHOD)
    return home


def test_a_home_filled_over_http_is_whole_with_no_source_at_hand(home: Home) -> None:
    found = verify(home)
    assert found.differs == []
    assert found.notes == []
    assert found.checked["raw"] == 4


def test_a_flipped_byte_in_each_kept_raw_file_is_found(home: Home) -> None:
    kept = sorted((home.root / "raw" / "police_uk").glob("??/*"))
    assert len(kept) == 4
    for path in kept:
        data = path.read_bytes()
        broken = bytearray(data)
        broken[len(broken) // 2] ^= 0x10
        path.chmod(0o644)
        path.write_bytes(broken)
        [line] = verify(home).differs
        assert line.startswith("raw kent 2024-0")
        path.write_bytes(data)
