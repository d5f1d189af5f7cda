"""The ground that hexbeat ships: coast, borders and towns, made from open data.

`derive.py` makes `ground.json`; `LICENCE.md` names the sources and their licences.
"""

from functools import cache
from hashlib import sha256
from importlib import resources


ATTRIBUTION = (
    "Ground: coast and borders contain OS data © Crown copyright and database right"
    " 2024, source: Office for National Statistics, OGL v3.0; places: GeoNames,"
    " CC BY 4.0."
)


def ground_text() -> str:
    """The file as it is shipped."""
    return resources.files(__name__).joinpath("ground.json").read_text("utf-8")


@cache
def ground_sha256() -> str:
    """Its hash."""
    return sha256(ground_text().encode()).hexdigest()
