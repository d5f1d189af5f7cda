"""Bytes of a text file to coded columns."""
