"""A week of unattended feeds: at each evening a home is what a plain model says."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.transforms.cut_off import cut_off_at
from tests.transforms.day_publications.week_places import (
    PLACES,
    Database,
    Place,
    Version,
)
from tests.transforms.feeds.force.made_drops import CATEGORY
from tests.transforms.records.made_homes import state
from transforms.day_publications.run import run_day
from transforms.errors import SourceError, WithheldError
from transforms.homes.runs.seal import latest_run
from transforms.publications.formats import registry
from transforms.records.homes import create_force_home, open_force_home
from transforms.records.pull import pull, pull_of_nothing
from transforms.records.pulled import Pulled
from transforms.records.status import status
from transforms.scores.methods import METHODS


MONDAY = date(2026, 2, 9)
HISTORY_DAYS = 35
A_DAY = 40
METHOD = METHODS["point_exposure"]
NEW_CODE = "77Z"
CATEGORIES = CATEGORY | {NEW_CODE: "robbery"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of the week; 0 is Monday."""
    return datetime.combine(MONDAY + timedelta(day), time(hour, minute), UTC)


def day(number: int) -> date:
    """A day of the week; 0 is Monday, and -1 the Sunday before."""
    return MONDAY + timedelta(number)


def happened(number: int, known: datetime) -> list[Version]:
    """All records of a day, as the force had them then."""
    begin = datetime.combine(day(number), time(0, 10), UTC)
    return [
        Version(
            f"{day(number)}/{n}",
            ("30A", "105A")[n % 2],
            begin + timedelta(minutes=35 * n),
            None,
            (0.50 + 0.004 * (n % 10), 51.27),
            updated=known,
        )
        for n in range(A_DAY)
    ]


@dataclass
class Model:
    """What a home should have, of dicts."""

    records: dict[str, Version] = field(default_factory=dict)
    newest_drop: date = MONDAY

    def take(self, versions: Iterable[Version], now: datetime) -> None:
        for version in versions:
            known = self.records.get(version.reference)
            if known is None or version.updated > known.updated:
                self.records[version.reference] = version
        self.newest_drop = now.date()

    @property
    def state(self) -> dict[str, object]:
        return {
            name: None if v.deleted else (CATEGORIES[v.offence], v.began, v.street)
            for name, v in self.records.items()
        }

    @property
    def days(self) -> dict[str, str]:
        """What each day counts as; a whole one has forty records, or nearly."""
        counts = Counter(v.began.date() for v in self.records.values() if not v.deleted)
        known = [d for d in counts if d < self.newest_drop]
        first = min(known)
        days = [first + timedelta(n) for n in range((max(known) - first).days + 1)]
        return {str(d): _status(counts[d]) for d in days}


def as_modelled(root: Path, model: Model, now: datetime) -> None:
    """A home has the records and days of its model, and its audit log is whole."""
    home = open_force_home(root)
    assert {
        name: None
        if row["deleted"]
        else (row["category"], row["occurred_from"], row["place_label"])
        for name, row in state(home).items()
    } == model.state
    found = status(home, now, 7)
    assert {str(d): c.status for d, c in found.days.coverage.items()} == model.days
    assert found.audit_fault is None


def map_new_code(root: Path) -> None:
    """Somebody adds the unknown code to a home's mapping."""
    path = root / "mapping.toml"
    line = '"105A" = "violence-and-sexual-offences"'
    path.write_text(path.read_text().replace(line, f'"{NEW_CODE}" = "robbery"\n{line}'))


def _status(records: int) -> str:
    if records >= A_DAY - 5:
        return "supplied"
    return "partial" if records else "missing"


