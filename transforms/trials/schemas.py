"""The columns of a trial's files."""

import pyarrow as pa

from transforms.lake.schemas import TEXT, column
from transforms.publications.schemas import PUBLISHED


_FLOAT = pa.float64()

PATROLS = pa.schema(
    [
        column("date", TEXT, "Day of patrol, YYYY-MM-DD"),
        column("weekday", TEXT, "Its weekday"),
        column("place_id", TEXT, "Place of the programme"),
        column("name", TEXT, "Its name", "none named"),
        *(PUBLISHED.field(name) for name in ("lat", "lon")),
    ]
)

FINDINGS = pa.schema(
    [
        column("outcome", TEXT, "Outcome"),
        column("role", TEXT, "primary, secondary, shown beside, or observational: by what was done and not drawn"),
        column("treated", _FLOAT, "Incidents (or harm) with patrol"),
        column("treated_exposure", _FLOAT, "Place-days with patrol; of halves, incidents forecast"),
        column("control", _FLOAT, "Incidents (or harm) without patrol"),
        column("control_exposure", _FLOAT, "Place-days without patrol; of halves, incidents forecast"),
        column("ratio", _FLOAT, "With patrol by without", "of harm none is given; or there was no incident"),
        column("low", _FLOAT, "Lower end of its 95 % interval", "no ratio"),
        column("high", _FLOAT, "Upper end of its 95 % interval", "no ratio"),
        column("p", _FLOAT, "Share of other draws as far from none, two-sided", "not tested"),
        column("adjusted_p", _FLOAT, "By Holm, for the number of secondary outcomes", "not a secondary outcome"),
        column("is_exact", pa.bool_(), "The interval is exact: few incidents"),
    ]
)  # fmt: skip
