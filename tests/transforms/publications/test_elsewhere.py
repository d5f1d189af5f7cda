"""The parts of a publication that other processes make are those of one process."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

from tests.transforms.operations.sealed import differing
from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.errors import LakeError
from transforms.publications.each import here
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.gather import gather
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats import briefing
from transforms.publications.formats.registry import FORMATS, formats_for
from transforms.publications.map import write as web_map
from transforms.publications.publish import Published, publish
from transforms.scores.methods import DEFAULT_METHOD, METHODS


METHOD = METHODS[DEFAULT_METHOD]


def elsewhere(work: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
    """As if other processes did it: nothing but bytes goes to them and comes back."""
    sent = cloudpickle.dumps(work)
    there = cloudpickle.loads(sent)  # as one process keeps it for all its items
    for item in items:
        done = there(cloudpickle.loads(cloudpickle.dumps(item)))
        yield cloudpickle.loads(cloudpickle.dumps(done))


@dataclass(frozen=True)
class Both:
    """The same publication, made here and elsewhere, with a map page for each force."""

    here: Published
    elsewhere: Published
    parts: list[int]  # how many each piece of work was for


@pytest.fixture(scope="module")
def both(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder, parts = tmp_path_factory.mktemp("elsewhere"), list[int]()

    def counted(work: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
        given = list(items)
        parts.append(len(given))
        return elsewhere(work, given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(web_map, "MOST_ROWS", 0)
        here = publish(copied_home(simulated.home, folder / "here"), AS_OF, METHOD)
        home = copied_home(simulated.home, folder / "elsewhere")
        return Both(here, publish(home, AS_OF, METHOD, each=counted), parts)


def test_every_file_has_the_same_bytes(both: Both) -> None:
    assert both.here.created
    assert both.elsewhere.created
    assert both.elsewhere.run_id == both.here.run_id
    assert differing(_tier(both.here), _tier(both.elsewhere)) == []


def test_each_force_page_and_format_is_a_part_of_its_own(both: Both) -> None:
    edition = both.elsewhere.edition
    scored = [force.force.id for force in edition.scored]
    pages = {f"map-{force}.html" for force in scored}
    assert len(pages) > 1
    assert pages < {file.name for file in _tier(both.elsewhere).iterdir()}
    formats = [*formats_for("months")]
    # a page for each of both, and the map's index; the dictionary looks at the others
    written = len(formats) - 1 + 2 * len(scored) - 1
    assert both.parts == [len(edition.forces), len(scored), written]


def test_what_cannot_be_written_there_is_left_out_as_here(
    simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = briefing._words

    def failing(edition: MonthEdition, force: ForceEdition, spots: Any) -> Any:
        if force.force.id == "northfell":
            raise ValueError("no such glyph")
        return words(edition, force, spots)

    def waypoints(*_: object) -> None:
        raise RuntimeError("why")

    monkeypatch.setattr(briefing, "_words", failing)
    row = replace(FORMATS["top_hotspots.gpx"], write=waypoints)
    monkeypatch.setitem(FORMATS, "top_hotspots.gpx", row)
    mine, other = (
        publish(copied_home(simulated.home, tmp_path / name), AS_OF, METHOD, None, each)
        for name, each in (("here", here), ("elsewhere", elsewhere))
    )
    assert sorted(other.unwritten) == ["briefing-northfell.pdf", "top_hotspots.gpx"]
    assert (other.run_id, other.left_out) == (mine.run_id, mine.left_out)
    assert differing(_tier(mine), _tier(other)) == []


def test_a_damaged_file_ends_it_as_here(simulated: Simulated, tmp_path: Path) -> None:
    home = copied_home(simulated.home, tmp_path / "home")
    edition = gather(home, AS_OF, METHOD, each=elsewhere)
    score = Path(edition.scored[0].scores.path)  # type: ignore[union-attr]
    score.chmod(0o600)
    score.write_bytes(score.read_bytes()[:-1] + b"?")
    with pytest.raises(LakeError, match="does not hold the bytes"):
        _ = edition.cells


def _tier(done: Published) -> Path:
    return done.folder / "internal"
