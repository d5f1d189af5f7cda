"""Daily scores, for a feed that gives the day of each incident."""
