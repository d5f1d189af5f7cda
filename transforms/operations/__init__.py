"""Keep, check, copy and mend a home."""
