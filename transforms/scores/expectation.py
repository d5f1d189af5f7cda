"""What every method answers: how much is expected of each cell, on what evidence."""

from dataclasses import dataclass

from transforms.cells import Floats


@dataclass(frozen=True)
class Expectation:
    """What is expected of each cell next month."""

    mean: Floats  # incidents
    information: Floats  # what the mean rests on, in incidents