@dataclass
class Week:
    """A feed's home, its model, and the place that its force delivers to."""

    place: Place
    root: Path
    model: Model = field(default_factory=Model)
    published: list[str] = field(default_factory=list)

    def pull(self, now: datetime) -> Pulled:
        """As a schedule does it, the home opened anew each time."""
        home = open_force_home(self.root)
        source = self.place.source(home, now)
        done = pull_of_nothing(home, source, "up", now)
        return done or pull(home, self.place.source(home, now), "up", now)

    def quiet(self, now: datetime) -> None:
        """Nothing came since: nothing is done."""
        done = self.pull(now)
        assert (done.changed, done.rejected, done.doubts) == (False, {}, [])

    def deliver(
        self,
        now: datetime,
        name: str,
        versions: list[Version],
        takes: int | None = None,
    ) -> Pulled:
        """A drop comes, and is pulled; all but some rows of it are good."""
        self.place.put(name, versions)
        done = self.pull(now)
        assert (done.drops, done.rejected) == (1, {})
        self.model.take(versions[:takes], now)
        return done

    def killed(self, now: datetime, point: str) -> None:
        """A pull ends there; what the home publishes then is what it did before."""
        name, _, nth = point.partition(":")
        with cut_off_at(name, int(nth)):
            self.pull(now)

    def evening(self, now: datetime, newest: int | None, why: str = "") -> None:
        """The home is as the model says, and publishes that day, or nothing and why."""
        home = open_force_home(self.root)
        as_modelled(self.root, self.model, now)
        before = latest_run(home.home.publications)
        if newest is None:
            with pytest.raises(WithheldError, match=why):
                run_day(home, METHOD, "up", now)
            assert latest_run(home.home.publications) == before
        else:
            done = run_day(home, METHOD, "up", now)
            assert str(done.as_of) == str(day(newest))
            assert latest_run(home.home.publications) == done.run_id
            self.published.append(str(done.as_of))


# the points at which a pull that brings rows is killed, and one that reads again
KILLS = {
    "folder": ("raw-renamed:1", "commit-decided:1"),
    "sftp": ("commit-decided:2", "commit-made:1"),
    "sql": ("commit-made:1", "commit-made:2"),
    "s3": ("commit-flushed:1", "data-settled:2"),
}


