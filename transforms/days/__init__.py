"""Day by day: what a feed that knows the day of each incident makes possible."""
