"""A publication without a document says so, stands, and is made whole later."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.transforms.publications.grown_home import FROZEN_AT
from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.homes.home import Home
from transforms.homes.runs.catalog import retire, runs
from transforms.operations.verify import verify
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.forecasts import freeze
from transforms.publications.formats import briefing
from transforms.publications.formats.registry import FORMATS
from transforms.publications.map import write as web_map
from transforms.publications.publish import Published, publish
from transforms.scores.methods import DEFAULT_METHOD, METHODS


METHOD = METHODS[DEFAULT_METHOD]
LEFT_OUT = ["briefing-northfell.pdf", "top_hotspots.gpx"]


@pytest.fixture(scope="module")
def home(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copied_home(simulated.home, tmp_path_factory.mktemp("left-out"))


@pytest.fixture(scope="module")
def both(home: Home) -> tuple[Published, Published, Published]:
    """Published while two documents fail, then again so, then with all of them."""
    as_it_was = briefing._words

    def words(
        edition: MonthEdition, force: ForceEdition, spots: list[object]
    ) -> object:
        if force.force.id == "northfell":
            raise ValueError("no such glyph")
        return as_it_was(edition, force, spots)

    def waypoints(*_: object) -> None:
        raise RuntimeError(f"{home.root} cannot be told")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(briefing, "_words", words)
        row = replace(FORMATS["top_hotspots.gpx"], write=waypoints)
        patched.setitem(FORMATS, "top_hotspots.gpx", row)
        first = publish(home, AS_OF, METHOD)
        freeze(home, first.edition, FROZEN_AT)
        again = publish(home, AS_OF, METHOD)
    return first, again, publish(home, AS_OF, METHOD)


def _manifest(done: Published) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        (done.folder / "internal" / "manifest.json").read_text()
    )
    return found


def test_all_else_is_published_and_says_what_is_not(
    both: tuple[Published, Published, Published],
) -> None:
    first, _, whole = both
    assert first.created
    assert sorted(first.unwritten) == LEFT_OUT
    names, all_names = (
        {f.name for f in (done.folder / "internal").iterdir()}
        for done in (first, whole)
    )
    assert names == all_names - {*LEFT_OUT}
    assert _manifest(first)["left_out"] == LEFT_OUT
    facts = json.loads((first.folder / "internal" / "provenance.json").read_text())
    assert facts["left_out"] == LEFT_OUT
    method = (first.folder / "internal" / "METHOD.md").read_text()
    assert "**Left out of this run**" in method
    assert all(f"`{name}`" in method for name in LEFT_OUT)
    for path in (first.folder / "internal").iterdir():  # nor why: it may name a path
        assert b"cannot be told" not in path.read_bytes()


def test_it_is_a_run_of_its_own_and_the_same_each_time(
    both: tuple[Published, Published, Published],
) -> None:
    first, again, whole = both
    assert (again.run_id, again.created) == (first.run_id, False)
    assert sorted(again.unwritten) == LEFT_OUT
    assert whole.run_id != first.run_id
    assert whole.created
    assert whole.unwritten == {}
    assert _manifest(whole)["left_out"] == []


def test_the_whole_one_takes_its_place_and_the_catalogue_tells_them_apart(
    home: Home, both: tuple[Published, Published, Published]
) -> None:
    first, _, whole = both
    latest = json.loads((home.publications / "latest.json").read_text())
    assert latest["run_id"] == whole.run_id
    listed = json.loads((home.publications / "catalog.json").read_text())["runs"]
    assert [run["run_id"] for run in listed] == [first.run_id, whole.run_id]
    assert listed[0]["left_out"] == LEFT_OUT
    assert "left_out" not in listed[1]
    assert not publish(home, AS_OF, METHOD).created


def test_both_verify(home: Home, both: tuple[Published, Published, Published]) -> None:
    for done in (both[0], both[2]):
        assert verify(home, done.run_id).differs == []
    assert any(LEFT_OUT[0] in note for note in verify(home, both[0].run_id).notes)
    assert not any("left out" in note for note in verify(home, both[2].run_id).notes)


def test_a_retired_one_is_still_told(
    home: Home, both: tuple[Published, Published, Published]
) -> None:
    retire(home.publications, both[0].run_id, "old", FROZEN_AT)
    [told] = [r for r in runs(home.publications) if r.run_id == both[0].run_id]
    assert told.retired
    assert told.left_out == LEFT_OUT


def test_without_what_explains_the_rest_nothing_is_published(
    home: Home, both: tuple[Published, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no method")

    home_now = {path.name for path in (home.publications / "runs").iterdir()}
    row = replace(FORMATS["METHOD.md"], write=fail)
    monkeypatch.setitem(FORMATS, "METHOD.md", row)
    monkeypatch.setattr(
        "transforms.publications.publish.is_installed", lambda *_: False
    )
    with pytest.raises(ValueError, match="no method"):
        publish(home, AS_OF, METHOD)
    assert {path.name for path in (home.publications / "runs").iterdir()} == home_now


def test_the_pages_of_forces_are_published_without_their_index(
    simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no index")

    monkeypatch.setattr(web_map, "MOST_ROWS", 0)
    monkeypatch.setattr(web_map, "render_index", fail)
    done = publish(copied_home(simulated.home, tmp_path), AS_OF, METHOD)
    assert (done.created, list(done.unwritten)) == (True, ["map.html"])
    pages = {f"map-{force}.html" for force in done.scored}
    tier = done.folder / "internal"
    assert {page.name for page in tier.glob("map*.html")} == pages
    assert not any('href="map.html"' in (tier / page).read_text() for page in pages)


def test_a_map_of_an_unknown_edition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        web_map.write_map(object(), tmp_path / "map.html")  # type: ignore[arg-type]
