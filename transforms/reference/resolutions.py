"""The H3 resolution at which each kind of feed is scored, and no other.

Points of the public feed are snapped, several to a street, and the constants of its
method were chosen at resolution 9 (docs/decisions.md, 137). Places of a force's own
feed are exact.
"""

from transforms.errors import UsageError


MONTHS_RESOLUTION = 9
DAYS_RESOLUTION = 10


def refuse_unscored(resolution: int) -> None:
    """`UsageError` for a resolution at which no feed is scored.

    Queries know no other cells, and would find nothing.
    """
    if resolution not in (MONTHS_RESOLUTION, DAYS_RESOLUTION):
        raise UsageError(
            f"H3 resolution {resolution} is not scored: the public feed is at"
            f" {MONTHS_RESOLUTION}, a force's own at {DAYS_RESOLUTION}; add cells up"
            " with h3.cell_to_parent for a coarser one"
        )
