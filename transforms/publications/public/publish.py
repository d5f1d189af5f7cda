"""The public tier of a run: built from its own tables, and checked by the gate.

It is a folder next to the internal tier of the same run. It is built once, and never by
removing something from the internal files.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from transforms.errors import HexbeatError
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.homes.home import Home
from transforms.homes.runs.catalog import withdrawn, write_catalog
from transforms.homes.runs.install import install
from transforms.homes.runs.seal import (
    MANIFEST,
    PUBLIC,
    SCHEMA_VERSION,
    file_facts,
    is_installed,
    json_text,
)
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats import data_package
from transforms.publications.public.gate import Release, refusals
from transforms.publications.public.open_tables import PublicEdition
from transforms.publications.public.releases import (
    altered,
    in_words,
    releases_out,
    remember,
    withheld,
)
from transforms.publications.public.tables import public_tables
from transforms.publications.public.transparency import unanswered
from transforms.publications.publish import seal_files
from transforms.reference.clocks import MONTHS


@dataclass(frozen=True)
class PublicPublished:
    """What publishing the public tier did."""

    created: bool  # False if it exists already, or was refused
    refused: list[str]  # one line for each way something small could be derived
    withheld: list[str] = field(default_factory=list)  # quarters, and why
    # fields of [transparency] that the published record lacks
    unanswered: list[str] = field(default_factory=list)


def publish_public(home: Home, edition: MonthEdition) -> PublicPublished:
    """Publish the public tier of a run that has its internal one."""
    folder = home.publications / "runs" / edition.run_id
    remember(home)  # first, to include what a killed run has published
    quarters = withheld(home)
    lines = in_words({k: why for k, why in quarters.items() if k[0] in _ids(edition)})
    if is_installed(folder, PUBLIC) or withdrawn(folder):
        if withdrawn(folder):
            return PublicPublished(False, [], [])
        return PublicPublished(False, [], lines, _lacking(folder / PUBLIC))
    if changed := altered(home):  # before anything is copied from it
        return PublicPublished(False, changed, lines)
    earlier = releases_out(home)
    tables = public_tables(edition, home.disclosure, earlier, quarters.keys())
    of_tables = tables.cells, tables.settings, tables.accuracy, tables.searches
    release = Release(edition.run_id, *of_tables)
    missing = unanswered(home.transparency)
    refused = refusals(release, [out.release for out in earlier])
    if refused:
        return PublicPublished(False, refused, lines)

    def seal(tier: Path) -> None:
        seal_files(tier, _manifest(edition, tables.settings, missing))
        if [out.release.run_id for out in releases_out(home)] != [
            out.release.run_id for out in earlier
        ]:
            raise HexbeatError(
                "another public tier was published or withdrawn meanwhile: run again"
            )

    public = PublicEdition(edition, tables, home.transparency)
    created = install(folder, PUBLIC, lambda tier: _write(public, tier), seal)
    remember(home)
    write_catalog(home.publications)
    return PublicPublished(created, [], lines, missing)


def _lacking(tier: Path) -> list[str]:
    """What the record of a published tier lacks: it stays so, as all that is out."""
    manifest = json.loads((tier / MANIFEST).read_bytes())
    return list(manifest.get("unanswered", ()))  # older versions' do not say


def _write(public: PublicEdition, tier: Path) -> None:
    """Write every file of the tier but its seal."""
    from transforms.publications.formats.registry import FORMATS, formats_for

    for row in formats_for(MONTHS.unit, PUBLIC):
        row.write(public, tier / row.name)
    files = [file_facts(file) for file in sorted(tier.iterdir())]
    package = data_package.describe_public(public.edition, FORMATS.values(), files)
    text = json_text(package)
    (tier / data_package.NAME).write_text(text, encoding="utf-8")


def _ids(edition: MonthEdition) -> set[str]:
    return {force.force.id for force in edition.scored}


def _manifest(
    edition: MonthEdition, settings: DisclosureSettings, missing: list[str]
) -> dict[str, object]:
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": edition.run_id,
        "tier": PUBLIC,
        "as_of": str(edition.as_of),
        "attribution": edition.attribution,
        "disclosure": asdict(settings),
        "unanswered": missing,
        "forces": [f.force.id for f in edition.scored],
    }
