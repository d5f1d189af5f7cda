"""Counts before and after: at the places, around them, and in the rest of the force."""

from dataclasses import dataclass, replace

from transforms.impact.wdd import Change


@dataclass(frozen=True, kw_only=True)
class BeforeAfter:
    """What a spreadsheet of an evaluation has."""

    places: Change
    around: Change
    rest: Change  # without what is around the places

    def weighed(self, harm: float) -> "BeforeAfter":
        """The same of incidents that weigh so much."""
        return BeforeAfter(
            places=replace(self.places, harm=harm),
            around=replace(self.around, harm=harm),
            rest=replace(self.rest, harm=harm),
        )
