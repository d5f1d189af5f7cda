"""Searches beside a publication's hot spots or a programme's places, for a panel."""
