"""Trials: patrol by lot, sealed before and opened after, and what it showed."""
