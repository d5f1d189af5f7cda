"""Patrol plans: who is at which place of a programme, when, and why there."""
