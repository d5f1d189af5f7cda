"""The public tier of a run: made from a table of its own, and let out by the gate.

It stands beside the internal tier of the same run, is made once, and is never made from
the internal files by leaving something out.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.catalog import runs, withdrawn, write_catalog
from transforms.coverage import supplied_months
from transforms.data_files import read_files
from transforms.disclosure.bands import public_bands
from transforms.disclosure.gate import Release, frozen, refusals
from transforms.disclosure.periods import public_quarters, quarter_counts
from transforms.disclosure.settings import DisclosureSettings
from transforms.disclosure.table import public_parents, public_table
from transforms.errors import HexbeatError
from transforms.home import Home
from transforms.install import install
from transforms.months import Month
from transforms.panel import count_cells, universe_of
from transforms.publications.edition import Edition
from transforms.publications.force_edition import ForceEdition
from transforms.publications.public import (
    PUBLIC_BANDS_FILE,
    PUBLIC_TABLE,
    PublicTables,
    write_public,
)
from transforms.publish import seal_files
from transforms.schemas import PUBLIC_BANDS, PUBLIC_CELLS
from transforms.seal import MANIFEST, SCHEMA_VERSION, is_installed
from transforms.storage import readable
from transforms.table_specs import TABLES


PUBLIC = "public"


@dataclass(frozen=True)
class PublicPublished:
    """What publishing the public tier did."""

    created: bool  # False where it stands already, or was refused
    refused: list[str]  # one line for each way something small could be derived


def publish_public(home: Home, edition: Edition) -> PublicPublished:
    """Make the public tier of a run that has its internal one."""
    folder = home.publications / "runs" / edition.run_id
    if is_installed(folder, PUBLIC) or withdrawn(folder):
        return PublicPublished(False, [])
    earlier = _releases(home)
    held = _tables(edition, home.disclosure, earlier)
    release = Release(edition.run_id, held.cells, held.settings)
    refused = refusals(release, [told.release for told in earlier])
    if refused:
        return PublicPublished(False, refused)

    def seal(tier: Path) -> None:
        seal_files(tier, _manifest(edition, held.settings))
        if [told.release.run_id for told in _releases(home)] != [
            told.release.run_id for told in earlier
        ]:
            raise HexbeatError(
                "another public tier came out or was withdrawn meanwhile: run again"
            )

    created = install(
        folder,
        PUBLIC,
        lambda tier: write_public(edition, held, dict(home.transparency), tier),
        seal,
    )
    write_catalog(home.publications)
    return PublicPublished(created, [])


def _manifest(edition: Edition, settings: DisclosureSettings) -> dict[str, object]:
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": edition.run_id,
        "tier": PUBLIC,
        "as_of": str(edition.as_of),
        "attribution": edition.attribution,
        "disclosure": asdict(settings),
        "forces": [f.force.id for f in edition.scored],
    }


@dataclass(frozen=True)
class _Told:
    """What an earlier public tier has told."""

    release: Release
    bands: pa.Table  # as PUBLIC_BANDS


def _releases(home: Home) -> list[_Told]:
    """Every public tier that is still out, in the order in which they were made."""
    found = []
    for run in runs(home.publications):
        if PUBLIC in run.tiers and run.withdrawn is None:
            tier = home.publications / "runs" / run.run_id / PUBLIC
            told = json.loads((tier / MANIFEST).read_text())
            table = pq.ParquetFile(readable(tier / PUBLIC_TABLE)).read()
            settings = DisclosureSettings(**told["disclosure"])
            release = Release(run.run_id, table.cast(PUBLIC_CELLS), settings)
            bands = pq.ParquetFile(readable(tier / PUBLIC_BANDS_FILE)).read()
            found.append(_Told(release, bands.cast(PUBLIC_BANDS)))
    return found


def _tables(
    edition: Edition, settings: DisclosureSettings, earlier: Sequence[_Told]
) -> PublicTables:
    """What may be told: everything told before as it was, and what is new."""
    parts = [_cells(force, edition.as_of, settings) for force in edition.scored]
    new = pa.concat_tables([PUBLIC_CELLS.empty_table(), *parts])
    cells = frozen(new, [told.release for told in earlier])
    bands = [_bands(force, edition.as_of, cells, earlier) for force in edition.scored]
    return PublicTables(
        cells, pa.concat_tables([PUBLIC_BANDS.empty_table(), *bands]), settings
    )


def _bands(
    force: ForceEdition, as_of: Month, cells: pa.Table, earlier: Sequence[_Told]
) -> pa.Table:
    """The bands of a force's newest quarter: as first told, if they were."""
    mine = cells.filter(pc.equal(cells["force"], force.force.id))
    newest = pc.max(mine["period"]).as_py() or ""
    for told in earlier:
        rows = told.bands
        before = rows.filter(
            pc.and_(
                pc.equal(rows["force"], force.force.id),
                pc.equal(rows["period"], newest),
            )
        )
        if len(before):
            return before
    scores = read_files([force.scores] if force.scores else [], TABLES["scores"])
    return public_bands(
        mine.filter(pc.equal(mine["period"], newest)), scores, str(as_of)
    )


def _cells(force: ForceEdition, as_of: Month, settings: DisclosureSettings) -> pa.Table:
    """The public cells of a force's quarters."""
    known = [m for m in supplied_months(force.months) if m <= as_of]
    quarters = public_quarters(known, as_of, settings.lag_months)
    counted = count_cells(force.kept_incidents(), force.resolution, force.harm)
    listed = public_parents(universe_of(counted, as_of, force.resolution))
    counts = quarter_counts(counted, quarters)
    periods = [str(quarter) for quarter in quarters]
    return public_table(force.force.id, counts, listed, periods, settings)
