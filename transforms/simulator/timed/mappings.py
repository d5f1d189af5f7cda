"""What the columns of each hand mean: the mappings that read the made-up feed."""

from transforms.simulator.timed.ground import FORCE
from transforms.simulator.timed.offences import OFFENCES


def _codes() -> str:
    listed = [
        f'"{code}" = "{slug}"' for slug, o in OFFENCES.items() for code in o.codes
    ]
    head = ["[categories]", 'unknown = "quarantine"', "[categories.codes]"]
    return "\n".join([*head, *listed, ""])


def _flags(yes: str, no: str, columns: dict[str, str]) -> str:
    return "".join(
        f'[{table}]\ncolumn = "{column}"\nyes = ["{yes}"]\nno = ["{no}"]\n'
        for table, column in columns.items()
    )


def csv_mapping(encoding: str, delimiter: str) -> str:
    """The grid and the clock of Great Britain, the time in a column of its own."""
    return (
        f"""\
force = "{FORCE}"
format = "csv"
encoding = "{encoding}"
delimiter = "{delimiter}"
crs = "EPSG:27700"
retention_days = 2557
[columns]
reference = "Crime ref"
offence_code = "HO code"
occurred_from = "Date from"
occurred_from_time = "Time from"
occurred_to = "Date to"
occurred_to_time = "Time to"
easting = "Easting"
northing = "Northing"
place_label = "Street"
[times]
date_format = "%d/%m/%Y"
time_format = "%H:%M"
time_zone = "Europe/London"
ambiguous = "earlier"
skipped = "quarantine"
"""
        + _codes()
        + _flags(
            "Y",
            "N",
            {
                "sensitive.domestic": "Domestic",
                "sensitive.sexual": "Sexual",
                "sensitive.under_18": "Under 18",
                "tombstone": "Deleted",
            },
        )
    )


def instant_mapping(form: str) -> str:
    """Degrees and UTC, as JSON lines or Parquet."""
    return (
        f"""\
force = "{FORCE}"
format = "{form}"
crs = "EPSG:4326"
retention_days = 2557
[columns]
reference = "reference"
offence_code = "offence_code"
occurred_from = "occurred_from"
occurred_to = "occurred_to"
longitude = "longitude"
latitude = "latitude"
place_label = "place_label"
[times]
date_format = "iso"
time_zone = "UTC"
ambiguous = "quarantine"
skipped = "quarantine"
"""
        + _codes()
        + _flags(
            "true",
            "false",
            {
                "sensitive.domestic": "domestic",
                "sensitive.sexual": "sexual",
                "sensitive.under_18": "under_18",
                "tombstone": "deleted",
            },
        )
    )
