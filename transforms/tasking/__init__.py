"""Tasking packs: what analysts hand on each fortnight, from what a home holds."""
