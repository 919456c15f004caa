"""Taking a call: stored with its class, its first receiver and the links that the engine proposes."""

import secrets
from dataclasses import dataclass, replace
from datetime import date

from django.db import IntegrityError, transaction

from kuaichu import clock
from kuaichu.accounts.models import Agency, AgencyKind, Person, Place
from kuaichu.calls import linking
from kuaichu.calls.actions.common import note, staff
from kuaichu.calls.classes import category_of
from kuaichu.calls.classing import classify
from kuaichu.calls.districts import district_at
from kuaichu.calls.intake import Intake, cleaned, phone_index_of
from kuaichu.calls.models import Call, CallLink
from kuaichu.calls.permissions import may_take_calls
from kuaichu.calls.states import ClassedBy, Source
from kuaichu.errors import Refused
from kuaichu.journal.actors import SYSTEM, Actor

NUMBER_TRIES = 8


@dataclass(frozen=True)
class Taken:
    """A stored call and the proposed links to earlier ones, the likeliest first."""

    call: Call
    links: tuple[CallLink, ...]


def take_call(*, taker: Person | Agency | None, intake: Intake) -> Taken:
    """Store a call. A person becomes its first receiver and owner; a partner's system or the product (None) does not:
    then the first person who takes it on does.

    Raises Refused: call.not_allowed, call.number_taken, place.unknown, unit.unknown; FieldErrors beside the fields.
    """
    if isinstance(taker, Person) and not may_take_calls(taker):
        raise Refused("call.not_allowed", "您没有接警的权限")
    intake = cleaned(intake)
    if not Place.objects.filter(pk=intake.place_code).exists():
        raise Refused("place.unknown", "没有这个地区")
    unit = _unit_of(intake)
    if intake.number is not None:
        return _store(taker, intake, unit)
    for _ in range(NUMBER_TRIES):
        number = new_number(intake.place_code, clock.local_day(intake.received_at))
        try:
            return _store(taker, replace(intake, number=number), unit)
        except Refused as refusal:
            if refusal.code != "call.number_taken":
                raise
    raise RuntimeError("no free call number found")


def new_number(place_code: str, day: date) -> str:
    """J, place, day and six random digits: unique by constraint, and its neighbours can't be guessed."""
    return f"J{place_code}{day:%Y%m%d}{secrets.randbelow(1_000_000):06d}"


def _unit_of(intake: Intake) -> Agency | None:
    if intake.unit_id is None:
        return None
    unit = Agency.objects.filter(pk=intake.unit_id, kind=AgencyKind.POLICE, is_active=True).first()
    if unit is None:
        raise Refused("unit.unknown", "没有这个管辖单位")
    return unit


def _store(taker: Person | Agency | None, intake: Intake, unit: Agency | None) -> Taken:
    try:
        with transaction.atomic():
            return _store_locked(taker, intake, unit)
    except IntegrityError:
        if Call.objects.filter(place_id=intake.place_code, number=intake.number or "").exists():
            raise Refused("call.number_taken", "这个接警编号已经有了") from None
        raise


def _store_locked(taker: Person | Agency | None, intake: Intake, unit: Agency | None) -> Taken:
    call = row_of(intake, district=district_of(intake, unit), unit=unit)
    if isinstance(taker, Person):
        call.first_receiver = call.owner = taker
    matches = linking.matches_of(linking.facts_of(call))
    call.save(force_insert=True)
    links = linking.keep(call, matches)
    note(
        call,
        "call.received",
        actor_of(taker),
        number=call.number,
        place=call.place_id,
        source=call.source,
        subclass=call.subclass,
        links=len(links),
    )
    return Taken(call, links)


def actor_of(taker: Person | Agency | None) -> Actor:
    if isinstance(taker, Person):
        return staff(taker)
    return Actor("partner", str(taker.pk)) if isinstance(taker, Agency) else SYSTEM


def district_of(intake: Intake, unit: Agency | None) -> str:
    """Where the call lies by the place's own boundaries; else the county of the unit, empty when it works in a whole
    city."""
    if found := district_at(intake.place_code, intake.lon_wgs84, intake.lat_wgs84):
        return found
    return "" if unit is None or unit.place_id.endswith("00") else unit.place_id


def row_of(intake: Intake, *, district: str, unit: Agency | None) -> Call:
    """The row of a cleaned intake, not yet stored."""
    subclass, confidence, classed_by = intake.subclass, None, ClassedBy.GIVEN
    if intake.source in (Source.PHONE, Source.OFFICER):
        classed_by = ClassedBy.PERSON
    if subclass is None:
        found = classify(intake.content or intake.location)
        subclass, confidence, classed_by = found.subclass, found.confidence, ClassedBy.TEXT
    return Call(
        number=intake.number or "",
        place_id=intake.place_code,
        district=district,
        unit=unit,
        source=intake.source,
        received_at=intake.received_at,
        stored_at=clock.now(),
        caller_name=intake.caller_name,
        caller_phone=intake.caller_phone,
        phone_index=phone_index_of(intake.caller_phone),
        content=intake.content,
        location=intake.location,
        road=intake.road,
        lon_wgs84=intake.lon_wgs84,
        lat_wgs84=intake.lat_wgs84,
        position=intake.position,
        plates=intake.plates,
        category=category_of(subclass),
        subclass=subclass,
        intake_subclass=subclass,
        classed_by=classed_by,
        confidence=confidence,
        injured=intake.injured,
        dead=intake.dead,
        trapped=intake.trapped,
        is_hit_and_run=intake.is_hit_and_run,
    )
