"""A pack: all that is known of a programme's fortnight, and of the one to come."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from transforms.errors import ForceError, UsageError
from transforms.homes.home import Home
from transforms.patrols.dosage import Dosage
from transforms.plans.hours import hours_from
from transforms.plans.why import Fact, facts_of
from transforms.programmes.basis import basis_of
from transforms.programmes.kept_folder import refuse_damaged
from transforms.programmes.programme import Programme
from transforms.programmes.register import Register, Standing
from transforms.records.homes import open_force_home
from transforms.records.sheets import retired
from transforms.reference.days import DAYS, Day, parse_period
from transforms.reference.forces import Force
from transforms.reference.overrides import days_from
from transforms.scrutiny.beside import Beside, beside_programme
from transforms.tasking.areas import CoarseArea, Named, coarse_areas, named_areas
from transforms.tasking.changed import Changed, changed
from transforms.tasking.delivered import Delivered, delivered
from transforms.tasking.folder import PACKS, ending_of, pack_before
from transforms.tasking.fortnight import Fortnight
from transforms.tasking.planned import PlannedDays, planned_days
from transforms.tasking.problems import Problems, problems_of
from transforms.tasking.tracked import Tracked, newest_look
from transforms.trials.trial import opened, trial_folders


FIGURES = "tasking.json"


@dataclass(frozen=True, kw_only=True)
class Pack:
    """What a pack tells, before it is put into words."""

    programme: Programme
    force: Force
    standing: Standing
    fortnight: Fortnight
    before: str | None  # the pack before
    changed: Changed
    facts: Mapping[str, Fact]  # by place
    next: PlannedDays
    delivered: Delivered
    tracked: Tracked | None
    problems: Problems
    named: Named  # the areas that places are in
    searches: Beside | None  # None where the feed has none
    trials: Sequence[str]  # that say where patrols go in this fortnight
    is_restricted: bool  # made from a force's own records

    @property
    def name(self) -> str:
        """The programme's name, without its hash."""
        return self.programme.id.rpartition("-")[0]

    @property
    def unit(self) -> str:
        """What its places are: cells, hot spots or polygons."""
        return str(self.programme.places["unit"][0])

    @cached_property
    def places(self) -> list[dict[str, Any]]:
        """The places that are patrolled, by rank: those that left are told apart."""
        gone = {
            p for p, day in self.standing.left.items() if day <= self.fortnight.last
        }
        rows = self.programme.places.to_pylist()
        return [row for row in rows if row["place_id"] not in gone]

    @cached_property
    def dose(self) -> dict[str, dict[str, Any]]:
        """What was delivered at each place in the fortnight; none without a log."""
        dosage = self.delivered.fortnight
        rows = dosage.places.to_pylist() if dosage else []
        return {row["place_id"]: row for row in rows}

    @cached_property
    def areas(self) -> list[tuple[CoarseArea, float | None]]:
        """Coarse areas, and the officer-hours that each had; None without a log."""
        of_place = self.named.of_place
        own = {row["place_id"]: of_place[row["place_id"]] for row in self.places}
        return hours_by_area(coarse_areas(own), self.delivered.fortnight)


def hours_by_area(
    areas: Sequence[CoarseArea], dosage: Dosage | None
) -> list[tuple[CoarseArea, float | None]]:
    """The officer-hours of each area: None where no log tells of any."""
    if dosage is None:
        return [(area, None) for area in areas]
    minutes = {r["place_id"]: r["officer_minutes"] for r in dosage.places.to_pylist()}
    return [
        (area, sum(minutes.get(place, 0.0) for place in area.places) / 60)
        for area in areas
    ]


def pack_of(home: Home, programme: Programme, fortnight: Fortnight) -> Pack:
    """All that a home knows of a fortnight; nothing of it depends on today."""
    standing = Register(home).standing(programme.id)
    if standing.starts is None:  # as `fortnight_of` refuses
        raise UsageError(f"{programme.id} has not started")
    before = pack_before(home, programme.id, fortnight.last)
    basis = basis_of(home, home.lake.pinned())
    next_days = days_from(fortnight.next_first, fortnight.next_last)
    return Pack(
        programme=programme,
        force=home.registry[programme.rule.force],
        standing=standing,
        fortnight=fortnight,
        before=before,
        changed=changed(
            home,
            basis,
            programme,
            standing,
            _seen(programme, before),
            ending_of(before) if before else None,
            fortnight.last,
        ),
        facts=facts_of(
            home, programme, _hours(home, programme, fortnight.last), fortnight.last
        ),
        next=planned_days(home, programme, next_days),
        delivered=delivered(home, programme, standing.starts, fortnight),
        tracked=newest_look(home, programme, fortnight.last),
        problems=problems_of(home, programme, fortnight.first, fortnight.last),
        named=named_areas(home, programme),
        searches=_searches(home, programme, fortnight.last),
        trials=_trials(programme, fortnight),
        is_restricted=home.feed is not None,
    )


def _seen(programme: Programme, before: str | None) -> Any:
    """The newest period that the pack before had seen, or that the forecast knew."""
    if before is None:
        return programme.as_of
    folder = programme.folder / PACKS / before
    if retired(folder) is not None:  # what it had seen was erased with it
        of_days = programme.clock is DAYS
        return Day.of(ending_of(before)) if of_days else programme.as_of
    refuse_damaged(folder)
    return parse_period(json.loads((folder / FIGURES).read_bytes())["counted_to"])


def _hours(home: Home, programme: Programme, until: date) -> Any:
    """The hours of its places up to a day, in a home of a force's feed that has any."""
    if home.feed is None:
        return None
    try:
        return hours_from(open_force_home(home.root), programme, until)
    except UsageError:
        return None


def _trials(programme: Programme, fortnight: Fortnight) -> list[str]:
    """The trials of which the fortnight has a day."""
    known = [opened(programme, folder) for folder in trial_folders(programme)]
    return [
        one.id
        for one in known
        if one.design.first_day <= fortnight.last
        and fortnight.first <= one.design.last_day
    ]


def _searches(home: Home, programme: Programme, until: date) -> Beside | None:
    """Searches beside its places, of months that had ended by a day, if any."""
    if home.feed or not home.lake.files("stops", programme.rule.force):
        return None
    try:
        return beside_programme(home, programme, None, until)
    except (UsageError, ForceError):  # none of the newest year
        return None
