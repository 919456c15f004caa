"""Which earlier calls a call is about, while it is still being typed. Nothing is written."""

from dataclasses import dataclass
from datetime import datetime

from kuaichu import clock
from kuaichu.calls import linking
from kuaichu.calls.classes import category_of
from kuaichu.calls.classing import classify
from kuaichu.calls.intake import Intake, phone_index_of, phone_of, plates_of
from kuaichu.calls.models import Call


@dataclass(frozen=True)
class Proposal:
    """An earlier call with the reasons in words."""

    call_id: int
    number: str
    notion: str
    score: float
    evidence: tuple[str, ...]
    received_at: datetime
    location: str
    subclass: str
    status: str


def propose(intake: Intake) -> list[Proposal]:
    """The likeliest earlier calls. Half-typed fields are taken as they are; one statement for the rows shown, two for
    what is new since the last question."""
    matches = linking.matches_of(facts_of(intake))
    rows = Call.objects.in_bulk([match.call_id for match in matches])
    return [
        Proposal(
            call_id=match.call_id,
            number=match.number,
            notion=match.notion,
            score=match.score,
            evidence=linking.sentences(match.evidence),
            received_at=rows[match.call_id].received_at,
            location=rows[match.call_id].location,
            subclass=rows[match.call_id].subclass,
            status=rows[match.call_id].status,
        )
        for match in matches
        if match.call_id in rows
    ]


def facts_of(intake: Intake) -> linking.Facts:
    """What the engine looks at, of a call that is being typed."""
    subclass = intake.subclass or classify(intake.content or intake.location).subclass
    phone = phone_of(intake.caller_phone)
    return linking.Facts(
        call_id=0,
        number="",
        place_code=intake.place_code,
        received_at=intake.received_at or clock.now(),
        category=category_of(subclass),
        subclass=subclass,
        lon_wgs84=intake.lon_wgs84,
        lat_wgs84=intake.lat_wgs84,
        phone=phone_index_of(phone),
        plates=tuple(plates_of(intake.plates).split()),
        roads=linking.roads_of(intake.road, intake.location),
    )
