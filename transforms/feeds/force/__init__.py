"""A police force's own feed: files of its incidents, described by a mapping.

Its rows are exact in place and time, and of people: they are restricted. What reads
them here stores nothing.
"""
