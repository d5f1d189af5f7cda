"""Whether a programme's places did better than such lists do with nothing starting."""
