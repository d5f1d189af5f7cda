"""The matrix of faults: what is done to hexbeat, and what must be so afterwards.

`python -m tests.faults` runs all of it, `--short` some of each, `--broken` shows that
each experiment would tell. docs/reliability.md says what it found.
"""
