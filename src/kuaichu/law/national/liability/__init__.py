"""定责建议: from the facts to a proposal of liability with its articles. Machines propose, people decide.

propose(LiabilityFacts(parties=(...), collision_form="1"), on=accident_day, place="330600") -> Proposal
"""

from kuaichu.law.national.liability.propose import propose
from kuaichu.law.national.liability.shapes import (
    Change,
    Impact,
    LiabilityError,
    LiabilityFacts,
    PartyFacts,
    PartyProposal,
    Proposal,
    ReasonStep,
)
from kuaichu.law.national.settlement.shapes import Grade, Kind

__all__ = [
    "Change",
    "Grade",
    "Impact",
    "Kind",
    "LiabilityError",
    "LiabilityFacts",
    "PartyFacts",
    "PartyProposal",
    "Proposal",
    "ReasonStep",
    "propose",
]