@pytest.mark.system
@pytest.mark.parametrize("kind", PLACES)
def test_a_week_of_a_feed_ends_as_a_plain_model_says(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = {name: row for name, row in registry.FORMATS.items() if row.needed}
    monkeypatch.setattr(registry, "FORMATS", needed)  # the others have their own tests
    (tmp_path / "place").mkdir()
    with PLACES[kind](tmp_path / "place") as place:
        text = tmp_path / "mapping.toml"
        text.write_text(place.mapping)
        root = create_force_home(tmp_path / "home", text, None, "me", at(-2, 12))
        week = Week(place, root)
        first_days(week)
        monday(week)
        tuesday(week, KILLS[kind][0])
        wednesday_and_thursday(week)
        friday(week)
        saturday(week)
        sunday(week, KILLS[kind][1])
        expected = [day(n) for n in (-1, 0, 0, 3, 5)]
        assert week.published == list(map(str, expected))


def first_days(week: Week) -> None:
    """The past, in one drop."""
    known = at(-1, 5)
    past = [v for n in range(-HISTORY_DAYS, -1) for v in happened(n, known)]
    week.deliver(at(-1, 6), "2026-02-08T06", past)
    week.quiet(at(-1, 12))


def monday(week: Week) -> None:
    """New, changed and deleted records, the same drop again, and late older ones."""
    old = happened(-4, at(0, 5))
    changed = [replace(v, offence="30D", street="New Street") for v in old[:3]]
    gone = [replace(v, deleted=True) for v in old[3:5]]
    drop = [*happened(-1, at(0, 5)), *changed, *gone]
    done = week.deliver(at(0, 6), "2026-02-09T06", drop)
    assert done.counts["deleted"] == 2
    week.place.put("2026-02-09T06", drop)
    week.quiet(at(0, 10))
    if not isinstance(week.place, Database):  # a copy under a name that sorts later
        week.place.put("2026-02-09T10", drop)
        assert week.pull(at(0, 11)).drops == 1
    older = [replace(v, updated=at(-1, 9)) for v in old[:5]]
    late = [replace(v, reference=f"late/{v.reference}") for v in old[5:8]]
    late = [replace(v, updated=at(0, 17)) for v in late]
    week.deliver(at(0, 18), "2026-02-09T18", [*older, *late])
    week.evening(at(0, 19), newest=-1)


def tuesday(week: Week, point: str) -> None:
    """A header alone, and a pull that is killed."""
    week.deliver(at(1, 6), "2026-02-10T06", happened(0, at(1, 5)))
    if not isinstance(week.place, Database):
        assert week.deliver(at(1, 10), "2026-02-10T10", []).nothing_new == 1
    week.quiet(at(1, 12))
    more = [
        replace(v, reference=f"more/{v.reference}") for v in happened(-2, at(1, 17))
    ]
    gone = [
        replace(v, deleted=True, updated=at(1, 17)) for v in happened(-3, at(1, 17))
    ]
    drop = [*more[:2], *gone[:4]]
    week.place.put("2026-02-10T18", drop)
    week.killed(at(1, 18), point)
    if isinstance(week.place, Database):  # its answer has moved on since
        week.place.put("", [replace(more[2], updated=at(1, 21))])
        done = week.pull(at(1, 22))
        assert (done.drops, done.counts["accepted"]) == (2, len(drop) + 1)
        week.model.take([*drop, replace(more[2], updated=at(1, 21))], at(1, 22))
    else:
        week.deliver(at(1, 18, 15), "2026-02-10T18", drop)
    week.quiet(at(1, 22, 15))
    week.evening(at(1, 23), newest=0)


def wednesday_and_thursday(week: Week) -> None:
    """A day is sent in part, and the next one not at all."""
    week.deliver(at(2, 6), "2026-02-11T06", happened(1, at(2, 5))[:2])
    week.evening(at(2, 19), newest=0)
    late = [replace(v, reference=f"3/{v.reference}") for v in happened(0, at(3, 9))]
    week.deliver(at(3, 10), "2026-02-12T10", late[:1])


def friday(week: Week) -> None:
    """What is lacking comes, after a drop that nobody can read."""
    week.deliver(at(4, 6), "2026-02-13T06", happened(3, at(4, 5)))
    week.evening(at(4, 9), None, "1 day is missing and 1 day is partial")
    week.place.put_broken("2026-02-13T10")
    if isinstance(week.place, Database):
        with pytest.raises(SourceError, match="nothing is taken"):
            week.pull(at(4, 10))
        week.place.mend()
    else:
        assert set(week.pull(at(4, 10)).rejected) == {"2026-02-13T10.csv"}
        home = open_force_home(week.root)
        assert set(status(home, at(4, 10), 7).refused) == {"2026-02-13T10.csv"}
    rest = [*happened(1, at(4, 17))[2:], *happened(2, at(4, 17))]
    week.deliver(at(4, 18), "2026-02-13T10", rest)
    assert status(open_force_home(week.root), at(4, 18), 7).refused == {}
    week.quiet(at(4, 18, 15))
    week.evening(at(4, 19), newest=3)


def saturday(week: Week) -> None:
    """Four rows have an offence code that nobody has mapped."""
    drop = happened(4, at(5, 5))
    unknown = [replace(v, offence=NEW_CODE) for v in drop[-4:]]
    done = week.deliver(at(5, 6), "2026-02-14T06", [*drop[:-4], *unknown], takes=-4)
    assert len(done.doubts) == 1
    assert done.broken == {"offence": 4}
    week.quiet(at(5, 12))
    week.evening(at(5, 19), None, "a drop is in doubt: .* 4 of 40 rows")


def sunday(week: Week, point: str) -> None:
    """The mapping is mended, and the pull that reads the rows again is killed."""
    map_new_code(week.root)
    week.killed(at(6, 5), point)
    done = week.pull(at(6, 6))
    assert done.doubts == []
    back = [replace(v, offence=NEW_CODE) for v in happened(4, at(5, 5))[-4:]]
    week.model.take(back, at(5, 6))
    week.deliver(at(6, 7), "2026-02-15T06", happened(5, at(6, 5)))
    week.quiet(at(6, 12))
    week.evening(at(6, 19), newest=5)
    home = open_force_home(week.root)
    assert not status(home, at(6, 19), 7).needs_attention
