"""From the files of a source to incidents in the lake; coverage of each month."""
