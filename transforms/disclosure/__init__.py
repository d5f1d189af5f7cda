"""Disclosure control: what may be told to everyone, so that nobody is given away."""
