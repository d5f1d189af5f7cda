"""What problem profiles cost: of the highest hot spots of every force of a home.

.venv/bin/python -m benchmarks.profiles HOME [TOP]

HOME gets a folder of profiles, so let it be a copy. Made again, it has nothing to do:
remove `profiles/` before.
"""

import sys
from pathlib import Path

from benchmarks.measure import Work, table


GROUP = "all-crime"  # of most incidents, points and categories


def profiles(address: str, top: str) -> str:
    """Make the profiles of the highest hot spots of each force."""
    from transforms.errors import UsageError
    from transforms.homes.home import open_home
    from transforms.incidents.lake_check import stored_forces
    from transforms.profiles.area import highest_areas
    from transforms.profiles.make import Made, make_profiles

    home = open_home(Path(address))
    areas, without = [], 0
    forces = stored_forces(home.lake.pinned(), home.registry)
    for force in forces:
        try:
            areas += highest_areas(home, force.id, GROUP, int(top))
        except UsageError:  # it has no hot spot
            without += 1
    made = [one for one in make_profiles(home, areas) if isinstance(one, Made)]
    mb = sum(file.stat().st_size for one in made for file in one.folder.iterdir()) / 1e6
    return (
        f"{sum(one.created for one in made):,} of {len(areas):,} profiles of"
        f" {len(forces) - without} forces, {mb:.0f} MB"
    )


def main(address: str, top: str = "20") -> None:
    """Print what they took."""
    work: dict[str, Work] = {f"profiles of the {top} highest": profiles}
    table(work, address, top)


if __name__ == "__main__":
    main(*sys.argv[1:])
