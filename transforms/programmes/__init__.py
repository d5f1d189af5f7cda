"""Programmes: places chosen for patrol, frozen with what was expected there."""
