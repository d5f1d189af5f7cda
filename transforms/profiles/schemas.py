"""The columns of a problem profile's file."""

import pyarrow as pa

from transforms.lake.schemas import TEXT, column


PROFILE_POINTS = pa.schema(
    [
        column("rank", pa.int32(), "Rank by incidents; 1 is highest"),
        column("lat", pa.float64(), "Latitude of the map point, degrees (WGS 84)"),
        column("lon", pa.float64(), "Longitude of the map point, degrees (WGS 84)"),
        column("place_label", TEXT, "Street or kind of venue most often named there", null="none named"),
        column("incidents_36m", pa.int64(), "Incidents of the group in the months that count of the last 36"),
        column("share", pa.float64(), "Their share of the area's, 0 to 1"),
        column("cumulative_share", pa.float64(), "The share of this point and those above, 0 to 1"),
    ]
)  # fmt: skip
