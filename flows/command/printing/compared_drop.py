"""A checked file beside the drops of a home: apart, as a check needs no lake."""

from datetime import datetime
from pathlib import Path

from flows.command.printing.drop import sifted_file
from transforms.records.homes import ForceHome
from transforms.records.likeness import Earlier


def unlike_earlier(
    home: ForceHome, file: Path, mapping: Path, received_at: datetime
) -> str:
    """Why the file is unlike the drops of a home; empty where it is like them."""
    sifted, _ = sifted_file(file, mapping, received_at)
    records = sifted.records.reveal()
    return Earlier.of(home).unlike(file.name, records, sifted.exchanged_days) or ""
