"""`hexbeat doctor`: whether versions, settings and home are in order."""
