"""The columns of what is said about searches."""

import pyarrow as pa

from transforms.lake.schemas import TEXT, column


_COUNT = pa.int32()
_FLOAT = pa.float64()
_NONE = "no search with a known find"
_NOT_COMPARED = (
    "not a group of ethnicity, the group that is compared with, or no known find"
)
_NOT_LOCATED = "a row of an object or group, or of an area that has no place"

SEARCHES = pa.schema(
    [
        column("force", TEXT, "Force: its police.uk id"),
        column("crime_group", TEXT, "Crime group of the hot spots or places, and of the incidents; searches are of every kind"),
        column("period", TEXT, "12m or 3m: the calendar months up to last_month"),
        column("first_month", TEXT, "First month of the period, YYYY-MM"),
        column("last_month", TEXT, "Last month of the period, YYYY-MM"),
        column("months", _COUNT, "Months of it whose searches were supplied: only these are counted. A month not supplied is never zero"),
        column("area", TEXT, "hot spots or programme places; ring: the cells around them; rest of force; not located: searches without a place; whole force: all of these"),
        column("breakdown", TEXT, "all; object: what was searched for; officer-defined or self-defined: groups of ethnicity by either field, never merged"),
        column("value", TEXT, "The object or the group, or all; not stated is a value of its own"),
        column("n", _COUNT, "Searches"),
        column("n_known_outcome", _COUNT, "Searches with a stated outcome"),
        column("actions", _COUNT, "Those of them that led to anything but no further action"),
        column("share_action", _FLOAT, "actions by n_known_outcome, 0 to 1", "no search with a stated outcome"),
        column("n_known_find", _COUNT, "Searches of which it is known whether they found what was searched for: no action was taken, or the link of outcome and object is stated"),
        column("finds", _COUNT, "Those of them that did: an action was taken, and it is linked to the object"),
        column("share_find", _FLOAT, "Find rate: finds by n_known_find, 0 to 1", _NONE),
        column("lo", _FLOAT, "Lower end of the 95 % interval of share_find (Wilson)", _NONE),
        column("hi", _FLOAT, "Upper end of it", _NONE),
        column("difference", _FLOAT, "share_find of a group less that of White, in the same area, period and field", _NOT_COMPARED),
        column("difference_lo", _FLOAT, "Lower end of its 95 % interval (Newcombe)", _NOT_COMPARED),
        column("difference_hi", _FLOAT, "Upper end of it", _NOT_COMPARED),
        column("share_of_searches", _FLOAT, "The area's part of the located searches of the period, 0 to 1", _NOT_LOCATED),
        column("incidents", _COUNT, "Located incidents of crime_group in the area in the period's supplied months", "a row of an object or group, or of not located; or no month of incidents was supplied"),
        column("share_of_incidents", _FLOAT, "The area's part of those incidents, 0 to 1", _NOT_LOCATED),
    ]
)  # fmt: skip

_NO_RATIO = "no ratio: fewer than ten searches of either group, or no residents of one"

DISPARITY = pa.schema(
    [
        *(SEARCHES.field(name) for name in ("force", "period", "first_month", "last_month", "months")),
        column("field", TEXT, "officer-defined or self-defined"),
        column("value", TEXT, "Group of ethnicity"),
        column("n", _COUNT, "Searches of the group, located in an LSOA that the file of residents lists"),
        column("residents", pa.int64(), "Residents of the group in those LSOAs, by that file"),
        column("rate_per_1000", _FLOAT, "Searches by 1,000 residents of the period: not of a year, if months were not supplied", "fewer than ten searches, or no residents"),
        column("ratio", _FLOAT, "That rate by that of White", _NO_RATIO),
        column("lo", _FLOAT, "Lower end of its 95 % interval (log)", _NO_RATIO),
        column("hi", _FLOAT, "Upper end of it", _NO_RATIO),
        column("least", _FLOAT, "The ratio if all whose ethnicity is not stated were White", _NO_RATIO),
        column("most", _FLOAT, "The ratio if all of those were of the group", _NO_RATIO),
        column("within_lsoas", _FLOAT, "Mantel-Haenszel ratio: of people of the same LSOA", _NO_RATIO),
        column("within_lo", _FLOAT, "Lower end of its 95 % interval", _NO_RATIO),
        column("within_hi", _FLOAT, "Upper end of it", _NO_RATIO),
    ]
)  # fmt: skip
