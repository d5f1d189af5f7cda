"""What cannot be asked of searches: said before anything takes long."""

from collections.abc import Sequence
from pathlib import Path

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.programmes.programme import open_programme
from transforms.programmes.published import published_cells
from transforms.reference.groups import GROUPS
from transforms.scrutiny.beside import scored_forces
from transforms.searches.residents import read_residents


def refuse(
    home: Home,
    forces: Sequence[str],
    group: str,
    run: str | None,
    programme: str | None,
    residents: Path | None,
    out: Path | None,
) -> None:
    """Raise for what a user should change."""
    if group not in GROUPS:
        raise UsageError(f"{group!r} is no crime group; there are: {', '.join(GROUPS)}")
    if residents:
        read_residents(residents)
    if out and not out.absolute().parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.absolute().parent}")
    if not any(file.rows for file in home.lake.files("stops")):
        raise UsageError(
            f"the lake in {home.root} has no stop and search: its source had no"
            " stop-and-search files (docs/searches.md)"
        )
    if programme:
        open_programme(home, programme)
        return
    for force in forces or scored_forces(home, run)[:1]:
        published_cells(home, run, force, group)
    for force in forces:
        if not home.lake.files("stops", force):
            raise UsageError(
                f"{force}: no stop and search file is in the lake; not every force"
                " supplies one (docs/searches.md)"
            )
