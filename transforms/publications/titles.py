"""Plain headings of published columns, for people: sheets, and aliases of a GIS.

Other files keep the names of columns, which are what DATA_DICTIONARY.md explains.
"""

import re


_FIXED = {
    "force": "Force",
    "force_code": "Force code (ONS)",
    "as_of": "Data up to",
    "horizon_days": "Days ahead",
    "h3_cell": "Cell (H3)",
    "h3_res": "Cell resolution (H3)",
    "crime_group": "Crime group",
    "place_label": "Around",
    "lsoa21cd": "LSOA 2021",
    "lat": "Latitude",
    "lon": "Longitude",
    "easting": "Easting (m)",
    "northing": "Northing (m)",
    "cell_area_m2": "Cell area (m²)",
    "score": "Expected incidents",
    "score_lo": "Expected, from",
    "score_hi": "Expected, to",
    "score_size": "Size of the interval's negative binomial",
    "score_rank": "Rank",
    "score_pctile": "Share of cells ranked no higher",
    "score_band": "Band",
    "p_top1": "Chance of being in the top 1 %",
    "hotspot_class": "Pattern over time",
    "gi_star_z": "Gi* z",
    "gi_star_q": "Gi* q",
    "hotspot_id": "Hot spot id",
    "harm_score": "Expected harm",
    "method": "Method",
    "universe_cells": "Cells ranked",
    "universe_area_m2": "Area ranked (m²)",
    "hotspot_rank": "No.",
    "name": "Around",
    "expected": "Expected incidents",
    "expected_lo": "Expected, from",
    "expected_hi": "Expected, to",
    "change": "New or kept",
    "previous_rank": "No. before",
    "previous_as_of": "Before: data up to",
    "previous_expected": "Expected before",
    "first_as_of": "Hot spot since",
    "layer": "Layer",
    "area": "Area",
    "hotspots": "Hot spots in it",
    "hotspot_name": "Highest hot spot",
    "mix_12m": "Recorded here, last 12 months",
    "cells": "Cells",
    "area_m2": "Area (m²)",
    "top_cell": "Highest cell (H3)",
    "h3_cells": "All its cells (H3)",
    "n_outcomes_12m": "Crimes with an outcome, last 12 months",
    "positive_share_12m": "Share with a positive outcome",
    "incidents_day_365d": "Incidents 07:00 to 19:00, last 365 days",
    "incidents_night_365d": "Incidents 19:00 to 07:00, last 365 days",
    "busiest_from": "Busiest four hours begin at",
    "incidents_busiest_365d": "Incidents in these, last 365 days",
    "busiest_weekday": "Busiest weekday",
    "incidents_12m": "Incidents",
    "rows_in_12m": "Rows sent",
    "rows_quarantined_12m": "Rows quarantined",
    "without_place_12m": "Without a place",
    "outside_area_12m": "Outside England and Wales",
    "excluded_12m": "At excluded places",
    "far_from_force_12m": "Far from the force",
    "outside_universe_12m": "In areas not ranked",
    "counted_12m": "Counted in a cell",
    "calls_28d": "Calls for service, last 28 days",
    "days_calls_28d": "Days of calls supplied, of 28",
    "force_name": "Name of the force",
    "month": "Month",
    "day": "Day",
    "status": "Counts as",
    "reason": "Why",
    "release": "Release",
    "rows_in": "Rows sent",
    "rows_accepted": "Rows accepted",
    "rows_quarantined": "Rows quarantined",
    "rows_located": "Rows with a place",
    "raw_sha256": "SHA-256 of the file",
    "repairs": "Repairs",
    "points_renewed": "Map points since",
    "calls_status": "Counts as, of calls",
    "sheet": "Sheet",
    "heading": "Heading",
    "column": "Column in other files",
    "meaning": "Meaning",
    "empty_means": "Empty means",
}
_WINDOWS = {
    "n": "Incidents, {}",
    "months": "Months supplied, {}",
    "days": "Days supplied, {}",
    "expected": "At the current rate, {}",
    "harm": "Harm, {}",
    "harm_top_share": "Share of the gravest in harm, {}",
}
_WINDOW = re.compile(r"(\w+?)_(prev_)?(\d+)([md])")


def title(column: str) -> str:
    """What a column is called by people; its own name where it is a user's."""
    if column in _FIXED:
        return _FIXED[column]
    found = _WINDOW.fullmatch(column)
    if not found or found[1] not in _WINDOWS:
        return column
    unit = "month" if found[4] == "m" else "day"
    number = f"{found[3]} {unit}s"
    span = f"the {number} before" if found[2] else f"last {number}"
    if found[3] == "1":
        span = f"last {unit}"
    return _WINDOWS[found[1]].format(span)
