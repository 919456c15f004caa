"""Accidents reported online stand among the calls, so that everything is counted from one table."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kuaichu import clock
from kuaichu.accounts.models import Agency
from kuaichu.calls import linking
from kuaichu.calls.actions.common import lock_call, note, save_call
from kuaichu.calls.actions.taking import district_of, row_of
from kuaichu.calls.intake import Intake, phone_of
from kuaichu.calls.models import Call, CallLink
from kuaichu.calls.states import ClassedBy, Position, Source, Status, Validity
from kuaichu.journal.actors import SYSTEM

_FACTS = ("location", "lon_wgs84", "lat_wgs84", "position", "caller_phone", "phone_index", "subclass", "category")
_FORGOTTEN = ("location", "lon_wgs84", "lat_wgs84", "position", "caller_phone", "phone_index", "caller_name", "content")


@dataclass(frozen=True, kw_only=True)
class OnlineReport:
    """What the calls need to know of a case. Coordinates are WGS-84 degrees."""

    number: str
    place_code: str
    unit_id: UUID
    reported_at: datetime
    location: str
    lon_wgs84: float | None
    lat_wgs84: float | None
    phone: str
    subclass: str


@transaction.atomic
def note_case(report: OnlineReport) -> Call:
    """The call of a case, stored the first time and brought up to date later. The same report again changes nothing."""
    made = _row_of(report)
    known = _known(report.number) or _first(made)
    if known is None:
        return made
    call = lock_call(known)
    fields = [name for name in _FACTS if getattr(call, name) != getattr(made, name)]
    if call.classed_by == ClassedBy.PERSON:
        fields = [name for name in fields if name not in ("subclass", "category")]
    if fields:
        for name in fields:
            setattr(call, name, getattr(made, name))
        save_call(call, *fields)
        note(call, "call.updated", SYSTEM, fields=fields)
    return call


@transaction.atomic
def close_case(*, case_number: str) -> None:
    """The case was closed: so is its call. Nothing happens to a call that is closed, or when there is none."""
    call_id = _known(case_number)
    if call_id is None:
        return
    call = lock_call(call_id)
    if call.status in (Status.CLOSED, Status.TRANSFERRED):
        return
    call.status, call.closed_at = Status.CLOSED, clock.now()
    save_call(call, "status", "closed_at")
    note(call, "call.closed", SYSTEM, subclass=call.subclass)


@transaction.atomic
def forget_case(*, case_number: str) -> None:
    """The report was given up: its call doesn't count, and what it said of a person and a place goes."""
    call_id = _known(case_number)
    if call_id is None:
        return
    call = lock_call(call_id)
    if call.validity == Validity.INVALID and not call.location:
        return
    for name in _FORGOTTEN:
        setattr(call, name, None if name in ("lon_wgs84", "lat_wgs84") else "")
    call.position, call.status, call.closed_at = Position.NONE, Status.CLOSED, clock.now()
    if call.repeat_of_id is None and call.incident_id is None and not Call.objects.filter(repeat_of=call).exists():
        call.validity, call.invalid_reason = Validity.INVALID, "线上报案没有完成"
    CallLink.objects.filter(call=call, state="proposed").delete()
    save_call(call, *_FORGOTTEN, "status", "closed_at", "validity", "invalid_reason")
    note(call, "call.invalidated", SYSTEM)


def _known(case_number: str) -> int | None:
    return Call.objects.filter(case_number=case_number).values_list("pk", flat=True).first()


def _first(made: Call) -> int | None:
    """Stores `made`; the key of the other one, if another reaction of the same case stored its call meanwhile."""
    matches = linking.matches_of(linking.facts_of(made))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        known = _known(made.case_number)
        if known is None:
            raise
        return known
    links = linking.keep(made, matches)
    note(made, "call.received", SYSTEM, number=made.number, place=made.place_id, source=made.source,
         subclass=made.subclass, links=len(links))  # fmt: skip
    return None


def _row_of(report: OnlineReport) -> Call:
    unit = Agency.objects.get(pk=report.unit_id)
    phone = phone_of(report.phone)
    intake = Intake(
        place_code=report.place_code,
        received_at=report.reported_at,
        source=Source.ONLINE,
        caller_phone=phone,
        location=report.location,
        lon_wgs84=report.lon_wgs84,
        lat_wgs84=report.lat_wgs84,
        position=Position.NONE if report.lon_wgs84 is None else Position.EXACT,
        subclass=report.subclass,
        number=report.number,
    )
    call = row_of(intake, district=district_of(intake, unit), unit=unit)
    call.case_number = report.number
    return call
