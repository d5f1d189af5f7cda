"""Disclosure control: what may be published, so that nobody is given away."""
