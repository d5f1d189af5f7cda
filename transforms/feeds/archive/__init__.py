"""Files of the police.uk archive: in folders, zips, or zips behind HTTP."""
