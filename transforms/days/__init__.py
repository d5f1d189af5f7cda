"""Days: scores, labels and backtests of feeds that know the day of an incident."""
