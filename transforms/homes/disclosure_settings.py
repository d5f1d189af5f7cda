"""How much the public tier may publish: safe where `hexbeat.toml` is silent.

The defaults are the rule that statistical offices call 10-5: no count below ten, and
counts to the nearest five.
"""

from typing import Annotated, get_type_hints

from pydantic import Field
from pydantic.dataclasses import dataclass

from transforms.reference.toml_files import STRICT, WHOLE


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Transparency:
    """Your words in transparency.md: what only the force can answer."""

    name: Annotated[str, "the name the force uses for this tool"] = ""
    organisation: Annotated[str, "the force that uses it"] = ""
    contact: Annotated[str, "an e-mail address for questions and complaints"] = ""
    website: Annotated[str, "where the force writes about it"] = ""
    team: Annotated[str, "the team that runs it"] = ""
    senior_owner: Annotated[str, "the role that answers for its use"] = ""
    supplier: Annotated[
        str, "who supplies or hosts it, if not the force, by what contract"
    ] = ""
    first_use: Annotated[
        str, "the month of its first use, and whether it is a trial"
    ] = ""
    benefits: Annotated[str, "what it is to achieve, and how that is measured"] = ""
    previous_process: Annotated[str, "how places were chosen before"] = ""
    alternatives: Annotated[str, "what else was weighed, and why it was not taken"] = ""
    use: Annotated[
        str, "which decisions it informs, how often, and how many officers see it"
    ] = ""
    oversight: Annotated[
        str, "who reviews a list before anyone is sent, and what they may change"
    ] = ""
    training: Annotated[str, "what those who use it are taught"] = ""
    appeals: Annotated[str, "how a resident asks for a review, and who answers"] = ""
    legal_basis: Annotated[str, "the law and the policy that it is used under"] = ""
    data_protection: Annotated[
        str, "the data protection impact assessment: date, result, link"
    ] = ""
    equality: Annotated[str, "the equality impact assessment: date, result, link"] = ""
    ethics: Annotated[str, "what an ethics panel or scrutiny board said, and when"] = ""
    community_risks: Annotated[
        str, "what residents of the published places have said about it"
    ] = ""


# The question that is printed in the blank until it is answered.
OPERATOR_FIELDS = {
    name: annotation.__metadata__[0]
    for name, annotation in get_type_hints(Transparency, include_extras=True).items()
}


@dataclass(frozen=True, config=STRICT)
class DisclosureSettings:
    """The public tier.

    Publishing counts below five is never safe, cells finer than resolution 8 are
    streets, and the newest month is still being revised: these limits cannot be
    lowered.
    """

    minimum_count: Annotated[
        int,
        Field(ge=5, le=1000),
        "no smaller count is published, but zero",
        WHOLE,
    ] = 10
    rounding: Annotated[
        int, Field(ge=1, le=100), "counts are rounded to the nearest multiple", WHOLE
    ] = 5
    finest_resolution: Annotated[int, Field(ge=7, le=8), "of H3", WHOLE] = 8
    lag_months: Annotated[
        int, Field(ge=1, le=24), "from a period's end to its first as-of", WHOLE
    ] = 1

    def __post_init__(self) -> None:
        if self.minimum_count % self.rounding:
            raise ValueError(
                f"minimum_count = {self.minimum_count} is not a multiple of rounding ="
                f" {self.rounding}"
            )
