"""Backtests: how well scores would have done, from what was known then."""
