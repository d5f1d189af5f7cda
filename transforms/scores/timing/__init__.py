"""When incidents happen: hours, days of the week, near repeats."""
