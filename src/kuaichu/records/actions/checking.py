"""A party's plate is looked up with the national platform. What it says is shown and changes nothing by itself."""

from typing import Any
from uuid import UUID

from django.db import transaction

from kuaichu import clock
from kuaichu.cases.locking import lock_case, lock_party
from kuaichu.cases.models import Case, Party, PartyKind
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.links import actions as links
from kuaichu.links.models import Exchange
from kuaichu.links.national.protocol import read_vehicle
from kuaichu.records.fields import FIELDS
from kuaichu.records.models import VehicleCheck
from kuaichu.records.platform import KIND, platform_of, queue
from kuaichu.records.states import CHECK_MOVES, CheckState, may_move, require_move

OPERATION = "vehicle.look_up"


@transaction.atomic
def look_up(*, party_id: UUID) -> VehicleCheck | None:
    """Ask for the party's vehicle; None when it has none that the platform keeps, or was asked for already.

    Another plate takes the place of the check of the earlier one. The journal knows of it by particulars.given.
    """
    case, party = lock_party(party_id)
    earlier = VehicleCheck.objects.filter(party=party).first()
    if earlier is not None:
        if is_of(earlier, party):
            return None
        links.take_back(kind=KIND, subject_id=str(earlier.pk))
        earlier.delete()
    platform = platform_of(case.place_id) if case.is_open and _has_registered_plate(party) else None
    if platform is None:
        return None
    check = VehicleCheck.objects.create(
        party=party, plate=party.plate, plate_kind=party.plate_kind, asked_at=clock.now()
    )
    queue(platform, OPERATION, subject_id=str(check.pk), case_id=case.pk)
    return check


def is_of(check: VehicleCheck, party: Party) -> bool:
    """Whether the check is of the vehicle that the party names now."""
    return (check.plate, check.plate_kind) == (party.plate, party.plate_kind)


def _has_registered_plate(party: Party) -> bool:
    is_registered = party.plate_kind not in FIELDS.unregistered_plate_kinds
    return party.kind == PartyKind.MOTOR and bool(party.plate) and bool(party.plate_kind) and is_registered


@transaction.atomic
def take_vehicle(exchange: Exchange, reply: dict[str, Any]) -> None:
    """Reply to vehicle.look_up. One about an earlier plate, or a second one, changes nothing."""
    vehicle = read_vehicle(reply)
    found = _locked(exchange)
    move = CHECK_MOVES["miss" if vehicle is None else "find"]
    if found is None or not may_move(move, found[1].state):
        return
    case, check = found
    check.state = require_move(move, check.state)
    check.answered_at = clock.now()
    if vehicle is not None:
        check.vehicle_kind, check.brand, check.condition = vehicle.kind, vehicle.brand, vehicle.condition
        check.inspected_until_on, check.insured_until_on = vehicle.inspected_until_on, vehicle.insured_until_on
        check.insurer_name = vehicle.insurer_name
    check.save()
    _note(case, check, exchange)


@transaction.atomic
def note_look_up_failed(exchange: Exchange) -> None:
    """The platform refused the question or never answered (FAILURES of vehicle.look_up). One about an earlier plate is
    nobody's any more, and so is one that fails once the case is closed: no desk has to see it.
    """
    found = _locked(exchange)
    move = CHECK_MOVES["fail"]
    if found is None:
        links.take_back(kind=KIND, subject_id=exchange.subject_id)
    elif may_move(move, found[1].state):
        case, check = found
        check.state = require_move(move, check.state)
        check.save(update_fields=["state"])
        _note(case, check, exchange)
        if not case.is_open:
            _drop(check)


@transaction.atomic
def drop_failed(*, case_id: UUID) -> int:
    """The case is closed: no officer need send a question again that came to nothing. Returns how many checks went."""
    case = lock_case(case_id)
    failed = VehicleCheck.objects.filter(party__case=case, state=CheckState.FAILED)
    return 0 if case.is_open else sum(map(_drop, failed))


def _drop(check: VehicleCheck) -> bool:
    """Unless it is being sent again."""
    is_idle = links.take_back(kind=KIND, subject_id=str(check.pk))
    return is_idle and bool(check.delete())


@transaction.atomic
def forget_checks(*, case_id: UUID) -> int:
    """The report was given up: what was asked of its vehicles goes, the messages too. Returns how many checks."""
    lock_case(case_id)
    links.forget(kind=KIND, stream=case_id)
    return VehicleCheck.objects.filter(party__case_id=case_id).delete()[0]


def _locked(exchange: Exchange) -> tuple[Case, VehicleCheck] | None:
    """The check with its locked case; None when another plate took its place or will in a moment."""
    checks = VehicleCheck.objects.filter(pk=UUID(exchange.subject_id))
    case_id = checks.values_list("party__case_id", flat=True).first()
    if case_id is None:
        return None
    case = lock_case(case_id)
    check = checks.select_related("party").first()
    return (case, check) if check is not None and is_of(check, check.party) else None


def _note(case: Case, check: VehicleCheck, exchange: Exchange) -> None:
    record(
        "vehicle.checked",
        stream=case.pk,
        actor=Actor("partner", exchange.partner),
        subject=f"check:{check.pk}",
        letter=check.party.letter,
        state=str(check.state),
    )
