"""The files of data.police.uk: street crime, outcomes, stop and search."""
