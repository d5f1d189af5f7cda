"""Backtests of daily scores."""
