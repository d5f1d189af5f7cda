"""Stop and search beside hot spots: what was found, of whom, and what is not stated.

For scrutiny alone. No score, list of places, plan or trial may import this room: where
searches were made must not change where officers are sent.
"""
