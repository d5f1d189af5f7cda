"""What a home states makes the same identities whichever version reads it.

The identity of the scoring is part of the hash of every stored score: were it another
one, every home would score all of it again.
"""

from pathlib import Path

import pytest

from transforms.homes.home import open_home
from transforms.reference.categories import CATEGORIES


WEIGHTS = """
label = "Our own weights"
unit = "pounds of cost to society"
source = "Counted by our\\nanalysts in 2025"
version = "7"
[categories]
""" + "\n".join(f"{slug} = {n}" for n, slug in enumerate(CATEGORIES))
OFFENCES = '\n[offences]\n28A = 900\n"104/23" = 0.25\n'
EXCLUSIONS = """
[exclusions]
without = ["hospital"]
[[exclusion]]
id = "depot"
label = "Depot (North|South)"
force = "kent"
why = "Found property\\n  is recorded here"
[[exclusion]]
id = "prison"
cell = "89194ad3003ffff"
why = "A cell, in place of the shipped rule"
"""
HOTSPOTS = "[hotspots]\nshare_percent = 2\nmax_cells = 5.0\nmax_area_m2 = 900_000\n"


@pytest.mark.parametrize(
    ("text", "scoring"),
    [
        ("", "a3bd0f53a63f22d9"),
        (EXCLUSIONS, "071bcbe6ad9d1367"),
        ('[harm]\nweights = "ons"\nscale = "square_root"', "4610a51d779ac558"),
        ('[harm]\nfile = "weights.toml"', "77e74bcc91bdd3d3"),
        (HOTSPOTS, "c13d616296b05ce2"),
        (f'{EXCLUSIONS}[harm]\nfile = "weights.toml"\n{HOTSPOTS}', "5feaf4ab31347e03"),
    ],
)
def test_the_identity_of_the_scoring_stays(
    text: str, scoring: str, tmp_path: Path
) -> None:
    (tmp_path / "weights.toml").write_text(WEIGHTS + OFFENCES)
    (tmp_path / "hexbeat.toml").write_text(text)
    assert open_home(tmp_path).scoring.sha256.startswith(scoring)
