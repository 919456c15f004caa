"""What a case knows of itself, in the terms of the place's settings for the online fast track (`fasttrack.*`).

Not known in time, and so never a reason here: kind of road, the policies' province and commercial cover (insurers say
them with the claim), and the loss (assessed after liability).
"""

from kuaichu import clock, law
from kuaichu.cases.models import Case, PartyKind
from kuaichu.law.divisions import level


def facts_of(case: Case, *, also: str = "") -> law.OnlineFacts:
    """The moment of the report, the district, and the parties once a second one is there; `also`: the kind of one who
    is about to come.
    """
    kinds = [*case.parties.values_list("kind", flat=True), *([also] if also else [])]
    is_known = len(kinds) > 1  # one party alone: the other may still come
    return law.OnlineFacts(
        happened_at=case.created_at,
        area=case.place_id if level(case.place_id) == "county" else "",
        motor_vehicles=kinds.count(PartyKind.MOTOR) if is_known else None,
        nonmotors=kinds.count(PartyKind.NONMOTOR) if is_known else None,
        injury="slight" if case.answers.filter(question="injured", answer="yes").exists() else "none",
    )


def barriers(case: Case) -> tuple[law.Reason, ...]:
    """Why this place does not take the case online now; empty where it does."""
    return law.not_online(facts_of(case), on=clock.local_day(case.created_at), place=case.place_id)


def barriers_with(case: Case, kind: str) -> frozenset[str]:
    """Codes of what would stand against one more party of this kind."""
    found = law.not_online(facts_of(case, also=kind), on=clock.local_day(case.created_at), place=case.place_id)
    return frozenset(reason.code for reason in found)
