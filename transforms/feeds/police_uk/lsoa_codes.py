"""Of which census a file's LSOA codes are.

The archive went over from the 2011 codes to those of 2021 in mid-2023, data month by
data month: a release of that summer has both. A file says so itself: the areas made
again for 2021 bear numbers above all of 2011. Nearly every file of a release from
October 2023 on has some; one that is too small goes by its release and month.
"""

from collections.abc import Iterable

from transforms.reference.months import Month


_LAST_OF_2011 = {"E": "E01033768", "W": "W01001958"}
_FIRST_MIXED_RELEASE = "2023-06"
_FIRST_WHOLE_RELEASE = "2023-10"  # of which every month is known to have 2021 codes
_LAST_OLD_MONTH = Month(2023, 6)


def lsoa_vintage(codes: Iterable[str], release: str, month: Month) -> str:
    """The census year of the LSOA codes of one file."""
    if any(code > _LAST_OF_2011.get(code[:1], code) for code in codes):
        return "2021"
    mixed = _FIRST_MIXED_RELEASE <= release < _FIRST_WHOLE_RELEASE
    if release < _FIRST_MIXED_RELEASE or (mixed and month <= _LAST_OLD_MONTH):
        return "2011"
    return "2021"
