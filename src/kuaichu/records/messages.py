"""The messages to the national platform, built at the moment of sending: nothing of them is kept here.

Every text in the fields of fields.yaml; what is not held is left out, an empty text is never sent.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kuaichu import law
from kuaichu.accounts.models import Agency
from kuaichu.cases.finding import parties_of
from kuaichu.cases.models import Case, Party, PartyKind, ScreeningAnswer
from kuaichu.cases.states import Path
from kuaichu.claims.models import Settlement
from kuaichu.clock import BEIJING
from kuaichu.dossier.models import Instrument, Signature
from kuaichu.dossier.states import SignatureKind
from kuaichu.liability.models import Determination
from kuaichu.liability.queries import Grades, determination_in_force, grades_in_force, review_of
from kuaichu.liability.states import ReviewState
from kuaichu.links.adapters import PermanentError
from kuaichu.links.models import Exchange
from kuaichu.records.fields import FIELDS, Names
from kuaichu.records.models import Record, VehicleCheck
from kuaichu.records.states import RecordState

_MOMENT = "%Y-%m-%d %H:%M:%S"
_UNIT_DIGITS = 12
_LETTERS = "ABC"


def record_body(exchange: Exchange) -> dict[str, Any]:
    """record.file: the closed case in the platform's own fields. Raises PermanentError when the case moved on."""
    filed = Record.objects.select_related("case__unit").filter(pk=UUID(exchange.subject_id)).first()
    if filed is None or filed.closed_at != filed.case.closed_at:
        raise PermanentError("record.moved_on")
    case = filed.case
    grades = grades_in_force(case.pk)
    body = {
        "record_id": str(filed.pk),
        "case_number": case.number,
        "revision": filed.revision,
        "dutysimple": _held(_accident(filed, grades), FIELDS.accident),
        "dutysimplehuman": [_held(_person(party, grades), FIELDS.person) for party in parties_of(case)],
    }
    return _to_platform(exchange, body)


def vehicle_body(exchange: Exchange) -> dict[str, Any]:
    """vehicle.look_up: plate and kind of plate, nothing else. Raises PermanentError when the party named another."""
    check = VehicleCheck.objects.filter(pk=UUID(exchange.subject_id)).first()
    if check is None:
        raise PermanentError("vehicle.moved_on")
    return _to_platform(exchange, {"hphm": check.plate, "hpzl": check.plate_kind})


def _to_platform(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    platform = Agency.objects.get(code=exchange.partner)
    if not platform.is_active:
        raise PermanentError("platform.switched_off")
    return {"agency": platform.code, "endpoint": platform.endpoint, "body": body}


def _held(values: Mapping[str, str], names: Names) -> dict[str, str]:
    """In the order of the list. Raises KeyError for a field that the list does not name."""
    unknown = set(values) - set(names)
    if unknown:
        raise KeyError(*unknown)
    return {name: values[name] for name in names if values.get(name)}


def _accident(filed: Record, grades: Grades | None) -> dict[str, str]:
    case = filed.case
    instrument = Instrument.objects.filter(pk=grades.instrument_id).first() if grades else None
    determination = determination_in_force(case.pk)
    return {
        "djbh": _earlier_number(filed),
        "sgbh": case.number,
        "wsbh": instrument.number if instrument else "",
        "jbr": determination.officer.name if determination else "",
        "sgss": _facts(determination, instrument),
        "xzqh": case.place_id,
        "sgfssj": case.occurred_at.astimezone(BEIJING).strftime(_MOMENT) if case.occurred_at else "",
        "sgdd": case.location,
        "ssrs": "0" if ScreeningAnswer.objects.filter(case=case, question="injured", answer="no").exists() else "",
        "zjccss": _loss(case),
        "tq": case.weather,
        "sgxt": FIELDS.codes["accident_form"]["parked"] if grades and grades.parked else "",
        "cljsg": case.collision_form if _is_among_vehicles(case) else "",
        "glbm": case.unit.code if len(case.unit.code) == _UNIT_DIGITS and case.unit.code.isdigit() else "",
        "jafs": _closing(case, instrument, determination),
        "tjfs": FIELDS.codes["mediation"]["self"] if case.path == Path.SELF else "",
        "jd": _degrees(case.lon_wgs84),
        "wd": _degrees(case.lat_wgs84),
    }


def _earlier_number(filed: Record) -> str:
    earlier = Record.objects.filter(case_id=filed.case_id, state=RecordState.RECORDED, revision__lt=filed.revision)
    return earlier.order_by("-revision").values_list("number", flat=True).first() or ""


def _facts(determination: Determination | None, instrument: Instrument | None) -> str:
    if determination is not None:
        return determination.facts_text
    return str(json.loads(instrument.content).get("facts_text", "")) if instrument else ""


def _loss(case: Case) -> str:
    """Yuan as the computation in force has it; empty where no insurer assessed, or where a person had to compute."""
    settlement = Settlement.objects.filter(case=case, voided_at__isnull=True).first()
    if settlement is None or settlement.problem:
        return ""
    return f"{settlement.loss_fen // 100}.{settlement.loss_fen % 100:02d}"


def _is_among_vehicles(case: Case) -> bool:
    """车辆间事故: nobody was on foot."""
    return not Party.objects.filter(case=case, vehicle_kind=FIELDS.codes["transport"]["on_foot"]).exists()


def _closing(case: Case, instrument: Instrument | None, determination: Determination | None) -> str:
    """令146 Art. 26: what the platform's list calls closed by a refusal to sign, or with the determination disputed."""
    codes = FIELDS.codes["closing"]
    if instrument and Signature.objects.filter(instrument=instrument, kind=SignatureKind.REFUSED).exists():
        return codes["refused"]
    review = review_of(case.pk) if determination else None
    is_disputed = review is not None and review.state != ReviewState.WITHDRAWN
    return codes["disputed"] if is_disputed and review and review.determination == determination else ""


def _degrees(angle: float | None) -> str:
    return "" if angle is None else f"{angle:.6f}"


def _person(party: Party, grades: Grades | None) -> dict[str, str]:
    is_motor = party.kind == PartyKind.MOTOR
    return {
        "rybh": str(_LETTERS.index(party.letter) + 1),
        "xm": party.name,
        "sfzmhm": party.document_number,
        "dh": party.phone,
        "jtfs": party.vehicle_kind,
        "sgzr": _national("liability", grades.grades.get(party.letter, "")) if grades else "",
        "hphm": party.plate if is_motor else "",
        "hpzl": party.plate_kind if is_motor else "",
        "bxgs": party.insurer.name if party.insurer else "",
        "bxpzh": party.policy_number,
    }


def _national(name: str, code: str) -> str:
    """The nation's code where ours is a word."""
    return law.codes.lists()[name][code].national if law.codes.holds(name, code) else ""
