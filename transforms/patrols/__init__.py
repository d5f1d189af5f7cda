"""Patrols: what was delivered at the places of a programme, from logs and radios."""
